"""shishoctl unfreeze: have a book enriched again."""

from typing import Any

from shishod.control.client import Client
from shishod.ctl.edits import of_a_book
from shishod.ctl.show import heading
from shishod.ctl.voice import echo, say_json
from shishod.ctl.words import called


@called("unfreeze", short_help="Ask web catalogues for a book again.")
@of_a_book
def command(client: Client, book_id: int, *, as_json: bool) -> None:
    """Have web catalogues asked for the book numbered BOOK again."""
    book: dict[str, Any] = client.post(f"/v1/books/{book_id}/frozen", {"frozen": False})
    if as_json:
        say_json(book)
    else:
        echo(f"{heading(book)}  {'is frozen' if book['frozen'] else 'is not frozen'}")

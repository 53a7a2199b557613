"""shishoctl freeze: leave a book alone."""

from typing import Any

from shishod.control.client import Client
from shishod.ctl.edits import of_a_book
from shishod.ctl.show import heading
from shishod.ctl.voice import echo, say_json
from shishod.ctl.words import called


@called("freeze", short_help="Never ask web catalogues for a book.")
@of_a_book
def command(client: Client, book_id: int, *, as_json: bool) -> None:
    """Leave the book numbered BOOK alone: no web catalogue is asked for it any more. What was found stays."""
    book: dict[str, Any] = client.post(f"/v1/books/{book_id}/frozen", {"frozen": True})
    if as_json:
        say_json(book)
    else:
        echo(f"{heading(book)}  {'is frozen' if book['frozen'] else 'is not frozen'}")

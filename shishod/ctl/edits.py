"""How shishoctl says something of a book's fields, and shows what is believed of them then."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from shishod.control.client import Client
from shishod.ctl.show import field_line, heading
from shishod.ctl.voice import echo, say_json
from shishod.ctl.words import argument, option, whole

F = TypeVar("F", bound=Callable[..., Any])


def of_a_book(command: F) -> F:
    """What the commands on a book's fields have in common."""
    as_json = option("--json", "as_json", is_flag=True, help="The book as JSON.")
    return argument("book_id", metavar="BOOK", type=whole(1))(as_json(command))


def edit(client: Client, book_id: int, wish: dict[str, Any], fields: Iterable[str], *, as_json: bool) -> None:
    """Have it written, and tell of the fields that were named what is believed now, with its source."""
    book = client.post(f"/v1/books/{book_id}/fields", wish)
    if as_json:
        say_json(book)
        return
    echo(heading(book))
    for name in dict.fromkeys(fields):
        echo(field_line(book, name))

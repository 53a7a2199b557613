"""shishoctl clear: keep fields of a book empty for ever."""

from shishod.control.client import Client
from shishod.ctl.edits import edit, of_a_book
from shishod.ctl.words import argument, called


@called("clear", short_help="Keep fields of a book empty, for ever.")
@of_a_book
@argument("fields", nargs=-1, required=True, metavar="FIELD...")
def command(client: Client, book_id: int, fields: tuple[str, ...], *, as_json: bool) -> None:
    """Keep fields of the book numbered BOOK empty, whatever its files say; `unset` takes that back."""
    edit(client, book_id, {"clear": fields}, fields, as_json=as_json)

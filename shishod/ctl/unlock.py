"""shishoctl unlock: let files speak again of what was locked."""

from shishod.control.client import Client
from shishod.ctl.edits import edit, of_a_book
from shishod.ctl.show import FIELDS
from shishod.ctl.words import argument, called


@called("unlock", short_help="Let a book's files speak again of what was locked.")
@of_a_book
@argument("fields", nargs=-1, metavar="[FIELD...]")
def command(client: Client, book_id: int, fields: tuple[str, ...], *, as_json: bool) -> None:
    """Take back `lock` from fields of the book numbered BOOK; without a FIELD from all. What you set or cleared stays:
    `unset` forgets that."""
    edit(client, book_id, {"unlock": fields or "all"}, fields or FIELDS, as_json=as_json)

"""shishoctl unset: forget what the operator said of a book's fields."""

from shishod.control.client import Client
from shishod.ctl.edits import edit, of_a_book
from shishod.ctl.words import argument, called


@called("unset", short_help="Forget what you said of a book's fields.")
@of_a_book
@argument("fields", nargs=-1, required=True, metavar="FIELD...")
def command(client: Client, book_id: int, fields: tuple[str, ...], *, as_json: bool) -> None:
    """Forget what you set, cleared or locked of the book numbered BOOK: what its files say counts again."""
    edit(client, book_id, {"unset": fields}, fields, as_json=as_json)

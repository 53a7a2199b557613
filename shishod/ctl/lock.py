"""shishoctl lock: keep what is believed of a book now."""

from shishod.control.client import Client
from shishod.ctl.edits import edit, of_a_book
from shishod.ctl.show import FIELDS
from shishod.ctl.words import argument, called


@called("lock", short_help="Keep what is believed of a book now.")
@of_a_book
@argument("fields", nargs=-1, metavar="[FIELD...]")
def command(client: Client, book_id: int, fields: tuple[str, ...], *, as_json: bool) -> None:
    """Keep fields of the book numbered BOOK as they are believed now, whatever its files say later; without a FIELD
    all of them, and those that are empty stay empty."""
    edit(client, book_id, {"lock": fields or "all"}, fields or FIELDS, as_json=as_json)

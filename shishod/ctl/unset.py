"""shishoctl unset: forget what the operator said of a book's fields."""

import click

from shishod.control.client import Client
from shishod.ctl.edits import edit, of_a_book


@click.command("unset", short_help="Forget what you said of a book's fields.")
@of_a_book
@click.argument("fields", nargs=-1, required=True, metavar="FIELD...")
@click.pass_obj
def command(client: Client, book_id: int, fields: tuple[str, ...], *, as_json: bool) -> None:
    """Forget what you set, cleared or locked of the book numbered BOOK: what its files say counts again."""
    edit(client, book_id, {"unset": fields}, fields, as_json=as_json)

"""shishoctl set: say what a book's fields are; that counts for ever, whatever its files say."""

from shishod.control.client import Client
from shishod.ctl.edits import edit, of_a_book
from shishod.ctl.words import WrongWords, argument, called


@called("set", short_help="Say what a book's fields are, for ever.")
@of_a_book
@argument("said", nargs=-1, required=True, metavar="FIELD=VALUE...")
def command(client: Client, book_id: int, said: tuple[str, ...], *, as_json: bool) -> None:
    """Set fields of the book numbered BOOK. No file is written or read; no scan changes what you set.

    \b
    title, sort_title, subtitle        text
    publisher, imprint, description    text
    authors, narrators, genres, tags   names parted by ";", or the field again for each
    series                             Name #3, Name #1.5, Name #1-3, or the name alone
    date                               1999, 1999-05 or 1999-05-01
    language                           a code as en or pt-BR, or a name
    identifiers                        isbn:9780306406157; asin:B002V0QK4C
    season                             a number, 0 for specials
    abridged                           yes or no

    \b
    shishoctl set 3 title="The Island" authors="Jules Verne; Ann Other" series="Voyages #12"
    """
    fields: dict[str, list[str]] = {}
    for one in said:
        name, equals, value = one.partition("=")
        if not equals:
            raise WrongWords(f'"{one}" is not FIELD=VALUE, as in title="The Island"')
        fields.setdefault(name.strip(), []).append(value)
    wish = {name: values[0] if len(values) == 1 else values for name, values in fields.items()}
    edit(client, book_id, {"set": wish}, fields, as_json=as_json)

"""What each field of a book can be set to: from what the operator types to what is believed, or what is wrong."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from shishod.errors import Refused
from shishod.formats.dates import partial_date
from shishod.formats.identifiers import OTHER, identifier
from shishod.formats.languages import language_tag
from shishod.formats.series import series_number
from shishod.formats.words import clean, plain_text
from shishod.model.book import Contribution, Identifier, Role, SeriesEntry, normal_name

LONGEST_LINE = 500
LONGEST_TEXT = 50_000
PARTED = ";"  # a name may have a comma in it

Said = str | bool | list[str]

_PLACE = re.compile(r"(?P<name>.+?)\s*#\s*(?P<number>\d\S*(?:\s*[-–]\s*\S+)?)")
_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def value_said(field: str, said: Said) -> Any:
    """The value that a field gets by what was said. Raises Refused with what is wrong with that."""
    if field in _LISTS:
        return _listed(_LISTS[field], said)
    if isinstance(said, list):
        if len(said) != 1:
            raise Refused(f"it has one value, not {len(said)}")
        (said,) = said
    if isinstance(said, bool):
        said = "yes" if said else "no"
    return _SINGLE[field](said)


def _listed(one: Callable[[str], Any], said: Said) -> tuple[Any, ...]:
    """Each once, in the order given; in one text they are parted by semicolons."""
    if isinstance(said, bool):
        raise Refused("it is a list of names, not yes or no")
    texts: Sequence[str] = said if isinstance(said, list) else [text for text in said.split(PARTED) if text.strip()]
    values = {normal_name(str(text)): one(_line(text)) for text in reversed(texts)}
    if not values:
        raise Refused(_EMPTY)
    return tuple(reversed(values.values()))


_EMPTY = "nothing is said; `clear` keeps it empty for ever, `unset` believes the files again"


def _line(said: str) -> str:
    line = clean(said, LONGEST_LINE + 1)
    if not line:
        raise Refused(_EMPTY)
    if len(line) > LONGEST_LINE:
        raise Refused(f"it is longer than {LONGEST_LINE} characters")
    return line


def _text(said: str) -> str:
    text = plain_text(said, LONGEST_TEXT + 1)
    if not text:
        raise Refused(_EMPTY)
    if len(text) > LONGEST_TEXT:
        raise Refused(f"it is longer than {LONGEST_TEXT:,} characters")
    return text


def _date(said: str) -> str:
    if found := partial_date(_line(said)):
        return found
    raise Refused(f'"{_line(said)}" is no date, or could be two; write 1999, 1999-05 or 1999-05-01')


def _language(said: str) -> str:
    import langcodes

    tag = language_tag(_line(said))
    if tag and langcodes.tag_is_valid(tag):
        return tag
    raise Refused(f'"{_line(said)}" is no language; write a code, as en or pt-BR, or its name')


def _season(said: str) -> int:
    if re.fullmatch(r"\d{1,4}", line := _line(said)):
        return int(line)
    raise Refused(f'"{line}" is no season; write its number, 0 for specials')


def _yes_or_no(said: str) -> bool:
    if (word := said.strip().casefold()) in _YES:
        return _YES[word]
    raise Refused(f'"{_line(said)}" is neither yes nor no')


def _place_in_series(said: str) -> SeriesEntry:
    match = _PLACE.fullmatch(said)
    if match is None:
        return SeriesEntry(said)
    if number := series_number(match["number"]):
        return SeriesEntry(match["name"], number)
    raise Refused(
        f'"{match["number"]}" is no place in a series; write Name #3, Name #1.5, Name #1-3, or the name alone'
    )


def _identifier(said: str) -> Identifier:
    found = identifier(said)
    scheme, colon, value = said.partition(":")
    scheme, value = scheme.strip().casefold(), value.strip()
    if scheme == "isbn" and found is not None and found.scheme != "isbn":
        raise Refused(f"{value} is no ISBN: {_wrong_with(value)}")
    if scheme == "asin" and found is not None and found.scheme != "asin":
        raise Refused(f"{value} is no ASIN: those have ten letters and digits")
    if found is not None and found.scheme != OTHER:
        return found
    if colon and value and re.fullmatch(r"[a-z][a-z0-9_-]{1,29}", scheme):
        return Identifier(scheme, value)
    raise Refused(f'"{said}" does not say what it is; write isbn:9780306406157, asin:B002V0QK4C or doi:10.1000/1')


def _wrong_with(isbn: str) -> str:
    digits = re.sub(r"[\s-]", "", isbn)
    if not re.fullmatch(r"\d*[\dXx]", digits):
        return "it is not made of digits"
    if len(digits) not in (10, 13):
        return f"it has {len(digits)} digits, not 10 or 13"
    return "its last digit does not agree with the others"


_LISTS: dict[str, Callable[[str], Any]] = {
    "authors": lambda name: Contribution(name, Role.AUTHOR),
    "narrators": lambda name: Contribution(name, Role.NARRATOR),
    "series": _place_in_series,
    "genres": str,
    "tags": str,
    "identifiers": _identifier,
}
_SINGLE: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("title", "sort_title", "subtitle", "publisher", "imprint"), _line),
    "date": _date,
    "language": _language,
    "description": _text,
    "season": _season,
    "abridged": _yes_or_no,
}

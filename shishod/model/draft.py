"""Draft: what the rows of a book say that its files and its words decide, without a catalogue; plain values."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from shishod.model.book import CoverPlace, NameKind, number_range
from shishod.model.fit import clean, count, fold, prose, shown
from shishod.model.metadata import Metadata, Source

Kind = frozenset[type]
Mention = tuple[NameKind, str, str]  # a name and its sort name, as they are stored
FACTS = (
    *("search_text", "title", "sort_title", "subtitle", "imprint", "date", "language"),
    *("duration_ms", "pages", "season", "abridged", "drm", "description"),
)


class Draft(NamedTuple):
    """Every value is as both databases take it, so that nothing looks at it again on its way; names are yet to be
    found or made. Of what is said twice the first stands, but for names, which only the catalogue can tell apart."""

    facts: tuple[Any, ...]  # of the book's own row: FACTS, in their order
    publisher: str = ""
    people: tuple[tuple[str, str, str], ...] = ()  # name, sort name, role
    series: tuple[tuple[str, str | None, float | None, float | None], ...] = ()  # name, number, first, last
    genres: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()  # scheme, value
    chapters: tuple[tuple[str, int | None, int | None, str | None], ...] = ()  # title, start, end, place
    cover: tuple[bytes, str, str, int | None, int | None, int | None] | None = None  # path, member, mime, size, pixels
    sources: tuple[tuple[str, int, str, datetime | None], ...] = ()  # field, source, place, since when

    def mentions(self) -> list[Mention]:
        """Every name that the book shares with others."""
        said = [(NameKind.PERSON, name, sort_name) for name, sort_name, _ in self.people]
        said += [(NameKind.SERIES, one[0], "") for one in self.series]
        said += [(NameKind.GENRE, name, "") for name in self.genres]
        said += [(NameKind.TAG, name, "") for name in self.tags]
        if self.publisher:
            said.append((NameKind.PUBLISHER, self.publisher, ""))
        return said


def draft_of(told: Metadata | Draft) -> Draft:
    """What is believed of a book, as its rows say it; what is drafted already stays as it is."""
    if isinstance(told, Draft):
        return told
    cover, technical, abridged = told.cover, told.technical, told.abridged
    said = {one.field: one for one in told.sources if one.source is not Source.USER}  # the user's are there already
    facts = (
        *(search_text(told), clean(told.title), clean(told.sort_title), prose(told.subtitle), prose(told.imprint)),
        *(prose(told.date), prose(told.language), count(technical.duration_ms), count(technical.pages)),
        *(count(told.season), None if abridged is None else bool(abridged), prose(told.drm), prose(told.description)),
    )
    return Draft(
        facts,
        shown(told.publisher) if told.publisher else "",
        tuple([(shown(one.name), shown(one.sort_name), shown(one.role)) for one in told.contributions]),
        tuple([(shown(one.name), prose(one.number), *_range(one.number)) for one in told.series]),
        tuple([shown(one) for one in told.genres]),
        tuple([shown(one) for one in told.tags]),
        tuple(dict.fromkeys([(shown(one.scheme), shown(one.value)) for one in told.identifiers])),
        tuple([(clean(title), count(start), count(end), prose(href)) for title, start, end, href in told.chapters]),
        None if cover is None else _place_of(cover),
        tuple([(one.field, int(one.source), clean(one.place), one.at) for one in said.values()]),
    )


def _place_of(cover: CoverPlace) -> tuple[bytes, str, str, int | None, int | None, int | None]:
    sizes = count(cover.size), count(cover.width), count(cover.height)
    return cover.path, clean(cover.member), clean(cover.mime), *sizes


def search_text(told: Metadata) -> str:
    """What the words of a search are looked for in."""
    said = [told.title, told.subtitle or ""]
    said += [person.name for person in told.contributions]
    said += [entry.name for entry in told.series]
    return clean("\n".join(dict.fromkeys(folded for text in said if (folded := fold(text)))))


def _range(number: str | None) -> tuple[float | None, float | None]:
    return number_range(number) or (None, None)


TEXT: Kind = frozenset({str, type(None)})
NUMBER: Kind = frozenset({int, type(None)})
REAL: Kind = frozenset({float, type(None)})
FLAG: Kind = frozenset({bool, type(None)})
SAID: Kind = frozenset({str})
_KINDS: tuple[tuple[str, tuple[Kind, ...]], ...] = (
    ("people", (SAID, SAID, SAID)),
    ("series", (SAID, TEXT, REAL, REAL)),
    ("identifiers", (SAID, SAID)),
    ("chapters", (SAID, NUMBER, NUMBER, TEXT)),
    ("sources", (SAID, frozenset({int}), SAID, frozenset({type(None)}))),
)
_FACTS = (SAID, SAID, SAID, *[TEXT] * 4, *[NUMBER] * 3, FLAG, TEXT, TEXT)
_COVER = (frozenset({bytes}), SAID, SAID, NUMBER, NUMBER, NUMBER)


def is_sound(told: Draft) -> bool:
    """Whether every value of a draft is of its kind; it was made where a file may have had its way."""
    if not (are_of(_FACTS, (told.facts,)) and (told.cover is None or are_of(_COVER, (told.cover,)))):
        return False
    names = SAID.issuperset(map(type, (told.publisher, *told.genres, *told.tags)))
    return names and all(are_of(kinds, rows) for name, kinds in _KINDS if (rows := getattr(told, name)))


def are_of(kinds: tuple[Kind, ...], rows: Iterable[Iterable[object]]) -> bool:
    """Whether rows have so many values each, of these kinds."""
    try:
        return all(_is_of(kinds, row) for row in {(*map(type, row),) for row in rows})
    except TypeError:
        return False


@lru_cache(maxsize=1024)  # few rows differ in the types of their values
def _is_of(kinds: tuple[Kind, ...], row: tuple[type, ...]) -> bool:
    return len(row) == len(kinds) and all(one in kind for one, kind in zip(row, kinds, strict=True))

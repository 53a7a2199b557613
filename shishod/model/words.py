"""Words: what the operator says of a book, field by field, and the form in which a catalogue keeps it."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from shishod.model.book import Contribution, Identifier, Role, SeriesEntry
from shishod.model.metadata import Metadata, Reading, UserWord
from shishod.model.moves import Folder

CLEARED = "cleared"  # the place of a word that keeps a field empty
LOCKED = "locked"  # the place of a word that the operator took over as it was believed


@dataclass(frozen=True, slots=True)
class Field:
    """One field that the operator has a say in, and where Metadata holds it.

    `role` picks the people of one role out of its contributions. `live` makes of what JSON gives what Metadata holds,
    `kept` the reverse. `derived` is made of another field, and follows it unless it is named.
    """

    part: str
    role: str = ""
    live: Callable[[Any], Any] = lambda said: said
    kept: Callable[[Any], Any] = lambda value: value
    derived: bool = False


def _people(role: str) -> Field:
    return Field(
        "contributions",
        role,
        live=lambda said: tuple(Contribution(name, role, sort_name) for name, sort_name in said),
        kept=lambda people: [[one.name, one.sort_name] for one in people],
    )


FIELDS: dict[str, Field] = {
    "title": Field("title"),
    "sort_title": Field("sort_title", derived=True),
    "subtitle": Field("subtitle"),
    "authors": _people(Role.AUTHOR),
    "narrators": _people(Role.NARRATOR),
    "series": Field(
        "series",
        live=lambda said: tuple(SeriesEntry(*one) for one in said),
        kept=lambda entries: [[one.name, one.number] for one in entries],
    ),
    "genres": Field("genres", live=tuple, kept=list),
    "tags": Field("tags", live=tuple, kept=list),
    "publisher": Field("publisher"),
    "imprint": Field("imprint"),
    "date": Field("date"),
    "language": Field("language"),
    "identifiers": Field(
        "identifiers",
        live=lambda said: tuple(Identifier(*one) for one in said),
        kept=lambda found: [[one.scheme, one.value] for one in found],
    ),
    "description": Field("description"),
    "season": Field("season"),
    "abridged": Field("abridged"),
}
NEVER_EMPTY = frozenset({"title", "sort_title"})  # a book must be called something


@dataclass(frozen=True, slots=True)
class Wording:
    """What the operator says of one book at once; no field is in two of these.

    `said` sets fields, or clears them where the value is None. What is `forgotten` is as the files say again. What is
    `locked` stays as it is believed now, and is `unlocked` without a word that was said of it being lost.
    """

    said: tuple[UserWord, ...] = ()
    forgotten: frozenset[str] = frozenset()
    locked: frozenset[str] = frozenset()
    unlocked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """Which books are meant: these by number, those with a file at or below a place, or those of a library; with
    nothing named all of them."""

    books: frozenset[int] = frozenset()
    places: tuple[Folder, ...] = ()
    library: str | None = None


@dataclass(frozen=True, slots=True)
class WordedBook:
    """A book of which the user has said something."""

    book_id: int
    title: str
    words: tuple[UserWord, ...]


def reworded(words: Iterable[UserWord], wording: Wording, believed: Metadata) -> tuple[UserWord, ...]:
    """All words of a book after a Wording; `believed` is what the book was told as with the words before."""
    held = {word.field: word for word in words if word.field not in wording.forgotten}
    held = {name: word for name, word in held.items() if name not in wording.unlocked or word.place != LOCKED}
    for name in wording.locked - held.keys():
        held[name] = UserWord(name, value_of(name, believed), LOCKED)
    held |= {word.field: word for word in wording.said}
    return tuple(held[name] for name in sorted(held))


def value_of(name: str, believed: Metadata | Reading) -> Any:
    """What is believed of a field, or what one file says of it; None where that is nothing."""
    field = FIELDS[name]
    value = getattr(believed, field.part)
    if field.role:
        value = tuple(one for one in value if one.role == field.role)
    return None if value in ((), "") else value


def dump_word(word: UserWord) -> str:
    """The value of a word as JSON."""
    value = word.value
    if value is not None and word.field in FIELDS:
        value = FIELDS[word.field].kept(value)
    return json.dumps(value, ensure_ascii=False)


def load_word(field: str, said: str, place: str) -> UserWord:
    """The word that `dump_word` wrote; of a field that this version does not know, the value as JSON gives it."""
    value = json.loads(said)
    if value is not None and field in FIELDS:
        value = FIELDS[field].live(value)
    return UserWord(field, value, place)


def agreed(said: Iterable[tuple[int, Iterable[UserWord]]]) -> list[int]:
    """Those of some books, in their order, of which the operator says nothing that contradicts what he says of one
    before them: they can become one book without a word of his being lost."""
    values: dict[str, Any] = {}
    agreeing = []
    for book_id, words in said:
        own = {word.field: word.value for word in words}
        if all(values.get(name, value) == value for name, value in own.items()):
            values |= own
            agreeing.append(book_id)
    return agreeing

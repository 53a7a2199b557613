"""Reading (a file says), Finding (a web catalogue says), and Metadata: what is believed, each field with its source."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import IntEnum
from operator import attrgetter
from typing import Any

from shishod.model.book import (
    Chapter,
    Contribution,
    CoverPlace,
    Identifier,
    SeriesEntry,
    Technical,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file says of itself, nothing guessed. Empty means that the file is silent.

    `places` tells for a field where in the file it stands ("dc:title", "TIT2"); `notes` are oddities worth a look,
    each a short sentence. `part_title` is the track's own title where `title` is the whole book's. `particulars` are
    words of one trade, by name, which no other field can hold: ("volume", "3"), ("age rating", "Teen"). `playback` says
    of a film whether it can be played as it is, and `reasons` why not. `order` names the files of the book in which it
    lies, as a sidecar wants them played.
    """

    reader: str = ""
    format: str = ""
    title: str | None = None
    subtitle: str | None = None
    part_title: str | None = None
    contributions: tuple[Contribution, ...] = ()
    series: tuple[SeriesEntry, ...] = ()
    genres: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    publisher: str | None = None
    imprint: str | None = None
    date: str | None = None  # ISO 8601, as partial as it was said: 1999, 1999-05, 1999-05-01
    language: str | None = None  # BCP 47
    identifiers: tuple[Identifier, ...] = ()
    description: str | None = None  # plain text
    chapters: tuple[Chapter, ...] = ()
    cover: CoverPlace | None = None
    technical: Technical = field(default_factory=Technical)
    disc: int | None = None
    track: int | None = None
    season: int | None = None  # of a show; 0 holds what is told between two of them
    abridged: bool | None = None
    drm: str | None = None
    playback: str = ""
    reasons: tuple[str, ...] = ()
    particulars: tuple[tuple[str, str], ...] = ()
    order: tuple[str, ...] = ()
    places: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


class Source(IntEnum):
    """Whose word a field is; the lower beats the higher, and USER beats all for ever."""

    USER = 0
    SIDECAR = 1
    WEB = 2
    FILE = 3
    PATH = 4


@dataclass(frozen=True, slots=True)
class FieldSource:
    """Where a field's value came from: `place` is a file's tag, a path rule, or a provider's name and its id there.

    `at` is when it was said, where that is not when it was written.
    """

    field: str
    source: Source
    place: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UserWord:
    """What the operator said of one field; `value` None keeps it empty. `place` tells how, where it was not a set."""

    field: str
    value: Any
    place: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a web catalogue says of a book, with its name, its own id and how sure it is (0 to 1).

    `humble` is believed only where neither the user nor a file of the book says anything.
    """

    provider: str
    provider_id: str
    confidence: float
    reading: Reading
    fetched_at: datetime | None = None
    humble: Reading | None = None

    @property
    def place(self) -> str:
        """Where in the web it stands, for people."""
        return f"{self.provider} {self.provider_id}"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is believed of a book. Narrators are here for the faces; each file keeps its own as well."""

    title: str
    sort_title: str = ""
    subtitle: str | None = None
    contributions: tuple[Contribution, ...] = ()
    series: tuple[SeriesEntry, ...] = ()
    genres: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    publisher: str | None = None
    imprint: str | None = None
    date: str | None = None
    language: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    description: str | None = None
    chapters: tuple[Chapter, ...] = ()
    cover: CoverPlace | None = None
    technical: Technical = field(default_factory=Technical)
    season: int | None = None
    abridged: bool | None = None
    drm: str | None = None
    sources: tuple[FieldSource, ...] = ()


_ROWS: dict[str, type] = {
    "contributions": Contribution,
    "series": SeriesEntry,
    "identifiers": Identifier,
    "chapters": Chapter,
}
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_PAIRS = ("particulars", "places")
_FIELDS = tuple(one.name for one in fields(Reading))
_VALUES = attrgetter(*_FIELDS)
_CELLS: dict[type, Callable[[Any], tuple[Any, ...]]] = {
    cls: attrgetter(*(one.name for one in fields(cls))) for cls in (Contribution, SeriesEntry, Identifier, Technical)
}
_CELLS[Chapter] = tuple
_SILENT = _CELLS[Technical](Technical())


def _cover_row(cover: CoverPlace) -> tuple[Any, ...]:
    path = cover.path.decode("utf-8", "surrogateescape")
    return cover.member, cover.mime, cover.size, path, cover.width, cover.height


def _cover(row: list[Any]) -> CoverPlace:
    member, mime, size, path, *pixels = row  # a reading that an older version packed has no pixels
    return CoverPlace(member, mime, size, path.encode("utf-8", "surrogateescape"), *pixels)


def dump_reading(reading: Reading) -> bytes:
    """The Reading as compact JSON, silent fields left out; what a catalogue keeps so that a merge needs no disk."""
    said = {name: value for name, value in zip(_FIELDS, _VALUES(reading), strict=True) if value or value == 0}
    for name in _ROWS.keys() & said.keys():
        cells = _CELLS[_ROWS[name]]
        said[name] = [cells(one) for one in said[name]]
    if reading.cover is not None:
        said["cover"] = _cover_row(reading.cover)
    said["technical"] = _CELLS[Technical](reading.technical)
    if said["technical"] == _SILENT:
        del said["technical"]
    return _compact(said).encode("utf-8", "replace")


def load_reading(packed: bytes) -> Reading:
    """The Reading that `dump_reading` packed; fields that this version does not know are passed over."""
    known: dict[str, Any] = {}
    for name, value in json.loads(packed.decode()).items():
        if name in _ROWS:
            cls = _ROWS[name]
            known[name] = tuple([cls(*row) for row in value])
        elif name == "technical":
            known[name] = Technical(*value)
        elif name == "cover":
            known[name] = _cover(value)
        elif name in _PAIRS:
            known[name] = tuple([(key, said) for key, said in value])
        elif name in _FIELDS:
            known[name] = tuple(value) if isinstance(value, list) else value
    return Reading(**known)

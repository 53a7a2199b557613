"""Book and what belongs to it: the works of a library in the words of their field."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

_SPACES = re.compile(r"\s+")
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)(?:\s*[-–]\s*(\d+(?:\.\d+)?)|\.?[A-Za-z]{1,4})?")


class BookKind(StrEnum):
    """What a book is; a show is a Series, an episode a Book with season and number."""

    EBOOK = "ebook"
    AUDIOBOOK = "audiobook"
    COMIC = "comic"
    MOVIE = "movie"
    EPISODE = "episode"
    ALBUM = "album"


class Role:
    """MARC relator codes, as EPUB says them; others are kept as they are found."""

    AUTHOR = "aut"
    NARRATOR = "nrt"
    TRANSLATOR = "trl"
    EDITOR = "edt"
    ILLUSTRATOR = "ill"
    COMPOSER = "cmp"


class FileRole(StrEnum):
    """What a file is to its book. Only media make a book; the others join one, and are told by their names."""

    MEDIA = "media"
    SIDECAR = "sidecar"  # says what the book is, and is believed before the media
    COVER = "cover"
    SUPPLEMENT = "supplement"  # is read beside the book, and says nothing of it
    SUBTITLE = "subtitle"


class Playback(StrEnum):
    """What becomes of a file that somebody wants to see, hear or read."""

    PLAYABLE = "playable"
    NEEDS_TRANSCODE = "needs_transcode"
    LOCKED = "locked"  # by a shop, to a device or a password
    BROKEN = "broken"


class NameKind(StrEnum):
    """The kinds of names that books share, each with a table and a place in the ScanCache."""

    PERSON = "person"
    SERIES = "series"
    GENRE = "genre"
    TAG = "tag"
    PUBLISHER = "publisher"


def normal_name(name: str) -> str:
    """The form under which two spellings are one name: NFC, casefold, trimmed, inner spaces collapsed."""
    if name.isascii():
        return " ".join(name.lower().split())
    return unicodedata.normalize("NFC", _SPACES.sub(" ", unicodedata.normalize("NFC", name).casefold()).strip())


def tidy_name(name: str) -> str:
    """The form in which a name is shown: NFC, trimmed, inner spaces collapsed, its letters as they were."""
    if name.isascii():
        return " ".join(name.split())
    return _SPACES.sub(" ", unicodedata.normalize("NFC", name)).strip()


def number_range(number: str | None) -> tuple[float, float] | None:
    """First and last of "3", "1.5", "1-3", "-1" or "12A", by which they are sorted; None for what has no number."""
    match = _NUMBER.fullmatch(number.strip()) if number else None
    if match is None:
        return None
    first = float(match[1])
    return first, float(match[2]) if match[2] else first


@dataclass(frozen=True, slots=True)
class Contribution:
    """A person's part in a book; order among a role is the file's own."""

    name: str
    role: str = Role.AUTHOR
    sort_name: str = ""


@dataclass(frozen=True, slots=True)
class SeriesEntry:
    """A place in a series: "3", "1.5" or "1-3" for an omnibus; None when only the series is said."""

    name: str
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Identifier:
    """A canonical identifier: scheme in lower case ("isbn", "asin", "uuid", "doi"), value checked where it can be."""

    scheme: str
    value: str


class Chapter(NamedTuple):
    """One chapter: a time in audio (milliseconds from the book's start), a place in text (`href`)."""

    title: str
    start_ms: int | None = None
    end_ms: int | None = None
    href: str | None = None


@dataclass(frozen=True, slots=True)
class CoverPlace:
    """Where a cover lies, never its bytes: the member of an archive, the picture of a tag, a page that must be drawn
    ("page 1", whose `mime` is that of the document), or a file of its own ("").

    `path` is the file it lies in, relative to the root; empty inside a Reading, filled in by the merge. `width` and
    `height` are pixels, where its reader looked.
    """

    member: str
    mime: str = ""
    size: int | None = None
    path: bytes = b""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Technical:
    """What a medium is made of, from its own headers."""

    duration_ms: int | None = None
    bitrate: int | None = None  # bits a second
    codec: str = ""
    channels: int | None = None
    sample_rate: int | None = None  # hertz
    pages: int | None = None
    width: int | None = None  # pixels, as it is shown
    height: int | None = None

"""What all tagged sound has in common: raw tags in, the facts of a Reading out."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache, lru_cache
from itertools import chain
from typing import Any, NamedTuple

from shishod.formats.dates import partial_date
from shishod.formats.dialects import NUMBERS, TONES, Dialect
from shishod.formats.identifiers import identifier
from shishod.formats.languages import language_tag
from shishod.formats.limits import Limits
from shishod.formats.names import split_people
from shishod.formats.series import grouped_series, series_number
from shishod.formats.words import clean, in_cyrillic, plain_text
from shishod.model.book import Chapter, Contribution, CoverPlace, Identifier, Role, SeriesEntry, Technical
from shishod.model.metadata import Reading
from shishod.model.pieces import PIECES

FRONT = 3  # the type of a picture that is a front cover, in ID3 as in FLAC and ASF
_LEAST_BYTES = 26  # of a picture of any kind; a shorter one was cut off by a tag that lies
_LONGEST_S = 10 * 365 * 86_400  # what a broken header says beyond this is no duration
_REMEMBERED = 1 << 16  # characters of the tags of one track, at most
_COUNT = re.compile(r"\s*(\d{1,5})")
_GENRES = re.compile(r"\s*[;/\0]\s*")
_NO = frozenset({"no", "0", "false", "unabridged"})
_YES = frozenset({"yes", "1", "true", "abridged"})
_UNABRIDGED = re.compile(r"\(unabridged\)|\bunabridged\b", re.IGNORECASE)
_PART = re.compile(
    rf"(?:(?:{PIECES})\.?\s*"
    r"[#.:-]?\s*[\divxlc]+\b.*|[\d\s._-]+|prologue|epilogue|introduction|opening credits|end credits)",
    re.IGNORECASE,
)
_PART_AFTER = re.compile(
    r"[\s,:;._–-]*(?:\(?(?:part|disc|disk|cd|track|chapter|teil|volume)\b.*|[\d\s./of-]+)", re.IGNORECASE
)


@dataclass(slots=True)
class Tags:
    """Raw texts by the name of their tag; the first place that says something is believed, and is named."""

    texts: Mapping[str, Sequence[str]]
    limits: Limits
    places: dict[str, str] = field(default_factory=dict)

    def first(self, names: Iterable[str], fact: str) -> str:
        """The first text of the first of these tags that has one."""
        said = self.all(names, fact)
        return said[0] if said else ""

    def all(self, names: Iterable[str], fact: str) -> list[str]:
        """Every text of the first of these tags that has any."""
        texts = self.texts
        for name in names:
            if name in texts and (
                said := [in_cyrillic(text) for raw in texts[name][: self.limits.values] if (text := raw.strip(" \0"))]
            ):
                if fact:
                    self.places.setdefault(fact, name)
                return said
        return []

    def line(self, names: Iterable[str], fact: str = "") -> str | None:
        """As `first`, fit for one line; None when nothing is said."""
        return clean(self.first(names, fact), self.limits.words) or None

    def prose(self, names: Iterable[str], fact: str) -> str | None:
        """As `first`, paragraphs kept and markup gone."""
        return plain_text(self.first(names, fact), self.limits.description) or None

    def people(self, names: Iterable[str], fact: str) -> list[str]:
        """Everybody that the first speaking tag names."""
        said = self.all(names, fact)
        found = [name for text in said for name in split_people(_unjoined(text), commas=True)]
        return list(dict.fromkeys(name for one in found if (name := clean(one, self.limits.words))))

    def genres(self, names: Iterable[str]) -> tuple[str, ...]:
        """Parted at semicolons and slashes."""
        found = [genre for text in self.all(names, "genres") for genre in _GENRES.split(text)]
        return tuple(dict.fromkeys(name for one in found if (name := clean(one, self.limits.words))))

    def date(self, names: Iterable[str]) -> str | None:
        """The first of these tags that holds a date."""
        for name in names:
            if name in self.texts and (found := partial_date(clean(self.first((name,), "")))):
                self.places["date"] = name
                return found
        return None

    def language(self, names: Iterable[str]) -> str | None:
        """In BCP 47."""
        return language_tag(clean(self.first(names, "language"), 40))

    def identifiers(self, schemes: Mapping[str, str]) -> tuple[Identifier, ...]:
        """Tag name -> scheme, in order."""
        there = [(name, scheme) for name, scheme in schemes.items() if name in self.texts]
        said = [(scheme, text) for name, scheme in there for text in self.all((name,), "identifiers")]
        found = (identifier(text, scheme) for scheme, text in said)
        return tuple(dict.fromkeys(one for one in found if one is not None))

    def series(self, name: Sequence[str], number: Sequence[str], grouping: Sequence[str]) -> tuple[SeriesEntry, ...]:
        """From pairs of tags, else from a grouping that reads like one."""
        if said := self.all(name, "series"):
            place = name.index(self.places["series"])
            more = NUMBERS if name[place] == "SERIES" else TONES
            numbers = self.all([*(number[place : place + 1] or number), *more], "")
            if len(said) == 1 and said[0].count(";") == ";".join(numbers).count(";"):  # "Salt; Iron" with "2; 7"
                said, numbers = said[0].split(";"), ";".join(numbers).split(";")
            pairs = zip(said, [*numbers, *[""] * len(said)], strict=False)
            paired = len(said) == len(numbers) or len(said) == 1
            found = [self._entry(one, number if paired else "") for one, number in pairs]
        else:
            parts = [part for text in self.all(grouping, "") for part in text.split(";")]
            found = [one for part in parts if (one := grouped_series(clean(part, self.limits.words)))]
            if found:
                self.line(grouping, "series")
        return tuple({one.name: one for one in reversed(found) if one.name}.values())[::-1]

    def _entry(self, name: str, number: str) -> SeriesEntry:
        """A series whose number has a tag of its own, or stands behind its name."""
        said, place = clean(name, self.limits.words), series_number(clean(number, 40))
        return SeriesEntry(said, place) if place else grouped_series(said) or SeriesEntry(said, None)

    def number(self, names: Iterable[str]) -> int | None:
        """The 3 of "3/12"."""
        match = _COUNT.match(self.line(names) or "")
        return (int(match[1]) or None) if match else None

    def abridged(self, names: Iterable[str], *titles: str | None) -> bool | None:
        """Said by a tag, or by "(Unabridged)" in a title."""
        said = (self.line(names, "abridged") or "").casefold()
        if said in _NO or said in _YES:
            return said in _YES
        return False if any(title and _UNABRIDGED.search(title) for title in titles) else None


class Picture(NamedTuple):
    """A picture in a tag: the word it is found by, its type, and how long it is."""

    member: str
    kind: int
    mime: str
    size: int


def tagged(said: Tags, dialect: Dialect, *, title: str | None, part_title: str | None, **more: Any) -> Reading:
    """All that tags alone can say, and `more` of a Reading besides, which goes before.

    Whoever asks knows which of the titles is the book's, and the sound itself.
    """
    shared, places = _shared_by_tracks(said, dialect)
    said.places |= places
    own = {
        "title": title,
        "part_title": part_title,
        "disc": said.number(dialect.disc),
        "track": said.number(dialect.track),
        "abridged": said.abridged(dialect.abridged, title, part_title),
    }
    return Reading(**(shared | own | {"places": tuple(said.places.items())} | more))


def _shared_by_tracks(said: Tags, dialect: Dialect) -> tuple[dict[str, Any], dict[str, str]]:
    """What the tags say that are equal in all tracks of a book: it is made of them once, for the next that says it."""
    names = _names_shared(dialect)
    texts = tuple([(name, tuple(told)) for name, told in said.texts.items() if name in names])
    small = sum([len(text) for _, told in texts for text in told]) <= _REMEMBERED
    return (_facts if small else _facts.__wrapped__)(texts, dialect, said.limits)


@cache
def _names_shared(dialect: Dialect) -> frozenset[str]:
    groups = ("title", "disc", "track", "abridged")
    names = [getattr(dialect, one.name) for one in fields(dialect) if one.name not in groups]
    return frozenset(chain.from_iterable(names))


@lru_cache(maxsize=8)
def _facts(
    texts: tuple[tuple[str, tuple[str, ...]], ...], dialect: Dialect, limits: Limits
) -> tuple[dict[str, Any], dict[str, str]]:
    """Fields of a Reading, and the places that they come from; neither is changed by who is given them."""
    said = Tags(dict(texts), limits)
    narrators = said.people(dialect.narrators, "narrators")
    composers = said.people(dialect.composers, "" if narrators else "narrators")
    if not narrators:
        narrators, composers = composers, []
    authors = _authors(said, dialect, narrators)
    facts = {
        "subtitle": said.line(dialect.subtitle, "subtitle"),
        "contributions": contributions(authors, narrators, said.line(dialect.sort_names) or "", composers),
        "series": said.series(dialect.series, dialect.numbers, dialect.grouping),
        "genres": said.genres(dialect.genres),
        "publisher": said.line(dialect.publisher, "publisher"),
        "date": said.date(dialect.dates),
        "language": said.language(dialect.language),
        "identifiers": said.identifiers(dialect.identifiers),
        "description": said.prose(dialect.description, "description"),
    }
    return facts, said.places


def _authors(said: Tags, dialect: Dialect, narrators: Sequence[str]) -> list[str]:
    """Whom the first tag names; not its narrators, where another tag names the rest of it alone."""
    authors = said.people(dialect.authors, "contributions")
    rest = [name for name in authors if name not in narrators]
    if rest and len(rest) < len(authors) and any(said.people((name,), "") == rest for name in dialect.authors):
        return rest
    return authors


def tagged_track(said: Tags, dialect: Dialect, **more: Any) -> Reading:
    """As `tagged`, of a file that is a track: its album is the book, its title the part."""
    title = said.line((*dialect.album, *dialect.title), "title")
    return tagged(said, dialect, title=title, part_title=said.line(dialect.title, "part_title"), **more)


def technical(stream: Any, codec: str) -> Technical:
    """Of a stream as mutagen describes it; what it does not know, or cannot be, is left out."""
    seconds = getattr(stream, "length", 0) or 0
    return Technical(
        duration_ms=round(seconds * 1000) or None if 0 < seconds < _LONGEST_S else None,
        bitrate=int(getattr(stream, "bitrate", 0) or 0) or None,
        codec=codec,
        channels=int(getattr(stream, "channels", 0) or 0) or None,
        sample_rate=getattr(stream, "sample_rate", 0) or None,
    )


def front_cover(pictures: Iterable[Picture], limits: Limits, notes: list[str]) -> CoverPlace | None:
    """The front cover, else the first picture there is."""
    for picture in sorted(pictures, key=lambda picture: picture.kind != FRONT):
        if picture.size > limits.cover_bytes:
            notes.append(f"the cover {picture.member} is larger than {limits.cover_bytes} bytes")
        elif picture.size >= _LEAST_BYTES:
            said = clean(picture.mime, 100).lower()
            mime = said if "/" in said else f"image/{said.replace('jpg', 'jpeg')}"
            return CoverPlace(picture.member, "" if mime == "image/" else mime, picture.size)
    return None


def contributions(
    authors: Sequence[str], narrators: Sequence[str], sort_name: str = "", composers: Sequence[str] = ()
) -> tuple[Contribution, ...]:
    """Authors first; a sort name belongs to a single author only. A composer is one where he is nobody else."""
    sort_name = sort_name if len(authors) == 1 else ""
    return (
        *(Contribution(name, Role.AUTHOR, sort_name) for name in authors),
        *(Contribution(name, Role.NARRATOR) for name in narrators),
        *(Contribution(name, Role.COMPOSER) for name in composers if name not in (*authors, *narrators)),
    )


def looks_like_part(title: str, album: str) -> bool:
    """Whether a track's title is that of a piece: "Chapter 3", "017", or the album's name and a number."""
    if _PART.fullmatch(title):
        return True
    return title.casefold().startswith(album.casefold()) and bool(_PART_AFTER.fullmatch(title[len(album) :]))


def tidy_chapters(
    marks: Iterable[tuple[str, int, int | None]], duration_ms: int | None, limits: Limits
) -> tuple[Chapter, ...]:
    """(title, start, end) in milliseconds made sound: in order, inside the book, each ending where the next begins."""
    last = duration_ms or None
    starts: dict[int, tuple[str, int | None]] = {}
    for title, start, end in marks:
        if start >= 0 and (last is None or start < last or start == 0):
            starts.setdefault(start, (clean(in_cyrillic(title), limits.words), end))
    ordered = sorted(starts.items())[: limits.chapters]
    chapters = []
    for place, (start, (title, end)) in enumerate(ordered):
        following = ordered[place + 1][0] if place + 1 < len(ordered) else last
        sound = end is not None and start < end and (following is None or end <= following)
        chapters.append(Chapter(title or f"Chapter {place + 1}", start, end if sound else following))
    return tuple(chapters)


def _unjoined(text: str) -> str:
    """ID3v2.3 joins people by slashes; no name has one."""
    return text.replace("/", ";") if "/" in text and "://" not in text else text

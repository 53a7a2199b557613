"""metadata.json, as Audiobookshelf keeps it beside a book."""

import json
import math
from collections.abc import Iterator
from typing import Any

from shishod.errors import BrokenFile
from shishod.formats.dates import partial_date
from shishod.formats.identifiers import identifier
from shishod.formats.languages import language_tag
from shishod.formats.limits import Limits
from shishod.formats.series import grouped_series, series_number
from shishod.formats.source import whole
from shishod.formats.words import clean, plain_text
from shishod.model.book import Chapter, Contribution, Identifier, Role, SeriesEntry
from shishod.model.metadata import Reading

_PLACES = {"contributions": "authors", "date": "publishedDate", "identifiers": "isbn, asin"}


def read(path: bytes, limits: Limits) -> Reading:
    """Source: Audiobookshelf 2, which writes the fields flat, and before 2.3 below "metadata".

    A field of another type than it should have is passed over; the others are read.
    """
    said = _object(whole(path, limits.text_bytes))
    nested = said.get("metadata")
    fields = _Fields(said | nested if isinstance(nested, dict) else said, limits)
    facts = {
        "title": fields.line("title"),
        "subtitle": fields.line("subtitle"),
        "contributions": tuple(fields.people()),
        "series": tuple(fields.series()),
        "genres": fields.lines("genres"),
        "tags": fields.lines("tags"),
        "publisher": fields.line("publisher"),
        "date": partial_date(fields.line("publishedDate")) or partial_date(fields.line("publishedYear")),
        "language": language_tag(fields.line("language") or ""),
        "identifiers": tuple(fields.identifiers()),
        "description": fields.prose("description"),
        "abridged": fields.truth("abridged"),
        "chapters": tuple(fields.chapters()),
    }
    places = tuple((name, _PLACES.get(name, name)) for name, value in facts.items() if value not in (None, ()))
    return Reading(reader="audiobookshelf", format="json", places=places, **facts)  # type: ignore[arg-type]


def _object(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # JSONDecodeError and UnicodeDecodeError are ValueErrors
        text = f"it is named as metadata in JSON, but is none ({error}); the book is read without it"
        raise BrokenFile("not-json", text) from error
    if not isinstance(said, dict):
        raise BrokenFile("not-json", "the JSON in it is no object with fields; the book is read without it")
    return said


class _Fields:
    """The fields of an object from a stranger, each asked for as what it should be."""

    def __init__(self, said: dict[str, Any], limits: Limits) -> None:
        self._said = said
        self._limits = limits

    def line(self, name: str) -> str | None:
        return _line(self._said.get(name), self._limits)

    def prose(self, name: str) -> str | None:
        text = self._said.get(name)
        return (plain_text(text, self._limits.description) or None) if isinstance(text, str) else None

    def truth(self, name: str) -> bool | None:
        """Audiobookshelf writes false where it knows nothing, so only a true one is a word."""
        return True if self._said.get(name) is True else None

    def lines(self, name: str) -> tuple[str, ...]:
        said = (one for one in self._rows(name) if isinstance(one, str))
        return tuple(dict.fromkeys(text for one in said if (text := _line(one, self._limits))))

    def people(self) -> Iterator[Contribution]:
        for name, role in (("authors", Role.AUTHOR), ("narrators", Role.NARRATOR)):
            yield from (Contribution(one, role) for one in self.lines(name))

    def series(self) -> Iterator[SeriesEntry]:
        """ "Name #3" a line; before 2.0 an object each."""
        for row in self._rows("series")[: self._limits.values]:
            said = row if isinstance(row, dict) else {"name": row if isinstance(row, str) else None}
            if name := _line(said.get("name"), self._limits):
                number = series_number(_line(said.get("sequence"), self._limits))
                yield SeriesEntry(name, number) if number else grouped_series(name) or SeriesEntry(name)

    def identifiers(self) -> Iterator[Identifier]:
        for scheme in ("isbn", "asin"):
            if found := identifier(self.line(scheme), scheme):
                yield found

    def chapters(self) -> Iterator[Chapter]:
        """In seconds from the book's start."""
        for number, row in enumerate(self._rows("chapters")[: self._limits.chapters], 1):
            start = _ms(row.get("start")) if isinstance(row, dict) else None
            if start is not None:
                yield Chapter(_line(row.get("title"), self._limits) or f"Chapter {number}", start, _ms(row.get("end")))

    def _rows(self, name: str) -> list[Any]:
        rows = self._said.get(name)
        return rows[: max(self._limits.values, self._limits.chapters)] if isinstance(rows, list) else []


def _line(value: Any, limits: Limits) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63:
        value = str(value)  # a year, or a title that is a number
    return (clean(value, limits.words) or None) if isinstance(value, str) else None


def _ms(seconds: Any) -> int | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < 1e9:
        return None
    return round(seconds * 1000) if math.isfinite(seconds) else None

"""Ageing: when what is known of a book is old enough to be asked for again; the younger the book, the sooner."""

import re
from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, Protocol

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ages:
    """How long what is known of a book stays fresh, by how long ago it was released; days, the youngest first.

    `steps` are pairs: a book that was released fewer days ago than the first is fresh for the second. `beyond` is for
    those that are older than every step, `undated` for those that name no date.
    """

    steps: tuple[tuple[float, float], ...] = ((30, 3), (180, 14), (365, 30), (1825, 90))
    beyond: float = 180
    undated: float = 90

    @property
    def shortest(self) -> timedelta:
        """Nothing is older than it may be before this."""
        return min(days for days in (*(days for _, days in self.steps), self.beyond, self.undated)) * _DAY

    def fresh_for(self, released: str | None, now: datetime) -> timedelta:
        """How long what is known of a book stays fresh that was released on this date, told as ISO 8601 tells it."""
        day = day_of(released)
        if day is None:
            return self.undated * _DAY
        age = (now.astimezone(UTC).date() - day).days
        return next((fresh for under, fresh in self.steps if age < under), self.beyond) * _DAY

    def stale(self, released: str | None, known_since: datetime, now: datetime) -> bool:
        """Whether what has been known since then is to be asked for again."""
        return now - known_since >= self.fresh_for(released, now)


def day_of(released: str | None) -> date | None:
    """The day that a date names; the last that it may mean where it names but a year or a month. None for no date."""
    match = _DATE.match(released or "")
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        if year is None or month is None:
            return date(year or 0, 12, 31)
        if day is None:
            return date(year, month, monthrange(year, month)[1])
        return date(year, month, day)
    except ValueError:
        return None


class Aged(NamedTuple):
    """A book that is INDEXED, the date of its release, and since when what is known of it has been known."""

    book_id: int
    released: str | None
    known_since: datetime


class Refreshes(Protocol):
    """What a REFRESH asks of the catalogue. A book is STALE where one of its media is. Safe to call from any thread."""

    def aged(self, before: datetime, after: Aged | None, limit: int) -> list[Aged]:
        """INDEXED books that nothing new has been known of since before a moment, the longest first, behind `after`."""

    def grow_stale(self, book_ids: Collection[int]) -> int:
        """Set STALE on the INDEXED media of these books; how many files it was."""

    def stale(self, after: int, limit: int) -> list[int]:
        """STALE books under roots of this configuration, in id order behind `after`."""

    def mark_fresh(self, book_ids: Collection[int], now: datetime) -> int:
        """They have been asked for again: INDEXED, and known since now; how many books it was."""

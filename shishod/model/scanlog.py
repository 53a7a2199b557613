"""ScanLog: what a scan said while it ran, line by line."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Protocol

LEVELS = ("debug", "info", "warning", "error")  # in the order of their weight
_BEGINNING = datetime(1, 1, 2, tzinfo=UTC)  # a day for the zones that a database may tell it in


class LogLine(NamedTuple):
    """`facts` are plain values, as JSON has them."""

    scan_id: str
    at: datetime
    level: str
    text: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which lines of a scan: from a level on, with words in the sentence or its facts, after the last of a page."""

    scan_id: str
    level: str = "debug"
    words: str = ""
    after: int = 0
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Keeping:
    """How many ended scans are remembered, and for how many seconds they and what they said are."""

    scans: int = 500
    scans_s: float = math.inf
    lines_s: float = math.inf

    def since(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        """From when on scans, and lines, are remembered; None where it is for ever."""
        return _before(now, self.scans_s), _before(now, self.lines_s)


def _before(now: datetime, span_s: float) -> datetime | None:
    """So long ago, at the earliest when the calendar begins: who means for ever may write a span longer than that."""
    if math.isinf(span_s):
        return None
    return now - timedelta(seconds=min(span_s, (now - _BEGINNING).total_seconds()))


class ScanLog(Protocol):
    """The lines of scans as rows, which go with their scan."""

    def write_log(self, lines: Sequence[LogLine]) -> None:
        """Add lines, all at once."""

    def scan_log(self, query: LogQuery) -> tuple[list[dict[str, Any]], int | None]:
        """A page of lines ready for JSON, the oldest first, and the id to go on after, None at the end."""

    def forget_scans(
        self, keep: int, scans_before: datetime | None = None, lines_before: datetime | None = None
    ) -> int:
        """Forget the oldest ended scans beyond so many and those asked for before a moment, with their lines, and all
        lines before another; returns how many scans."""


class Sayer(Protocol):
    """Where a scan's words go; returns soon and raises nothing."""

    def __call__(self, scan_id: str, level: str, text: str, /, **facts: Any) -> None: ...


def unheard(_scan_id: str, _level: str, _text: str, /, **_facts: Any) -> None:
    """For a scan that nobody listens to."""

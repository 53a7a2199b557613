"""Journal: what scans say, gathered and written down many lines at once."""

from typing import Any

from shishod import log
from shishod.clock import CLOCK, Clock
from shishod.errors import Unreachable
from shishod.model.progress import ScanSnapshot
from shishod.model.scanlog import LogLine, ScanLog
from shishod.work.guard import Guarded

_log = log.get(__name__)
MOST = 200  # lines that are written together
EVERY_S = 1.0  # after which the next line takes those before it along
KEPT = 10_000  # while the database does not answer


class Journal:
    """Shared: by every thread that works for a scan. Its words are kept until so many or so old are written together;
    whoever reads them, and whoever ends a scan, has the rest written first.
    """

    def __init__(self, kept: ScanLog, clock: Clock = CLOCK) -> None:
        self._kept = kept
        self._clock = clock
        self._lines: Guarded[list[LogLine]] = Guarded([])
        self._wrote_s = clock.monotonic_s()

    def say(self, scan_id: str, level: str, text: str, /, **facts: Any) -> None:
        """A line of a scan, at this moment."""
        with self._lines as lines:
            lines.append(LogLine(scan_id, self._clock.now(), level, text, facts))
            due = len(lines) >= MOST or self._clock.monotonic_s() - self._wrote_s >= EVERY_S
        if due:
            self.flush()

    def flush(self) -> None:
        """Write what has been said; what cannot be written is kept for the next time, the newest of it."""
        with self._lines as lines:
            waiting, lines[:] = list(lines), []
            self._wrote_s = self._clock.monotonic_s()
        if not waiting:
            return
        try:
            self._kept.write_log(waiting)
        except Unreachable as error:
            _log.debug("the words of a scan cannot be written; they are kept", lines=len(waiting), error=str(error))
            with self._lines as lines:
                lines[:0] = waiting[-max(KEPT - len(lines), 0) :] if len(lines) < KEPT else []


def ending(last: ScanSnapshot) -> dict[str, Any]:
    """What a scan that has ended tells of itself in one line."""
    took = (last.ended_at - last.started_at).total_seconds() if last.ended_at and last.started_at else 0.0
    return {
        "status": last.status,
        "seconds": round(took, 2),
        "books_new": last.books_new,
        "books_changed": last.books_changed,
        "read": last.succeeded,
        "failed": last.failed,
        "unchanged": last.unchanged,
        "missing": last.missing,
        "reason": last.reason,
        **dict(last.cache),
    }

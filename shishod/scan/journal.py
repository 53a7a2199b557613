"""Journal: what scans say, gathered and written down many lines at once."""

import math
from collections import deque
from collections.abc import Sequence
from typing import Any

from shishod import log
from shishod.clock import CLOCK, Clock
from shishod.errors import Unreachable
from shishod.model.progress import ScanSnapshot
from shishod.model.scanlog import LogLine, ScanLog
from shishod.work.guard import Guarded
from shishod.work.turns import Turns

_log = log.get(__name__)
MOST = 200  # lines that are written together
EVERY_S = 1.0  # after which the next line takes those before it along
KEPT = 10_000  # while the database does not answer


class Journal:
    """Shared: by every thread that works for a scan. Its words are kept until so many or so old are written together;
    whoever reads them, and whoever ends a scan, has the rest written first, and waits for what another is writing.
    """

    def __init__(self, kept: ScanLog, clock: Clock = CLOCK) -> None:
        self._kept = kept
        self._clock = clock
        self._lines: Guarded[deque[LogLine]] = Guarded(deque(maxlen=KEPT))
        self._turns = Turns()  # taken and written by one at a time, so that lines are written as they were said
        self._wrote_s = clock.monotonic_s()
        self._not_before_s = self._wrote_s

    def say(self, scan_id: str, level: str, text: str, /, **facts: Any) -> None:
        """A line of a scan, at this moment; waits for no other writer, and for none that has just failed."""
        with self._lines as lines:
            lines.append(LogLine(scan_id, self._clock.now(), level, text, facts))
            now_s = self._clock.monotonic_s()
            due = now_s >= self._not_before_s and (len(lines) >= MOST or now_s - self._wrote_s >= EVERY_S)
            if due:
                self._not_before_s = math.inf  # until what waits has been written, or not
        if due:
            self.flush()

    def flush(self) -> None:
        """Write what has been said; what cannot be written is kept for the next time, the newest of it."""
        with self._turns.alone():
            with self._lines as lines:
                waiting = list(lines)
                lines.clear()
                self._not_before_s = math.inf
            left = self._write(waiting)
            with self._lines as lines:
                newer = list(lines)
                lines.clear()
                lines.extend([*left, *newer])
                self._wrote_s = self._clock.monotonic_s()
                self._not_before_s = self._wrote_s + (EVERY_S if left else 0.0)

    def _write(self, waiting: Sequence[LogLine]) -> Sequence[LogLine]:
        """Returns what may be written later."""
        try:
            if waiting:
                self._kept.write_log(waiting)
        except Unreachable as error:
            _log.debug("the words of a scan cannot be written; they are kept", lines=len(waiting), error=str(error))
            return waiting
        except Exception as error:  # noqa: BLE001 - a scan must not fail for what is said of it
            _log.error(
                "the words of a scan were refused; they are lost, and nothing else", lines=len(waiting), exc_info=error
            )
        return ()


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

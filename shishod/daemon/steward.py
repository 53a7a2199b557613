"""Steward: how many workers there are, and whether they work at all, by what the machine shows or somebody says."""

import threading
from collections.abc import Callable
from typing import Any

from shishod import log
from shishod.clock import CLOCK, Clock
from shishod.daemon.pausing import Pause, PauseNote
from shishod.errors import Refused
from shishod.model.pressure import Bounds, Gauge, Level, Staff, decide
from shishod.model.ticket import Errand
from shishod.work.load import LoadMeter
from shishod.work.pool import WorkerPool
from shishod.work.queue import TicketQueue
from shishod.work.settings import MOST, PressureSettings

_log = log.get(__name__)
LOOK_EVERY_S = 2.0
OPERATOR = "the operator has paused all work"
PRESSURE = "the machine has nothing left to work with"


class Steward:
    """Shared: by the tick that looks at the machine, and the faces that give orders and ask for reasons.

    A machine at rest is not looked at. While the operator has named a number, the load is told and changes nothing. A
    pause outlives the daemon: its note is read as the next one begins.
    """

    def __init__(
        self,
        queue: TicketQueue,
        pool: WorkerPool,
        settings: PressureSettings,
        bounds: Bounds,
        *,
        fixed: int | None,
        done: Callable[[], int],
        note: PauseNote,
        clock: Clock = CLOCK,
        meter: LoadMeter | None = None,
    ) -> None:
        self._queue = queue
        self._pool = pool
        self._settings = settings
        self._bounds = bounds
        self._fixed = fixed
        self._done = done
        self._now, self._now_s = clock.now, clock.monotonic_s
        self._meter = meter or LoadMeter()
        self._lock = threading.Lock()
        self._gauge = Gauge()
        self._staff = Staff(fixed or bounds.usual, since_s=self._now_s())
        self._looked_s = float("-inf")
        self._note = note
        self._pause = note.read()
        if self._pause is not None:
            self._queue.hold(OPERATOR)
            _log.info("paused as before the restart", by=self._pause.by, since=self._pause.since.isoformat())

    def tick(self) -> None:
        """Look at the machine and act on it; to be called every few seconds."""
        now_s = self._now_s()
        waiting = self._queue.waiting()[Errand.INSPECT]
        with self._lock:
            if self._pause is not None and self._pause.over(self._now()):
                self._resume_locked("its time is over")
            at_rest = not waiting and not self._queue.in_hand() and self._gauge.level is Level.NORMAL
            if at_rest or now_s - self._looked_s < LOOK_EVERY_S:
                return
            self._looked_s = now_s
            sample = self._meter.sample(now_s, self._done(), waiting)
            before = self._gauge.level
            self._gauge = self._gauge.seen(sample, self._settings.limits(), self._settings.cooldown)
            if self._gauge.level is not before:
                _log.info("the load has changed", load=self._gauge.level, reason=self._gauge.reason)
            if self._fixed is None:
                self._apply_locked(decide(self._staff, self._gauge, sample, self._bounds))

    def strained(self) -> bool:
        """Whether what can wait should: the load is not normal."""
        with self._lock:
            return self._gauge.level is not Level.NORMAL

    def set_workers(self, count: int | None) -> dict[str, Any]:
        """So many from now on, whatever the load; None leaves it to the load again. Raises Refused."""
        if count is not None and not 1 <= count <= MOST:
            raise Refused(f"{count} workers cannot be: it is 1 to {MOST}, or auto", hint="to have none, pause")
        with self._lock:
            self._fixed = count
            wanted, reason = (
                (count, "the operator says so") if count else (self._bounds.usual, "left to the load again")
            )
            self._apply_locked(Staff(wanted, reason, self._now_s(), self._done()))
        return self.report()

    def pause(self, for_s: float | None = None, by: str = "") -> dict[str, Any]:
        """Begin nothing more until `resume`, or for so many seconds; what is in hand is finished.

        What would end after the calendar does lasts until `resume`.
        """
        with self._lock:
            self._pause = pause = Pause.lasting(self._now(), for_s, by)
            self._note.write(pause)
            self._queue.hold(OPERATOR)
            until = pause.until.isoformat() if pause.until else "resumed"
            _log.info("paused; what changes meanwhile is kept in mind", until=until, by=by)
        return self.report()

    def resume(self) -> dict[str, Any]:
        """Go on. Raises Refused where nobody has paused."""
        with self._lock:
            if self._pause is None:
                raise Refused("nothing is paused", hint="`shishoctl status` tells what is going on")
            self._resume_locked("the operator says so")
        return self.report()

    def report(self) -> dict[str, Any]:
        """The level, how many work, and why; `paused` says by whose word nobody does, "" while they do."""
        with self._lock:
            pause = self._pause
            left_s = None if pause is None else pause.left_s(self._now())
            return {
                "level": str(self._gauge.level),
                "level_reason": self._gauge.reason,
                "workers": self._staff.workers,
                "fixed": self._fixed is not None,
                "reason": self._staff.reason,
                "paused": ", ".join(sorted(self._queue.holds())),
                "paused_by": "" if pause is None else pause.by,
                "paused_since": None if pause is None else pause.since.isoformat(),
                "paused_for_s": left_s if left_s is None else round(left_s, 1),
            }

    def _apply_locked(self, staff: Staff) -> None:
        before, self._staff = self._staff, staff
        if staff.workers == before.workers:
            return
        _log.info("the number of workers changes", workers=staff.workers, before=before.workers, reason=staff.reason)
        if staff.workers:
            self._pool.resize(staff.workers)
            self._queue.lift(PRESSURE)
        else:
            self._queue.hold(PRESSURE)

    def _resume_locked(self, reason: str) -> None:
        self._pause = None
        self._note.clear()
        self._queue.lift(OPERATOR)
        _log.info("work goes on", reason=reason)

"""StallCheck: notices walks that hang in a call into their root, and hires another thread in their place."""

from shishod import log
from shishod.clock import CLOCK, Clock
from shishod.model.ticket import FolderSubject
from shishod.scan.sweep import Sweep
from shishod.scan.sweeper import Sweeper
from shishod.work.pool import WorkerPool

_log = log.get(__name__)


class StallCheck:
    """Asked by the supervisor at every tick; it touches no library path."""

    def __init__(self, sweeper: Sweeper, walkers: WorkerPool, stall_after_s: float, clock: Clock = CLOCK) -> None:
        self._sweeper = sweeper
        self._walkers = walkers
        self._stall_after_s = stall_after_s
        self._clock = clock
        self._seen: dict[Sweep, tuple[int, float]] = {}  # beats, and when they were first so many

    def __call__(self) -> None:
        now_s = self._clock.monotonic_s()
        before, self._seen = self._seen, {}
        for subject, sweep in self._sweeper.walking().items():
            if sweep.abandoned:
                continue
            beats, since_s = sweep.pulse.beats, now_s
            if sweep in before and before[sweep][0] == beats:
                since_s = before[sweep][1]
            self._seen[sweep] = beats, since_s
            if now_s - since_s >= self._stall_after_s:
                self._sweeper.abandon(subject, sweep)
                self._replace(subject)
                _log.warning("a walker hangs in its root; another takes its place", **sweep.about)

    def _replace(self, subject: FolderSubject) -> None:
        for hand in self._walkers.hands():
            if any(ticket.subject == subject for ticket in hand.tickets):
                self._walkers.replace(hand.worker)

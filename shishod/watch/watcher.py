"""Watcher: all roots watched, each by itself, and none of them able to stop the others or the house."""

import threading
from collections.abc import Callable, Sequence, Set
from dataclasses import replace

from shishod import log
from shishod.clock import CLOCK, Clock
from shishod.model.library import Root
from shishod.watch.limits import Allowance
from shishod.watch.root import ARMED, Asks, RootWatcher
from shishod.watch.settings import WatchSettings
from shishod.watch.settle import Growing
from shishod.watch.standing import Mode, RootWatch
from shishod.work.stop import StopSignal

BEAT_S = 1.0
MUSTER_S = 10.0  # a root that takes longer to arm is scanned before, and once more after
GLANCE_S = 0.02  # between two looks whether all are armed

_log = log.get(__name__)


class Watcher:
    """Shared: by the supervisor, which starts and stops it, and by the faces, which ask how roots are watched.

    Its own loop touches no library: it beats, and replaces a root's thread that has died. Arming happens on the
    threads of the roots, so that `start` returns at once however many folders there are.
    """

    def __init__(
        self,
        roots: Sequence[Root],
        settings: WatchSettings,
        asks: Asks,
        *,
        suffixes: Set[bytes],
        clock: Clock = CLOCK,
        when_armed: Callable[[], object] | None = None,
    ) -> None:
        """`when_armed` asks for a scan of all roots, once they have been armed after a start; so P8's gap has no width.

        Without it each root asks for its own as soon as it is armed.
        """
        self._roots = tuple(roots)
        self._settings = settings
        self._asks = replace(asks, rescan=self._rescan)
        self._ask_rescan = asks.rescan
        self._when_armed = when_armed
        self._suffixes = suffixes
        self._clock = clock
        self._allowance = Allowance(settings.share)
        self._watchers: tuple[RootWatcher, ...] = ()
        self._stop = StopSignal()
        self._thread: threading.Thread | None = None
        self._begun_s = self._beat_s = clock.monotonic_s()
        self._mustered = True

    def start(self) -> None:
        """Begin, anew if need be; where watching is switched off there is nothing to begin but the beat."""
        self.stop(BEAT_S)  # what is left of an earlier start would ask for everything a second time
        self._stop = StopSignal()
        self._begun_s = self._beat_s = self._clock.monotonic_s()
        self._mustered = self._when_armed is None
        self._watchers = tuple(map(self._begin, self._roots)) if self._settings.enabled else ()
        self._thread = threading.Thread(target=self._run, args=(self._stop,), name="watch", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float = 2.0) -> bool:
        """Let go of all watches; False when a dead disk still holds a thread at the end of the time."""
        deadline_s = self._clock.monotonic_s() + timeout_s
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout_s)
        for watcher in self._watchers:
            watcher.stop()
        ended = [watcher.join(deadline_s - self._clock.monotonic_s()) for watcher in self._watchers]
        return all(ended)

    def status(self) -> tuple[RootWatch, ...]:
        """One row a root, in the order given; never touches a library."""
        if not self._settings.enabled:
            reason = "watching is switched off; scheduled scans find changes"
            return tuple(RootWatch(root.id, Mode.OFF, reason=reason) for root in self._roots)
        if not self._watchers:
            return tuple(RootWatch(root.id, Mode.ARMING) for root in self._roots)
        return tuple(watcher.status() for watcher in self._watchers)

    def waiting(self) -> tuple[tuple[int, Growing], ...]:
        """Files that have been changing for long, each with its root's id."""
        return tuple((watcher.root.id, one) for watcher in self._watchers for one in watcher.waiting())

    def check_soon(self) -> None:
        """Something was mounted or unmounted: let every root look at once whether it is still itself."""
        for watcher in self._watchers:
            watcher.check_soon()

    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def last_beat_s(self) -> float:
        """Monotonic time of the loop's last turn."""
        return self._beat_s

    def _begin(self, root: Root) -> RootWatcher:
        watcher = RootWatcher(root, self._settings, self._asks, self._suffixes, self._allowance, clock=self._clock)
        watcher.start()
        return watcher

    def _run(self, stop: StopSignal) -> None:
        while not stop.wait(BEAT_S if self._mustered else GLANCE_S):
            self._beat_s = self._clock.monotonic_s()
            if not all(watcher.alive() for watcher in self._watchers):
                self._watchers = tuple(map(self._replaced, self._watchers))
            if not self._mustered:
                self._muster()

    def _muster(self) -> None:
        """Ask for the first scan when every root is armed, or has taken too long."""
        late = self._clock.monotonic_s() > self._begun_s + MUSTER_S
        if late or all(watcher.begun for watcher in self._watchers):
            self._mustered = True
            assert self._when_armed is not None  # else nobody would have waited
            self._when_armed()

    def _rescan(self, root_id: int, why: str) -> None:
        """Pass it on, but for the first scan's: that one is asked for once all roots are armed."""
        if self._mustered or why != ARMED:
            self._ask_rescan(root_id, why)

    def _replaced(self, watcher: RootWatcher) -> RootWatcher:
        """A fresh watcher for one whose thread died; arming it asks for the rescan that makes good what it missed."""
        if watcher.alive():
            return watcher
        _log.error("the watch of a folder died and is begun anew", library=watcher.root.library, root=watcher.root.path)
        return self._begin(watcher.root)

"""RootWatcher: one root's watch, from arming to asking for walks, on a thread that may be lost to a dead disk."""

import errno
import logging
import math
import os
import threading
from collections.abc import Callable, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shishod import log
from shishod.clock import Clock
from shishod.model.ignore import RULE_FILES
from shishod.model.library import Root, WatchWay
from shishod.mounts import asleep, tells_of_changes
from shishod.paths import base
from shishod.watch.ground import Ground, find, leads_to
from shishod.watch.inbox import Fault, Inbox
from shishod.watch.limits import Allowance, Limits, remedy
from shishod.watch.pace import LastLook, Polls, Retries, Storms
from shishod.watch.settings import WatchSettings, of_library
from shishod.watch.settle import Growing, Kind, Settler, Shape
from shishod.watch.sieve import Sieve
from shishod.watch.standing import Mode, RootWatch
from shishod.work.stop import StopSignal

if TYPE_CHECKING:
    from shishod.watch.sentry import Sentry

PACE_S = 0.02  # between two turns, so that a storm of events is folded and not followed
REARM_S = 1.0  # a watch that dies at once is not made anew faster than this
STALLED_S = 20.0  # a turn that takes longer is a disk that does not answer
LONGEST_IDLE_S = 3600.0
ARMED = "armed"  # why a root is looked over whose watch has begun

_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Asks:
    """Whom a watcher asks for work; all must return at once.

    A walk is of one folder alone, with the names in it that have come to rest: every folder of a tree that arrives is
    asked for by itself. A rescan is of a whole root, with the reason why events alone do not tell the truth about it.
    A poll is of a whole root too, by its folders' times alone; `looked` says when the last look at a root ended.
    What changes now is walked and read once it has come to rest: who reads may `expect` it.
    """

    walk: Callable[[int, bytes, frozenset[bytes]], None]
    rescan: Callable[[int, str], None]
    poll: Callable[[int], None] = lambda _: None
    looked: Callable[[int], LastLook | None] = lambda _: None
    expect: Callable[[], None] = lambda: None


class RootWatcher:
    """Its thread `watch-<root id>` alone touches the root; `status` and `waiting` may be asked from any thread.

    Every fault has one cure: let go of all watches, arm anew, ask for a rescan.
    """

    def __init__(
        self,
        root: Root,
        settings: WatchSettings,
        asks: Asks,
        suffixes: Set[bytes],
        allowance: Allowance,
        *,
        clock: Clock,
    ) -> None:
        self.root = root
        self.begun = root.ways.watch is WatchWay.OFF  # whether it was armed once, or found that it cannot be
        self._settings = of_library(settings, root.ways)
        self._asks = asks
        self._suffixes = suffixes
        self._allowance = allowance
        self._clock = clock
        self._stop = StopSignal()
        self._inbox = Inbox()
        self._settler = Settler(self._settings, self._shape)
        self._growing: tuple[Growing, ...] = ()
        self._polls, self._storms, self._retries = Polls(self._settings.poll_interval), Storms(), Retries()
        self._sentry: Sentry | None = None
        self._ground: Ground | None = None  # what was last armed or polled
        self._real = root.path  # where it was last found
        self._limits: Limits | None = None  # where they were too low
        self._room = 0  # for more watches, when that was last asked
        self._status = RootWatch(root.id, Mode.ARMING)
        self._busy_since_s: float | None = None
        self._blind = False  # the mount table could not be read when it was last asked
        self._check_s = self._armed_s = -math.inf
        self._ruled_s = math.inf  # when to look anew at all that a changed file with rules may be about
        self._cure_s, self._why = -math.inf, ARMED  # when to arm anew, and why; "" when there is no reason to
        if self.begun:
            self._check_s, self._why = math.inf, ""
            self._status = RootWatch(root.id, Mode.OFF, reason="the configuration says so; scans alone find changes")
        self._thread = threading.Thread(target=self._run, name=f"watch-{root.id}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; it lets go of its watches by itself."""
        self._stop.set()
        self._inbox.wake()

    def join(self, timeout_s: float) -> bool:
        """Whether the thread has ended. One that a dead disk holds does not."""
        self._thread.join(max(0.0, timeout_s))
        return not self._thread.is_alive()

    def alive(self) -> bool:
        return self._thread.is_alive()

    def check_soon(self) -> None:
        """Somebody has mounted or unmounted something."""
        if self.root.ways.watch is not WatchWay.OFF:
            self._check_s = -math.inf
            self._inbox.wake()

    def status(self) -> RootWatch:
        """How the root is watched; never touches it."""
        status, sentry, busy_since_s = self._status, self._sentry, self._busy_since_s
        status = replace(status, overflows=self._storms.count)
        if sentry is not None:
            status = replace(status, armed=sentry.armed, needed=sentry.needed)
        if not math.isinf(self._polls.next_s):
            status = replace(status, poll_s=self._polls.interval_s)
        if busy_since_s is not None and self._clock.monotonic_s() - busy_since_s > STALLED_S:
            reason = "the disk has not answered for a while; its books are left as they are"
            status = replace(status, reason=reason, remedy="look at the disk, or at the server behind it")
        return status

    def waiting(self) -> tuple[Growing, ...]:
        """Files that have been changing for longer than `max_wait`, as of the last turn."""
        return self._growing

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self._busy_since_s = self._clock.monotonic_s()
                self._turn(self._busy_since_s)
                self._busy_since_s = None
                if not self._stop.wait(PACE_S):
                    self._inbox.wait(self._idle_s())
        finally:
            self._disarm()

    def _turn(self, now_s: float) -> None:
        notes, faults = self._inbox.take()
        for path, kind in notes.items():
            if base(path) in RULE_FILES:
                self._ruled_s = now_s + self._settings.settle_quiet
            elif not self._settler.note(path, kind, now_s):
                faults.add(Fault.OVERFLOW)
        if notes:
            self._status = replace(self._status, last_event_at=self._clock.now())
            if any(kind is not Kind.GONE for kind in notes.values()):
                self._asks.expect()
        self._heed(faults, now_s)
        if now_s >= self._check_s:
            self._check_s = now_s + self._settings.check_every
            self._check(now_s)
        if self._why and now_s >= self._cure_s:
            self._cure()
        if self._polls.due(now_s, self._asks.looked(self.root.id)):
            self._poll(now_s)
        if now_s >= self._ruled_s:
            self._ruled_s = math.inf
            self._asks.rescan(self.root.id, "rules")
        for settled in self._settler.due(now_s):
            self._asks.walk(self.root.id, settled.folder, settled.names)
        self._growing = self._settler.waiting(now_s, self._settings.max_wait)

    def _idle_s(self) -> float:
        moments = [self._check_s, self._settler.next_due_s(), self._cure_s if self._why else None, self._polls.next_s]
        moments.append(self._ruled_s)
        next_s = min(moment for moment in moments if moment is not None)
        return min(LONGEST_IDLE_S, max(0.0, next_s - self._clock.monotonic_s()))

    def _heed(self, faults: Set[Fault], now_s: float) -> None:
        if Fault.OVERFLOW in faults:
            self._plan(Fault.OVERFLOW, self._storms.cure_s(now_s, begun=self._why == Fault.OVERFLOW))
        if Fault.LIMIT in faults and self._say_degraded():
            self._asks.rescan(self.root.id, Fault.LIMIT)
        for fault in faults & {Fault.UNMOUNTED, Fault.MOVED, Fault.DEAD}:
            self._plan(fault, now_s)

    def _check(self, now_s: float) -> None:
        """Compare the root with what is armed: the kernel does not tell of everything that can become of a folder."""
        if self._sentry is not None:
            self._sentry.let_go()
            self._allowance.need(self.root.id, self._sentry.needed)
        if self._asleep():
            return  # an automount that has expired; to look would wake it
        if self._ground is not None and self._ground.far and self._ground.same_mount():
            return  # over the wire it is asked only when it is polled
        self._compare(now_s)
        if self._sentry is not None and not self._sentry.alive():
            self._plan(Fault.DEAD, now_s)
        elif self._allowance.excess(self.root.id) or (self._limits is not None and self._grants_more(now_s)):
            self._plan(ARMED, now_s)

    def _compare(self, now_s: float) -> None:
        found, before = leads_to(self.root.path), self._ground.identity if self._ground is not None else None
        if found != before:
            self._plan("vanished" if found is None else "changed" if before else ARMED, now_s)

    def _grants_more(self, now_s: float) -> bool:
        """Whether the kernel, or another root, may have watches by now; asked ever more rarely while it has none."""
        self._allowance.renew()
        if self._allowance.limits != self._limits:
            self._retries.reset()
            return True
        before, self._room = self._room, self._allowance.room(self.root.id)
        if self._sentry is None:
            return self._retries.due(now_s)
        return (self._room > before or self._retries.due(now_s)) and self._sentry.try_one()

    def _poll(self, now_s: float) -> None:
        if self._asleep():
            return
        self._compare(now_s)
        if self._ground is not None and not self._why:
            self._polls.asked(now_s)
            self._asks.poll(self.root.id)

    def _plan(self, why: str, at_s: float) -> None:
        """Arm anew at a moment; only an overflow, which waits for the storm to end, gives way to another reason."""
        if self._why in ("", Fault.OVERFLOW):
            self._why, self._cure_s = why, max(at_s, self._armed_s + REARM_S)

    def _cure(self) -> None:
        sleeps = self._asleep()
        if self._blind:
            self._cure_s = self._clock.monotonic_s() + REARM_S
            return
        why, self._why = self._why, ""
        was_armed, before, first = self._sentry is not None, self._ground, self._armed_s == -math.inf
        self._disarm()
        if sleeps:
            self._ground, self.begun = None, True
            self._unwatched(Mode.OFF, "its automount has expired until somebody uses it")
            return
        if was_armed and why != ARMED:
            _log.warning(
                "events may be lost; the folder is watched anew and scanned",
                library=self.root.library,
                root=self.root.path,
                why=why,
            )
        self._status = replace(self._status, mode=Mode.ARMING)
        self._arm()
        self._armed_s = self._clock.monotonic_s()
        if why == Fault.OVERFLOW:
            self._storms.cured(self._armed_s)
        now = self._ground
        returned = not first and now is not None and (before is None or before.identity != now.identity)
        if was_armed or returned or self._sentry is not None:
            self._asks.rescan(self.root.id, why)
        self.begun = True

    def _arm(self) -> None:
        self._ground = None
        try:
            self._ground = find(self.root.path)
        except OSError as error:
            self._unwatched(Mode.OFF, f"the folder cannot be reached ({error.strerror})", "mount or create it")
            return
        self._real = self._ground.real
        if self.root.ways.watch is WatchWay.POLL:
            self._unwatched(Mode.POLL, "the configuration says so")
        elif self.root.ways.watch is WatchWay.AUTO and not tells_of_changes(self._ground.fstype):
            self._unwatched(Mode.POLL, f"{self._ground.fstype} does not tell of changes made elsewhere")
        else:
            self._begin_events()

    def _begin_events(self) -> None:
        from shishod.watch.sentry import Sentry  # and watchdog: the threads of the roots wait for it, READY does not

        self._allowance.renew()
        limits, ways = self._allowance.limits, self.root.ways
        sieve = Sieve(self._real, self._suffixes, ways.ignore, ways.follow_symlinks)
        try:
            self._sentry = Sentry(self.root.id, sieve, self._inbox, self._allowance)
        except OSError as error:
            self._limits = limits if error.errno == errno.EMFILE else None
            cure = remedy(error, limits, self._allowance.needed())
            self._unwatched(Mode.POLL, f"the kernel refuses to watch it ({error.strerror})", cure)
            return
        self._allowance.need(self.root.id, self._sentry.needed)
        if self._sentry.armed < self._sentry.needed:
            self._say_degraded()
            return
        self._limits = None
        self._polls.end()
        self._status = replace(self._status, mode=Mode.EVENTS, reason="", remedy="")
        _log.info("folder is watched", library=self.root.library, root=self.root.path, folders=self._sentry.armed)

    def _say_degraded(self) -> bool:
        """Tell which share of the folders is deaf, and poll from now on; whether that is news."""
        if self._sentry is None:
            return False
        news = self._limits is None
        self._limits = self._allowance.limits
        self._allowance.need(self.root.id, self._sentry.needed)
        self._polls.begin(self._clock.monotonic_s())
        cure = remedy(OSError(errno.ENOSPC, ""), self._limits, self._allowance.needed())
        reason = f"{self._limits.watches_by} is {self._limits.watches:,}, of which {self._settings.share:.0%} are ours"
        self._status = replace(self._status, mode=Mode.DEGRADED, reason=reason, remedy=cure)
        if news:
            _log.warning(
                "not every folder can be watched; the rest is polled",
                library=self.root.library,
                root=self.root.path,
                armed=self._sentry.armed,
                needed=self._sentry.needed,
                poll_s=self._polls.interval_s,
                remedy=cure,
            )
        return news

    def _unwatched(self, mode: Mode, reason: str, cure: str = "") -> None:
        told = {"library": self.root.library, "root": self.root.path, "reason": reason, "remedy": cure}
        self._allowance.need(self.root.id, 0)
        if mode is Mode.OFF:
            reason += "; its books are left as they are"
            self._polls.end()
        else:
            self._polls.begin(self._clock.monotonic_s())
        if reason != self._status.reason:
            level = logging.WARNING if cure or mode is Mode.OFF else logging.INFO
            _log.log(level, f"folder is {'polled' if mode is Mode.POLL else 'not watched'}", **told)
        self._status = replace(self._status, mode=mode, reason=reason, remedy=cure, armed=0, needed=None)

    def _asleep(self) -> bool:
        """Whether the root is an automount that has expired; while that cannot be asked it is left alone likewise."""
        try:
            sleeps = asleep(self._real)
        except OSError as error:
            if not self._blind:
                _log.warning(
                    "the mount table cannot be read; the folder is not looked at until it can",
                    library=self.root.library,
                    root=self.root.path,
                    error=str(error),
                )
            self._blind = True
            return True
        self._blind = False
        return sleeps

    def _disarm(self) -> None:
        sentry, self._sentry = self._sentry, None
        if sentry is not None:
            sentry.end()

    def _shape(self, path: bytes) -> Shape | None:
        try:
            seen = os.stat(os.path.join(self._real, path), follow_symlinks=False)
        except OSError:
            return None
        return seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns

"""ProcessRunner: runs in processes of their own with limits, so that a hang, a crash or a bomb costs one thing."""

import multiprocessing
import pickle
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from shishod import log
from shishod.work.runners import Failed, blame
from shishod.work.runners.confined import Limits
from shishod.work.runners.ground import Ground, Standing
from shishod.work.runners.inline import STOPPED
from shishod.work.runners.lane import Lane, Lost
from shishod.work.runners.nursery import NURSERY

T = TypeVar("T")
R = TypeVar("R")
LEARNT = 0.5  # what the newest call counts for, in the share of time that is computed
UNREAD = Failed("unread", "one before it hung, and the caller wants to know that first")
BARREN = (
    "Nothing was lost, and it is tried again by itself. Look at what memory and how many tasks are left (systemctl"
    " status shishod), and if that is well, start shishod anew"
)
Todo = deque[tuple[int, bytes]]  # a thing by its index, packed

_log = log.get(__name__)


def _pack(thing: object) -> bytes | Failed:
    try:
        return pickle.dumps(thing)
    except Exception as error:  # noqa: BLE001 - a thing's own pickling may raise anything
        return blame(error)


def lanes(processes: int, most: int, computing: float) -> int:
    """How many may run at once that compute for such a share of their time, so that `processes` of them do."""
    return min(most, max(processes, round(processes / max(computing, 0.01))))


class Outcomes(dict[int, Any]):
    """What became of the things of one call, by their places."""

    def __init__(self, told: Callable[[int], object] | None) -> None:
        super().__init__()
        self._told = told

    def add(self, at: int, outcome: object) -> None:
        """A thing was tried."""
        self[at] = outcome
        if self._told is not None:
            self._told(at)


class ProcessRunner:
    """Shared: by every worker; as many calls run at once as there are `processes`, the others wait.

    A call has a process to itself, and each thing is answered as soon as it is done, so it is always known which one a
    process died of; what it had not come to goes on in another. A crash or lack of memory is blamed on a thing only
    when it happens in a process that has done nothing else. Nothing here waits for a process to die.

    Where processes wait for a disk more than they compute, there are more of them than `processes`, up to `most`.
    """

    def __init__(
        self,
        processes: int,
        *,
        most: int = 0,
        nice: int = 10,
        limit_s: float = 30.0,
        memory_bytes: int = 512 * 2**20,
        ground: Ground | None = None,
        writable: Sequence[bytes] = (),
        preload: Sequence[str] = (),
        idle_s: float = 60.0,
        max_tasks: int = 500,
    ) -> None:
        self._processes = processes
        self._most = max(most, processes)
        self._computing = 1.0  # the share of its time that a process computes
        self._limit_s = limit_s
        self._limits = Limits(memory_bytes, limit_s, nice=nice)
        self._ground = ground
        self._writable = tuple(writable)
        self._confined_by: str | None = None
        self._idle_s = idle_s
        self._max_tasks = max_tasks
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["shishod.work.runners.confined", *preload])
        self._lock = threading.Lock()
        self._room = threading.Condition(self._lock)
        self._closing = threading.Condition(self._lock)
        self._lanes: set[Lane] = set()
        self._idle: list[tuple[float, Lane]] = []  # the longest idle first; the last is taken first
        self._running = 0
        self._tidying = self._expecting = False
        self._barren = False  # it was said that no process can be started
        self._closed = False
        self._counts = dict.fromkeys(("things", "started", "timeout", "crash", "memory"), 0)

    def run(
        self,
        function: Callable[[T], R],
        things: Sequence[T],
        *,
        to_the_end: bool = True,
        told: Callable[[int], object] | None = None,
    ) -> list[R | Failed]:
        call = _pack(function)
        packed = [call if isinstance(call, Failed) else _pack(thing) for thing in things]
        outcomes = Outcomes(told)
        outcomes |= {at: thing for at, thing in enumerate(packed) if isinstance(thing, Failed)}
        todo = deque((at, thing) for at, thing in enumerate(packed) if isinstance(thing, bytes))
        if todo and isinstance(call, bytes) and self._enter():
            try:
                self._carry(call, todo, outcomes, to_the_end)
            finally:
                self._leave()
        return [outcomes.get(at, STOPPED) for at in range(len(things))]

    def warm(self) -> None:
        """Start the fork server and one process."""
        if self._enter():
            try:
                self._lay_by(self._launch())
            except Lost as lost:
                self._say_barren(lost.text)
            finally:
                self._leave()

    def expect(self) -> None:
        with self._lock:
            begin = not (self._lanes or self._running or self._expecting or self._closed)
            self._expecting |= begin
        if begin:
            threading.Thread(target=self._make_ahead, name="run-warm", daemon=True).start()

    def _make_ahead(self) -> None:
        try:
            self.warm()
        finally:
            with self._lock:
                self._expecting = False

    def close(self) -> None:
        with self._lock:
            self._closed = True
            for _, lane in self._idle:
                lane.end()
                self._lanes.discard(lane)
            self._idle.clear()
            for lane in self._lanes:
                lane.kill()
            self._room.notify_all()
            self._closing.notify_all()

    def stats(self) -> dict[str, int]:
        with self._lock:
            allowed = lanes(self._processes, self._most, self._computing)
            return {"processes": len(self._lanes), "running": self._running, "allowed": allowed, **self._counts}

    def confinement(self) -> str:
        if self._ground is None:
            return "off (work.sandbox)"
        with self._lock:
            by = self._confined_by
        return "not in use yet" if by is None else by or "none: this kernel offers neither Landlock nor seccomp"

    def _enter(self) -> bool:
        with self._lock:
            self._room.wait_for(self._has_room_locked)
            self._running += not self._closed
            return not self._closed

    def _has_room_locked(self) -> bool:
        return self._closed or self._running < lanes(self._processes, self._most, self._computing)

    def _leave(self) -> None:
        with self._lock:
            self._running -= 1
            self._room.notify()

    def _learn(self, took_ns: int, computed_ns: int) -> None:
        """What one call says of how much its process waited; room may have been made."""
        share = min(computed_ns / max(took_ns, 1), 1.0)
        with self._lock:
            self._computing += (share - self._computing) * LEARNT
            self._room.notify_all()

    def _carry(self, call: bytes, todo: Todo, outcomes: Outcomes, to_the_end: bool) -> None:
        """Have everything done, in one process after another for as long as processes are lost over it."""
        lane = self._take_idle()
        fresh = lane is None
        while todo:
            try:
                lane = lane or self._launch()
            except Lost as lost:
                if not self._closed:
                    self._say_barren(lost.text)
                    outcomes |= {at: Failed("unable", f"{lost.text}. {BARREN}") for at, _ in todo}
                return
            lost_by = self._attempt(lane, call, todo, outcomes)
            if lost_by is None or self._closed:
                return
            self._count(lost_by.reason)
            if lost_by.reason == "timeout" or (fresh and not lane.answers):
                at, _ = todo.popleft()
                outcomes.add(at, Failed(lost_by.reason, lost_by.text))
            if lost_by.reason == "timeout" and not to_the_end:
                outcomes |= {at: UNREAD for at, _ in todo}
                return
            lane, fresh = None, True

    def _attempt(self, lane: Lane, call: bytes, todo: Todo, outcomes: Outcomes) -> Lost | None:
        """Use one process for as much as it can do; it is kept for the next call only if that was all."""
        keep = False
        try:
            self._feed(lane, call, todo, outcomes)
            keep = True
        except Lost as lost:
            return lost
        finally:
            (self._lay_by if keep else self._bury)(lane)
        return None

    def _feed(self, lane: Lane, call: bytes, todo: Todo, outcomes: Outcomes) -> None:
        began_ns, computed_ns = lane.took_ns, lane.computed_ns()
        lane.send(call, [thing for _, thing in todo])
        while todo:
            self._take(lane, lane.receive(self._limit_s, len(todo)), todo, outcomes)
        if computed_ns is not None and (ended_ns := lane.computed_ns()) is not None:
            self._learn(lane.took_ns - began_ns, ended_ns - computed_ns)

    def _take(self, lane: Lane, answers: Sequence[bytes], todo: Todo, outcomes: Outcomes) -> None:
        before = lane.answers
        try:
            for answer in answers:
                try:
                    outcome = pickle.loads(answer)  # noqa: S301 - from our own process
                except Exception as error:  # noqa: BLE001 - a result's own unpickling may raise anything
                    outcome = blame(error)
                if isinstance(outcome, Failed) and outcome.reason == "memory":
                    raise Lost(outcome.reason, outcome.text)
                lane.answers += 1
                at, _ = todo.popleft()
                outcomes.add(at, outcome)
        finally:
            self._count("things", lane.answers - before)

    def _launch(self) -> Lane:
        sandbox = self._ground.sandbox(self._writable) if self._ground else None
        lane = Lane(self._context, replace(self._limits, sandbox=sandbox))
        with self._lock:
            self._lanes.add(lane)
            self._counts["started"] += 1
            if self._closed:
                lane.kill()
        try:
            lane.await_ready()
        except Lost:
            self._bury(lane)
            raise
        self._note(lane.standing)
        return lane

    def _note(self, standing: Standing) -> None:
        """Say once what holds the processes in, where it is not all that we know of."""
        with self._lock:
            before, self._confined_by = self._confined_by, standing.by
            self._barren = False
        lacking = [one for one in ("landlock", "seccomp") if one not in standing.by]
        if before is None and lacking and self._ground:
            _log.warning("the processes that read files are not confined in full", by=standing.by, lacking=lacking)

    def _say_barren(self, reason: str) -> None:
        """Once, until one could be started again."""
        with self._lock:
            before, self._barren = self._barren, not self._closed
        if self._barren and not before:
            _log.warning("no process to read files in could be started; it is tried again", reason=reason)

    def _bury(self, lane: Lane) -> None:
        lane.end()
        with self._lock:
            self._lanes.discard(lane)

    def _take_idle(self) -> Lane | None:
        """The last that was laid by, and that may read what there is to read by now."""
        while True:
            with self._lock:
                lane = self._idle.pop()[1] if self._idle else None
            if lane is None or self._ground is None or self._ground.carries(lane.standing, self._writable):
                return lane
            self._bury(lane)

    def _lay_by(self, lane: Lane) -> None:
        """Keep a process for the next call, unless it has served long enough for leaks to matter."""
        with self._lock:
            keep = not self._closed and lane.calls < self._max_tasks
            if keep:
                self._idle.append((time.monotonic(), lane))
            if keep and not self._tidying:
                self._tidying = True
                threading.Thread(target=self._tidy, name="run-tidy", daemon=True).start()
        if not keep:
            self._bury(lane)

    def _tidy(self) -> None:
        """Retire processes that have been idle for `idle_s`, and what they are made of; ends when none is idle."""
        with self._lock:
            while self._idle and not self._closed:
                since_s, lane = self._idle[0]
                wait_s = since_s + self._idle_s - time.monotonic()
                if wait_s > 0:
                    self._closing.wait(wait_s)
                    continue
                del self._idle[0]
                self._lanes.discard(lane)
                lane.end()
            self._tidying = False
            retired = not self._lanes and not self._closed
        if retired:
            NURSERY.rest()

    def _count(self, what: str, many: int = 1) -> None:
        with self._lock:
            self._counts[what] += many

"""WorkerPool: the worker threads, each of which claims, runs the errand and finishes."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from shishod import log
from shishod.metrics import Spread
from shishod.model.ticket import Errand, Ticket
from shishod.work.queue import TicketQueue
from shishod.work.stop import StopSignal

Carry = Callable[[Sequence[Ticket]], None]

_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Hand:
    """What a worker has in hand, and since when in monotonic time; an idle worker has nothing."""

    worker: str
    tickets: tuple[Ticket, ...]
    since_s: float


@dataclass(eq=False, slots=True)
class _Worker:
    thread: threading.Thread = field(init=False)
    tickets: tuple[Ticket, ...] = ()
    since_s: float = field(default_factory=time.monotonic)
    dismissed: bool = False  # to leave after what it has in hand


class WorkerPool:
    """Shared: by its workers, and by whoever watches over them.

    An errand that raises is logged and its tickets are finished: a worker never dies of its work. Threads are
    daemonic, so that one which is stuck on a dead share cannot keep the process alive.
    """

    def __init__(  # noqa: PLR0917 - in the order in which they are said
        self,
        name: str,
        queue: TicketQueue,
        errands: Mapping[Errand, Carry],
        workers: int,
        stop: StopSignal,
        chunk: Mapping[Errand, int] | None = None,
    ) -> None:
        self._name = name
        self._queue = queue
        self._errands = dict(errands)
        self._wanted = workers
        self._stop = stop
        self._chunk = dict(chunk or {})
        self._lock = threading.Lock()
        self._workers: list[_Worker] = []
        self._hired = 0
        self._failures = 0
        self.took = Spread("shishod_scan_seconds", "phase")

    def start(self) -> None:
        self.resize(self._wanted)

    def resize(self, workers: int) -> None:
        """Hire or dismiss; a dismissed worker first ends what it has in hand, or the next that it was waiting for."""
        with self._lock:
            self._wanted = workers
            for surplus in self._workers[workers:]:
                surplus.dismissed = True
            del self._workers[workers:]
            while len(self._workers) < workers:
                self._workers.append(self._hire_locked())

    def replace(self, worker: str) -> bool:
        """Give up a worker that is stuck and hire another; False when there is none of that name.

        What it has in hand is laid down: it may never come back, and who asks for the same is not to wait for it. When
        it does come back it ends.
        """
        with self._lock:
            stuck = next((one for one in self._workers if one.thread.name == worker), None)
            if stuck is None:
                return False
            stuck.dismissed = True
            self._workers[self._workers.index(stuck)] = self._hire_locked()
            tickets = stuck.tickets
        for ticket in tickets:
            self._queue.finish(ticket)
        return True

    def join(self, timeout_s: float | None = None) -> bool:
        """Close the queue, so that nobody waits for more, and wait for the workers; False when some still work."""
        self._queue.close()
        deadline_s = None if timeout_s is None else time.monotonic() + timeout_s
        with self._lock:
            threads = [worker.thread for worker in self._workers]
        for thread in threads:
            thread.join(None if deadline_s is None else max(deadline_s - time.monotonic(), 0))
        return not any(thread.is_alive() for thread in threads)

    def hands(self) -> tuple[Hand, ...]:
        with self._lock:
            return tuple(Hand(worker.thread.name, worker.tickets, worker.since_s) for worker in self._workers)

    def alive(self) -> bool:
        """Whether every worker that should be there is; stuck ones are alive."""
        with self._lock:
            return len(self._workers) == self._wanted and all(worker.thread.is_alive() for worker in self._workers)

    def failures(self) -> int:
        """How many errands raised."""
        with self._lock:
            return self._failures

    def _hire_locked(self) -> _Worker:
        worker = _Worker()
        worker.thread = threading.Thread(
            target=self._work, args=(worker,), name=f"{self._name}-{self._hired}", daemon=True
        )
        self._hired += 1
        worker.thread.start()
        return worker

    def _work(self, worker: _Worker) -> None:
        while not (worker.dismissed or self._stop.is_set()) and self._turn(worker):
            pass

    def _turn(self, worker: _Worker) -> bool:
        """Carry out what is claimed next; False when the queue is closed. Nothing of it outlives the turn: who waits
        for the next would keep all that a scan knew."""
        tickets = self._queue.claim_some(self._chunk, self._errands)
        if not tickets:
            return False
        self._hold(worker, tuple(tickets))
        try:
            self._errands[tickets[0].errand](tickets)
        except BaseException:  # noqa: BLE001 - whatever an errand does, its worker lives on
            _log.exception(
                "an errand failed; its tickets are laid down", errand=tickets[0].errand, tickets=len(tickets)
            )
            with self._lock:
                self._failures += 1
        finally:
            self.took.observe(str(tickets[0].errand), time.monotonic() - worker.since_s)
            for ticket in tickets:
                self._queue.finish(ticket)
            self._hold(worker, ())
        return True

    def _hold(self, worker: _Worker, tickets: tuple[Ticket, ...]) -> None:
        with self._lock:
            worker.tickets = tickets
            worker.since_s = time.monotonic()

"""Hands: threads that carry one call after another; who asks the next waits for no thread to be born."""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

REST_S = 10.0


class Hands:
    """Shared: by the loop that gives out the calls and the threads that carry them. There are as many threads as calls
    go on at once; one that has had nothing to do for `rest_s` ends.

    A thread that is started is waited for until it has had its turn of the interpreter, which during a scan takes its
    time, and the loop serves nobody meanwhile. They are daemonic: one that hangs on a dead share keeps nobody.
    """

    def __init__(self, rest_s: float = REST_S) -> None:
        self._rest_s = rest_s
        self._lock = threading.Lock()
        self._resting: list[SimpleQueue[Callable[[], None]]] = []

    def carry(self, call: Callable[[], None]) -> None:
        """Have it called by a thread, at once; it must not raise."""
        with self._lock:
            inbox = self._resting.pop() if self._resting else None  # the latest: the others may end
        if inbox is None:
            inbox = SimpleQueue()
            threading.Thread(target=self._work, args=(inbox,), name="control-call", daemon=True).start()
        inbox.put(call)

    def _work(self, inbox: SimpleQueue[Callable[[], None]]) -> None:
        while (call := self._next(inbox)) is not None:
            call()
            del call  # what it holds is not kept until the next
            with self._lock:
                self._resting.append(inbox)

    def _next(self, inbox: SimpleQueue[Callable[[], None]]) -> Callable[[], None] | None:
        try:
            return inbox.get(timeout=self._rest_s)
        except Empty:
            with self._lock:
                if inbox in self._resting:
                    self._resting.remove(inbox)
                    return None
        return inbox.get()  # it was chosen in that very moment

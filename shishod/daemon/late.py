"""Late: a part whose start takes a while and that nobody waits for."""

import threading
from collections.abc import Callable


class Late:
    """Starts a part in a thread of its own. One owner: the supervisor's thread; `alive` may be asked from any.

    It counts as alive from before its start until it is known to be dead.
    """

    def __init__(self, name: str, start: Callable[[], object], stop: Callable[[], object], alive: Callable[[], bool]):
        self._name, self._start, self._stop, self._alive = name, start, stop, alive
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._start, name=f"start-{self._name}", daemon=True)
        self._thread.start()

    def stop(self, limit_s: float) -> None:
        """A start that goes on is waited for, as nobody could stop what it has not yet made."""
        if self._thread is not None:
            self._thread.join(limit_s)
        self._stop()

    def alive(self) -> bool:
        return self._thread is None or self._thread.is_alive() or self._alive()

"""InlineRunner: runs in the calling thread."""

import importlib
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from shishod.work.runners import Failed, blame

T = TypeVar("T")
R = TypeVar("R")

STOPPED = Failed("stopped", "shishod is stopping; it will be tried again at the next start")


class InlineRunner:
    """Shared: by every worker, one at a time. For debugging and tiny machines, by choice only.

    There is no limit here: what hangs keeps its thread, and what crashes or fills the memory takes the daemon along.
    """

    def __init__(self, preload: Sequence[str] = ()) -> None:
        self._preload = tuple(preload)
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._turn = threading.Lock()  # parsers written in C are not all made for two threads: PDFium is not
        self._things = 0

    def run(
        self,
        function: Callable[[T], R],
        things: Sequence[T],
        *,
        to_the_end: bool = True,
        told: Callable[[int], object] | None = None,
    ) -> list[R | Failed]:
        del to_the_end  # what hangs here hangs for good
        with self._lock:
            self._things += len(things)
        outcomes: list[R | Failed] = []
        for at, thing in enumerate(things):
            outcomes.append(self._one(function, thing))
            if told is not None and outcomes[at] is not STOPPED:
                told(at)
        return outcomes

    def warm(self) -> None:
        """Import what the work will need, and have all work wait for that: two threads that import modules which import
        each other may meet them half made."""
        with self._turn:
            for module in self._preload:
                importlib.import_module(module)

    def expect(self) -> None:
        """What a call needs is imported by the first."""

    def close(self) -> None:
        self._closed.set()

    def confinement(self) -> str:
        return "none: files are read in the daemon itself (work.runner)"

    def stats(self) -> dict[str, int]:
        with self._lock:
            return {"processes": 0, "things": self._things}

    def _one(self, function: Callable[[T], R], thing: T) -> R | Failed:
        if self._closed.is_set():
            return STOPPED
        try:
            with self._turn:
                return function(thing)
        except MemoryError:
            return Failed("memory", "there was not enough memory")
        except BaseException as error:  # noqa: BLE001 - parsers raise anything; the outcome says what
            return blame(error)

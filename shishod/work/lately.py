"""Lately: what takes long to tell, told as it was a moment ago to who cannot wait for it."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from shishod import log
from shishod.errors import Unreachable

T = TypeVar("T")
RESTS_S = 1.0  # between two answers that nobody waits for
_log = log.get(__name__)


class Lately(Generic[T]):
    """Shared: by all who ask.

    Who is in a hurry gets the last answer if its making began less than `stale_s` ago, and the next is made behind him.
    Everybody else waits for one that is made for him now, and hears what it raises. An answer is as old as the moment
    at which its making began, and one that began earlier never takes the place of one that began later.
    """

    def __init__(
        self, tell: Callable[[], T], stale_s: float = 3.0, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._tell = tell
        self._stale_s = stale_s
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._last: tuple[float, T] | None = None
        self._making = False

    def ask(self, *, hurried: bool) -> T:
        """What `tell` answers, or answered lately."""
        if hurried and (lately := self._lately()) is not None:
            self.refresh()
            return lately[1]
        return self._make()

    def at_hand(self) -> T | None:
        """The last answer if its making began less than `stale_s` ago; has none made, and returns at once."""
        lately = self._lately()
        return lately and lately[1]

    def refresh(self) -> None:
        """Have the next answer made by a thread of its own, unless one is new or being made; returns at once."""
        with self._lock:
            rested = self._last is None or self._monotonic_s() - self._last[0] >= RESTS_S
            begin = rested and not self._making
            self._making |= begin
        if begin:
            threading.Thread(target=self._make_behind, name="lately", daemon=True).start()

    def last(self) -> T | None:
        """The last answer, however old."""
        with self._lock:
            return self._last[1] if self._last is not None else None

    def _lately(self) -> tuple[float, T] | None:
        with self._lock:
            last = self._last
        return last if last is not None and self._monotonic_s() - last[0] < self._stale_s else None

    def _make(self) -> T:
        began_s = self._monotonic_s()
        told = self._tell()
        with self._lock:
            if self._last is None or self._last[0] <= began_s:
                self._last = began_s, told
        return told

    def _make_behind(self) -> None:
        try:
            self._make()
        except Unreachable as error:
            _log.debug("no newer answer could be had; who asks when this one is old hears it", error=str(error))
        finally:
            with self._lock:
                self._making = False

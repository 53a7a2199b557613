"""Bulletin: the latest events in order, for listeners that come and go at their own pace."""

import pickle
import threading
from collections import deque
from datetime import datetime
from itertools import islice
from typing import Any

from shishod.clock import CLOCK, Clock
from shishod.model.event import KINDS, Event

KEPT = 10_000  # of which a listener that is slower than so many misses the oldest, and sees it by their numbers


class Bulletin:
    """Shared: by every room that tells and every face that listens. Nobody who tells ever waits for a listener."""

    def __init__(self, kept: int = KEPT, clock: Clock = CLOCK) -> None:
        self._clock = clock
        self._told = threading.Condition(threading.Lock())
        self._events: deque[tuple[int, datetime, str, bytes]] = deque(maxlen=kept)  # packed: a third of the room
        self._number = 0

    def tell(self, kind: str, /, **facts: Any) -> None:
        """It has happened now."""
        assert kind in KINDS, kind
        packed = pickle.dumps(facts)
        with self._told:
            self._number += 1
            self._events.append((self._number, self._clock.now(), kind, packed))
            self._told.notify_all()

    def newest(self) -> int:
        """The number of the last event, 0 before the first."""
        with self._told:
            return self._number

    def since(self, number: int, limit: int = 500) -> list[Event]:
        """The first events after a number, as far as they are still kept."""
        with self._told:
            return self._since_locked(number, limit)

    def wait(self, number: int, timeout_s: float, limit: int = 500) -> list[Event]:
        """The same, waiting so long for the first of them."""
        with self._told:
            self._told.wait_for(lambda: self._number > number, timeout_s)
            return self._since_locked(number, limit)

    def wake(self) -> None:
        """Have every listener look whether it is to end."""
        with self._told:
            self._told.notify_all()

    def _since_locked(self, number: int, limit: int) -> list[Event]:
        if not self._events or number >= self._number:
            return []
        begin = max(0, number + 1 - self._events[0][0])
        some = islice(self._events, begin, begin + limit)
        return [Event(at_number, at, kind, pickle.loads(facts)) for at_number, at, kind, facts in some]  # noqa: S301 - ours

"""Inbox: what the kernel said of one root since it was last asked, folded so that no storm can fill the memory."""

import threading
from enum import StrEnum

from shishod.watch.settle import LIMIT, Kind


class Fault(StrEnum):
    """What makes the kernel's hints incomplete; each ends in a rescan."""

    OVERFLOW = "overflow"  # more changes than the kernel keeps; some were dropped
    UNMOUNTED = "unmounted"
    MOVED = "moved"  # the root itself was renamed or deleted
    LIMIT = "limit"  # a folder could not be watched
    DEAD = "dead"  # a thread of the watch ended by itself


class Inbox:
    """Shared: by the thread that reads the kernel's events and the one that settles them. Writing never blocks."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._news = threading.Condition()
        self._notes: dict[bytes, Kind] = {}
        self._faults: set[Fault] = set()
        self._woken = False

    def note(self, path: bytes, kind: Kind) -> None:
        """Put a change down; the later word on a path replaces the earlier."""
        with self._news:
            if path not in self._notes and len(self._notes) >= self._limit:
                self._faults.add(Fault.OVERFLOW)
            else:
                self._notes[path] = kind
            self._wake_locked()

    def fault(self, fault: Fault) -> None:
        with self._news:
            self._faults.add(fault)
            self._wake_locked()

    def wake(self) -> None:
        """End the wait of the one who reads."""
        with self._news:
            self._wake_locked()

    def take(self) -> tuple[dict[bytes, Kind], set[Fault]]:
        """All that was put down, which is then forgotten here."""
        with self._news:
            notes, faults = self._notes, self._faults
            self._notes, self._faults, self._woken = {}, set(), False
            return notes, faults

    def wait(self, timeout_s: float) -> None:
        """Return as soon as there is something, or after `timeout_s`."""
        with self._news:
            self._news.wait_for(lambda: self._woken, timeout_s)

    def _wake_locked(self) -> None:
        self._woken = True
        self._news.notify()

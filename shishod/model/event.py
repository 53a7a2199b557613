"""Event: something that has happened, told to whoever listens."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

KINDS = ("scan-started", "scan-ended", "book-new", "book-changed", "root-state")


class Event(NamedTuple):
    """`number` counts from 1 since the daemon's start; `facts` are plain values, as JSON has them."""

    number: int
    at: datetime
    kind: str
    facts: Mapping[str, Any]


class Teller(Protocol):
    """Where a room says what has happened; returns at once, and raises nothing."""

    def __call__(self, kind: str, /, **facts: Any) -> None: ...


def to_nobody(_kind: str, /, **_facts: Any) -> None:
    """A teller for rooms that nobody listens to."""

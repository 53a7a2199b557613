"""Time as an argument: the wall clock and the monotonic one, handed in so that tests can wind them by hand."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def utc_now() -> datetime:
    """The wall clock, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` tells the wall time for records; `monotonic_s` measures waits and never steps."""

    now: Callable[[], datetime] = utc_now
    monotonic_s: Callable[[], float] = time.monotonic


CLOCK = Clock()

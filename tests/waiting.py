"""Waiting for something to become true, with a deadline; nothing in the tests sleeps and hopes."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(condition: Callable[[], T], deadline_s: float = 10.0, why: str = "", turn_s: float = 0.01) -> T:
    """The first true answer of `condition`, asked every turn; an AssertionError that says `why` after the deadline."""
    end = time.monotonic() + deadline_s
    pause = threading.Event()
    while not (answer := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"still not so after {deadline_s:g} s: {why or condition}")
        pause.wait(turn_s)
    return answer

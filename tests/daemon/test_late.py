"""A part that is started beside the others."""

import threading

from shishod.daemon.late import Late
from tests.waiting import wait_until


class Slow:
    """A part that is there once it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.there = False
        self.late = Late("slow", self.start, self.stop, lambda: self.there)

    def start(self) -> None:
        self.go.wait(20)
        self.there = True

    def stop(self) -> None:
        self.there = False


def test_nobody_waits_for_a_late_start_and_it_counts_as_alive_meanwhile() -> None:
    slow = Slow()
    assert slow.late.alive()

    slow.late.start()
    assert (slow.there, slow.late.alive()) == (False, True)

    slow.go.set()
    wait_until(lambda: slow.there, 20, "it is there")
    slow.there = False
    wait_until(lambda: not slow.late.alive(), 20, "it is known to be dead")


def test_a_start_that_goes_on_is_waited_for_before_the_stop() -> None:
    slow = Slow()
    slow.late.start()
    threading.Timer(0.05, slow.go.set).start()

    slow.late.stop(20)

    assert (slow.go.is_set(), slow.there) == (True, False)

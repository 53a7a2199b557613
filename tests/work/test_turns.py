"""Together is together, and alone is alone."""

import threading

from shishod.work.turns import Turns
from tests.waiting import wait_until


def test_those_who_are_together_do_not_wait_for_each_other() -> None:
    turns, met = Turns(), threading.Barrier(2)

    def meet() -> None:
        with turns.together():
            met.wait(10)

    other = threading.Thread(target=meet, daemon=True)
    other.start()
    meet()
    other.join(10)

    assert not other.is_alive()


def test_who_is_alone_waits_for_those_together_and_keeps_all_others_waiting() -> None:
    turns, order, release = Turns(), list[str](), threading.Event()

    def alone() -> None:
        with turns.alone():
            order.append("alone begins")
            release.wait(10)
            order.append("alone ends")

    def later() -> None:
        with turns.together():
            order.append("together again")

    with turns.together():
        first = threading.Thread(target=alone, daemon=True)
        first.start()
        wait_until(lambda: turns._waiting == 1)
        second = threading.Thread(target=later, daemon=True)
        second.start()
        order.append("together ends")
    wait_until(lambda: "alone begins" in order)
    release.set()
    second.join(10)

    assert order == ["together ends", "alone begins", "alone ends", "together again"]

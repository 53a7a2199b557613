"""The event that every loop waits on, and the lock for rooms that have none."""

import time

import pytest

from shishod.work.guard import Guarded
from shishod.work.stop import StopSignal
from tests.work.crowd import restless, together


def test_a_loop_wakes_at_once_when_it_is_time_to_stop() -> None:
    stop = StopSignal()
    answers: list[bool] = []

    together(lambda: answers.append(stop.wait(60)), stop.set, deadline_s=10)

    assert answers == [True]


def test_waiting_ends_by_itself_when_nobody_stops() -> None:
    stop = StopSignal()
    began = time.monotonic()

    assert stop.wait(0.02) is False
    assert time.monotonic() - began >= 0.02


def test_a_stop_stays() -> None:
    stop = StopSignal()
    assert not stop.is_set()

    stop.set()

    assert stop.is_set()
    assert stop.wait(0) is True
    assert stop.wait(None) is True


def test_one_at_a_time_has_the_guarded_value() -> None:
    counts: Guarded[dict[str, int]] = Guarded({"n": 0})

    def count() -> None:
        for _ in range(2000):
            with counts as value:
                value["n"] = value["n"] + 1

    with restless():
        together(*[count] * 9)

    with counts as value:
        assert value == {"n": 18_000}


def test_an_error_inside_leaves_the_guard_open() -> None:
    guarded = Guarded([1])

    with pytest.raises(KeyError), guarded:
        raise KeyError

    with guarded as value:
        assert value == [1]

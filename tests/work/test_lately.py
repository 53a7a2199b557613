"""Who is in a hurry hears what was so lately; everybody else waits for what is so now."""

import threading
from collections.abc import Callable
from itertools import count

import pytest

from shishod.errors import Unreachable
from shishod.work.lately import Lately
from tests.waiting import wait_until


class Watch:
    """A clock that is wound by hand."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def counting() -> Callable[[], int]:
    return count(1).__next__


def test_who_can_wait_is_told_anew_each_time() -> None:
    lately = Lately(counting())

    assert [lately.ask(hurried=False) for _ in range(3)] == [1, 2, 3]


def test_the_first_waits_however_hurried() -> None:
    assert Lately(counting()).ask(hurried=True) == 1


def test_who_is_in_a_hurry_gets_the_last_answer_and_the_next_is_made_behind_him() -> None:
    watch, may_end = Watch(), threading.Event()
    numbers = counting()

    def tell() -> int:
        number = numbers()
        assert number == 1 or may_end.wait(10)
        return number

    lately = Lately(tell, monotonic_s=watch)
    lately.ask(hurried=True)
    watch.now_s += 2

    assert [lately.ask(hurried=True) for _ in range(3)] == [1, 1, 1]
    may_end.set()
    wait_until(lambda: lately.last() == 2, why="one answer was made behind them")
    assert lately.ask(hurried=True) == 2


def test_what_is_a_moment_old_is_not_made_again() -> None:
    watch, made = Watch(), list[int]()
    lately = Lately(lambda: made.append(1), monotonic_s=watch)
    lately.ask(hurried=True)
    watch.now_s += 0.5
    before = threading.active_count()

    lately.ask(hurried=True)

    assert (len(made), threading.active_count()) == (1, before)


def test_the_next_answer_can_be_had_made_before_anybody_asks() -> None:
    lately = Lately(counting())

    lately.refresh()

    wait_until(lambda: lately.last() == 1, why="a thread of its own made it")
    assert lately.ask(hurried=True) == 1


def test_what_is_too_old_is_told_to_nobody() -> None:
    watch = Watch()
    lately = Lately(counting(), stale_s=3.0, monotonic_s=watch)
    lately.ask(hurried=True)
    watch.now_s += 3

    assert lately.ask(hurried=True) == 2


def test_a_failure_is_heard_by_who_waits_for_it_and_leaves_the_last_answer() -> None:
    watch, well = Watch(), [True]
    told = list[str]()

    def tell() -> str:
        told.append("asked")
        if not well[0]:
            raise Unreachable("the database is locked")
        return "all is well"

    lately = Lately(tell, monotonic_s=watch)
    lately.ask(hurried=False)
    well[0] = False
    watch.now_s += 2
    assert lately.ask(hurried=True) == "all is well"
    wait_until(lambda: len(told) == 2, why="it was asked behind him")

    with pytest.raises(Unreachable):
        lately.ask(hurried=False)
    assert lately.last() == "all is well"


def test_an_answer_is_as_old_as_the_moment_at_which_its_making_began() -> None:
    watch, numbers = Watch(), counting()

    def tell() -> int:
        watch.now_s += 2
        return numbers()

    lately = Lately(tell, stale_s=3.0, monotonic_s=watch)
    lately.ask(hurried=True)
    watch.now_s += 1

    assert lately.ask(hurried=True) == 2, "three seconds after the first began"


def test_a_slow_answer_does_not_take_the_place_of_one_that_began_later() -> None:
    watch, begun, may_end = Watch(), threading.Event(), threading.Event()
    numbers, told = counting(), list[int]()

    def tell() -> int:
        number = numbers()
        if number == 1:
            begun.set()
            assert may_end.wait(10)
        return number

    lately = Lately(tell, monotonic_s=watch)
    slow = threading.Thread(target=lambda: told.append(lately.ask(hurried=False)))
    slow.start()
    assert begun.wait(10)
    watch.now_s += 1
    lately.ask(hurried=False)
    may_end.set()
    slow.join(10)

    assert (told, lately.last()) == ([1], 2)

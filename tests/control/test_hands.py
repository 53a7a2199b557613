"""Hands: no more threads than calls at once, none for long without work, and no call lost between the two."""

import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

from shishod.control.hands import Hands
from tests.control.standin import until


def done(hands: Hands, count: int = 1) -> list[int]:
    """The threads that carry so many calls, one after the other."""
    carriers: list[int] = []
    for number in range(1, count + 1):
        hands.carry(lambda: carriers.append(threading.get_ident()))
        until(lambda number=number: len(carriers) == number and len(hands._resting) > 0)  # type: ignore[misc]
    return carriers


def test_one_call_after_another_is_carried_by_one_thread():
    assert len(set(done(Hands(), 5))) == 1


def test_calls_at_once_have_a_thread_each():
    hands, together = Hands(), threading.Barrier(4, timeout=5)

    for _ in range(3):
        hands.carry(together.wait)

    together.wait()  # would break were two of them behind each other


def test_a_thread_with_nothing_to_do_ends_and_the_next_call_has_a_new_one():
    hands, ended = Hands(rest_s=0.01), threading.Event()
    thread: list[threading.Thread] = []
    hands.carry(lambda: thread.append(threading.current_thread()))
    until(lambda: bool(thread))

    thread[0].join(5)

    assert not thread[0].is_alive()
    hands.carry(ended.set)
    assert ended.wait(5)


def test_what_is_carried_is_not_kept_until_the_next_call():
    class Large:
        pass

    hands, large = Hands(), Large()
    gone = weakref.ref(large)
    hands.carry(lambda held=large: None)  # type: ignore[misc]
    del large

    until(lambda: gone() is None)


def test_no_call_is_lost_to_a_thread_that_is_about_to_end():
    hands, lock, carried = Hands(rest_s=0.0001), threading.Lock(), [0]

    def call() -> None:
        with lock:
            carried[0] += 1

    def give(_: int) -> None:
        for _ in range(300):
            hands.carry(call)

    with ThreadPoolExecutor(4) as givers:
        list(givers.map(give, range(4)))

    until(lambda: carried[0] == 1200)

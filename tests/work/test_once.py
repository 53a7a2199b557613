"""Many ask, one computes."""

import threading

import pytest

from shishod.work.once import Once
from tests.waiting import wait_until
from tests.work.crowd import together


def test_a_hundred_threads_cost_one_computation() -> None:
    once: Once[str, int] = Once()
    computed: list[int] = []
    answers: list[int] = []

    def compute() -> int:
        computed.append(1)
        return 42

    together(*[lambda: answers.append(once.get("key", compute))] * 100)

    assert len(computed) == 1
    assert answers == [42] * 100


def test_a_failure_is_its_callers_alone_and_the_next_computes() -> None:
    once: Once[str, int] = Once()
    begun, fail = threading.Event(), threading.Event()
    raised: list[Exception] = []
    answers: list[int] = []

    def failing() -> int:
        begun.set()
        fail.wait(10)
        raise ValueError("no")

    def first() -> None:
        with pytest.raises(ValueError, match="no") as caught:
            once.get("key", failing)
        raised.append(caught.value)

    def second() -> None:
        begun.wait(10)
        fail.set()
        answers.append(once.get("key", lambda: 7))

    together(first, second)

    assert (len(raised), answers) == (1, [7])
    assert once.get("key", lambda: 9) == 7


def test_a_failure_is_not_remembered() -> None:
    once: Once[str, int] = Once()

    with pytest.raises(ZeroDivisionError):
        once.get("key", lambda: 1 // 0)

    assert len(once) == 0


def test_nothing_and_false_are_values_too() -> None:
    once: Once[str, int] = Once()
    computed: list[int] = []

    for _ in range(2):
        assert once.get("key", lambda: computed.append(1) or 0) == 0

    assert computed == [1]


def test_holding_tells_what_is_known_and_what_is_ours() -> None:
    once: Once[str, int] = Once()
    once.put({"a": 1})

    with once.hold(["b", "a", "b", "c"]) as held:
        assert held.known == {"a": 1}
        assert held.mine == ("b", "c")
        held.give({"b": 2, "c": 3})

    assert [once.get(key, lambda: 9) for key in "abc"] == [1, 2, 3]


def test_what_is_not_given_is_released_unremembered() -> None:
    once: Once[str, int] = Once()

    with once.hold(["a", "b"]) as held:
        held.give({"a": 1})

    with once.hold(["a", "b"]) as again:
        assert again.known == {"a": 1}
        assert again.mine == ("b",)


def test_an_error_while_holding_releases_the_keys() -> None:
    once: Once[str, int] = Once()

    with pytest.raises(RuntimeError), once.hold(["a"]):
        raise RuntimeError

    with once.hold(["a"]) as held:
        assert held.mine == ("a",)


def test_who_waits_for_a_key_goes_on_with_the_value_given() -> None:
    once: Once[str, int] = Once()
    answers: list[int] = []

    with once.hold(["a", "b"]) as held:
        waiter = threading.Thread(target=lambda: answers.append(once.get("b", lambda: -1)), daemon=True)
        waiter.start()
        held.give({"b": 2})
        wait_until(lambda: answers, why="a given key is everybody's at once, not at the end of the hold")

    assert answers == [2]


def test_a_value_found_elsewhere_frees_who_waits_for_it() -> None:
    once: Once[str, int] = Once()
    answers: list[int] = []

    with once.hold(["a"]):
        waiter = threading.Thread(target=lambda: answers.append(once.get("a", lambda: -1)), daemon=True)
        waiter.start()
        once.put({"a": 5})
        wait_until(lambda: answers == [5])


def test_two_who_want_the_same_keys_in_another_order_do_not_wait_for_each_other() -> None:
    once: Once[int, int] = Once()
    wanted: list[tuple[int, ...]] = []

    def want(keys: list[int]) -> None:
        with once.hold(keys) as held:
            wanted.append(held.mine)

    with once.hold([1]):
        threads = [threading.Thread(target=want, args=(keys,), daemon=True) for keys in ([1, 3], [3, 2, 1])]
        for count, thread in enumerate(threads, start=1):
            thread.start()
            wait_until(lambda n=count: len(once._changed._waiters) == n)

    wait_until(lambda: sorted(wanted) == [(1, 2, 3), (1, 3)], deadline_s=5, why="they wait for each other")

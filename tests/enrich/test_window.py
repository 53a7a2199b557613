"""The window as a value: never more in any span than allowed, whatever happens on the way, and little less."""

import heapq
import itertools
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shishod.enrich.window import (
    SLOWEST,
    Limit,
    Rules,
    Window,
    begin,
    end,
    pace_at,
    packed,
    refuse,
    reserve,
    shifted,
    unpacked,
    use,
)

TEN_S = Rules((Limit(35, 10.0),))
ONE_S = Rules((Limit(1, 1.0),))


def most_in_any(arrivals: Sequence[float], window_s: float) -> int:
    """The most requests that a provider counts in any half-open span of the window's length."""
    arrivals = sorted(arrivals)
    first = most = 0
    for last, at_s in enumerate(arrivals):
        while arrivals[first] <= at_s - window_s:
            first += 1
        most = max(most, last - first + 1)
    return most


def ask_one_by_one(rules: Rules, latencies: Sequence[float], counted: Sequence[float] = ()) -> list[float]:
    """When a provider counts the requests of one client that always has another; each is counted somewhere on its way,
    at the part `counted` of it, and the next is asked for without awaiting its answer."""
    window, now_s, arrivals, endings = Window(), 0.0, list[float](), list[tuple[float, int]]()
    for index, latency_s in enumerate(latencies):
        window, number, wait_s = reserve(window, rules, now_s)
        further_s: float | None = wait_s
        while further_s:
            now_s += further_s
            for ended_s, other in sorted(endings):
                if ended_s <= now_s:
                    window = end(window, rules, other, ended_s)
            endings = [one for one in endings if one[0] > now_s]
            window, further_s = begin(window, rules, number, now_s)
            assert further_s is not None
        arrivals.append(now_s + latency_s * (counted[index % len(counted)] if counted else 0.0))
        endings.append((now_s + latency_s, number))
    return arrivals


@pytest.mark.parametrize("rules", [TEN_S, ONE_S, Rules((Limit(3, 1.0), Limit(40, 60.0)))])
def test_no_span_holds_more_than_it_may_and_most_of_it_is_used(rules: Rules) -> None:
    arrivals = ask_one_by_one(rules, [0.02] * 400)

    for limit in rules.limits:
        assert most_in_any(arrivals, limit.window_s) <= limit.permits
    slowest = max(limit.window_s / limit.permits for limit in rules.limits)
    assert 400 * slowest / arrivals[-1] >= 0.85


@given(
    some.integers(1, 6),
    some.lists(some.floats(0.0, 3.0), min_size=10, max_size=60),
    some.lists(some.floats(0.0, 1.0), min_size=1, max_size=7),
)
def test_no_delay_on_the_way_brings_two_windows_into_one(
    permits: int, latencies: list[float], counted: list[float]
) -> None:
    arrivals = ask_one_by_one(Rules((Limit(permits, 1.0),)), latencies, counted)

    assert most_in_any(arrivals, 1.0 - 1e-6) <= permits


class Crowd:
    """Several callers that always have another request, on one clock that jumps from event to event: each is held up
    before it sends, as the dice say, and its request is counted somewhere on its way."""

    def __init__(self, rules: Rules, callers: int, seed: int, longest_s: float) -> None:
        self.rules, self.dice, self.longest_s = rules, random.Random(seed), longest_s
        self.window, self.arrivals, self.began = Window(), list[float](), list[int]()
        self.events: list[tuple[float, int, str, int, float]] = []
        self.counter = itertools.count()
        for _ in range(callers):
            self._then(0.0, "reserve")

    def run(self, until_s: float) -> list[float]:
        while self.events[0][0] < until_s:
            now_s, _, what, number, told_s = heapq.heappop(self.events)
            getattr(self, what)(now_s, number, told_s)
        return self.arrivals

    def reserve(self, now_s: float, *_: float) -> None:
        self.window, number, wait_s = reserve(self.window, self.rules, now_s)
        self._then(now_s + wait_s, "begin" if wait_s else "send", number)

    def begin(self, now_s: float, number: int, _: float) -> None:
        self.window, wait_s = begin(self.window, self.rules, number, now_s)
        assert wait_s is not None
        self._then(now_s + wait_s, "begin" if wait_s else "send", number)

    def send(self, now_s: float, number: int, _: float) -> None:
        self.began.append(number)
        took_s = self._delay_s()
        self.arrivals.append(now_s + took_s * self.dice.random())
        self._then(now_s + took_s + self._delay_s(), "end", number, now_s + took_s)

    def end(self, now_s: float, number: int, answered_s: float) -> None:
        self.window = end(self.window, self.rules, number, now_s, now_s - answered_s)
        self._then(now_s + self._delay_s(), "reserve")

    def _delay_s(self) -> float:
        return self.longest_s * self.dice.random() ** 4  # most are short

    def _then(self, at_s: float, what: str, number: int = 0, told_s: float = 0.0) -> None:
        heapq.heappush(self.events, (at_s, next(self.counter), what, number, told_s))


@pytest.mark.parametrize("seed", range(12))
def test_a_crowd_that_is_held_up_everywhere_never_puts_two_windows_into_one(seed: int) -> None:
    permits = 1 + seed % 5 * 4
    arrivals = Crowd(Rules((Limit(permits, 1.0),)), 1 + seed * 2, seed, longest_s=3.0).run(60.0)

    assert most_in_any(arrivals, 1.0 - 1e-6) <= permits
    assert len(arrivals) > 10


@pytest.mark.parametrize("limit", [Limit(100, 1.2), Limit(40, 0.2)])
def test_a_crowd_that_a_slow_machine_holds_up_uses_what_it_may(limit: Limit) -> None:
    arrivals = Crowd(Rules((limit,)), 16, 1, longest_s=0.1).run(60.0)

    assert most_in_any(arrivals, limit.window_s - 1e-6) <= limit.permits
    assert len(arrivals) / (60.0 * limit.permits / limit.window_s) >= 0.87


def test_one_slow_answer_keeps_one_place_and_nobody_waits_behind_it() -> None:
    rules = Rules((Limit(2, 1.0),))
    window, slow, _ = reserve(Window(), rules, 0.0)
    began, now_s = 0, 0.1
    while now_s < 20.0:
        window, number, wait_s = reserve(window, rules, now_s)
        now_s += wait_s
        while further_s := begin(window, rules, number, now_s)[1]:
            now_s += further_s
        window = end(begin(window, rules, number, now_s)[0], rules, number, now_s)
        began += 1

    assert window.slot(slow) is not None
    assert began == pytest.approx(20, abs=2)


def test_what_was_never_sent_takes_no_place() -> None:
    rules = Rules((Limit(1, 1.0),))
    window, first, _ = reserve(refuse(Window(), rules, 0.0, 0.5), rules, 0.0)
    window, second, _ = reserve(window, rules, 0.0)

    window = end(window, rules, first, 0.1)

    assert begin(window, rules, second, 0.6)[1] == 0


def test_who_is_late_while_others_ask_has_its_turn_all_the_same_and_who_wanted_nothing_has_not() -> None:
    window, first, _ = reserve(Window(), ONE_S, 0.0)
    window, second, _ = reserve(end(window, ONE_S, first, 0.1), ONE_S, 0.2)
    assert begin(window, ONE_S, second, 1 / 0.875)[1] == 0
    window = begin(window, ONE_S, second, 1 / 0.875)[0]

    late, _, _ = reserve(window, ONE_S, 3.0)
    idle, _, _ = reserve(end(window, ONE_S, second, 2.0), ONE_S, 3.0)

    assert late.slots[-1].at_s == pytest.approx(2 / 0.875)
    assert idle.slots[-1].at_s == 3.0


def test_a_full_window_and_the_next_are_never_side_by_side() -> None:
    """A bucket of 35 that fills at 3.5 a second lets 69 through in ten seconds."""
    window = Window()
    for now_s in [0.0] * 35 + [9.99] * 34:
        window, _, wait_s = reserve(window, TEN_S, now_s)

    assert wait_s >= 10 / 0.875 - 9.99


def test_turns_are_given_in_the_order_in_which_they_are_asked_for() -> None:
    window, waits = Window(), list[float]()
    for _ in range(5):
        window, _, wait_s = reserve(window, ONE_S, 0.0)
        waits.append(wait_s)

    assert waits == sorted(waits)
    assert waits == pytest.approx([index / 0.875 for index in range(5)])


def test_who_waits_for_an_answer_that_does_not_come_is_let_go_on_when_it_counts_as_ended() -> None:
    rules = replace(ONE_S, lease_s=30.0)
    window, _, _ = reserve(Window(), rules, 0.0)
    window, second, _ = reserve(window, rules, 0.0)

    assert begin(window, rules, second, 5.0)[1] > 0  # type: ignore[operator]
    assert begin(window, rules, second, 31.01)[1] == 0


def test_a_place_that_was_not_taken_in_time_is_lost() -> None:
    window, _, _ = reserve(Window(), ONE_S, 0.0)
    window, second, _ = reserve(window, ONE_S, 0.0)

    assert begin(window, ONE_S, second, 1.2 + ONE_S.lease_s)[1] is None


def test_a_refusal_bars_the_way_and_slows_down_what_comes_after() -> None:
    window = refuse(Window(), TEN_S, 0.0, 12.0)

    window, number, wait_s = reserve(window, TEN_S, 1.0)
    assert wait_s == 11.0
    assert begin(window, TEN_S, number, 11.9)[1] == pytest.approx(0.1)
    assert pace_at(window, TEN_S, 0.0) == pytest.approx(0.8)


def test_refusals_that_come_together_slow_down_once_and_never_below_the_floor() -> None:
    window = Window()
    for now_s in [0.0, 0.1, 0.2]:
        window = refuse(window, TEN_S, now_s, 1.0)
    assert pace_at(window, TEN_S, 0.2) == pytest.approx(0.8, abs=0.01)

    for index in range(20):
        window = refuse(window, TEN_S, 11.0 * index, 1.0)
    assert window.pace >= SLOWEST


def test_what_was_slowed_down_recovers_in_its_time() -> None:
    window = refuse(Window(), TEN_S, 0.0, 1.0)
    halfway = (1 - 0.8) / (1 - SLOWEST) * TEN_S.recovery_s

    assert pace_at(window, TEN_S, halfway / 2) == pytest.approx(0.9)
    assert pace_at(window, TEN_S, TEN_S.recovery_s) == 1.0


def test_a_clock_that_was_set_back_takes_what_it_noted_along() -> None:
    window = Window()
    for _ in range(3):
        window, _, _ = reserve(window, ONE_S, 10_000.0)

    _, _, wait_s = reserve(window, ONE_S, 100.0)

    assert wait_s == pytest.approx(3 / 0.875)


def test_a_window_does_not_grow() -> None:
    window = Window()
    for index in range(500):
        window, number, _ = reserve(window, ONE_S, 2.0 * index)
        window = end(window, ONE_S, number, 2.0 * index)

    assert len(window.slots) <= 2


def test_a_window_comes_back_as_it_was_packed_and_nonsense_is_an_empty_one() -> None:
    window, _, _ = reserve(refuse(Window(), TEN_S, 5.0, 3.0), TEN_S, 6.0)

    assert unpacked(packed(window)) == window
    assert unpacked(packed(shifted(window, 1.0))) == shifted(window, 1.0)
    for nonsense in ("", "{}", "[1]", '{"slots": [[1]]}', '{"slots": [], "no such": 1}'):
        assert unpacked(nonsense) == Window()


def test_use_tells_how_full_the_tightest_limit_is() -> None:
    rules = Rules((Limit(3, 1.0), Limit(1000, 86400.0)))
    window = Window()
    for _ in range(4):
        window, _, _ = reserve(window, rules, 0.0)

    taken, wait_s = use(window, rules, 0.0)

    assert (taken, wait_s) == (4, pytest.approx(1 / 0.875)), "the day is the tighter limit, the second the nearer"

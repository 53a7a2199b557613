"""The window as a value: never more in any span than allowed, whatever happens on the way, and little less."""

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

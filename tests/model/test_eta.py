"""What is left of a scan is told from how fast it went lately, and does not flutter."""

import pytest

from shishod.model.eta import LEAST_S, Pace


def after(rates: list[float], step_s: float = 1.0) -> Pace:
    """The pace after so many looks between which it went so fast."""
    pace, done, now_s = Pace().seen(0, 0.0), 0.0, 0.0
    for rate in rates:
        done += rate * step_s
        now_s += step_s
        pace = pace.seen(int(done), now_s)
    return pace


def test_nothing_is_known_before_the_second_look() -> None:
    assert Pace().eta_s(10) is None
    assert Pace().seen(5, 0.0).eta_s(10) is None


def test_a_steady_pace_tells_the_rest() -> None:
    assert after([100] * 5).eta_s(1000) == pytest.approx(10)


def test_one_slow_second_hardly_counts_and_many_do() -> None:
    steady = after([100] * 60)

    assert after([100] * 60 + [0]).eta_s(1000) == pytest.approx(10, rel=0.1)
    slower = after([100] * 60 + [10] * 60).eta_s(1000)
    assert slower == pytest.approx(100, rel=0.2)
    assert steady.rate == pytest.approx(100)


def test_whoever_looks_often_learns_the_same() -> None:
    assert after([100] * 100, step_s=0.6).eta_s(600) == pytest.approx(after([100] * 60).eta_s(600), rel=0.01)


def test_looks_that_are_close_together_tell_nothing() -> None:
    pace = Pace().seen(0, 0.0)

    assert pace.seen(1_000_000, LEAST_S / 2) is pace


def test_what_stands_still_has_no_end_and_what_is_done_no_rest() -> None:
    assert after([0] * 100).eta_s(5) is None
    assert after([0] * 100).eta_s(0) == 0

"""How many work follows from what the machine shows, with reasons, and does not flutter."""

from collections.abc import Iterable

import pytest

from shishod.model.pressure import (
    REMEMBERED_S,
    STEADY_S,
    Bounds,
    Gauge,
    Level,
    Limits,
    Sample,
    Staff,
    decide,
    level_of,
)

BOUNDS = Bounds(least=1, usual=4, most=6)
COOL_S = 60.0
QUIET = Sample(0.0)


@pytest.mark.parametrize(
    ("reading", "level", "word"),
    [
        ({}, Level.NORMAL, ""),
        ({"others": 89.9}, Level.NORMAL, ""),
        ({"others": 90}, Level.ELEVATED, "processors"),
        ({"others": 100}, Level.ELEVATED, "processors"),
        ({"io_stall": 80}, Level.ELEVATED, "disk"),
        ({"io_stall": 100}, Level.HEAVY, "disk"),
        ({"memory_stall": 5}, Level.ELEVATED, "waits for memory"),
        ({"memory_stall": 15}, Level.HEAVY, "waits for memory"),
        ({"memory_stall": 40}, Level.CRITICAL, "waits for memory"),
        ({"memory_free": 10.1}, Level.NORMAL, ""),
        ({"memory_free": 10}, Level.ELEVATED, "free"),
        ({"memory_free": 3}, Level.CRITICAL, "free"),
        ({"others": 90, "memory_free": 2}, Level.CRITICAL, "free"),
        ({"io_stall": 96, "memory_free": 9}, Level.HEAVY, "disk"),
    ],
)
def test_the_worst_reading_makes_the_level_and_says_why(reading: dict[str, float], level: Level, word: str) -> None:
    found, reason = level_of(QUIET._replace(**reading), Limits())

    assert found is level
    assert word in reason


def test_every_threshold_is_the_operators_to_say() -> None:
    assert level_of(QUIET._replace(others=11), Limits(others=(10, 20, 30)))[0] is Level.ELEVATED


def gauged(gauge: Gauge, readings: Iterable[tuple[float, float]]) -> list[Level]:
    levels = []
    for at_s, memory_stall in readings:
        gauge = gauge.seen(Sample(at_s, memory_stall=memory_stall), Limits(), COOL_S)
        levels.append(gauge.level)
    return levels


def test_the_level_rises_at_once() -> None:
    assert gauged(Gauge(), [(0, 0), (2, 50)]) == [Level.NORMAL, Level.CRITICAL]


def test_the_level_falls_step_by_step_each_after_a_cooldown() -> None:
    readings = [(0.0, 50.0), (2.0, 0.0), (61.0, 0.0), (62.0, 0.0), (121.0, 0.0), (122.0, 0.0), (182.0, 0.0)]

    assert gauged(Gauge(), readings) == [
        *(Level.CRITICAL, Level.CRITICAL, Level.CRITICAL),
        *(Level.HEAVY, Level.HEAVY, Level.ELEVATED, Level.NORMAL),
    ]


def test_a_level_that_comes_back_within_its_cooldown_has_never_fallen() -> None:
    readings = [(0.0, 50.0), (2.0, 0.0), (60.0, 50.0), (63.0, 0.0), (122.0, 0.0), (123.0, 0.0)]

    assert gauged(Gauge(), readings) == [*([Level.CRITICAL] * 5), Level.HEAVY]


def test_a_level_keeps_the_reason_that_made_it_until_it_is_over() -> None:
    gauge = Gauge().seen(Sample(0, memory_stall=50), Limits(), COOL_S).seen(Sample(2), Limits(), COOL_S)

    assert "50 % of the time something waits for memory" in gauge.reason


@pytest.mark.parametrize(
    ("level", "workers"), [(Level.NORMAL, 4), (Level.ELEVATED, 2), (Level.HEAVY, 1), (Level.CRITICAL, 0)]
)
def test_each_level_lets_so_many_work_at_once(level: Level, workers: int) -> None:
    decided = decide(Staff(4), Gauge(level, "why"), Sample(1), BOUNDS)

    assert decided.workers == workers
    assert workers == 4 or "why" in decided.reason


def test_when_the_machine_is_free_again_they_come_back_one_by_one_while_books_wait() -> None:
    staff, counts = Staff(0, since_s=0), []
    for turn in range(1, 60):
        staff = decide(staff, Gauge(), Sample(turn * 2.0, waiting=100, done=turn * 100), BOUNDS)
        counts.append(staff.workers)

    assert counts[0] == 1  # somebody works at once
    assert [counts.index(number) for number in (2, 3, 4)] == [5, 10, 15]


def test_nobody_comes_while_nothing_waits() -> None:
    assert decide(Staff(2), Gauge(), Sample(1000), BOUNDS) == Staff(2)


def test_nobody_comes_before_the_last_step_has_shown_what_it_is_worth() -> None:
    assert decide(Staff(2, since_s=100), Gauge(), Sample(100 + STEADY_S - 1, waiting=9), BOUNDS).workers == 2


def rated(staff: Staff, at_s: float, rate: float) -> Staff:
    """A decision after ten seconds at so many files a second."""
    return decide(
        staff, Gauge(), Sample(at_s, waiting=99, done=staff.done + int(rate * (at_s - staff.since_s))), BOUNDS
    )


def test_one_more_than_usual_stays_only_if_it_made_things_faster() -> None:
    five = rated(Staff(4), 10, 100)
    assert five.workers == 5

    assert rated(five, 20, 120).workers == 6  # it did, and so the next is tried
    back = rated(five, 20, 102)
    assert (back.workers, back.ceiling) == (4, 4)
    assert "no faster" in back.reason


def test_what_was_not_worth_it_is_not_tried_again_for_a_while() -> None:
    back = rated(rated(Staff(4), 10, 100), 20, 100)

    assert rated(back, 20 + REMEMBERED_S - 1, 100).workers == 4
    assert rated(back, 20 + REMEMBERED_S + 1, 100).workers == 5


def test_fewer_than_usual_is_not_taken_for_a_trial() -> None:
    staff = Staff(2, rate=100)

    assert rated(staff, 10, 50).workers == 3

"""What is known of a young book is asked for again sooner than what is known of an old one."""

from datetime import UTC, datetime, timedelta

import pytest

from shishod.model.ageing import Ages, day_of

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def days_ago(days: int) -> str:
    return (NOW.date() - days * DAY).isoformat()


@pytest.mark.parametrize(
    ("age", "fresh"),
    [
        (-400, 3), (0, 3), (29, 3),
        (30, 14), (179, 14),
        (180, 30), (364, 30),
        (365, 90), (1824, 90),
        (1825, 180), (40_000, 180),
    ],
)  # fmt: skip
def test_the_younger_a_book_the_sooner_it_is_stale(age: int, fresh: int) -> None:
    assert Ages().fresh_for(days_ago(age), NOW) == fresh * DAY


@pytest.mark.parametrize("nothing", [None, "", "unknown", "c. 1900", "0000", "2026-13", "2026-02-30"])
def test_a_book_without_a_date_has_an_age_of_its_own(nothing: str | None) -> None:
    assert Ages(undated=7).fresh_for(nothing, NOW) == 7 * DAY


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2026", "2026-12-31"),
        ("2026-02", "2026-02-28"),
        ("2024-02", "2024-02-29"),
        ("2026-12", "2026-12-31"),
        ("9999-12", "9999-12-31"),
        ("2026-11-03", "2026-11-03"),
        ("2026-11-03T10:00:00Z", "2026-11-03"),
    ],
)
def test_a_date_that_leaves_days_open_is_the_last_that_it_may_mean(said: str, day: str) -> None:
    found = day_of(said)

    assert found is not None
    assert found.isoformat() == day


def test_what_is_known_is_stale_from_the_very_moment_on() -> None:
    since = NOW - 3 * DAY

    assert Ages().stale(days_ago(5), since, NOW)
    assert not Ages().stale(days_ago(5), since + timedelta(microseconds=1), NOW)


def test_what_was_learnt_in_the_future_is_fresh() -> None:
    assert not Ages().stale(days_ago(5), NOW + 400 * DAY, NOW)


def test_every_age_is_the_operators_to_say() -> None:
    ages = Ages(steps=((10, 1),), beyond=20, undated=5)

    assert [ages.fresh_for(one, NOW) / DAY for one in (days_ago(9), days_ago(10), None)] == [1, 20, 5]
    assert ages.shortest == DAY

"""Quick scans come sooner at the hours when books do, later when none ever did, within bounds and with the reason."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shishod.schedule.arrivals import learned

NOW = datetime(2026, 11, 28, 20, 10, tzinfo=UTC)
DAY = timedelta(days=1)
BASE_S = 900.0


def evenings(days: int, hour: int = 20) -> list[datetime]:
    return [(NOW - day * DAY).replace(hour=hour) for day in range(1, days + 1)]


def test_nothing_is_made_of_a_few_days() -> None:
    assert learned(BASE_S, evenings(5), NOW, UTC) == (BASE_S, "")
    assert learned(BASE_S, [], NOW, UTC) == (BASE_S, "")


def test_in_a_busy_hour_and_the_one_before_it_scans_come_three_times_as_often() -> None:
    came = evenings(10)

    for now in (NOW, NOW - timedelta(hours=1)):
        seconds, reason = learned(BASE_S, came, now, UTC)
        assert seconds == 300
        assert f"about {now.hour}:00 on 10 of 11 days" in reason


def test_at_an_hour_when_nothing_ever_came_they_come_half_as_often() -> None:
    seconds, reason = learned(BASE_S, evenings(10), NOW.replace(hour=4), UTC)

    assert seconds == 1800
    assert reason == "no book came about 4:00 in 11 days"


def test_an_hour_with_a_book_now_and_then_is_as_it_was_set() -> None:
    assert learned(BASE_S, [*evenings(10), NOW - 2 * DAY - timedelta(hours=12)], NOW.replace(hour=8), UTC) == (900, "")


def test_many_books_of_one_day_are_one_arrival() -> None:
    imported = [NOW - 9 * DAY + timedelta(minutes=minute) for minute in range(40)]

    assert learned(BASE_S, imported, NOW, UTC).seconds == BASE_S


def test_what_is_long_ago_is_forgotten() -> None:
    assert learned(BASE_S, [one - 40 * DAY for one in evenings(20)], NOW, UTC) == (BASE_S, "")


def test_hours_are_those_of_the_household() -> None:
    """Half past eight in Auckland is the evening before in London."""
    came = evenings(10)

    assert "about 9:00" in learned(BASE_S, came, NOW, ZoneInfo("Pacific/Auckland")).reason


@pytest.mark.parametrize(("base_s", "least"), [(60.0, 60.0), (300.0, 300.0), (600.0, 300.0), (86400.0, 28800.0)])
def test_never_sooner_than_five_minutes_unless_it_was_set_so(base_s: float, least: float) -> None:
    assert learned(base_s, evenings(10), NOW, UTC).seconds == least

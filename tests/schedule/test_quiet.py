"""Hours in which nothing begins by itself, whichever day, night or time zone it is."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from shishod.schedule.quiet import quiet_until, span_of

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def until(text: str, *spans: str) -> str | None:
    end = quiet_until(tuple(map(span_of, spans)), at(text))
    return end.strftime("%d %H:%M") if end else None


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-06-10 22:59", None),
        ("2026-06-10 23:00", "11 07:00"),
        ("2026-06-11 06:59", "11 07:00"),
        ("2026-06-11 07:00", None),
        ("2026-06-11 12:00", None),
    ],
)
def test_a_night_goes_over_midnight(now: str, end: str | None) -> None:
    assert until(now, "23:00-07:00") == end


def test_a_span_of_a_day_begins_and_ends_on_it() -> None:
    assert until("2026-06-10 12:30", "12:00-13:00") == "10 13:00"
    assert until("2026-06-10 13:00", "12:00-13:00") is None


def test_spans_that_touch_are_one() -> None:
    assert until("2026-06-10 23:30", "23:00-01:00", "01:00-05:30") == "11 05:30"


def test_without_spans_it_is_never_quiet() -> None:
    assert until("2026-06-10 23:30") is None


@pytest.mark.parametrize("night", ["2026-03-29", "2026-10-25"])
def test_in_the_nights_that_lack_an_hour_or_have_one_twice_it_ends_by_the_clock_on_the_wall(night: str) -> None:
    assert until(f"{night} 01:30", "23:00-07:00") == f"{night[-2:]} 07:00"
    assert until(f"{night} 03:30", "23:00-07:00") == f"{night[-2:]} 07:00"


@pytest.mark.parametrize("text", ["", "23:00", "23-7", "25:00-07:00", "07:00-07:00", "23:00-07:60", "a-b"])
def test_what_is_no_span_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="23:00-07:00"):
        span_of(text)

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from shishod.schedule import OFF, ScheduleSettings, trigger_of

BERLIN = ZoneInfo("Europe/Berlin")
WEDNESDAY = datetime(2026, 11, 18, 12, 0, tzinfo=BERLIN)


def runs(when, count, start=WEDNESDAY):
    """The next runs of a trigger after a moment."""
    trigger, at, before = trigger_of(when, "Europe/Berlin"), start, None
    found = []
    for _ in range(count):
        before = trigger.get_next_fire_time(before, at)
        at = before
        found.append(before)
    return found


def days(field):
    return sorted({run.strftime("%a") for run in runs(f"0 3 * * {field}", 14)})


def test_the_defaults_are_a_quarter_of_an_hour_and_three_at_night():
    settings = ScheduleSettings()
    assert trigger_of(settings.quick, "local").interval.total_seconds() == 900
    assert [(run.hour, run.minute) for run in runs(settings.full, 2)] == [(3, 0), (3, 0)]


@pytest.mark.parametrize("field, expected", [
    ("0", ["Sun"]), ("7", ["Sun"]), ("1", ["Mon"]), ("sun", ["Sun"]), ("5-7", ["Fri", "Sat", "Sun"]),
    ("0-2", ["Mon", "Sun", "Tue"]), ("sat-mon", ["Mon", "Sat", "Sun"]), ("*/3", ["Sat", "Sun", "Wed"]),
    ("1-5/2", ["Fri", "Mon", "Wed"]), ("4/2", ["Sat", "Thu"]), ("mon,3", ["Mon", "Wed"]), ("MON", ["Mon"]),
])  # fmt: skip
def test_days_of_the_week_count_from_sunday_as_in_cron(field, expected):
    assert days(field) == expected


def test_every_day_is_every_day():
    assert len(days("*")) == 7


def test_a_nightly_scan_runs_once_in_the_night_that_has_an_hour_twice():
    night = datetime(2026, 10, 24, 12, 0, tzinfo=BERLIN)
    assert [run.strftime("%d %H:%M") for run in runs("0 3 * * *", 3, night)] == ["25 03:00", "26 03:00", "27 03:00"]


def test_a_nightly_scan_runs_in_the_night_that_lacks_an_hour():
    evening = datetime(2026, 3, 28, 12, 0, tzinfo=BERLIN)
    assert [run.day for run in runs("30 2 * * *", 2, evening)] == [29, 30]


def test_off_has_no_runs():
    assert trigger_of("off", "local") is None


def test_a_false_of_yaml_means_off():
    assert ScheduleSettings(quick=False).quick == OFF


@pytest.mark.parametrize("when, hint", [
    ("10s", "shortest interval"), ("@daily", "0 3 * * *"), ("0 3 * *", "4 fields"), ("0 3 1 * 1", "name one"),
    ("61 3 * * *", "61"), ("0 3 * * funday", "funday"), ("0 3 * * 8", "day of the week"), ("0 3 * * 1/0", "step"),
    ("often", '"15m"'), (15, "text"), (True, "text"), ("", '"15m"'),
])  # fmt: skip
def test_what_is_no_time_is_refused_with_a_hint(when, hint):
    with pytest.raises(ValidationError, match="quick") as caught:
        ScheduleSettings(quick=when)
    assert hint in str(caught.value)


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", ""])
def test_an_unknown_time_zone_is_refused(name):
    with pytest.raises(ValidationError, match="Europe/Berlin"):
        ScheduleSettings(timezone=name)

"""When: intervals, cron fields and the hours of a household, as an operator writes them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, TypeAdapter, ValidationError

from shishod.settings import Seconds

if TYPE_CHECKING:
    from apscheduler.triggers.cron import CronTrigger
    from apscheduler.triggers.interval import IntervalTrigger

OFF = "off"
LOCAL = "local"
SHORTEST_S = 60.0
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # what ever comes has come since
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")

_DAY_STEP = re.compile(r"(?P<first>\*|\d+|[a-z]{3})(?:-(?P<last>\d+|[a-z]{3}))?(?:/(?P<step>\d+))?")
_DURATION = TypeAdapter[float](Seconds)


def _checked_when(value: Any) -> str:
    text = OFF if value is False else value  # YAML's own word for False
    if not isinstance(text, str):
        raise ValueError('write it as text, as in "15m", "0 3 * * *" or "off"')  # noqa: TRY004
    trigger = trigger_of(text, LOCAL)
    if trigger is not None and trigger.get_next_fire_time(None, LONG_AGO) is None:
        raise ValueError(f'"{text}" names a day that no month has, so that it would never come')
    return text


When = Annotated[str, BeforeValidator(_checked_when)]
"""An interval ("15m"), five cron fields ("0 3 * * *"), or "off"."""


def trigger_of(when: str, timezone: str) -> "CronTrigger | IntervalTrigger | None":
    """APScheduler's trigger for an interval or for cron fields as cron(8) reads them; None for "off".

    Raises ValueError with a text for the operator.
    """
    text = when.strip().lower()
    if text == OFF:
        return None
    if is_interval(text):
        from apscheduler.triggers.interval import IntervalTrigger  # no start waits for it

        return IntervalTrigger(seconds=interval_s(text), timezone=zone(timezone))
    return _cron(text, timezone)


def is_interval(when: str) -> bool:
    """Whether it is neither cron fields nor off."""
    return len(when.split()) < 2 and when.strip().lower() != OFF


def interval_s(text: str) -> float:
    """The seconds of an interval. Raises ValueError with a text for the operator."""
    try:
        seconds = _DURATION.validate_python(text)
    except ValidationError as error:
        raise ValueError(f'"{text}" is no time; write "15m", "6h", cron fields as in "0 3 * * *", or "off"') from error
    if seconds < SHORTEST_S:
        raise ValueError(f'"{text}" is too often; the shortest interval is "1m"')
    return seconds


def _cron(text: str, timezone: str) -> "CronTrigger":
    from apscheduler.triggers.cron import CronTrigger

    fields = text.split()
    if len(fields) != 5:
        raise ValueError(
            f'"{text}" has {len(fields)} fields; cron has five, as in "0 3 * * *": minute, hour, day, month, weekday'
        )
    minute, hour, day, month, weekday = fields
    if day != "*" and weekday != "*":
        raise ValueError(f'"{text}" names both days of the month and days of the week; name one and leave "*"')
    try:
        return CronTrigger(
            minute=minute, hour=hour, day=day, month=month, day_of_week=_weekdays(weekday), timezone=zone(timezone)
        )
    except ValueError as error:
        raise ValueError(f'"{text}" is no cron line ({error}); write it as in "0 3 * * *" or "30 2 * * sun"') from error


def _weekdays(field: str) -> str:
    """The days by name: cron counts from Sunday and lets a range end in 7, APScheduler counts from Monday."""
    return field if field == "*" else ",".join(DAYS[day] for part in field.split(",") for day in _days(part))


def _days(part: str) -> Iterator[int]:
    match = _DAY_STEP.fullmatch(part)
    if match is None:
        raise ValueError(f'"{part}" is no day of the week')
    step = int(match["step"] or 1)
    if match["first"] == "*":
        first, last = 0, 6
    else:
        first = _day(match["first"])
        last = _day(match["last"]) if match["last"] else 6 if match["step"] else first
    if step < 1:
        raise ValueError(f'"{part}" has no step')
    if last < first:
        last += 7
    return (day % 7 for day in range(first, last + 1, step))


def _day(text: str) -> int:
    if text in DAYS:
        return DAYS.index(text)
    if text.isdecimal() and int(text) <= 7:
        return int(text)
    raise ValueError(f'"{text}" is no day of the week')


def zone(name: str) -> ZoneInfo | None:
    """The time zone of that name; None, for the machine's own, which APScheduler finds."""
    if name == LOCAL:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f'"{name}" is no time zone; write it as in "Europe/Berlin", or "local"') from error

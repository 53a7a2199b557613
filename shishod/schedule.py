"""When scans, purges and copies are asked for by the clock. A job only asks; whoever is asked does the work."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from pydantic import AfterValidator, BeforeValidator, TypeAdapter, ValidationError

from shishod import log
from shishod.clock import CLOCK, Clock
from shishod.model.tier import Tier
from shishod.settings import RoomSettings, Seconds

OFF = "off"
LOCAL = "local"
PURGE = "purge"
BACKUP = "backup"
TRIGGER = "schedule"  # what a scan says of who asked for it
SHORTEST_S = 60.0
AGREE_S = 1.0  # wall clock and monotonic one have gone alike when they differ by less than this from before
STEP_S = 60.0  # a clock that jumps back further than this was set, not adjusted
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
JOB_DEFAULTS = {
    "misfire_grace_time": None,  # a run that is late, as after suspend, is still run
    "coalesce": True,  # and but once, however often it was missed
    "max_instances": 1,
}

_DAY_STEP = re.compile(r"(?P<first>\*|\d+|[a-z]{3})(?:-(?P<last>\d+|[a-z]{3}))?(?:/(?P<step>\d+))?")
_DURATION = TypeAdapter[float](Seconds)
_log = log.get(__name__)


def _checked_when(value: Any) -> str:
    text = OFF if value is False else value  # YAML's own word for False
    if not isinstance(text, str):
        raise ValueError('write it as text, as in "15m", "0 3 * * *" or "off"')  # noqa: TRY004
    trigger_of(text, LOCAL)
    return text


def _checked_zone(name: str) -> str:
    _zone(name)
    return name


When = Annotated[str, BeforeValidator(_checked_when)]
"""An interval ("15m"), five cron fields ("0 3 * * *"), or "off"."""


class ScheduleSettings(RoomSettings):
    """What the operator may say of scheduled scans."""

    quick: When = "15m"
    """When changed folders and files are looked for: an interval such as "15m", cron fields, or "off"."""

    full: When = "0 3 * * *"
    """When everything is listed and compared: cron fields such as "0 3 * * *", an interval, or "off"."""

    purge: When = "30 3 * * *"
    """When what has been missing for longer than `scan.missing_grace` is forgotten; written as the others, or "off"."""

    backup: When = "45 3 * * *"
    """When a SQLite catalogue is copied to the folder backups beside it; written as the others, or "off"."""

    timezone: Annotated[str, AfterValidator(_checked_zone)] = LOCAL
    """The time zone of the cron fields, as in "Europe/Berlin"; "local" is the machine's own."""


class Schedule:
    """One owner: the main thread, which starts, ticks and stops it. `request_scan` is called on APScheduler's thread
    with the tier and the trigger; it and the other two must return at once."""

    def __init__(
        self,
        settings: ScheduleSettings,
        request_scan: Callable[[Tier, str], None],
        clock: Clock = CLOCK,
        *,
        request_purge: Callable[[], None] = lambda: None,
        request_backup: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._asks: dict[str, Callable[[], None]] = {
            Tier.QUICK.value: partial(request_scan, Tier.QUICK, TRIGGER),
            Tier.FULL.value: partial(request_scan, Tier.FULL, TRIGGER),
            PURGE: request_purge,
            BACKUP: request_backup,
        }
        self._clock = clock
        self._scheduler: Any = None
        self._offset_s = 0.0  # between the wall clock and the monotonic one, when last compared

    def start(self) -> None:
        self._offset_s = self._offset_now_s()
        self._scheduler = BackgroundScheduler(
            job_defaults=JOB_DEFAULTS,
            executors={"default": ThreadPoolExecutor(1)},
        )
        for job in self._whens():
            self._plan(job)
        self._scheduler.start()

    def stop(self) -> None:
        """End without waiting for a job, since one that asks the scheduler for something would wait for us."""
        scheduler, self._scheduler = self._scheduler, None
        if scheduler is not None:
            scheduler.pause()
            scheduler.shutdown(wait=False)

    def alive(self) -> bool:
        """Whether the thread that waits for the next run is there."""
        thread = getattr(self._scheduler, "_thread", None)
        return thread is not None and bool(thread.is_alive())

    def next_runs(self) -> dict[str, datetime]:
        """The next run of each job that is not off, aware, in the schedule's time zone."""
        jobs = self._scheduler.get_jobs() if self._scheduler is not None else ()
        return {job.id: job.next_run_time for job in jobs if job.next_run_time is not None}

    def tick(self) -> None:
        """Look at the clock again: the scheduler's wait stands still in suspend and knows nothing of a clock set back.

        To be called every few seconds; while the clocks agree nobody is woken.
        """
        if self._scheduler is None:
            return
        offset_s = self._offset_now_s()
        if offset_s < self._offset_s - STEP_S:
            _log.info("the clock was set back; scheduled scans are planned anew")
            for job in self._whens():
                self._plan(job)
        if abs(offset_s - self._offset_s) >= AGREE_S:
            self._offset_s = offset_s
            self._scheduler.wakeup()

    def reconfigure(self, settings: ScheduleSettings) -> None:
        """Apply other settings while running; what did not change keeps its next run."""
        before, self._settings = self._whens(), settings
        if self._scheduler is not None:
            for job, when in self._whens().items():
                if when != before[job]:
                    self._plan(job)

    def _whens(self) -> dict[str, tuple[str, str]]:
        said = self._settings
        whens = {Tier.QUICK.value: said.quick, Tier.FULL.value: said.full, PURGE: said.purge, BACKUP: said.backup}
        return {job: (when, said.timezone) for job, when in whens.items()}

    def _plan(self, job: str) -> None:
        """Put the job's next run in place of the one that is there."""
        trigger = trigger_of(*self._whens()[job])
        if trigger is not None:
            self._scheduler.add_job(self._asks[job], trigger, id=job, replace_existing=True)
        elif self._scheduler.get_job(job) is not None:
            self._scheduler.remove_job(job)

    def _offset_now_s(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic_s()


def trigger_of(when: str, timezone: str) -> CronTrigger | IntervalTrigger | None:
    """APScheduler's trigger for an interval or for cron fields as cron(8) reads them; None for "off".

    Raises ValueError with a text for the operator.
    """
    text = when.strip().lower()
    if text == OFF:
        return None
    if len(text.split()) < 2:
        return IntervalTrigger(seconds=_interval_s(text), timezone=_zone(timezone))
    return _cron(text, timezone)


def _interval_s(text: str) -> float:
    try:
        seconds = _DURATION.validate_python(text)
    except ValidationError as error:
        raise ValueError(f'"{text}" is no time; write "15m", "6h", cron fields as in "0 3 * * *", or "off"') from error
    if seconds < SHORTEST_S:
        raise ValueError(f'"{text}" is too often; the shortest interval is "1m"')
    return seconds


def _cron(text: str, timezone: str) -> CronTrigger:
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
            minute=minute, hour=hour, day=day, month=month, day_of_week=_weekdays(weekday), timezone=_zone(timezone)
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


def _zone(name: str) -> ZoneInfo | None:
    """The time zone of that name; None, for the machine's own, which APScheduler finds."""
    if name == LOCAL:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f'"{name}" is no time zone; write it as in "Europe/Berlin", or "local"') from error

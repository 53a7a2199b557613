"""Schedule: the jobs of the clock. A job only asks; whoever is asked does the work."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

from shishod import log
from shishod.clock import CLOCK, Clock
from shishod.errors import Unreachable
from shishod.model.tier import Tier
from shishod.schedule.arrivals import learned
from shishod.schedule.quiet import quiet_until
from shishod.schedule.settings import PlanSettings, ScheduleSettings
from shishod.schedule.when import interval_s, is_interval, trigger_of, zone

PURGE = "purge"
BACKUP = "backup"
TRIGGER = "schedule"  # what a scan says of who asked for it
AGREE_S = 1.0  # wall clock and monotonic one have gone alike when they differ by less than this from before
STEP_S = 60.0  # a clock that jumps back further than this was set, not adjusted
HUSHED = "it waits for the end of the quiet hours"
CATCH_UP_S = 60.0  # after the start, for what should have run while nobody was there
JOB_DEFAULTS = {
    "misfire_grace_time": None,  # a run that is late, as after suspend, is still run
    "coalesce": True,  # and but once, however often it was missed
    "max_instances": 1,
}

_log = log.get(__name__)


class LastRuns(Protocol):
    """When each job ran last, over restarts. Both may raise Unreachable."""

    def last_run(self, job: str) -> datetime | None: ...
    def note_run(self, job: str, now: datetime) -> None: ...


class Forgetful:
    """Remembers no run of before: nothing is made up for after a start."""

    def last_run(self, job: str) -> datetime | None:
        del job
        return None

    def note_run(self, job: str, now: datetime) -> None: ...


def _nothing() -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks:
    """Whom the jobs ask; each must return at once. `arrivals` are the hours of the last weeks at which books came."""

    scan: Callable[[Tier, str], None]
    plan: Callable[[PlanSettings], None] = lambda _: None
    refresh: Callable[[], None] = _nothing
    purge: Callable[[], None] = _nothing
    backup: Callable[[], None] = _nothing
    arrivals: Callable[[], Sequence[datetime]] = tuple
    runs: LastRuns = field(default_factory=Forgetful)


class Schedule:
    """One owner: the main thread, which starts, ticks and stops it. Whoever is asked is called on APScheduler's thread.

    `quiet` and `reasons` may be asked from any thread.
    """

    def __init__(self, settings: ScheduleSettings, asks: Asks, clock: Clock = CLOCK) -> None:
        self._settings = settings
        self._asks = asks
        self._clock = clock
        self._scheduler: Any = None
        self._offset_s = 0.0  # between the wall clock and the monotonic one, when last compared
        self._reasons: dict[str, str] = {}  # why a job's next run is not where it was set

    def start(self) -> None:
        from apscheduler.executors.pool import ThreadPoolExecutor  # whoever starts us late spares others the wait
        from apscheduler.schedulers.background import BackgroundScheduler

        self._offset_s = self._offset_now_s()
        self._scheduler = BackgroundScheduler(
            job_defaults=JOB_DEFAULTS,
            executors={"default": ThreadPoolExecutor(1)},
        )
        for job in self._whens():
            self._plan(job)
        self._scheduler.start()
        self._catch_up()

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
        scheduler = self._scheduler
        jobs = scheduler.get_jobs() if scheduler is not None else ()
        dues = {job.id: getattr(job, "next_run_time", None) for job in jobs}  # which none has before all has started
        return {name: due for name, due in dues.items() if due is not None}

    def reasons(self) -> dict[str, str]:
        """Why the next run of a job is not where it was set, by job."""
        return dict(self._reasons)

    def quiet(self) -> datetime | None:
        """When the quiet hours end that it is now; None outside them."""
        return quiet_until(self._settings.spans(), self._local_now())

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
        """Apply other settings while running; what did not change keeps its next run. What waits for the end of quiet
        hours that are others now is due at once, and waits anew where it is quiet still."""
        before, quiet, self._settings = self._whens(), self._settings.quiet, settings
        now = self._whens()
        if self._scheduler is None:
            return
        for job in [job for job in before.keys() | now.keys() if before.get(job) != now.get(job)]:
            self._plan(job)
        hushed = [job for job, reason in self.reasons().items() if reason == HUSHED]
        for job in hushed if quiet != settings.quiet else ():
            self._move(job, self._local_now(), HUSHED)

    def _whens(self) -> dict[str, tuple[str, str]]:
        said = self._settings
        whens = {Tier.QUICK.value: said.quick, Tier.FULL.value: said.full, Tier.REFRESH.value: said.refresh}
        whens |= {PURGE: said.purge, BACKUP: said.backup}
        whens |= {_named(number): plan.when for number, plan in enumerate(said.plans, 1)}
        return {job: (when, said.timezone) for job, when in whens.items()}

    def _asked(self, job: str) -> Callable[[], None]:
        if job in (Tier.QUICK, Tier.FULL):
            return partial(self._asks.scan, Tier(job), TRIGGER)
        named = {Tier.REFRESH.value: self._asks.refresh, PURGE: self._asks.purge, BACKUP: self._asks.backup}
        plans = {_named(number): plan for number, plan in enumerate(self._settings.plans, 1)}
        return partial(self._asks.plan, plans[job]) if job in plans else named[job]

    def _plan(self, job: str) -> None:
        """Put the job's next run in place of the one that is there."""
        self._reasons.pop(job, None)
        when = self._whens().get(job)
        trigger = trigger_of(*when) if when else None
        if trigger is not None:
            self._scheduler.add_job(partial(self._run, job), trigger, id=job, name=job, replace_existing=True)
        elif self._scheduler.get_job(job) is not None:
            self._scheduler.remove_job(job)

    def _run(self, job: str) -> None:
        """Ask, unless it is quiet, or this very minute has been before in a night that has an hour twice."""
        if job not in (Tier.REFRESH, PURGE, BACKUP) and (until := self.quiet()) is not None:
            self._move(job, until, HUSHED)
            return
        if self._is_second(job):
            return
        self._reasons.pop(job, None)
        self._asked(job)()
        self._note(job)
        if job == Tier.QUICK:
            self._learn(job)

    def _is_second(self, job: str) -> bool:
        """Whether cron fields name a moment that the wall clock shows for the second time."""
        last, now = self._last(job), self._local_now()
        if last is None or is_interval(self._whens()[job][0]):
            return False
        before = last.astimezone(now.tzinfo)
        same = f"{before:%Y-%m-%d %H:%M}" == f"{now:%Y-%m-%d %H:%M}"
        return same and before.utcoffset() != now.utcoffset()

    def _learn(self, job: str) -> None:
        """Quick scans come when books do."""
        when = self._settings.quick
        if not self._settings.learn or len(when.split()) > 1:
            return
        now = self._local_now()
        try:
            pace = learned(interval_s(when), self._asks.arrivals(), now, now.tzinfo)
        except Unreachable:
            return
        if pace.reason:
            self._move(job, now + timedelta(seconds=pace.seconds), pace.reason)

    def _move(self, job: str, when: datetime, reason: str) -> None:
        scheduler = self._scheduler
        if scheduler is None or scheduler.get_job(job) is None:
            return
        if self._reasons.get(job) != reason:
            _log.info("a scheduled run was moved", job=job, reason=reason)
        self._reasons[job] = reason
        scheduler.modify_job(job, next_run_time=when)

    def _catch_up(self) -> None:
        """What should have run while nobody was there is run once, soon; intervals begin anew with the start."""
        now = self._local_now()
        for number, (job, when) in enumerate(self._whens().items()):
            trigger, last = trigger_of(*when), self._last(job)
            if trigger is None or last is None or is_interval(when[0]):
                continue
            due = trigger.get_next_fire_time(last, last.astimezone(now.tzinfo) + timedelta(seconds=1))
            if due is not None and due <= now:
                soon = timedelta(seconds=CATCH_UP_S * (1 + number))
                self._move(job, now + soon, "it was due while the daemon was not there")

    def _last(self, job: str) -> datetime | None:
        try:
            return self._asks.runs.last_run(job)
        except Unreachable:
            return None

    def _note(self, job: str) -> None:
        try:
            self._asks.runs.note_run(job, self._clock.now())
        except Unreachable as error:
            _log.debug("a run could not be noted; a restart may ask for it once more", job=job, error=str(error))

    def _local_now(self) -> datetime:
        ours = self._scheduler.timezone if self._scheduler is not None else None  # the machine's, with its summer time
        return self._clock.now().astimezone(zone(self._settings.timezone) or ours)

    def _offset_now_s(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic_s()


def _named(number: int) -> str:
    return f"plan {number}"

import logging
import threading
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest

from shishod.clock import CLOCK, Clock
from shishod.model.tier import Tier
from shishod.schedule import BACKUP, PURGE, Asks, Schedule, ScheduleSettings
from tests.waiting import wait_until

JOBS = {Tier.QUICK, Tier.REFRESH, Tier.FULL, PURGE, BACKUP}  # by default; a peek is for polls and whoever asks

DEADLINE_S = 5.0


class Asked:
    """Whom the schedule asks: keeps what was asked and lets a test wait for it."""

    def __init__(self):
        self.scans = []
        self._news = threading.Condition()

    def __call__(self, tier, trigger):
        with self._news:
            self.scans.append((tier, trigger))
            self._news.notify()

    def wait(self, count):
        with self._news:
            assert self._news.wait_for(lambda: len(self.scans) >= count, DEADLINE_S), self.scans


class WoundClock:
    """A clock whose wall time can be set while its monotonic time goes on."""

    def __init__(self):
        self.set_s = 0.0
        self.clock = Clock(now=lambda: datetime.now(UTC) + timedelta(seconds=self.set_s))


@pytest.fixture
def asked():
    return Asked()


@pytest.fixture
def running(asked):
    """Makes running schedules, and stops them after the test."""
    made = []

    def run(clock=None, asks=MappingProxyType({}), **settings):
        schedule = Schedule(ScheduleSettings(**settings), Asks(scan=asked, **asks), clock or CLOCK)
        schedule.start()
        made.append(schedule)
        return schedule

    yield run
    for schedule in made:
        schedule.stop()


def overdue(schedule, tier, by_s=3600):
    """Make a run late, as after the machine was suspended."""
    schedule._scheduler.get_job(tier).modify(next_run_time=datetime.now(UTC) - timedelta(seconds=by_s))


def test_every_job_has_a_next_run_in_the_future(running):
    runs = running().next_runs()
    assert set(runs) == JOBS
    assert all(run > datetime.now(UTC) for run in runs.values())


def test_who_asks_while_it_starts_is_told_what_there_is_by_then(caplog):
    schedule, told = Schedule(ScheduleSettings(), Asks(scan=Asked())), []

    class Asking(logging.Handler):
        """Asks at each word of the scheduler, which has one for every job that waits for it to start."""

        def emit(self, record):
            told.append(schedule.next_runs())

    asking = Asking()
    caplog.set_level(logging.INFO, "apscheduler.scheduler")
    logging.getLogger("apscheduler.scheduler").addHandler(asking)
    try:
        schedule.start()
    finally:
        logging.getLogger("apscheduler.scheduler").removeHandler(asking)
        schedule.stop()

    assert told[1] == {}, "a job is there that has no run yet"
    assert told[-1].keys() == JOBS


def test_a_tier_that_is_off_has_no_next_run(running):
    assert set(running(full="off").next_runs()) == {Tier.QUICK, Tier.REFRESH, PURGE, BACKUP}


@pytest.mark.parametrize(("job", "who"), [(PURGE, "purge"), (BACKUP, "backup"), (Tier.REFRESH, "refresh")])
def test_a_purge_and_a_copy_are_asked_for_at_their_time(job, who):
    asked = threading.Event()
    schedule = Schedule(ScheduleSettings(), Asks(scan=lambda *_: None, **{who: asked.set}))
    schedule.start()
    try:
        overdue(schedule, job)
        schedule.tick()
        assert asked.wait(DEADLINE_S)
    finally:
        schedule.stop()


def test_a_run_that_was_slept_through_is_made_up_for_once(running, asked):
    schedule = running(full="off")
    overdue(schedule, Tier.QUICK, by_s=86400)

    schedule.tick()

    asked.wait(1)
    assert asked.scans == [(Tier.QUICK, "schedule")]
    assert schedule.next_runs()[Tier.QUICK] > datetime.now(UTC)


def test_a_failing_request_does_not_end_the_schedule(running):
    called = threading.Semaphore(0)

    def fail(tier, trigger):
        called.release()
        raise RuntimeError("the queue is gone")

    schedule = Schedule(ScheduleSettings(full="off"), Asks(scan=fail))
    schedule.start()
    try:
        overdue(schedule, Tier.QUICK)
        assert called.acquire(timeout=DEADLINE_S)
        tries = 0
        while not called.acquire(timeout=0.1):  # the first may still be ending, which makes the second be skipped
            tries += 1
            assert tries < 50
            overdue(schedule, Tier.QUICK)
        assert schedule.alive()
    finally:
        schedule.stop()


def test_a_clock_set_back_does_not_stall_the_schedule(running):
    wound = WoundClock()
    schedule = running(wound.clock, full="off")
    schedule._scheduler.get_job(Tier.QUICK).modify(next_run_time=datetime.now(UTC) + timedelta(days=365))
    wound.set_s = -3600

    schedule.tick()

    assert schedule.next_runs()[Tier.QUICK] < datetime.now(UTC) + timedelta(minutes=16)


def test_a_clock_that_is_merely_adjusted_changes_no_run(running):
    wound = WoundClock()
    schedule = running(wound.clock)
    before = schedule.next_runs()
    wound.set_s = -5

    schedule.tick()

    assert schedule.next_runs() == before


def test_new_settings_move_only_the_runs_that_they_change(running):
    schedule = running()
    before = schedule.next_runs()

    schedule.reconfigure(ScheduleSettings(full="30 4 * * *"))

    after = schedule.next_runs()
    assert after[Tier.QUICK] == before[Tier.QUICK]
    assert (after[Tier.FULL].hour, after[Tier.FULL].minute) == (4, 30)


def test_a_tier_can_be_switched_off_and_on_while_running(running):
    schedule = running()
    schedule.reconfigure(ScheduleSettings(quick="off"))
    assert set(schedule.next_runs()) == {Tier.FULL, Tier.REFRESH, PURGE, BACKUP}
    schedule.reconfigure(ScheduleSettings())
    assert set(schedule.next_runs()) == JOBS


def test_another_time_zone_moves_the_nightly_scan(running):
    schedule = running(timezone="Europe/Berlin")
    schedule.reconfigure(ScheduleSettings(timezone="Asia/Tokyo"))
    assert schedule.next_runs()[Tier.FULL].utcoffset() == timedelta(hours=9)


def test_stop_does_not_wait_for_a_request_that_hangs(running):
    entered, release = threading.Event(), threading.Event()

    def hang(tier, trigger):
        entered.set()
        release.wait(DEADLINE_S * 2)

    schedule = Schedule(ScheduleSettings(full="off"), Asks(scan=hang))
    schedule.start()
    overdue(schedule, Tier.QUICK)
    assert entered.wait(DEADLINE_S)
    ended = threading.Thread(target=schedule.stop)
    ended.start()
    try:
        ended.join(DEADLINE_S)
        assert not ended.is_alive()
        assert not schedule.alive()
    finally:
        release.set()


def test_a_stopped_schedule_can_be_asked_ticked_and_started_again(running):
    schedule = running()
    schedule.stop()
    schedule.stop()
    schedule.tick()
    assert schedule.next_runs() == {}

    schedule.start()

    assert schedule.alive()


class Runs:
    """Remembers the last runs as the catalogue does."""

    def __init__(self, **ran):
        self.ran = ran

    def last_run(self, job):
        return self.ran.get(job)

    def note_run(self, job, now):
        self.ran[job] = now


def fire(schedule, job):
    """Have a job run now, and wait until it has."""
    schedule._scheduler.pause_job(job)
    schedule._scheduler.resume_job(job)
    schedule._run(job)


def test_what_was_missed_while_the_daemon_was_down_is_run_once_and_soon(running):
    now = datetime.now(UTC)
    runs = Runs(full=now - timedelta(days=3), purge=now, quick=now - timedelta(days=3))

    schedule = running(asks={"runs": runs}, timezone="UTC")

    assert schedule.next_runs()[Tier.FULL] - now < timedelta(minutes=6)
    assert schedule.reasons() == {Tier.FULL: "it was due while the daemon was not there"}
    fire(schedule, Tier.FULL)
    assert schedule.reasons() == {}
    assert runs.ran["full"] > now


def test_a_job_that_has_never_run_is_not_missed(running):
    assert running(asks={"runs": Runs()}).reasons() == {}


def test_in_quiet_hours_a_scan_waits_for_their_end_and_a_copy_does_not(running, asked):
    now = datetime.now(UTC)
    begins, ends = now - timedelta(hours=2), now + timedelta(hours=2)
    schedule = running(timezone="UTC", quiet=[f"{begins:%H:%M}-{ends:%H:%M}"])

    for job in (Tier.QUICK, Tier.FULL, BACKUP):
        fire(schedule, job)

    assert asked.scans == []
    assert schedule.next_runs()[Tier.QUICK] == ends.replace(second=0, microsecond=0)
    assert set(schedule.reasons()) == {Tier.QUICK, Tier.FULL}
    assert schedule.quiet() is not None


def test_quiet_hours_that_are_taken_back_keep_nothing_waiting(running, asked):
    now = datetime.now(UTC)
    begins, ends, later = (now + timedelta(hours=hours) for hours in (-2, 2, 3))
    schedule = running(timezone="UTC", quiet=[f"{begins:%H:%M}-{ends:%H:%M}"])
    fire(schedule, Tier.FULL)

    schedule.reconfigure(ScheduleSettings(timezone="UTC", quiet=[f"{begins:%H:%M}-{later:%H:%M}"]))

    wait_until(lambda: schedule.next_runs()[Tier.FULL] == later.replace(second=0, microsecond=0), DEADLINE_S, "later")
    assert asked.scans == []

    schedule.reconfigure(ScheduleSettings(timezone="UTC"))

    wait_until(lambda: asked.scans, DEADLINE_S, "what waited is asked for")
    assert [tier for tier, _ in asked.scans] == [Tier.FULL]
    assert schedule.reasons() == {}


def test_quick_scans_come_when_books_do_and_say_so(running, asked):
    now = datetime.now(UTC)
    evenings = [now - timedelta(days=day) for day in range(1, 12)]
    schedule = running(asks={"arrivals": lambda: evenings}, timezone="UTC")

    fire(schedule, Tier.QUICK)

    assert timedelta(minutes=4) < schedule.next_runs()[Tier.QUICK] - now < timedelta(minutes=6)
    assert "books came about" in schedule.reasons()[Tier.QUICK]
    assert asked.scans == [(Tier.QUICK, "schedule")]


@pytest.mark.parametrize("settings", [{"learn": False}, {"quick": "0 * * * *"}])
def test_what_is_switched_off_or_named_to_the_minute_learns_nothing(running, settings):
    evenings = [datetime.now(UTC) - timedelta(days=day) for day in range(1, 12)]
    schedule = running(asks={"arrivals": lambda: evenings}, timezone="UTC", **settings)

    fire(schedule, Tier.QUICK)

    assert schedule.reasons() == {}


def test_a_night_that_has_an_hour_twice_has_one_scan():
    """In Berlin it is half past two twice on the 25th of October 2026: first in summer time, then an hour later."""
    asked, at = Asked(), [datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]
    clock = Clock(now=lambda: at[0])
    schedule = Schedule(
        ScheduleSettings(full="30 2 * * *", timezone="Europe/Berlin"), Asks(scan=asked, runs=Runs()), clock
    )

    schedule._run(Tier.FULL)
    at[0] += timedelta(hours=1)
    schedule._run(Tier.FULL)
    at[0] += timedelta(days=1)
    schedule._run(Tier.FULL)

    assert len(asked.scans) == 2


def test_a_library_or_a_folder_may_have_a_plan_of_its_own(running):
    planned = []
    plans = [{"when": "5m", "path": "/srv/incoming"}, {"when": "0 4 * * sun", "library": "Comics", "tier": "full"}]
    schedule = running(asks={"plan": planned.append}, plans=plans)

    fire(schedule, "plan 1")
    fire(schedule, "plan 2")

    assert {"plan 1", "plan 2"} <= schedule.next_runs().keys()
    assert [(plan.path, plan.library, plan.tier) for plan in planned] == [
        ("/srv/incoming", None, "quick"),
        (None, "Comics", "full"),
    ]
    schedule.reconfigure(ScheduleSettings())
    assert not {"plan 1", "plan 2"} & schedule.next_runs().keys()


def test_a_clock_that_jumps_ahead_runs_what_came_due_once(running, asked):
    """As after a suspend: the scheduler's own wait has stood still, and the tick tells it."""
    wound = WoundClock()
    schedule = running(wound.clock, full="off", refresh="off", purge="off", backup="off")
    overdue(schedule, Tier.QUICK, by_s=6 * 3600)
    wound.set_s = 6 * 3600

    schedule.tick()

    asked.wait(1)
    assert len(asked.scans) == 1

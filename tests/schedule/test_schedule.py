import threading
from datetime import UTC, datetime, timedelta

import pytest

from shishod.clock import Clock
from shishod.model.tier import Tier
from shishod.schedule import BACKUP, PURGE, Schedule, ScheduleSettings

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

    def run(clock=None, **settings):
        schedule = Schedule(ScheduleSettings(**settings), asked, *([clock] if clock else []))
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
    assert set(runs) == {Tier.QUICK, Tier.FULL, PURGE, BACKUP}
    assert all(run > datetime.now(UTC) for run in runs.values())


def test_a_tier_that_is_off_has_no_next_run(running):
    assert set(running(full="off").next_runs()) == {Tier.QUICK, PURGE, BACKUP}


@pytest.mark.parametrize(("job", "who"), [(PURGE, "request_purge"), (BACKUP, "request_backup")])
def test_a_purge_and_a_copy_are_asked_for_at_their_time(job, who):
    asked = threading.Event()
    schedule = Schedule(ScheduleSettings(), lambda *_: None, **{who: asked.set})
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

    schedule = Schedule(ScheduleSettings(full="off"), fail)
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
    assert set(schedule.next_runs()) == {Tier.FULL, PURGE, BACKUP}
    schedule.reconfigure(ScheduleSettings())
    assert set(schedule.next_runs()) == {Tier.QUICK, Tier.FULL, PURGE, BACKUP}


def test_another_time_zone_moves_the_nightly_scan(running):
    schedule = running(timezone="Europe/Berlin")
    schedule.reconfigure(ScheduleSettings(timezone="Asia/Tokyo"))
    assert schedule.next_runs()[Tier.FULL].utcoffset() == timedelta(hours=9)


def test_stop_does_not_wait_for_a_request_that_hangs(running):
    entered, release = threading.Event(), threading.Event()

    def hang(tier, trigger):
        entered.set()
        release.wait(DEADLINE_S * 2)

    schedule = Schedule(ScheduleSettings(full="off"), hang)
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

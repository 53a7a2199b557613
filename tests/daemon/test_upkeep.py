"""The errand KEEP: asked for by the schedule, done by a worker, and no scan's trouble when it fails."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from shishod.daemon.assembly import build
from shishod.daemon.config import settings_for_run
from shishod.daemon.upkeep import Upkeep
from shishod.errors import Unreachable
from shishod.model.ticket import Errand
from shishod.work.queue import TicketQueue
from tests.waiting import wait_until


class Failing:
    """A catalogue that cannot be copied."""

    def keep_up(self, copies: int) -> Path | None:
        raise Unreachable(f"no room for {copies} copies")


def test_the_errand_is_asked_for_once_and_outlives_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    queue = TicketQueue()
    upkeep = Upkeep(queue, Failing(), 7)
    upkeep.request()
    upkeep.request()
    assert queue.waiting()[Errand.KEEP] == 1

    upkeep.carry([])

    assert "the copies before it are kept" in caplog.text


def test_a_worker_of_the_daemon_makes_the_copy_that_the_schedule_asks_for(tmp_path: Path) -> None:
    books = tmp_path / "Books"
    books.mkdir()
    settings = settings_for_run(
        [os.fsencode(books)], {"state_dir": str(tmp_path / "state"), "work": {"runner": "inline"}}
    )
    daemon = build(settings, idle=True)
    daemon.workers.start()
    try:
        daemon.schedule.start()
        job = daemon.schedule._scheduler.get_job("backup")
        job.modify(next_run_time=job.next_run_time - timedelta(days=2))
        daemon.schedule.tick()
        (copy,) = wait_until(lambda: list((tmp_path / "state" / "backups").glob("*.sqlite")), 20, "the copy is there")
    finally:
        daemon.schedule.stop()
        daemon.stop.set()
        daemon.workers.join(10)
        daemon.close()

    assert copy.name.startswith("catalogue-")

"""P5: an overflow of the kernel's queue loses no change: after it the catalogue is the disk, within one look."""

import os
import shutil
from pathlib import Path

from tests.journeys.running import a_daemon
from tests.promises.watching import added, impatient, log_lines, missing, watch, watched_as
from tests.samples import an_epub
from tests.waiting import wait_until

QUEUE = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
DELETED = 5


def storm(folder: Path) -> None:
    """More changes than the kernel keeps for a daemon that does not read them."""
    for number in range(QUEUE // 2):  # create, close and delete are three events
        file = folder / f"{number}.mp3"
        file.touch()
        file.unlink()


def test_after_an_overflow_the_catalogue_is_the_disk_and_one_look_was_enough(tmp_path: Path, library: Path) -> None:
    for number in range(20):
        (library / f"Author {number}").mkdir()
        an_epub(library / f"Author {number}" / "Book.epub", title=f"Book {number}")
    with a_daemon(tmp_path / "daemon", config=impatient(library)) as daemon:
        watched_as(daemon, "events")
        daemon.settled()

        daemon.freeze()
        storm(library / "Author 0")
        for number in range(DELETED):  # what follows is lost: nobody is told of it
            shutil.rmtree(library / f"Author {number}")
        (library / "New" / "Deep").mkdir(parents=True)
        an_epub(library / "New" / "Deep" / "New.epub", title="New")
        os.replace(library / "Author 10" / "Book.epub", library / "Author 11" / "Moved.epub")
        daemon.thaw()

        wait_until(lambda: log_lines(daemon, '"reason": "overflow"'), 20, "the root is looked over")
        wait_until(lambda: daemon.book_named("New"), 20, "what came meanwhile is found")
        wait_until(lambda: missing(daemon) >= DELETED and daemon.idle(), 20, "what left meanwhile is missing")
        told = watched_as(daemon, "events")
        assert told["overflows"] >= 1
        assert "shishod_watch_overflows_total{" in daemon.client.text("/metrics")
        assert len(log_lines(daemon, '"reason": "overflow"')) == 1
        added(daemon, library / "New" / "Deep", "Watched again")
        assert watch(daemon)["armed"] == 20 - DELETED + 3

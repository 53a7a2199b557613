"""P6: where the kernel tells nothing the folders' times are looked at, at an interval that `status` shows.

`pytest -m long tests/promises/test_p06_polling.py` adds that a poll is no scan.
"""

import json
import shutil
import threading
from pathlib import Path

import pytest

from shishod.ctl.status import lines
from tests.journeys.running import RunningDaemon, a_daemon
from tests.promises.conftest import Disks
from tests.promises.watching import added, impatient, log_lines, missing, watch, watched_as
from tests.samples import an_epub
from tests.waiting import wait_until


def shelf(folder: Path) -> None:
    for number in range(5):
        (folder / f"Author {number}").mkdir(parents=True)
        an_epub(folder / f"Author {number}" / "Book.epub", title=f"Book {number}")


def everything_is_found(daemon: RunningDaemon, folder: Path) -> None:
    """What a hand adds, renames and deletes in `folder` is in the catalogue a poll later."""
    before = daemon.book_named("Book 2")
    (folder / "New" / "Deep").mkdir(parents=True)
    an_epub(folder / "New" / "Deep" / "In a new folder.epub", title="In a new folder")
    (folder / "Author 2").rename(folder / "Renamed")
    shutil.rmtree(folder / "Author 3")
    added(daemon, folder / "Author 1", "Beside another")
    wait_until(lambda: daemon.book_named("In a new folder"), 10, "the new folder is found")
    wait_until(lambda: (now := daemon.book_named("Book 2")) and now != before, 10, "the renamed folder is found")
    wait_until(lambda: missing(daemon) >= 1, 10, "the deleted book is missing")


def test_a_share_of_which_nothing_is_told_is_polled_and_status_says_so(tmp_path: Path, disks: Disks) -> None:
    behind = disks.folder("behind")
    shelf(behind)
    front = disks.fuse(disks.folder("front"), "bindfs", str(behind))  # no event passes it
    with a_daemon(tmp_path / "daemon", config=impatient(front)) as daemon:
        told = watched_as(daemon, "poll")
        daemon.settled()

        assert (told["poll_s"], told["reason"]) == (1.0, "fuse does not tell of changes made elsewhere")
        assert "polled every 1 s" in "\n".join(lines(daemon.status()))
        assert "shishod_watch_poll_seconds{" in daemon.client.text("/metrics")
        assert daemon.client.get("/v1/health")["ok"]
        everything_is_found(daemon, behind)


def test_a_library_that_is_to_be_polled_is_polled_on_any_filesystem(tmp_path: Path, library: Path) -> None:
    shelf(library)
    own = "    watch: poll\n    poll_interval: 1s\n"
    config = impatient(library, own).replace("  poll_interval: 1s\nschedule", "  poll_interval: 1h\nschedule")
    with a_daemon(tmp_path / "daemon", config=config) as daemon:
        told = watched_as(daemon, "poll")
        daemon.settled()

        assert (told["poll_s"], told["reason"], told["remedy"]) == (1.0, "the configuration says so", "")
        everything_is_found(daemon, library)


def test_a_library_that_is_to_be_left_alone_is_looked_at_by_scans_only(tmp_path: Path, library: Path) -> None:
    shelf(library)
    with a_daemon(tmp_path / "daemon", config=impatient(library, "    watch: off\n")) as daemon:
        daemon.settled()
        assert watch(daemon)["mode"] == "off"

        an_epub(library / "New.epub", title="New")
        threading.Event().wait(2)
        assert daemon.book_named("New") is None
        daemon.scan("quick")
        assert daemon.book_named("New")


def test_events_are_taken_where_the_operator_insists(tmp_path: Path, disks: Disks) -> None:
    behind = disks.folder("behind")
    shelf(behind)
    front = disks.fuse(disks.folder("front"), "bindfs", str(behind))
    with a_daemon(tmp_path / "daemon", config=impatient(front, "    watch: events\n")) as daemon:
        assert watched_as(daemon, "events")["armed"] == 6
        daemon.settled()
        added(daemon, front / "Author 1", "Through the mount")


@pytest.mark.long
def test_a_poll_opens_no_file_and_is_no_scan(tmp_path: Path, library: Path) -> None:
    shelf(library)
    with a_daemon(tmp_path / "daemon", config=impatient(library, "    watch: poll\n")) as daemon:
        daemon.settled()
        scans = daemon.client.get("/v1/scans")["scans"]
        read = [json.loads(line[3:]) for line in log_lines(daemon, "book recorded")]

        threading.Event().wait(3)

        assert daemon.client.get("/v1/scans")["scans"] == scans
        assert [json.loads(line[3:]) for line in log_lines(daemon, "book recorded")] == read

"""N4: whatever becomes of a watched folder is seen, said in `status`, and healed without a restart."""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.running import RunningDaemon, a_daemon
from tests.promises.conftest import Disks, becomes
from tests.promises.watching import added, impatient, missing, watch, watched_as
from tests.samples import an_epub
from tests.waiting import wait_until

BOOKS = 5


def shelf(folder: Path) -> Path:
    for number in range(BOOKS):
        (folder / f"Author {number}").mkdir(parents=True)
        an_epub(folder / f"Author {number}" / "Book.epub", title=f"Book {number}")
    return folder


@pytest.fixture
def daemon(tmp_path: Path, library: Path) -> Iterator[RunningDaemon]:
    shelf(library)
    with a_daemon(tmp_path / "daemon", config=impatient(library)) as running:
        watched_as(running, "events")
        running.settled()
        yield running


def test_a_root_renamed_away_and_back_is_watched_again(daemon: RunningDaemon, library: Path) -> None:
    library.rename(library.with_name("Away"))
    told = watched_as(daemon, "off")
    assert told["reason"] == "the folder cannot be reached (No such file or directory); its books are left as they are"
    assert told["remedy"] == "mount or create it"
    becomes(daemon, "offline")

    library.with_name("Away").rename(library)

    watched_as(daemon, "events")
    becomes(daemon, "online")
    added(daemon, library / "Author 1", "After it came back")
    assert missing(daemon) == 0


def test_a_root_deleted_and_restored_is_watched_again(daemon: RunningDaemon, library: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(library, copy)
    shutil.rmtree(library)
    watched_as(daemon, "off")

    copy.rename(library)

    watched_as(daemon, "events")
    added(daemon, library / "Author 1", "After it came back")
    wait_until(lambda: daemon.idle() and missing(daemon) == 0, 15, "nothing is missing")


def test_a_root_that_is_a_link_is_watched_where_it_leads_after_it_was_turned(tmp_path: Path) -> None:
    first, second, link = shelf(tmp_path / "first"), tmp_path / "second", tmp_path / "link"
    shutil.copytree(first, second)
    link.symlink_to(first)
    with a_daemon(tmp_path / "daemon", config=impatient(link)) as daemon:
        watched_as(daemon, "events")
        daemon.settled()
        added(daemon, first / "Author 1", "Before")
        shutil.copy2(first / "Author 1" / "Before.epub", second / "Author 1")

        (tmp_path / "turned").symlink_to(second)
        os.replace(tmp_path / "turned", link)

        added(daemon, second / "Author 2", "After", deadline_s=15)
        wait_until(daemon.idle, 15, "nothing is left")
        assert missing(daemon) == 0
        an_epub(first / "Author 3" / "Nobody looks here.epub", title="Nobody looks here")
        threading.Event().wait(1)
        assert daemon.book_named("Nobody looks here") is None


def test_a_disk_unmounted_and_mounted_again_is_watched_again(tmp_path: Path, disks: Disks) -> None:
    disk, point = shelf(disks.tmpfs(disks.folder("disk"))), disks.folder("point")
    disks.bind(disk, point)
    with a_daemon(tmp_path / "daemon", config=impatient(point)) as daemon:
        watched_as(daemon, "events")
        daemon.settled()

        disks.umount(point)
        becomes(daemon, "offline")
        disks.bind(disk, point)
        becomes(daemon, "online", deadline_s=10)

        wait_until(lambda: watch(daemon)["armed"] == BOOKS + 1, 10, "every folder is armed")
        added(daemon, disk / "Author 1", "After the mount")
        assert missing(daemon) == 0


def test_a_disk_mounted_inside_a_watched_root_is_watched_too(
    daemon: RunningDaemon, library: Path, disks: Disks
) -> None:
    inside = library / "Disk"
    inside.mkdir()
    wait_until(lambda: watch(daemon)["armed"] == BOOKS + 2, 10, "the new folder is armed")
    disks.tmpfs(inside)
    added(daemon, inside, "On the new disk")

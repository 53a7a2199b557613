"""P1: a share that is away says nothing about its books; when it is back it is believed, and nothing is read again.

All of it: pytest -m "long or not long" tests/promises/test_p01_unmounted.py
"""

import json
import os
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from tests.journeys.running import RunningDaemon, a_daemon
from tests.promises.conftest import Disks, becomes, books, config, read_all, recorded, rows, state
from tests.samples import an_epub
from tests.waiting import wait_until


def reason(daemon: RunningDaemon, number: int = 0) -> str:
    return str(daemon.status()["roots"][number]["reason"])


def test_a_disk_is_off_line_at_once_when_it_is_unmounted_and_back_by_itself(tmp_path: Path, disks: Disks) -> None:
    image, point = disks.image("disk.img"), disks.folder("books")
    books(disks.ext4(image, point))
    with a_daemon(tmp_path / "daemon", config=config(point)) as daemon:
        read_all(daemon, 10)
        before, written = rows(daemon), recorded(daemon)

        disks.umount(point)
        becomes(daemon, "offline")
        wait_until(daemon.idle, 10, "nothing is left")
        assert rows(daemon) == before
        assert "was unmounted" in reason(daemon) or "it is empty" in reason(daemon)

        disks.ext4(image, point)  # under another device number
        becomes(daemon, "online")
        wait_until(daemon.idle, 10, "nothing is left")
        assert (rows(daemon), recorded(daemon)) == (before, written)


def test_what_is_new_on_a_disk_that_is_back_is_read_at_once(tmp_path: Path, disks: Disks) -> None:
    point = disks.folder("books")
    books(disks.tmpfs(point))
    with a_daemon(tmp_path / "daemon", config=config(point)) as daemon:
        read_all(daemon, 10)
        disks.umount(point)
        becomes(daemon, "offline")

        books(disks.tmpfs(point))  # to the kernel another filesystem, with the numbers of the first
        an_epub(point / "new.epub", title="New")

        wait_until(lambda: daemon.book_named("New"), 30, "it is read")
        assert daemon.outcomes()["failed"] == 0


def test_a_root_that_is_mounted_over_is_off_line_whatever_covers_it(tmp_path: Path, disks: Disks) -> None:
    above = disks.folder("above")
    point = above / "books"
    point.mkdir()
    books(disks.tmpfs(point))
    with a_daemon(tmp_path / "daemon", config=config(point)) as daemon:
        read_all(daemon, 10)
        before, written = rows(daemon), recorded(daemon)
        for cover in (point, above):  # an empty disk, then one that hides the very mount point
            disks.tmpfs(cover)
            becomes(daemon, "offline")
            wait_until(daemon.idle, 10, "nothing is left")
            daemon.scan("full")
            assert (state(daemon), rows(daemon)) == ("offline", before)

            disks.umount(cover)
            becomes(daemon, "online")
            wait_until(daemon.idle, 10, "nothing is left")
            assert (rows(daemon), recorded(daemon)) == (before, written)


@pytest.mark.long
def test_another_disk_in_its_place_is_believed_when_the_operator_says_so(tmp_path: Path, disks: Disks) -> None:
    point = disks.folder("books")
    books(disks.tmpfs(point))
    with a_daemon(tmp_path / "daemon", config=config(point)) as daemon:
        read_all(daemon, 10)
        before = rows(daemon)
        disks.tmpfs(point)
        books(point, 3, "Stranger")
        becomes(daemon, "offline")
        wait_until(lambda: "another filesystem is there" in reason(daemon), 10, "the walk has told what is there")
        assert (rows(daemon), "shishoctl accept" in reason(daemon)) == (before, True)

        daemon.client.post("/v1/roots/1/accept")

        becomes(daemon, "online", deadline_s=10)
        wait_until(lambda: daemon.status()["counts"]["by_state"]["missing"] == 10, 20, "the old books are missing")
        assert daemon.book_named("Stranger 1")


def test_a_root_is_known_by_its_marker_on_whatever_disk_it_lies(tmp_path: Path, disks: Disks) -> None:
    point = disks.folder("books")
    books(disks.tmpfs(point))
    (point / ".shishod-root").write_text("my books\n")
    with a_daemon(tmp_path / "daemon", config=config(point)) as daemon:
        read_all(daemon, 10)
        assert daemon.status()["roots"][0]["marker"] == "my books"
        kept = point / "Author" / "Title 1"
        shutil.copytree(kept, tmp_path / "one")
        before = rows(daemon)

        disks.tmpfs(point)  # a new disk without the marker
        shutil.copytree(tmp_path / "one", kept)
        becomes(daemon, "offline")
        wait_until(lambda: "marker .shishod-root is gone" in reason(daemon), 10, "the walk has told what is missing")
        (point / ".shishod-root").write_text("somebody else's\n")
        daemon.scan("quick")
        assert 'says "somebody else\'s"' in reason(daemon)
        assert rows(daemon) == before

        (point / ".shishod-root").write_text("my books\n")
        daemon.scan("quick")

        assert state(daemon) == "held"  # believed to be the root, and nine of its ten books are not there


def test_what_is_mounted_in_a_root_may_leave_and_come_back_under_another_number(tmp_path: Path, disks: Disks) -> None:
    root, image = disks.folder("books"), disks.image("inner.img")
    books(root, 2)
    inner = root / "Author" / "inner"
    inner.mkdir()
    books(disks.ext4(image, inner), 4, "Inner")
    with a_daemon(tmp_path / "daemon", config=config(root)) as daemon:
        read_all(daemon, 6)
        wait_until(lambda: daemon.scan("full")["unchanged"] == 6, 20, "every folder is signed")
        before, written = rows(daemon), recorded(daemon)

        disks.umount(inner)
        scan = daemon.scan("full")
        assert (scan["missing"], scan["held"], state(daemon)) == (0, 0, "online")
        wait_until(daemon.idle, 10, "nothing is left")
        assert {line for line in rows(daemon) if line.startswith("media_files")} == {
            line for line in before if line.startswith("media_files")
        }

        disks.ext4(image, inner)
        scan = daemon.scan("full")
        assert (scan["total"], scan["missing"], recorded(daemon)) == (0, 0, written)


@pytest.mark.long
def test_links_binds_and_overlays_are_off_line_when_what_they_lead_to_is_gone(tmp_path: Path, disks: Disks) -> None:
    disk, bound, laid = disks.tmpfs(disks.folder("disk")), disks.folder("bound"), disks.folder("laid")
    for name in ("linked", "bound", "laid"):
        books(disk / name, 2, name)
    disks.bind(disk / "bound", bound)
    disks.overlay(disk / "laid", laid)
    link = tmp_path / "link"
    link.symlink_to(disk / "linked")
    with a_daemon(tmp_path / "daemon", config=config(link, bound, laid)) as daemon:
        read_all(daemon, 6)
        before = rows(daemon)

        subprocess.run(["umount", "-l", str(bound)], check=True)
        subprocess.run(["umount", "-l", str(laid)], check=True)
        subprocess.run(["umount", "-l", str(disk)], check=True)

        for number in range(3):
            becomes(daemon, "offline", number)
        wait_until(daemon.idle, 10, "nothing is left")
        daemon.scan("full")
        assert [state(daemon, number) for number in range(3)] == ["offline"] * 3
        assert rows(daemon) == before


@pytest.mark.long
def test_one_folder_by_two_ways_is_watched_once(tmp_path: Path, disks: Disks) -> None:
    disk, bound = disks.folder("disk"), disks.folder("bound")
    books(disk, 2)
    disks.bind(disk / "Author", bound)
    link = tmp_path / "link"
    link.symlink_to(disk)

    with a_daemon(tmp_path / "daemon", config=config(disk, link, bound)) as daemon:
        read_all(daemon, 2)
        assert [state(daemon, number) for number in range(3)] == ["online", "offline", "offline"]
        assert f"is the same folder as {disk}" in reason(daemon, 1)
        assert f"lies in {disk}" in reason(daemon, 2)


@pytest.mark.long
def test_a_new_root_that_is_empty_is_on_line(tmp_path: Path, disks: Disks) -> None:
    point = disks.tmpfs(disks.folder("books"))
    with a_daemon(tmp_path / "daemon", config=config(point)) as daemon:
        assert daemon.settled()["roots"][0]["state"] == "online"
        an_epub(point / "First.epub", title="First")
        wait_until(lambda: daemon.book_named("First"), 10, "its first book is read")


SLEEPER = Path(__file__).with_name("automount.py")


@pytest.mark.long
def test_an_automount_that_expired_is_not_unmounted_and_is_not_woken(tmp_path: Path, disks: Disks) -> None:
    point = disks.folder("auto")
    automount = subprocess.Popen(
        ["python3", str(SLEEPER), str(point)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert automount.stdin is not None
    assert automount.stdout is not None
    try:
        if (said := automount.stdout.readline().strip()) != "mounted":
            pytest.skip(f"this machine has no autofs: {said}")
        books(point, 3)
        with a_daemon(tmp_path / "daemon", config=config(point).replace("1h", "200ms")) as daemon:
            read_all(daemon, 3)
            before = rows(daemon)

            automount.stdin.write("expire\n")
            automount.stdin.flush()
            assert automount.stdout.readline().strip() == "expired"
            threading.Event().wait(2)  # in which somebody who looks into it would wake it
            assert (state(daemon), rows(daemon)) == ("online", before)
        automount.stdin.write("report\n")
        automount.stdin.flush()
        assert json.loads(automount.stdout.readline()) == {"woken": 0}
    finally:
        automount.stdin.close()
        automount.wait(10)
        subprocess.run(["umount", "-l", str(point)], check=False, capture_output=True)
        assert not os.path.ismount(point)

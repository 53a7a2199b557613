"""A disk that is not there says nothing about its books."""

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.dump import dump
from tests.journeys.libraries import many_books
from tests.journeys.running import RunningDaemon, a_daemon
from tests.samples import an_epub
from tests.waiting import wait_until

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root; CI runs as root")
BOOKS = 60


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A filesystem of its own, mounted on a folder, with sixty books."""
    point = tmp_path / "disk"
    point.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "shishod-test", str(point)], check=True)
    many_books(point, BOOKS)
    threading.Event().wait(3.1)  # until every file has settled
    yield point
    while subprocess.run(["umount", "-l", str(point)], check=False, capture_output=True).returncode == 0:
        pass


@pytest.fixture
def daemon(tmp_path: Path, disk: Path) -> Iterator[RunningDaemon]:
    with a_daemon(tmp_path / "daemon", disk) as running:
        wait_until(running.watching, 10, "the disk is watched")
        wait_until(lambda: running.status()["counts"]["books"] == BOOKS, 20, "all books are read")
        wait_until(running.idle, 20, "nothing is left")
        yield running


def root_state(daemon: RunningDaemon) -> str:
    return str(daemon.status()["roots"][0]["state"])


def rows(daemon: RunningDaemon) -> list[str]:
    """Everything but what is known of the root itself."""
    return [line for line in dump(daemon.database) if not line.startswith("roots ")]


def test_an_unmounted_disk_is_offline_and_no_row_changes(daemon: RunningDaemon, disk: Path) -> None:
    before = rows(daemon)

    subprocess.run(["umount", str(disk)], check=True)
    daemon.scan("full")

    assert root_state(daemon) == "offline"
    assert "empty" in daemon.status()["roots"][0]["reason"]
    assert rows(daemon) == before


def test_an_unmounted_disk_is_noticed_without_being_asked(daemon: RunningDaemon, disk: Path) -> None:
    subprocess.run(["umount", str(disk)], check=True)

    wait_until(lambda: root_state(daemon) == "offline", 15, "the root is off line")


def test_a_vanished_root_is_offline_and_no_row_changes(daemon: RunningDaemon, disk: Path) -> None:
    before = rows(daemon)
    subprocess.run(["umount", str(disk)], check=True)
    disk.rmdir()

    daemon.scan("quick")

    assert root_state(daemon) == "offline"
    assert rows(daemon) == before
    disk.mkdir()


def test_another_filesystem_in_its_place_is_not_believed(daemon: RunningDaemon, disk: Path) -> None:
    before = rows(daemon)
    subprocess.run(["umount", str(disk)], check=True)
    an_epub(disk / "Left behind.epub", title="Left behind")

    daemon.scan("full")

    assert root_state(daemon) == "offline"
    assert "another filesystem" in daemon.status()["roots"][0]["reason"]
    assert rows(daemon) == before


def test_a_disk_that_comes_back_is_on_line_and_nothing_is_read_again(tmp_path: Path, disk: Path) -> None:
    keep = tmp_path / "keep"
    keep.mkdir()
    subprocess.run(["mount", "--bind", str(disk), str(keep)], check=True)
    try:
        with a_daemon(tmp_path / "daemon", disk) as daemon:
            wait_until(daemon.watching, 10, "the disk is watched")
            daemon.settled()
            before = rows(daemon)
            subprocess.run(["umount", str(disk)], check=True)
            daemon.scan("full")
            assert root_state(daemon) == "offline"

            subprocess.run(["mount", "--bind", str(keep), str(disk)], check=True)
            scan = daemon.scan("full")

            assert root_state(daemon) == "online"
            assert (scan["total"], scan["missing"]) == (0, 0)
            assert rows(daemon) == before
            an_epub(disk / "New.epub", title="New")
            wait_until(lambda: daemon.book_named("New"), 20, "the disk is watched again")
    finally:
        subprocess.run(["umount", "-l", str(keep)], check=False)


def test_a_mass_disappearance_is_held_until_it_is_accepted(daemon: RunningDaemon, disk: Path) -> None:
    before = [line for line in rows(daemon) if line.startswith("media_files")]
    for author in disk.iterdir():
        shutil.rmtree(author)
    an_epub(disk / "Alone.epub", title="Alone")
    wait_until(lambda: daemon.book_named("Alone"), 15, "the new one is read all the same")
    daemon.scan("full")

    assert root_state(daemon) in ("held", "online")
    held = root_state(daemon)
    if held == "held":
        kept = [line for line in rows(daemon) if line.startswith("media_files") and "Alone" not in line]
        assert kept == before
        root = daemon.status()["roots"][0]
        daemon.client.post(f"/v1/roots/{root['id']}/accept")
        wait_until(lambda: daemon.status()["counts"]["by_state"]["missing"] == len(before), 20, "the loss is believed")
    assert root_state(daemon) == "online"


def test_a_folder_that_cannot_be_listed_marks_nothing_missing(tmp_path: Path, library: Path) -> None:
    many_books(library, 6)
    broken, behind = library / "Author 1", tmp_path / "behind"
    broken.rename(behind)
    broken.mkdir()
    server = subprocess.Popen(["bindfs", "-f", str(behind), str(broken)])
    try:
        wait_until(lambda: os.path.ismount(broken), 10, "the folder is served")
        with a_daemon(tmp_path / "daemon", library) as daemon:
            wait_until(lambda: daemon.status()["counts"]["books"] == 6, 20, "all are read")
            wait_until(daemon.idle, 20, "nothing is left")
            server.kill()  # every call into the folder fails now
            server.wait(10)

            scan = daemon.scan("full")

            assert (scan["status"], scan["missing"]) == ("completed", 0)
            assert daemon.status()["counts"]["by_state"]["missing"] == 0
            (problem,) = daemon.client.get("/v1/problems")["problems"]
            assert "Author 1" in problem["path"]
            assert "left as they are" in problem["text"]
    finally:
        server.kill()
        subprocess.run(["umount", "-l", str(broken)], check=False)


@pytest.fixture
def share(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A folder served by a FUSE server that can be frozen, and the server's process id."""
    behind, front = tmp_path / "behind", tmp_path / "share"
    behind.mkdir()
    front.mkdir()
    many_books(behind, 6)
    server = subprocess.Popen(["bindfs", "-f", "-o", "attr_timeout=0,entry_timeout=0", str(behind), str(front)])
    wait_until(lambda: os.path.ismount(front), 10, "the share is mounted")
    threading.Event().wait(3.1)
    yield front, server.pid
    os.kill(server.pid, signal.SIGCONT)
    subprocess.run(["umount", "-l", str(front)], check=False)
    server.terminate()
    server.wait(10)


def test_a_dead_share_is_stalled_and_nothing_else_suffers(
    tmp_path: Path, library: Path, share: tuple[Path, int]
) -> None:
    front, server = share
    config = (
        f"libraries:\n  dead:\n    paths: [{front}]\n  alive:\n    paths: [{library}]\n"
        "scan:\n  stall_after: 2s\n  settle_network: 1s\n"
    )
    with a_daemon(tmp_path / "daemon", config=config) as daemon:
        wait_until(lambda: daemon.status()["counts"]["books"] == 6, 30, "the share is read")
        wait_until(daemon.idle, 20, "nothing is left")

        os.kill(server, signal.SIGSTOP)
        daemon.client.post("/v1/scans", {"tier": "full"})
        states = wait_until(
            lambda: (s := {r["library"]: r["state"] for r in daemon.status()["roots"]})["dead"] == "stalled" and s,
            15,
            "the dead share is stalled",
        )
        assert states == {"dead": "stalled", "alive": "online"}
        an_epub(library / "New.epub", title="New")
        wait_until(lambda: daemon.book_named("New"), 5, "the other root goes on")
        assert daemon.client.get("/v1/health")["ok"]
        assert daemon.scan("full")["status"] == "completed"

        os.kill(server, signal.SIGCONT)
        wait_until(lambda: {r["state"] for r in daemon.status()["roots"]} == {"online"}, 20, "it heals with the share")
        wait_until(daemon.idle, 20, "nothing is left")
        assert daemon.status()["counts"]["by_state"]["missing"] == 0

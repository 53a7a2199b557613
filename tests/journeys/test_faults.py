"""What befalls a machine: the daemon says so, loses nothing, and goes on by itself when it is over."""

import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.journeys.libraries import many_books
from tests.journeys.running import RunningDaemon, a_daemon
from tests.samples import an_epub
from tests.waiting import wait_until

KEPT = "What was being written was rolled back, and it is tried again by itself."
OTHER = "Some other program holds it, and this names it:"
QUICK = "store: {busy_timeout: 300ms}\n"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "Books"
    folder.mkdir()
    an_epub(folder / "before.epub", title="Before")
    return folder


@pytest.fixture
def daemon(tmp_path: Path, library: Path) -> Iterator[RunningDaemon]:
    with a_daemon(tmp_path / "daemon", library, config=QUICK) as running:
        wait_until(running.watching, 20, "the library is watched")
        running.settled()
        yield running


def titles(daemon: RunningDaemon) -> set[str]:
    return {book["title"] for book in daemon.books()}


def ill(daemon: RunningDaemon, word: str) -> bool:
    """Whether the one sentence says that something is wrong, and what."""
    status = daemon.status()
    return not status["ok"] and word in status["sentence"]


def well_with(daemon: RunningDaemon, *wanted: str) -> None:
    wait_until(lambda: daemon.status()["ok"] and set(wanted) <= titles(daemon), 120, "all is well again, unasked")


def test_a_catalogue_that_another_program_has_locked(daemon: RunningDaemon, library: Path) -> None:
    with closing(sqlite3.connect(daemon.database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        an_epub(library / "during.epub", title="During")

        wait_until(lambda: ill(daemon, f"locked. {KEPT} {OTHER} fuser -v {daemon.database}"), 60, "it is told")
        other.execute("ROLLBACK")

    well_with(daemon, "Before", "During")


def test_a_catalogue_that_has_become_read_only(daemon: RunningDaemon, library: Path) -> None:
    files = [str(path) for path in daemon.state.glob("catalogue.sqlite*") if path.suffix != ".lock"]
    if subprocess.run(["chattr", "+i", *files], check=False, capture_output=True).returncode:
        pytest.skip("this filesystem knows no immutable files, or we are not root; CI runs as root on ext4")
    try:
        an_epub(library / "during.epub", title="During")
        wait_until(lambda: ill(daemon, "catalogue"), 60, "it is told")
    finally:
        subprocess.run(["chattr", "-i", *files], check=True)

    well_with(daemon, "Before", "During")


def test_a_state_folder_that_is_deleted_is_there_again_and_no_more_is_told_of_it(daemon: RunningDaemon) -> None:
    daemon.client.post("/v1/books/1/fields", {"set": {"title": "My own word"}})
    shutil.rmtree(daemon.state)

    wait_until(lambda: daemon.status()["ok"], 20, "it is written anew, and that is all")
    assert daemon.database.exists()
    daemon.stop()
    daemon.start()

    well_with(daemon, "My own word")


def test_a_socket_that_is_deleted_is_bound_again(daemon: RunningDaemon) -> None:
    daemon.socket.unlink()

    wait_until(daemon.socket.exists, 20, "it is bound again")
    assert titles(daemon) == {"Before"}
    assert daemon.log.read_text(errors="replace").count("the socket's file was removed; it is bound again") == 1


def test_a_daemon_that_is_stopped_and_continued_goes_on(daemon: RunningDaemon, library: Path) -> None:
    many_books(library / "many", 200)
    scan = daemon.client.post("/v1/scans", {"tier": "full"})
    daemon.freeze()
    an_epub(library / "during.epub", title="During")
    daemon.thaw()

    ended = wait_until(
        lambda: (now := daemon.client.get(f"/v1/scans/{scan['id']}"))["ended_at"] and now, 120, "the scan ends"
    )
    assert ended["status"] == "completed"
    wait_until(lambda: len(titles(daemon)) == 202, 60, "all of them are there")


def test_a_daemon_that_may_open_no_more_files_says_so_and_goes_on(daemon: RunningDaemon, library: Path) -> None:
    assert daemon.process is not None
    pid = daemon.process.pid
    usual = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (10, usual[1]))  # fewer than it has open
    for number in range(30):
        folder = library / str(number)
        folder.mkdir()
        an_epub(folder / "a.epub", title=f"Number {number}")

    wait_until(lambda: "Too many open files" in daemon.log.read_text(errors="replace"), 60, "it is told")
    resource.prlimit(pid, resource.RLIMIT_NOFILE, usual)

    well_with(daemon, "Before", *(f"Number {number}" for number in range(30)))

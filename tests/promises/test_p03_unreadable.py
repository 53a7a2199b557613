"""P3: what cannot be looked at is not deleted: its rows stay, it is listed with path and errno, the rest is scanned.

All of it: pytest -m "long or not long" tests/promises/test_p03_unreadable.py
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.journeys.running import RunningDaemon, running
from tests.promises.conftest import books, config, read_all, rows
from tests.samples import an_epub
from tests.waiting import wait_until

Undo = Callable[[], object]


@contextmanager
def an_ordinary_daemon(place: Path, library: Path) -> Iterator[RunningDaemon]:
    """A daemon that file permissions hold for, even when root runs the tests."""
    daemon = RunningDaemon(place, config=config(library))
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root needs setpriv (util-linux) to give up its rights to files")
        daemon._command[:0] = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"]
    with running(daemon):
        yield daemon


def shut(folder: Path) -> Undo:
    folder.chmod(0)
    return lambda: folder.chmod(0o755)


def listed_but_not_looked_into(folder: Path) -> Undo:
    folder.chmod(0o400)
    return lambda: folder.chmod(0o755)


@pytest.mark.parametrize("fault", [shut, pytest.param(listed_but_not_looked_into, marks=pytest.mark.long)])
def test_a_folder_without_permission_keeps_its_books(
    tmp_path: Path, library: Path, fault: Callable[[Path], Undo]
) -> None:
    books(library, 3, "Sound")
    books(library, 3, "Broken")
    broken = library / "Broken" / "Title 1"
    with an_ordinary_daemon(tmp_path / "daemon", library) as daemon:
        read_all(daemon, 6)
        before = rows(daemon)
        undo = fault(broken)
        try:
            shutil.rmtree(library / "Sound" / "Title 2")
            an_epub(library / "Sound" / "New.epub", title="New")
            scan = daemon.scan("full")
            told = daemon.client.get("/v1/problems")["problems"]
        finally:
            undo()

        assert (scan["status"], scan["missing"] + scan["held"]) == ("completed", 1)
        assert [one for one in rows(daemon) if "Broken" in one and one.startswith("media_files")] == [
            one for one in before if "Broken" in one and one.startswith("media_files")
        ]
        (problem,) = told
        assert problem["path"].startswith(str(broken))
        assert "errno 13" in problem["text"]
        wait_until(lambda: daemon.book_named("New"), 10, "the rest of the scan goes on")

        daemon.scan("full")
        assert daemon.client.get("/v1/problems")["problems"] == []


@pytest.mark.long
def test_a_path_too_long_for_the_kernel_is_listed_and_harms_nothing(tmp_path: Path, library: Path) -> None:
    books(library, 2)
    here = os.open(library, os.O_DIRECTORY)
    for _ in range(17):
        os.mkdir("d" * 250, dir_fd=here)
        below = os.open("d" * 250, os.O_DIRECTORY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    try:
        with an_ordinary_daemon(tmp_path / "daemon", library) as daemon:
            read_all(daemon, 2)
            assert daemon.scan("full")["status"] == "completed"
            (problem,) = daemon.client.get("/v1/problems")["problems"]
            assert "errno 36" in problem["text"]
    finally:
        subprocess.run(["rm", "-rf", str(library / ("d" * 250))], check=True)

"""Killed at any named step of a scan, the daemon ends where an undisturbed one would, and reads nothing in vain."""

import contextlib
import re
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from shishod.errors import Unreachable
from tests.journeys.dump import dump
from tests.journeys.faulty import STEPS
from tests.journeys.libraries import many_books
from tests.journeys.running import RunningDaemon
from tests.samples import an_epub
from tests.waiting import wait_until

BOOKS = 40
CONFIG = "scan: {settle: 1ms, hash_rate: 0, cover_rate: 0}\nwork: {chunk: 4}\n"
SHORT = ["claim, after", "commit, between its statements", "reconcile, between its statements", "sign, before"]


class Scene(NamedTuple):
    """A library that has changed since its catalogue was made, and what an undisturbed scan then makes of it."""

    library: Path
    state: Path
    undisturbed: list[str]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    place = tmp_path_factory.mktemp("steps")
    library = place / "Books"
    many_books(library, BOOKS)
    settled(place / "first", library)
    change(library)
    shutil.copytree(place / "first", place / "second")
    yield Scene(library, place / "first", settled(place / "second", library))


def change(library: Path) -> None:
    """Something of everything: new, rewritten, broken, moved and deleted; a book of one file and one of many."""
    files = sorted(library.rglob("*.epub"))
    for number in range(6):
        an_epub(library / f"New {number}.epub", title=f"New {number}", authors=["Author 3", "Somebody new"])
    for path in files[:4]:
        an_epub(path, title=f"{path.stem} rewritten, and longer", authors=["Author 1"])
    files[5].write_bytes(b"broken")
    files[6].rename(library / "Moved.epub")
    files[7].unlink()
    folders = sorted({path.parent for path in library.rglob("*.mp3")})
    sorted(folders[0].iterdir())[0].unlink()
    shutil.rmtree(folders[1])
    folders[2].rename(library / "Moved folder")


def settled(place: Path, library: Path) -> list[str]:
    daemon = RunningDaemon(place, library, config=CONFIG)
    try:
        daemon.start()
        wait_until(lambda: finished(daemon.status()), 60, "its first scan has ended")
        assert daemon.stop() == 0
    finally:
        daemon.end()
    said = dump(daemon.database)
    return [re.sub(r"('missing_since', )'[^']+'", r"\1'then'", line) for line in said]


def finished(status: dict[str, Any]) -> bool:
    """The scan of this start has ended, and nothing is left but another try of the broken file in a minute."""
    ours = any(scan["requested_at"] >= status["started_at"] for scan in status["last_scans"])
    return ours and not status["scan"]["active"] and not status["queue"]["inspect"] and not status["workers"]


def killed(place: Path, library: Path, step: str, count: int) -> bool:
    """Start a daemon that dies at a step; False where it has never come there."""
    daemon = RunningDaemon(place, library, config=CONFIG)
    daemon._command[1:3] = ["-m", "tests.journeys.faulty", step, str(count)]
    assert daemon._command[0] == sys.executable
    try:
        daemon.start(ready=False)
        process = daemon.process
        assert process is not None

        def over() -> bool:
            with contextlib.suppress(Unreachable):
                return process.poll() is not None or finished(daemon.status())
            return False

        wait_until(over, 90, "it has died, or lived through its scan")
        return process.poll() == -signal.SIGKILL
    finally:
        daemon.end()


def check(tmp_path: Path, scene: Scene, step: str, counts: tuple[int, ...]) -> None:
    died = 0
    for count in counts:
        place = tmp_path / str(count)
        shutil.copytree(scene.state, place)
        died += killed(place, scene.library, step, count)
        assert settled(place, scene.library) == scene.undisturbed, f"{step}, time {count}"
    assert died, f"no daemon ever came to: {step}"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("step", SHORT)
def test_a_daemon_killed_at_a_step_ends_as_an_undisturbed_one(tmp_path: Path, scene: Scene, step: str) -> None:
    check(tmp_path, scene, step, (1,))


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("step", STEPS)
def test_a_daemon_killed_at_each_step_early_and_late_ends_as_an_undisturbed_one(
    tmp_path: Path, scene: Scene, step: str
) -> None:
    check(tmp_path, scene, step, (1,) if step.startswith("start") else (1, 3))

"""No room for the catalogue: the daemon says so and what to do, and goes on by itself once there is some."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.libraries import many_books
from tests.journeys.running import RunningDaemon, a_daemon
from tests.waiting import wait_until

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root; CI runs as root")
BOOKS = 400


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A filesystem of 8 MB on the place where the state folder will be."""
    point = tmp_path / "daemon" / "state"
    point.mkdir(parents=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "shishod-test", str(point)], check=False)
    if mounted.returncode:
        pytest.skip("this machine may not mount a tmpfs")
    yield point
    subprocess.run(["umount", "-l", str(point)], check=False)


def fill(disk: Path, leave: int) -> Path:
    """A file that takes all but so many bytes."""
    ballast = disk / "ballast"
    free = os.statvfs(disk)
    ballast.write_bytes(b"\0" * (free.f_bavail * free.f_frsize - leave))
    return ballast


def well(daemon: RunningDaemon) -> bool:
    return bool(daemon.status()["ok"])


def test_a_full_disk_is_told_with_its_remedy_and_survived(small_disk: Path, tmp_path: Path) -> None:
    library = tmp_path / "Books"
    library.mkdir()
    config = f"libraries:\n  Books:\n    paths: [{library}]\n    watch: off\n"  # else the drop fills it before the scan
    with a_daemon(tmp_path / "daemon", config=config) as daemon:
        daemon.settled()
        ballast = fill(small_disk, leave=200_000)
        many_books(library, BOOKS)

        scan = daemon.scan()

        assert scan["status"] == "failed"
        assert "no room left" in scan["reason"]
        status = daemon.status()
        assert not status["ok"]
        assert not status["catalogue"]["ok"]
        assert "Make room in" in status["sentence"] and str(small_disk) in status["sentence"]
        ballast.unlink()

        wait_until(lambda: well(daemon), 90, "all is well again, unasked")
        assert len(daemon.books()) == BOOKS
        assert daemon.stop() == 0

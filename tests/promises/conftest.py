"""Disks that come and go: real mounts, taken down after each test whatever happened."""

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.dump import dump
from tests.journeys.running import RunningDaemon
from tests.samples import an_epub
from tests.waiting import wait_until

CONFIG = """\
libraries:
{libraries}
scan:
  settle: 1ms
  settle_network: 1ms
  hold_files: 4
  hold_percent: 10
  hold_apart: {apart}
watch:
  settle: 10ms
  settle_quiet: 50ms
  settle_gone: 200ms
  check_every: 1h  # so that nothing but the mount table tells of a mount
"""


def config(*roots: Path, apart: str = "24h", more: str = "") -> str:
    """A library of its own for each root."""
    libraries = "\n".join(f"  Library{number}:\n    paths: [{root}]" for number, root in enumerate(roots, 1))
    return CONFIG.format(libraries=libraries, apart=apart) + more


def books(folder: Path, count: int = 10, author: str = "Author") -> None:
    """So many small books, each in a folder of its own."""
    for number in range(count):
        place = folder / author / f"Title {number}"
        place.mkdir(parents=True)
        an_epub(place / f"Title {number}.epub", title=f"{author} {number}", authors=[author])


class Disks:
    """Mounts and loop devices of one test."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._points: list[Path] = []
        self._loops: list[str] = []
        self._servers: list[subprocess.Popen[bytes]] = []

    def folder(self, name: str) -> Path:
        folder = self._place / name
        folder.mkdir(exist_ok=True)
        return folder

    def mount(self, point: Path, *words: str | Path) -> Path:
        done = subprocess.run(["mount", *map(str, words), str(point)], check=False, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"this machine does not mount {' '.join(map(str, words))}: {done.stderr.strip()}")
        self._points.append(point)
        return point

    def tmpfs(self, point: Path) -> Path:
        return self.mount(point, "-t", "tmpfs", "-o", "size=32m", "shishod-test")

    def bind(self, source: Path, point: Path) -> Path:
        return self.mount(point, "--bind", source)

    def overlay(self, lower: Path, point: Path) -> Path:
        upper, work = (self.tmpfs(self.folder("upper")) / name for name in ("up", "work"))
        upper.mkdir()
        work.mkdir()
        return self.mount(point, "-t", "overlay", "-o", f"lowerdir={lower},upperdir={upper},workdir={work}", "overlay")

    def image(self, name: str, *words: str) -> Path:
        """A file with an empty ext4 in it, made as mkfs.ext4 is told."""
        image = self._place / name
        with image.open("wb") as file:
            file.truncate(16 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", *words, str(image)], check=True)
        return image

    def ext4(self, image: Path, point: Path) -> Path:
        """The image mounted, on a loop device that it did not have before."""
        taken = subprocess.run(["losetup", "-f", "--show", str(image)], check=False, capture_output=True, text=True)
        if taken.returncode:
            pytest.skip(f"this machine has no loop devices: {taken.stderr.strip()}")
        self._loops.append(taken.stdout.strip())
        return self.mount(point, "-t", "ext4", self._loops[-1])

    def fuse(self, point: Path, *command: str) -> Path:
        """What a FUSE program mounts at `point`, its last word."""
        subprocess.run([*command, str(point)], check=True)
        self._points.append(point)
        return point

    def share(self, source: Path, point: Path, faults: Path, *ways: str) -> Path:
        """A share over a folder, with the faults that are written into a file while it is served; see share.py."""
        if not os.path.exists("/dev/fuse"):
            pytest.skip("this machine has no /dev/fuse")
        faults.touch()
        point.mkdir(exist_ok=True)
        self._servers.append(
            subprocess.Popen([sys.executable, "-m", "tests.promises.share", source, point, faults, *ways])
        )
        self._points.append(point)
        wait_until(lambda: os.path.ismount(point) or self._servers[-1].poll() is not None, 10, "it is mounted")
        assert os.path.ismount(point)
        return point

    def umount(self, point: Path) -> None:
        subprocess.run(["umount", str(point)], check=True)

    def close(self) -> None:
        for point in reversed(self._points):
            subprocess.run(["umount", "-l", str(point)], check=False, capture_output=True)
        for server in self._servers:
            server.kill()
            server.wait(10)
        for loop in self._loops:
            subprocess.run(["losetup", "-d", loop], check=False, capture_output=True)


@pytest.fixture
def disks(tmp_path: Path) -> Iterator[Disks]:
    if os.geteuid() != 0 or not _may_mount(tmp_path):
        pytest.skip("mounting needs root with CAP_SYS_ADMIN; CI runs so")
    made = Disks(tmp_path)
    yield made
    made.close()


def _may_mount(place: Path) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    point = place / "probe"
    point.mkdir(exist_ok=True)
    if libc.mount(b"none", os.fsencode(point), b"tmpfs", 0, None):
        return False
    libc.umount2(os.fsencode(point), 2)
    return True


def state(daemon: RunningDaemon, number: int = 0) -> str:
    return str(daemon.status()["roots"][number]["state"])


def becomes(daemon: RunningDaemon, wanted: str, number: int = 0, deadline_s: float = 3) -> None:
    """Within one check; the deadline is for a busy machine."""
    wait_until(lambda: state(daemon, number) == wanted, deadline_s, f"the root is {wanted}")


def rows(daemon: RunningDaemon) -> list[str]:
    """Every row but those of the roots themselves and of what went wrong."""
    return [line for line in dump(daemon.database) if not line.startswith(("roots ", "problems "))]


def recorded(daemon: RunningDaemon) -> int:
    """How many books were ever written; a file that is parsed makes it grow."""
    told = next(
        line for line in daemon.client.text("/metrics").splitlines() if line.startswith("shishod_db_books_total")
    )
    return int(float(told.split()[1]))


def read_all(daemon: RunningDaemon, count: int) -> None:
    """Every book is in, and nothing is left to do."""
    wait_until(lambda: daemon.status()["counts"]["books"] == count, 20, f"{count} books are read")
    wait_until(daemon.idle, 20, "nothing is left")

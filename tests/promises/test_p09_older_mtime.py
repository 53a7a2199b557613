"""P9: a file is changed when its times are other than they were, whichever way the clock went."""

import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journeys.running import RunningDaemon, a_daemon
from tests.promises.conftest import Disks
from tests.samples import an_epub

UNWATCHED = "scan: {on_start: off, settle: 1ms}\nwatch: {enabled: false}\n"
LONG_AGO = 1_000_000_000


@pytest.fixture
def daemon(tmp_path: Path, library: Path) -> Iterator[RunningDaemon]:
    """It has indexed some books, and nobody but scans tells it of changes."""
    for name in REPLACED:
        an_epub(library / f"{name}.epub", title=f"{name} before", padding=5_000)
    with a_daemon(tmp_path / "daemon", library, config=UNWATCHED) as running:
        running.scan()
        yield running


def an_older_file_of_the_same_size(place: Path, size: int, title: str) -> Path:
    """Another book of exactly so many bytes, written long before."""
    path = an_epub(place / "older.epub", title=title)
    missing = size - path.stat().st_size
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"." * missing
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def copied_with_times(source: Path, target: Path) -> None:
    """`cp -p` and `rsync -a --inplace`: the same inode, other content."""
    subprocess.run(["cp", "-p", str(source), str(target)], check=True)


def moved_in(source: Path, target: Path) -> None:
    """`mv`, and `rsync -a`: another inode."""
    shutil.move(source, target)


def restored(source: Path, target: Path) -> None:
    """A backup puts everything back as it was, after the file was deleted."""
    target.unlink()
    subprocess.run(f"tar -C {source.parent} -cf - {source.name} | tar -C {target.parent} -xf -", shell=True, check=True)
    (target.parent / source.name).rename(target)


REPLACED: dict[str, Callable[[Path, Path], None]] = {
    "copied": copied_with_times,
    "moved": moved_in,
    "restored": restored,
}


@pytest.mark.parametrize("tier", ["quick", "full"])
def test_a_file_replaced_by_an_older_one_of_the_same_size_is_seen_at_the_next_scan(
    daemon: RunningDaemon, library: Path, tmp_path: Path, tier: str
) -> None:
    ids = {book["title"].split()[0]: book["id"] for book in daemon.books()}
    for name, replace in REPLACED.items():
        book = library / f"{name}.epub"
        size = book.stat().st_size
        replace(an_older_file_of_the_same_size(tmp_path, size, f"{name} after"), book)
        assert (book.stat().st_size, book.stat().st_mtime) == (size, LONG_AGO)

    daemon.scan(tier)

    assert {book["title"]: book["id"] for book in daemon.books()} == {f"{name} after": ids[name] for name in ids}


@pytest.mark.parametrize("tier", ["quick", "full"])
def test_an_older_file_is_seen_where_no_time_of_change_is_told_and_inodes_say_nothing(
    tmp_path: Path, disks: Disks, tier: str
) -> None:
    behind = disks.folder("behind")
    size = an_epub(behind / "Book.epub", title="Before", padding=5_000).stat().st_size
    front = disks.share(behind, disks.folder("front"), tmp_path / "faults", "timeless")
    with a_daemon(tmp_path / "daemon", front, config=UNWATCHED.replace("1ms", "1ms, settle_network: 1ms")) as daemon:
        daemon.scan()
        copied_with_times(an_older_file_of_the_same_size(tmp_path, size, "After"), behind / "Book.epub")
        seen = (front / "Book.epub").stat()
        assert (seen.st_size, seen.st_mtime, seen.st_ctime) == (size, LONG_AGO, 0)

        daemon.scan(tier)

        assert [book["title"] for book in daemon.books()] == ["After"]
        assert daemon.scan(tier)["total"] == 0


def test_an_older_time_alone_costs_one_reading_and_no_second(daemon: RunningDaemon, library: Path) -> None:
    os.utime(library / "moved.epub", (LONG_AGO, LONG_AGO))

    for _ in range(3):
        daemon.scan()

    assert daemon.outcomes() == {"read": len(REPLACED) + 1}

"""P11: where inode numbers do not last, another number alone is no change."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.journeys.running import a_daemon
from tests.promises.conftest import Disks
from tests.promises.test_p09_older_mtime import UNWATCHED, an_older_file_of_the_same_size
from tests.samples import an_epub
from tests.waiting import wait_until

BOOKS = 12
CONFIG = UNWATCHED.replace("1ms", "1ms, settle_network: 1ms")


def inodes(folder: Path) -> set[int]:
    return {path.stat().st_ino for path in folder.rglob("*")}


def renumbered(folder: Path) -> None:
    """The same files with the same times under other numbers, as a server gives them after its restart."""
    kept = folder.with_name(f"{folder.name}.before")
    folder.rename(kept)
    subprocess.run(["cp", "-a", str(kept), str(folder)], check=True)


def share(disks: Disks, source: Path, point: Path, *ways: str) -> Path:
    """A FUSE filesystem, by default one that knows no time of change, as SMB servers do not."""
    if shutil.which("bindfs") is None or not os.path.exists("/dev/fuse"):
        pytest.skip("needs bindfs and /dev/fuse; CI has both")
    return disks.fuse(point, "bindfs", *(ways or ("--ctime-from-mtime",)), str(source))


@pytest.mark.parametrize("tier", ["quick", "full"])
def test_a_remount_with_new_inodes_reads_nothing_again(tmp_path: Path, library: Path, disks: Disks, tier: str) -> None:
    server = tmp_path / "server"
    for number in range(BOOKS):
        place = server / f"Author {number % 3}" / f"Title {number}"
        place.mkdir(parents=True)
        an_epub(place / "Book.epub", title=f"Title {number}")
    point = share(disks, server, library)
    with a_daemon(tmp_path / "daemon", point, config=CONFIG) as daemon:
        daemon.scan()
        wait_until(lambda: daemon.outcomes() == {"read": BOOKS}, 20, "all are read once")
        before = inodes(point)

        disks.umount(point)
        renumbered(server)
        share(disks, server, point)
        assert not before & inodes(point), "the numbers are others"
        wait_until(lambda: daemon.status()["roots"][0]["state"] == "online", 20, "it is back")
        scans = [daemon.scan(tier) for _ in range(2)]

        assert [(scan["status"], scan["total"], scan["unchanged"]) for scan in scans] == [("completed", 0, BOOKS)] * 2
        assert daemon.outcomes() == {"read": BOOKS}
        assert daemon.status()["counts"]["by_state"] == {"indexed": BOOKS, "missing": 0} | {
            state: 0 for state in daemon.status()["counts"]["by_state"] if state not in ("indexed", "missing")
        }


def test_a_file_that_did_change_is_read_although_its_number_means_nothing(
    tmp_path: Path, library: Path, disks: Disks
) -> None:
    server = tmp_path / "server"
    server.mkdir()
    an_epub(server / "Book.epub", title="Before")
    point = share(disks, server, library)
    with a_daemon(tmp_path / "daemon", point, config=CONFIG) as daemon:
        daemon.scan()
        assert daemon.book_named("Before")

        an_epub(server / "Book.epub", title="After")
        wait_until(lambda: daemon.scan() and daemon.book_named("After"), 10, "it is read")


@pytest.mark.parametrize(
    ("ways", "seen"),
    [
        pytest.param(("-o", "fsname=server"), True, id="a time of change is told"),
        pytest.param(("--ctime-from-mtime",), False, id="none is told"),
    ],
)
def test_a_file_replaced_by_one_of_its_size_and_time_is_seen_where_a_time_of_change_is_told(
    tmp_path: Path, library: Path, disks: Disks, ways: tuple[str, ...], seen: bool
) -> None:
    """All that P9 can say where numbers do not last. Where nothing at all is told, a new time (`touch`) is."""
    server = tmp_path / "server"
    server.mkdir()
    book = an_epub(server / "Book.epub", title="Before", padding=5_000)
    point = share(disks, server, library, *ways)
    with a_daemon(tmp_path / "daemon", point, config=CONFIG) as daemon:
        daemon.scan()
        was = book.stat()
        other = an_older_file_of_the_same_size(tmp_path, was.st_size, "After")
        os.utime(other, ns=(was.st_mtime_ns, was.st_mtime_ns))
        shutil.copy2(other, point / "other")
        os.replace(point / "other", point / "Book.epub")

        daemon.scan()
        assert [row["title"] for row in daemon.books()] == ["After" if seen else "Before"]

        os.utime(point / "Book.epub")
        wait_until(lambda: daemon.scan() and daemon.book_named("After"), 10, "a new time is seen in any case")

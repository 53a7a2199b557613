"""P10: clocks that run ahead, and filesystems whose clocks run in steps, cost no work and hide no edit."""

import os
import time
from pathlib import Path

import pytest

from tests.journeys.running import RunningDaemon, a_daemon
from tests.promises.conftest import Disks
from tests.promises.test_p09_older_mtime import UNWATCHED
from tests.samples import an_epub
from tests.waiting import wait_until

TURNS = 5
IN_2099 = 4_070_908_800
BEYOND_64_BITS = 2**34 - 1  # the latest that ext4 keeps, in the year 2446, has no room in 64 bits of nanoseconds


@pytest.mark.parametrize("tier", ["quick", "full"])
def test_times_in_the_future_cause_no_repeated_work(tmp_path: Path, library: Path, tier: str) -> None:
    for number, moment in enumerate((IN_2099, BEYOND_64_BITS)):
        path = an_epub(library / f"Book {number}.epub", title=f"Book {number}")
        os.utime(path, (moment, moment))
        os.utime(library, (IN_2099, IN_2099))
    with a_daemon(tmp_path / "daemon", library, config="scan: {on_start: off}\nwatch: {enabled: false}\n") as daemon:
        wait_until(lambda: daemon.scan() and daemon.outcomes() == {"read": 2}, 20, "both are read")

        again = [daemon.scan(tier) for _ in range(3)]

        assert [(scan["total"], scan["unchanged"]) for scan in again] == [(0, 2)] * 3
        assert daemon.outcomes() == {"read": 2}


def same_size(place: Path, *titles: str) -> list[bytes]:
    """Books of equally many bytes."""
    paths = [an_epub(place / f"{title}.epub", title=title) for title in titles]
    longest = max(path.stat().st_size for path in paths)
    return [path.read_bytes() + b"\n" * (longest - path.stat().st_size) for path in paths]


def test_two_edits_within_one_second_end_with_the_last(tmp_path: Path, library: Path) -> None:
    contents = same_size(tmp_path, "Alpha", "Bravo")
    with a_daemon(tmp_path / "daemon", library, config=UNWATCHED) as daemon:
        for content in contents:
            (library / "Book.epub").write_bytes(content)
            daemon.scan()

        wait_until(lambda: daemon.book_named("Bravo"), 10, "the last edit is the truth")
        assert len(daemon.books()) == 1


def rewritten(daemon: RunningDaemon, book: Path, content: bytes, before: os.stat_result) -> bool:
    """Whether the file was given another content and looks as it did before."""
    book.write_bytes(content)
    now = book.stat()
    return (now.st_size, now.st_mtime_ns, now.st_ctime_ns) == (before.st_size, before.st_mtime_ns, before.st_ctime_ns)


def test_where_times_run_in_seconds_an_edit_that_no_time_shows_is_found_by_one_more_look(
    tmp_path: Path, library: Path, disks: Disks
) -> None:
    point = disks.ext4(disks.image("coarse.img", "-I", "128"), library)
    first, last = same_size(tmp_path, "Alpha", "Bravo")
    with a_daemon(tmp_path / "daemon", point, config=UNWATCHED.replace("1ms", "100ms")) as daemon:
        for _ in range(TURNS):
            reads = daemon.outcomes()["read"]
            (point / "Book.epub").write_bytes(first)
            before = (point / "Book.epub").stat()
            wait_until(lambda: daemon.scan() and daemon.outcomes()["read"] > reads, 5, "the first is read")  # noqa: B023
            if rewritten(daemon, point / "Book.epub", last, before):
                break
        else:
            pytest.skip(f"in {TURNS} turns no two writes fell into one second on this machine")

        wait_until(lambda: daemon.book_named("Bravo"), 10, "the last edit is the truth, with no scan asked for")

        wait_until(daemon.idle, 10, "nothing is left")
        reads = daemon.outcomes()["read"]
        for _ in range(3):
            daemon.scan()
        assert daemon.outcomes()["read"] == reads, "it was looked at once more, and not for ever"


def test_an_edit_that_no_time_shows_is_found_where_no_time_of_change_is_told_at_all(
    tmp_path: Path, disks: Disks
) -> None:
    """A stick in a router: it tells the time of writing alone, in steps of two seconds."""
    behind = disks.folder("behind")
    front = disks.share(behind, disks.folder("front"), tmp_path / "faults", "timeless", "coarse")
    first, last = same_size(tmp_path, "Alpha", "Bravo")
    with a_daemon(tmp_path / "daemon", front, config=UNWATCHED.replace("1ms", "1ms, settle_network: 1ms")) as daemon:
        for _ in range(TURNS):
            reads, now = daemon.outcomes()["read"], time.time()
            (behind / "Book.epub").write_bytes(first)
            os.utime(behind / "Book.epub", (now, now))
            wait_until(lambda: daemon.scan() and daemon.outcomes()["read"] > reads, 5, "the first is read")  # noqa: B023
            if time.time() < now // 2 * 2 + 2:
                break
        else:
            pytest.skip(f"in {TURNS} turns this machine never read a file within two seconds")
        (behind / "Book.epub").write_bytes(last)
        os.utime(behind / "Book.epub", (now, now))

        wait_until(lambda: daemon.book_named("Bravo"), 10, "the last edit is the truth, with no scan asked for")
        wait_until(daemon.idle, 10, "nothing is left")
        reads = daemon.outcomes()["read"]
        for _ in range(3):
            daemon.scan()
        assert daemon.outcomes()["read"] == reads

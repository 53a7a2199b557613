"""P12: an inode is nobody's name: not on another filesystem, and not when it is used again."""

import os
from pathlib import Path

from tests.journeys.running import a_daemon
from tests.promises.conftest import Disks, config
from tests.promises.test_p13_moves import numbers
from tests.samples import an_epub
from tests.waiting import wait_until


def test_two_disks_with_the_same_inodes_exchange_nothing(tmp_path: Path, disks: Disks) -> None:
    """P12: a fresh ext4 gives its first file the same inode as any other does."""
    roots = [tmp_path / "one", tmp_path / "two"]
    for number, root in enumerate(roots):
        root.mkdir()
        disks.ext4(disks.image(f"disk{number}", "-U", "random"), root)
    first = an_epub(roots[0] / "First.epub", title="First")
    with a_daemon(tmp_path / "daemon", config=config(*roots)) as daemon:
        daemon.settled()
        before = numbers(daemon)
        daemon.stop()
        inode, when = first.stat().st_ino, first.stat()
        first.unlink()
        second = roots[1] / "Second.epub"
        second.write_bytes(an_epub(tmp_path / "x.epub", title="Secnd").read_bytes())
        with second.open("r+b") as file:
            file.truncate(when.st_size)
        os.utime(second, ns=(when.st_atime_ns, when.st_mtime_ns))
        now = second.stat()
        assert (now.st_ino, now.st_size, now.st_mtime_ns) == (inode, when.st_size, when.st_mtime_ns)

        daemon.start().settled()

        assert not set(before) & {book["id"] for book in daemon.books() if book["path"].endswith("Second.epub")}


def test_an_inode_that_is_used_again_is_another_book(tmp_path: Path, disks: Disks) -> None:
    root = tmp_path / "one"
    root.mkdir()
    disks.ext4(disks.image("disk"), root)
    first = an_epub(root / "a.epub", title="First")
    with a_daemon(tmp_path / "daemon", config=config(root)) as daemon:
        daemon.settled()
        before = numbers(daemon)
        daemon.stop()
        inode = first.stat().st_ino
        first.unlink()
        for attempt in range(50):  # ext4 gives the lowest free number of the group again
            second = an_epub(root / f"b{attempt}.epub", title="The second")
            if second.stat().st_ino == inode:
                break
        assert second.stat().st_ino == inode

        daemon.start().settled()
        wait_until(daemon.idle, 10, "nothing is left")

        assert {book["id"] for book in daemon.books() if book["title"] == "The second"}.isdisjoint(before)

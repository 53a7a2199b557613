"""P14: a name that changes its case is the same file, where the filesystem thinks so too."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.running import a_daemon
from tests.promises.conftest import Disks, config
from tests.promises.test_p13_moves import numbers, reads
from tests.samples import an_epub
from tests.waiting import wait_until


def ext4_casefold(disks: Disks, point: Path) -> Path:
    """A folder that folds case, of an ext4 that can."""
    disks.ext4(disks.image("casefold", "-O", "casefold", "-E", "encoding=utf8"), point)
    folder = point / "library"
    folder.mkdir()
    done = subprocess.run(["chattr", "+F", str(folder)], check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"this kernel folds no case on ext4: {done.stderr.strip()}")
    return folder


def vfat(disks: Disks, point: Path) -> Path:
    """A stick, whose inodes say nothing."""
    image = point.parent / "vfat"
    with image.open("wb") as file:
        file.truncate(16 << 20)
    try:
        subprocess.run(["mkfs.vfat", str(image)], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("needs mkfs.vfat (dosfstools)")
    return disks.mount(point, "-t", "vfat", "-o", "loop,utf8", image)


def a_share(disks: Disks, point: Path) -> Path:
    """As Samba shows one: it folds case, and its inodes say nothing."""
    return disks.share(disks.folder("behind"), point, point.parent / "faults", "fold")


def put(root: Path, behind: Path) -> None:
    an_epub((behind if behind.exists() else root) / "Book.epub", title="Told")


@pytest.mark.parametrize("make", [a_share, ext4_casefold, vfat])
def test_a_name_that_changes_its_case_is_the_same_file(
    tmp_path: Path, disks: Disks, make: Callable[[Disks, Path], Path]
) -> None:
    point = tmp_path / "one"
    point.mkdir()
    root = make(disks, point)
    put(root, tmp_path / "behind")
    assert (root / "BOOK.EPUB").exists()
    with a_daemon(tmp_path / "daemon", config=config(root)) as daemon:
        daemon.settled()
        wait_until(daemon.quiet, 20, "it is hashed")
        before, already = numbers(daemon), reads(daemon)

        (root / "Book.epub").rename(root / "BOOK.epub")
        daemon.scan("full")
        daemon.settled()

        assert numbers(daemon) == before
        assert reads(daemon) == already
        assert [Path(book["path"]).name for book in daemon.books()] == ["BOOK.epub"]
        assert daemon.status()["counts"]["by_state"]["missing"] == 0

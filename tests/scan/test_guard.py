"""MountGuard on real mounts. An ordinary user runs all of it in a namespace where she may mount."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shishod.errors import LibraryAbsent
from shishod.model.library import RootIdentity, RootState
from shishod.model.state import State
from shishod.model.ticket import Errand
from shishod.model.tier import Tier
from shishod.scan import guard
from tests.samples import an_epub
from tests.scan.house import House

CAN_MOUNT = os.geteuid() == 0
mounting = pytest.mark.skipif(not CAN_MOUNT, reason="run below, in a namespace of its own")


def mount(*words: str | Path) -> None:
    subprocess.run(["mount", *map(str, words)], check=True)


def umount(point: Path) -> None:
    subprocess.run(["umount", str(point)], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A folder that can be mounted on the library and is the same filesystem each time."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount("-t", "tmpfs", "-o", "size=4m", "disk", folder)
    for number in range(4):
        an_epub(folder / f"{number}.epub")
    yield folder
    umount(folder)


@pytest.fixture
def mounted(disk: Path, library: Path, a_house: Callable[..., House]) -> Iterator[House]:
    """A house whose library is a disk, and has been scanned."""
    mount("--bind", disk, library)
    house = a_house(books=library)
    house.scan()
    assert house.root().state is RootState.ONLINE
    yield house
    for point in (library, library):
        subprocess.run(["umount", "-l", str(point)], check=False, capture_output=True)


def rows(house: House) -> tuple[object, object, object]:
    """All that a scan might change."""
    return house.files(), house.catalog.folders(house.root().id), house.books()


def assert_offline(house: House, before: tuple[object, object, object], why: str) -> None:
    for tier in (Tier.QUICK, Tier.FULL):
        scan = house.scan(tier)
        assert why in scan.reason
        assert (house.root().state, why in house.root().reason) == (RootState.OFFLINE, True)
        assert rows(house) == before


def test_a_folder_that_is_named_twice_is_admitted_as_the_first(
    a_house: Callable[..., House], library: Path, tmp_path: Path
) -> None:
    (library / "Sub").mkdir()
    an_epub(library / "Sub" / "a.epub")
    ways = {name: tmp_path / name for name in ("inside", "same", "around")}
    ways["inside"].symlink_to(library / "Sub")
    ways["same"].symlink_to(library)
    ways["around"].symlink_to(tmp_path)
    house = a_house(books=library, **ways)

    scan = house.scan()

    assert [root.state for root in house.catalog.roots()] == [RootState.ONLINE] + [RootState.OFFLINE] * 3
    reasons = [root.reason for root in house.catalog.roots()]
    for said, reason in zip(("lies in", "is the same folder as", "holds"), reasons[1:], strict=True):
        assert reason.startswith(f"it {said} {library}, which is watched already")
    assert (len(house.books()), scan.status) == (1, "completed")


@mounting
def test_an_unmounted_disk_leaves_every_row_as_it_was(mounted: House, library: Path) -> None:
    before = rows(mounted)
    umount(library)

    assert_offline(mounted, before, "it is empty, and the catalogue knows 4 files of it")


@mounting
def test_an_empty_disk_mounted_over_a_full_one_leaves_every_row_as_it_was(mounted: House, library: Path) -> None:
    before = rows(mounted)
    mount("-t", "tmpfs", "cover", library)

    assert_offline(mounted, before, "it is empty")


@mounting
def test_files_that_are_recorded_while_an_empty_disk_lies_over_a_bare_one_are_believed_when_it_leaves(
    mounted: House, library: Path, disk: Path
) -> None:
    for file in disk.iterdir():
        file.unlink()
    mounted.scan()
    mounted.catalog.accept(mounted.root().id)
    mounted.scan()
    before = mounted.root().identity
    (library / "New").mkdir()
    an_epub(library / "New" / "late.epub")
    mounted.hint("New", "late.epub")
    mounted.turn(Errand.WALK)
    mount("-t", "tmpfs", "cover", library)
    admitted = mounted.guard.admit(mounted.root()).root.state
    umount(library)
    mounted.work()
    (library / "New" / "late.epub").rename(library / "New" / "renamed.epub")

    scan = mounted.scan()

    assert (admitted, before, scan.reason) == (RootState.ONLINE, mounted.root().identity, "")
    assert mounted.root().state is RootState.ONLINE
    assert mounted.states()["New/renamed.epub"] is State.INDEXED


@mounting
def test_another_filesystem_with_other_files_leaves_every_row_as_it_was(mounted: House, library: Path) -> None:
    before = rows(mounted)
    mount("-t", "tmpfs", "other", library)
    an_epub(library / "another.epub")

    assert_offline(mounted, before, "another filesystem is there")


@mounting
def test_the_same_disk_mounted_again_is_on_line_and_nothing_of_it_is_read(
    mounted: House, library: Path, disk: Path
) -> None:
    umount(library)
    mounted.scan()
    assert mounted.root().state is RootState.OFFLINE
    mounted.reads()

    mount("--bind", disk, library)
    scan = mounted.scan()

    assert (mounted.root().state, mounted.root().reason) == (RootState.ONLINE, "")
    assert (scan.unchanged, mounted.reads()) == (4, [])


@mounting
def test_a_copy_of_the_library_on_another_disk_is_believed_for_its_files(
    mounted: House, library: Path, disk: Path
) -> None:
    mount("-t", "tmpfs", "copy", library)
    for path in disk.iterdir():
        shutil.copy2(path, library)

    mounted.scan()

    assert mounted.root().state is RootState.ONLINE
    assert set(mounted.states().values()) == {State.INDEXED}


@mounting
def test_a_disk_that_is_unmounted_while_it_is_scanned_loses_nothing(mounted: House, library: Path) -> None:
    (library / "0.epub").unlink()
    an_epub(library / "new.epub")
    before = mounted.files()
    mounted.reads()
    mounted.request(Tier.FULL)
    mounted.turn()  # the walk has seen it all; now its books are to be read
    umount(library)

    mounted.work()

    assert mounted.files() == before
    assert (mounted.root().state, mounted.reads()) == (RootState.OFFLINE, [])


@mounting
def test_an_admission_is_confirmed_by_the_mount_table_alone(mounted: House, library: Path) -> None:
    admission = mounted.guard.admit(mounted.root())
    mounted.guard.confirm(admission)
    umount(library)

    with pytest.raises(LibraryAbsent, match="unmounted or mounted over"):
        mounted.guard.confirm(admission)


def test_a_root_that_is_not_there_is_off_line_and_comes_back(house: House, library: Path, tmp_path: Path) -> None:
    an_epub(library / "a.epub")
    house.scan()
    before = rows(house)
    library.rename(tmp_path / "away")

    assert_offline(house, before, "it cannot be looked at: No such file or directory")

    (tmp_path / "away").rename(library)
    assert house.scan().unchanged == 1
    assert house.root().state is RootState.ONLINE


def test_a_new_root_that_is_empty_is_on_line(house: House) -> None:
    house.scan()

    assert house.root().state is RootState.ONLINE


@mounting
def test_a_root_that_is_uncovered_while_it_is_looked_at_is_taken_for_one_disk(
    mounted: House, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its device was the cover's and the rest its own, and its files were of a filesystem that never was."""
    mount("-t", "tmpfs", "cover", library)
    whole = guard.identify

    def uncovered_meanwhile(path: bytes) -> RootIdentity:
        covered = whole(path)
        umount(library)
        monkeypatch.undo()
        return replace(whole(path), device=covered.device)

    monkeypatch.setattr(guard, "identify", uncovered_meanwhile)
    os.utime(library / ".." / "disk" / "0.epub", (1, 1))
    mounted.scan()

    assert {known.device for known in mounted.files().values()} == {0}
    assert mounted.states() == dict.fromkeys(mounted.files(), State.INDEXED)


@mounting
def test_a_disk_within_a_root_is_a_problem_only_while_it_is_away(house: House, library: Path, disk: Path) -> None:
    (library / "inner").mkdir()
    for number in range(2):
        mount("--bind", disk, library / "inner")
        house.scan()
        assert house.catalog.problems()[0] == [], number
        umount(library / "inner")
        house.scan()
        assert [row["path"] for row in house.catalog.problems()[0]] == [str(library / "inner")]
    assert set(house.states().values()) == {State.INDEXED}


if not CAN_MOUNT:

    def test_all_of_these_in_a_namespace_where_an_ordinary_user_may_mount(tmp_path: Path) -> None:
        options = ["-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'inner'}"]
        command = ["unshare", "-Urm", sys.executable, "-m", "pytest", *options, __file__]

        done = subprocess.run(command, capture_output=True, text=True, check=False)

        assert done.returncode == 0, done.stdout + done.stderr

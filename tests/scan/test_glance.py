"""What a mount table that has changed tells of the roots, without a look at any of them."""

import os
from pathlib import Path

import pytest

from shishod.model.library import RootState
from shishod.mounts import MOUNTINFO, Mount, current_mount
from tests.samples import an_epub
from tests.scan.house import House


def line(number: int, point: bytes, kind: str = "tmpfs", source: str = "none", device: str = "0:99") -> bytes:
    return b"%d 1 %s / %s rw - %s %s rw\n" % (number, device.encode(), point, kind.encode(), source.encode())


@pytest.fixture
def table() -> bytes:
    return Path(MOUNTINFO).read_bytes()


@pytest.fixture
def walked(house: House, library: Path, table: bytes) -> House:
    an_epub(library / "a.epub")
    house.guard.glance(table)
    house.scan()
    return house


def over(library: Path, table: bytes, **more: str) -> bytes:
    """The table with a mount on the library."""
    here = current_mount(os.fsencode(library))
    assert here is not None
    covered = line(9999, os.fsencode(library), **more)
    return table + covered.replace(b" 1 ", b" %d " % here.id, 1)


def test_a_table_in_which_nothing_of_ours_changed_asks_for_nothing(walked: House, table: bytes) -> None:
    assert walked.guard.glance(table + line(9999, b"/nowhere")) == ()
    assert walked.root().state is RootState.ONLINE


def test_a_root_that_is_mounted_over_is_off_line_and_is_to_be_looked_at(
    walked: House, library: Path, table: bytes
) -> None:
    assert walked.guard.glance(over(library, table)) == (walked.root().id,)
    assert walked.root().state is RootState.OFFLINE
    assert walked.root().reason == f"another filesystem was mounted over {library}"

    assert walked.guard.glance(over(library, table)) == ()
    assert walked.guard.glance(table) == (walked.root().id,)  # gone again: what is there now is for a walk to say
    assert walked.scan().unchanged == 1
    assert walked.root().state is RootState.ONLINE


def test_an_automount_that_expires_is_not_unmounted(walked: House, library: Path, table: bytes) -> None:
    mounted = over(library, table)
    walked.guard.glance(mounted)
    before = walked.root()

    assert walked.guard.glance(over(library, table, kind="autofs", source="systemd-1")) == ()
    assert walked.root() == before
    assert walked.guard.glance(mounted) == ()


def test_an_automount_that_wakes_is_to_be_looked_at(house: House, library: Path, table: bytes) -> None:
    house.guard.glance(over(library, table, kind="autofs", source="systemd-1"))

    assert house.guard.glance(over(library, table, kind="nfs4", source="nas:/b")) == (house.root().id,)
    assert house.root().state is RootState.ONLINE


def test_the_first_table_is_only_something_to_compare_with(house: House, table: bytes) -> None:
    assert house.guard.glance(table) == ()


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Mount(2, b"/b", "ext4", "/dev/sda1", 1, b"/", "8:1"), True),
        (Mount(2, b"/a", "ext4", "/dev/sda1", 1, b"/sub", "8:1"), False),
        (Mount(2, b"/a", "ext4", "/dev/sda1", 1, b"/", "8:17"), False),
        (Mount(2, b"/a", "xfs", "/dev/sda1", 1, b"/", "8:1"), False),
        (None, False),
    ],
)
def test_two_mounts_show_the_same_place_when_all_that_lasts_is_equal(other: Mount | None, same: bool) -> None:
    assert Mount(1, b"/a", "ext4", "/dev/sda1", 1, b"/", "8:1").same_place(other) is same


def test_a_share_is_the_same_place_under_another_number() -> None:
    share = Mount(1, b"/a", "nfs4", "nas:/books", 1, b"/", "0:40")

    assert share.same_place(Mount(2, b"/a", "nfs4", "nas:/books", 1, b"/", "0:41"))

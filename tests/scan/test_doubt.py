"""What is believed to be the root that we know: a table of decisions, and what the mount table alone can tell."""

from dataclasses import replace

import pytest

from shishod.model.library import RootIdentity
from shishod.scan.guard import doubt, replaces

EXT4 = RootIdentity(2049, "ext4", "/dev/sda1", fsid=0xE4, inode=2)
NFS = RootIdentity(50, "nfs4", "nas:/books", inode=128)
FUSE = RootIdentity(60, "fuse.mergerfs", "a:b", inode=1)


class Says:
    """Evidence as a test sets it; `asked` keeps what was asked for."""

    def __init__(self, known: int = 10, *, empty: bool = False, familiar: bool = True) -> None:
        self._known, self._empty, self._familiar = known, empty, familiar
        self.asked: list[str] = []

    def known(self) -> int:
        self.asked.append("known")
        return self._known

    def empty(self) -> bool:
        self.asked.append("empty")
        return self._empty

    def familiar(self) -> bool:
        self.asked.append("familiar")
        return self._familiar


EMPTY, STRANGE, UNKNOWN = Says(empty=True), Says(familiar=False), Says(0, empty=True)


@pytest.mark.parametrize(
    ("before", "now", "evidence", "reason"),
    [
        (None, EXT4, EMPTY, ""),
        (EXT4, EXT4, EMPTY, ""),  # emptied, not unmounted
        (EXT4, replace(EXT4, device=2065, source="/dev/sdb1"), EMPTY, ""),  # the disk has another name today
        (NFS, replace(NFS, device=51), EMPTY, ""),
        (FUSE, replace(FUSE, device=61, inode=77), EMPTY, ""),  # its inodes are new with each mount
        (EXT4, replace(EXT4, inode=99), EMPTY, "it is empty, and the catalogue knows 10 files of it"),
        (EXT4, replace(EXT4, inode=99), STRANGE, "another folder is there"),
        (EXT4, replace(EXT4, inode=99), Says(), ""),
        (NFS, EXT4, EMPTY, "it is empty, and the catalogue knows 10 files of it"),
        (NFS, EXT4, STRANGE, "another filesystem is there (ext4 /dev/sda1 e4; it was nfs4 nas:/books 0)"),
        (NFS, EXT4, Says(), ""),  # restored to another disk
        (NFS, EXT4, UNKNOWN, ""),  # there was nothing to lose
    ],
)
def test_a_root_without_a_marker_is_known_by_its_filesystem_else_by_its_files(
    before: RootIdentity | None, now: RootIdentity, evidence: Says, reason: str
) -> None:
    assert doubt(before, now, evidence) == reason


@pytest.mark.parametrize("now", [EXT4, NFS])
@pytest.mark.parametrize("evidence", [EMPTY, STRANGE, UNKNOWN])
def test_a_marker_that_was_seen_decides_alone(now: RootIdentity, evidence: Says) -> None:
    before = replace(EXT4, marker="mine")

    assert doubt(before, replace(now, marker="mine"), evidence) == ""
    assert doubt(before, now, evidence) == 'its marker .shishod-root is gone; it said "mine"'
    assert doubt(before, replace(now, marker="x"), evidence) == 'its marker .shishod-root says "x"; it said "mine"'


def test_a_marker_that_is_new_is_no_reason_to_doubt() -> None:
    assert doubt(EXT4, replace(EXT4, marker="mine"), EMPTY) == ""


def test_nothing_is_asked_of_a_root_that_is_the_same() -> None:
    evidence = Says()

    doubt(EXT4, EXT4, evidence)

    assert evidence.asked == []


def test_a_sample_is_looked_at_only_where_it_decides() -> None:
    evidence = Says(empty=True)

    doubt(NFS, EXT4, evidence)

    assert evidence.asked == ["known", "empty"]


@pytest.mark.parametrize(
    ("before", "now", "evidence", "news"),
    [
        (None, EXT4, EMPTY, True),
        (EXT4, EXT4, EMPTY, False),
        (EXT4, replace(EXT4, inode=99), UNKNOWN, True),  # the folder was made anew on its own disk
        (EXT4, NFS, UNKNOWN, False),
        (EXT4, NFS, Says(0), True),
        (replace(EXT4, marker="mine"), replace(NFS, marker="mine"), EMPTY, True),
    ],
)
def test_an_empty_filesystem_over_a_root_is_let_in_and_not_remembered(
    before: RootIdentity | None, now: RootIdentity, evidence: Says, news: bool
) -> None:
    assert replaces(before, now, evidence) is news

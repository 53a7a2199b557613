"""Admission: whether one more scan is taken on beside those that go on or wait, and what it is then about."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from shishod.errors import Refused
from shishod.model.ticket import FolderSubject
from shishod.paths import is_under
from shishod.scan.group import anchor

MOST = 100  # each is told in every status, and written down; nobody waits for so many


class Going(Protocol):
    """A scan that has not ended."""

    id: str
    subjects: frozenset[FolderSubject]


def refuse_beside(going: Collection[Going], subjects: Sequence[FolderSubject]) -> None:
    """Raise Refused where a scan of one of these roots goes on."""
    roots = {one.root_id for one in subjects}
    for scan in going:
        if roots & {one.root_id for one in scan.subjects}:
            raise Refused(f"scan {scan.id} is going on there", "busy", f"wait for it, or `shishoctl cancel {scan.id}`")


def refuse_beyond(going: Collection[Going]) -> None:
    """Raise Refused where as many go on or wait as are ever taken on."""
    if len(going) >= MOST:
        raise Refused(
            f"{len(going)} scans go on or wait already, and nothing was asked for",
            "busy",
            "wait until some have ended, or `shishoctl cancel` those that `shishoctl status` shows",
        )


def is_whole(subject: FolderSubject, paths: Iterable[bytes]) -> bool:
    """Whether all that lies in and below a folder is meant, not single files of it."""
    return any(is_under(subject.path, one) for one in paths)


def anchored(reread: Mapping[FolderSubject, frozenset[bytes]]) -> Mapping[FolderSubject, frozenset[bytes]]:
    """Files that are to be read again, by the folders that their books are gathered from: the discs of one together."""
    meant: dict[FolderSubject, frozenset[bytes]] = {}
    for subject, paths in reread.items():
        home = subject if is_whole(subject, paths) else FolderSubject(subject.root_id, anchor(subject.path))
        meant[home] = meant.get(home, frozenset()) | paths
    return meant

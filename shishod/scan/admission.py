"""Admission: whether one more scan is taken on beside those that go on or wait."""

from collections.abc import Collection, Sequence
from typing import Protocol

from shishod.errors import Refused
from shishod.model.ticket import FolderSubject

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

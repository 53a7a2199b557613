"""State, KnownFile and judge(): the only place where a file's state is decided."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shishod.model.sighting import Sighting


class State(StrEnum):
    """Where a file stands between the disk and the catalogue."""

    NEW = "new"
    PROCESSING = "processing"
    INDEXED = "indexed"
    STALE = "stale"
    CHANGED = "changed"
    MISSING = "missing"
    ERROR = "error"


LEGAL: dict[State, frozenset[State]] = {
    State.NEW: frozenset({State.PROCESSING, State.INDEXED, State.ERROR, State.CHANGED, State.MISSING}),
    State.PROCESSING: frozenset({State.INDEXED, State.ERROR, State.CHANGED, State.MISSING}),
    State.INDEXED: frozenset({State.STALE, State.CHANGED, State.MISSING, State.PROCESSING, State.ERROR}),
    State.STALE: frozenset({State.INDEXED, State.CHANGED, State.MISSING, State.PROCESSING, State.ERROR}),
    State.CHANGED: frozenset({State.PROCESSING, State.INDEXED, State.ERROR, State.MISSING}),
    State.MISSING: frozenset({State.INDEXED, State.CHANGED, State.PROCESSING, State.ERROR}),
    State.ERROR: frozenset({State.PROCESSING, State.INDEXED, State.CHANGED, State.MISSING}),
}
"""Where a remembered file may go from each state; the database refuses every other step."""

READ = (State.INDEXED, State.STALE)  # what such a file says is known, and holds
CLAIMABLE = frozenset(before for before, after in LEGAL.items() if State.PROCESSING in after)
LEASE = timedelta(hours=1)  # longer than the slowest handful of books takes; a claim that is older has no owner

LAID_ASIDE = -1  # of a file that its book was merged without: it is missing, was not seen, or could not be read


@dataclass(frozen=True, slots=True)
class KnownFile:
    """One file as the catalogue remembers it, with what is needed to judge it and nothing more.

    `parser_version` is 0 until a reader has read it; `retry_at` is None where only a change of the file helps;
    `position` is LAID_ASIDE for a file that its book was merged without. `duplicate_of` is the file that this
    is another path to: a hard link, which is no book of its own.
    """

    id: int
    book_id: int | None
    path: bytes
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int
    state: State
    reader: str = ""
    parser_version: int = 0
    error_count: int = 0
    retry_at: datetime | None = None
    position: int = 0
    root_id: int = 0
    duplicate_of: int | None = None

    @property
    def seen(self) -> Sighting:
        """What it was when it was last looked at."""
        return Sighting(self.path, self.size, self.mtime_ns, self.ctime_ns, self.inode, self.device)


def unchanged(known: KnownFile, seen: Sighting, *, stable_inodes: bool = True) -> bool:
    """Whether the tuple that stands for a file's content is the one we stored; clocks decide nothing.

    Inode and device count only where the filesystem keeps them from mount to mount.
    """
    if (known.size, known.mtime_ns, known.ctime_ns) != (seen.size, seen.mtime_ns, seen.ctime_ns):
        return False
    return not stable_inodes or (known.inode, known.device) == (seen.inode, seen.device)


def judge(known: KnownFile | None, seen: Sighting | None, now: datetime, *, stable_inodes: bool = True) -> State:
    """Name a file's state from what we remember and what we see.

    Judge only files of a library that is present: an unmounted disk says nothing about its files. A MISSING file that
    comes back as it was is INDEXED again without being read; an ERROR whose retry is due is CHANGED, so that it is. One
    that is PROCESSING was to be read, so it is CHANGED too: whoever holds it keeps others from doing the same.
    """
    if known is None:
        if seen is None:
            raise ValueError("judge needs a memory or a sighting")
        return State.NEW
    if seen is None:
        return State.MISSING
    if not unchanged(known, seen, stable_inodes=stable_inodes):
        return State.CHANGED
    if known.state is State.ERROR:
        return State.CHANGED if known.retry_at is not None and known.retry_at <= now else State.ERROR
    if known.state is State.MISSING:
        return State.INDEXED if known.parser_version else State.CHANGED
    return State.CHANGED if known.state is State.PROCESSING else known.state

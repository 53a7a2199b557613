"""ScanSnapshot: one scan as it stood at one moment, for the faces and for the history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shishod.model.tier import Tier


class ScanStatus(StrEnum):
    """QUEUED and RUNNING are alive; the others are how a scan ended."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # the daemon stopped or died under it

    @property
    def ended(self) -> bool:
        return self not in (ScanStatus.QUEUED, ScanStatus.RUNNING)


class WhenBusy(StrEnum):
    """What is wanted where a scan of the same ground is alive: that one, another behind it, or none."""

    JOIN = "join"
    QUEUE = "queue"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class ScanSnapshot:
    """Counts are files unless the name says otherwise; processed = succeeded + failed + skipped, always.

    `total` grows until `discovered`; unchanged files are counted apart and are no part of it.
    """

    id: str
    tier: Tier
    status: ScanStatus
    trigger: str  # start | schedule | operator | watch
    scope: tuple[str, ...]  # what was asked for, as text: libraries, roots or paths
    requested_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    discovered: bool = False
    total: int = 0
    processed: int = 0
    succeeded: int = 0
    failed: int = 0
    skipped: int = 0
    unchanged: int = 0
    missing: int = 0
    returned: int = 0
    held: int = 0
    books_new: int = 0
    books_changed: int = 0
    folders: int = 0
    bytes_read: int = 0
    current: str = ""
    problems: int = 0
    reason: str = ""  # why it failed, or what was left undone
    cache: tuple[tuple[str, int], ...] = ()  # ScanCache: hits, misses and size by kind
    moved: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing a scan could not do. `path` is relative to the root; `at` is when it was last seen."""

    root_id: int
    path: bytes
    stage: str  # list | stat | read | limit | crash | save
    reason: str
    text: str
    at: datetime
    scan_id: str | None = None


def spans(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending numbers as the first and the last of each unbroken run."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs

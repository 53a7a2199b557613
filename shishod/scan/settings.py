"""What an operator may say about scanning."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, ByteSize, Field

from shishod.model.ageing import Ages
from shishod.model.scanlog import Keeping
from shishod.settings import RoomSettings, Seconds

MOST_DAYS = 36_500
Days = Annotated[float, Field(gt=0, le=MOST_DAYS)]


def _young_first(steps: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    if any(younger >= older for (younger, _), (older, _) in pairwise(steps)):
        raise ValueError("pairs of days, the youngest first, as in [[30, 3], [180, 14]]")
    return steps


class ScanSettings(RoomSettings):
    """How the disk is walked, and what is believed of it."""

    on_start: Literal["quick", "full", "off"] = "quick"
    """The scan that every start begins with; "off" leaves changes made while the daemon was down to the schedule."""
    settle: Seconds = 3.0
    """How long a file on a local disk must have been left alone before a scan reads it."""
    settle_network: Seconds = 30.0
    """The same on a network share, where a slow copy pauses for longer."""
    waiting_after: Seconds = 7200.0
    """How long a file may keep changing before status lists it as waiting; one that a scan passed over is at once."""
    hold_files: int = Field(default=50, ge=0)
    """A scan that would mark more files of a root missing than this, and than hold_percent, is held until accepted."""
    hold_percent: int = Field(default=10, ge=0, le=100)
    """The share of a root's files that may vanish at once without being held; both limits must be passed."""
    hold_scans: int = Field(default=2, ge=0)
    """A loss that is held is believed once so many further scans have found exactly the same gone; 0 is never."""
    hold_apart: Seconds = 86400.0
    """How long after the scan before it such a scan must come to count."""
    missing_grace: Seconds = 2592000.0
    """How long a file that is gone is remembered, with all that you said of its book, before it is purged."""
    stall_after: Seconds = 15.0
    """How long a call into a library may take before its root counts as stalled and is left alone."""
    hash_rate: ByteSize = Field(default=ByteSize(8 * 2**20), ge=0)
    """How many bytes a second are read in the pauses between scans, so that a file is known again that was copied and
    deleted; at most 192 KiB of each file, once. 0 leaves it to inodes, which last on one filesystem alone, and every
    file that is renamed is read anew, for it may have been written to before."""
    cover_rate: ByteSize = Field(default=ByteSize(2**30), ge=0)
    """How many bytes of covers a second are taken out of books at most, once they are recorded and none waits to be
    read; each cover once while its file stays as it is. No disk is as fast as the default; 0 takes none."""
    stale_after: Annotated[tuple[tuple[Days, Days], ...], AfterValidator(_young_first)] = Ages().steps
    """How long what web catalogues say of a book stays fresh, in days, by how many days ago it was released: pairs, the
    youngest first."""
    stale_older: int = Field(default=180, ge=1, le=MOST_DAYS)
    """The same for books that are older than all of those."""
    stale_undated: int = Field(default=90, ge=1, le=MOST_DAYS)
    """The same for books that name no date."""
    refresh_batch: int = Field(default=50, ge=1)
    """How many books of which what is known is old are asked for together."""
    refresh_gap: Seconds = 30.0
    """How long a refresh rests between two such batches."""
    history: int = Field(default=500, ge=1)
    """How many ended scans the catalogue remembers."""
    history_lasts: Seconds = 7776000.0
    """How long it remembers them at most."""
    log_lasts: Seconds = 2592000.0
    """How long it remembers what they said (`shishoctl log`)."""

    def keeping(self) -> Keeping:
        """How long scans are remembered, in the words of the model."""
        return Keeping(self.history, self.history_lasts, self.log_lasts)

    def ages(self) -> Ages:
        """The ages in the words of the model."""
        return Ages(self.stale_after, self.stale_older, self.stale_undated)

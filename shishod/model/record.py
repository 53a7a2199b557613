"""FileRecord: all that a catalogue keeps of one file beyond what judging it needs, and the port that tells it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shishod.model.book import FileRole
from shishod.model.signature import KnownFolder
from shishod.model.state import KnownFile
from shishod.model.story import Turn


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file as it is remembered. `error` is why it could not be read, or why it is passed over; `notes` are what
    its reader found odd; the oldest turn of the `story` is the first."""

    known: KnownFile
    role: FileRole
    error: str
    first_seen_at: datetime
    last_seen_at: datetime
    missing_since: datetime | None
    notes: tuple[str, ...] = ()
    story: tuple[Turn, ...] = ()
    worded: bool = False  # whether the operator has said something of its book


class Records(Protocol):
    """What an explanation asks of the catalogue. All raise Unreachable."""

    def record(self, root_id: int, path: bytes) -> FileRecord | None:
        """What is kept of the file under this path; None where none is remembered."""

    def same_file(self, known: KnownFile) -> list[KnownFile]:
        """The other paths to the content of a file, of whatever root."""

    def files_of(self, book_id: int) -> list[KnownFile]:
        """Every file of a book, in the order of their roots and paths."""

    def folder_record(self, root_id: int, path: bytes) -> tuple[KnownFolder | None, str]:
        """A folder as it was when it was last finished, and what was wrong with it then, "" for nothing."""

"""Explanation: why one path stands as it does, every decision with its reason, and what comes next."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shishod.model.contest import Outcome
from shishod.model.finding import Found
from shishod.model.library import Root
from shishod.model.record import FileRecord
from shishod.model.sighting import Sighting
from shishod.model.state import State


class Thing(StrEnum):
    """What is there under a path."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    OTHER = "other"  # a socket, a pipe, a device
    NOTHING = "nothing"
    UNSAID = "unsaid"  # the disk was not asked, or did not say


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something is not taken, and the path of what is passed over: itself, or a folder above it."""

    reason: str
    at: bytes


@dataclass(frozen=True, slots=True)
class Gathering:
    """Files that are one book, by which rule; `book_id` is None for one that is not recorded yet."""

    rule: str
    files: tuple[bytes, ...]
    book_id: int | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """Which reader reads a file, and which its name speaks for; "" for none."""

    reader: str = ""
    by_name: str = ""


@dataclass(frozen=True, slots=True)
class Next:
    """What will become of it, and when, where that is known."""

    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Paths are relative to the root, but for `links`, which are absolute.

    `silent` is why the disk was not asked or did not say. `seen` is the file as the disk shows it, `judged` its state
    by comparison with what is remembered, and `differs` what is not alike. A folder has the `gathered` books that lie
    in it; a file that it is of. `trouble` is what was wrong with the folder when it was last looked at. `asked` tells
    how the book of a file stands with each web catalogue that was asked for it; none is where it is `frozen`.
    """

    root: Root
    path: bytes
    thing: Thing
    next: Next
    silent: str = ""
    refusal: Refusal | None = None
    record: FileRecord | None = None
    seen: Sighting | None = None
    judged: State | None = None
    differs: tuple[str, ...] = ()
    gathered: tuple[Gathering, ...] = ()
    claimed: Claimed = Claimed()
    links: tuple[bytes, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    trouble: str = ""
    asked: tuple[Found, ...] = ()
    frozen: bool = False

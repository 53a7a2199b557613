"""inspect(Assignment) -> Inspection: stat, read, stat again; picklable, for it runs in a parse process."""

import os
import time
from enum import StrEnum
from typing import Any, NamedTuple

from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats.beside import role_of
from shishod.formats.limits import Limits
from shishod.formats.source import in_hand
from shishod.model.book import FileRole
from shishod.model.metadata import Reading, dump_reading
from shishod.model.sighting import Sighting, racy, shown_by
from shishod.paths import join
from shishod.scan.brief import Brief, Drafted


class Outcome(StrEnum):
    """How one inspection ended. Only READ and FAILED say something about the file that was seen."""

    READ = "read"
    FAILED = "failed"
    CHANGED = "changed"  # it is not what the walk saw, or changed while it was read
    VANISHED = "vanished"
    LOST = "lost"  # the runner was stopped before it was read


class Assignment(NamedTuple):
    """One file to read: where its root is, what the walk saw, and whether its inode says anything there.

    Its `share` is which book of the call it is of, and its number there; with the last of a new book goes its brief.
    """

    root: bytes
    seen: Sighting
    stable_inodes: bool = True
    share: tuple[int, int] = (0, 0)
    brief: Brief | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """As plain values: a class that must be found costs a pipe more than all they say."""
        root, seen, *rest, brief = self
        return _assigned, (root, *seen, *rest, None if brief is None else brief.plain())


class Inspection(NamedTuple):
    """What became of one Assignment. `packed` is the Reading as `dump_reading` packs it.

    `passing` tells a failure that may not last (an I/O error, a killed worker) from a file that is broken. What was
    read of a `racy` file may be an earlier content under the same times. What was read last of a new book tells it as
    a whole, where that could be `drafted`.
    """

    seen: Sighting
    outcome: Outcome
    packed: bytes | None = None
    reader: str = ""
    version: int = 0
    read_ms: int | None = None
    stage: str = "read"
    reason: str = ""
    text: str = ""
    passing: bool = False
    racy: bool = False
    drafted: Drafted | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """As plain values, like an Assignment."""
        seen, outcome, *rest, drafted = self
        return _inspected, (*seen, outcome.value, *rest, None if drafted is None else drafted.plain())


def _assigned(*said: Any) -> Assignment:
    root, path, size, mtime_ns, ctime_ns, inode, device, stable_inodes, share, brief = said
    seen = Sighting(path, size, mtime_ns, ctime_ns, inode, device)
    return Assignment(root, seen, stable_inodes, share, None if brief is None else Brief.of(*brief))


def _inspected(*said: Any) -> Inspection:
    path, size, mtime_ns, ctime_ns, inode, device, outcome, *rest, drafted = said
    seen = Sighting(path, size, mtime_ns, ctime_ns, inode, device)
    whole = None if drafted is None else Drafted.of(*drafted)
    return Inspection._make((seen, Outcome(outcome), *rest, whole))


def inspect(assignment: Assignment, limits: Limits) -> Inspection:
    """Read one file and prove that it did not change meanwhile. Raises nothing that a file can cause."""
    return look(assignment, limits)[0]


def look(assignment: Assignment, limits: Limits) -> tuple[Inspection, Reading | None]:
    """The same, with what was read before it was packed."""
    seen, stable = assignment.seen, assignment.stable_inodes
    path = join(assignment.root, seen.path)
    began = time.monotonic()
    try:
        if not _as_seen(path, seen, stable):
            return Inspection(seen, Outcome.CHANGED), None
        in_doubt = racy(seen, time.time_ns())
        with in_hand(path):
            done, reading = _read(path, seen, limits)
        if not _as_seen(path, seen, stable):
            return Inspection(seen, Outcome.CHANGED), None
    except (FileNotFoundError, NotADirectoryError):
        return Inspection(seen, Outcome.VANISHED), None
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        text = f"the file could not be read: {error.strerror or error} (errno {error.errno})"
        return Inspection(seen, Outcome.FAILED, stage="stat", reason=reason, text=text, passing=True), None
    took = round((time.monotonic() - began) * 1000)
    return done._replace(read_ms=took, racy=in_doubt), reading


def _read(path: bytes, seen: Sighting, limits: Limits) -> tuple[Inspection, Reading | None]:
    reader = ""
    try:
        chosen = formats.reader_for(path, seen.path)
        reader = chosen.name
        reading = formats.read(path, limits, chosen)
        if reading.playback and role_of(seen.path) is FileRole.MEDIA:
            from shishod.formats.beside.show import with_show  # it loads lxml, which no start needs

            reading = with_show(reading, path, seen.path, limits)
        name, packed = reading.reader or reader, dump_reading(reading)
        return Inspection(seen, Outcome.READ, packed, name, chosen.version), reading
    except BrokenFile as broken:
        version = formats.version_of(reader)
        return Inspection(seen, Outcome.FAILED, None, reader, version, reason=broken.reason, text=broken.text), None


def _as_seen(path: bytes, seen: Sighting, stable_inodes: bool) -> bool:
    status = os.stat(path)  # of what a link leads to, where the walk followed it
    return shown_by(status, seen) and (not stable_inodes or status.st_ino == seen.inode)

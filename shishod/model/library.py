"""Libraries and their roots: what to watch, what it holds, and how we know it is still the same disk."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LibraryKind(StrEnum):
    """What an operator says a library holds; MIXED lets each file speak for itself."""

    MIXED = "mixed"
    EBOOKS = "ebooks"
    AUDIOBOOKS = "audiobooks"
    COMICS = "comics"
    MOVIES = "movies"
    SHOWS = "shows"
    MUSIC = "music"


class WatchWay(StrEnum):
    """How an operator wants changes of a library to be noticed."""

    AUTO = "auto"  # events where the filesystem tells of changes, else polling
    EVENTS = "events"
    POLL = "poll"
    OFF = "off"  # by scans alone


class Follow(StrEnum):
    """Which symbolic links are followed."""

    NONE = "none"
    INSIDE = "inside"  # those that lead to a place in the same root
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Ways:
    """How an operator wants a library to be looked at; None leaves it to the settings of the room."""

    watch: WatchWay = WatchWay.AUTO
    settle_s: float | None = None
    poll_interval_s: float | None = None
    ignore: tuple[str, ...] = ()  # lines in gitignore's syntax
    follow_symlinks: Follow = Follow.NONE
    min_size: int = 0  # bytes; a smaller file is no book


@dataclass(frozen=True, slots=True)
class Library:
    """A named collection with the absolute folders it lies in."""

    name: str
    roots: tuple[bytes, ...]
    kind: LibraryKind = LibraryKind.MIXED
    ways: Ways = Ways()


@dataclass(frozen=True, slots=True)
class RootIdentity:
    """What tells one filesystem from another when the path is the same.

    `fsid` survives a new device name (0 where the filesystem gives none); `source` and `fstype` are the mount table's.
    """

    device: int
    fstype: str
    source: str
    fsid: int = 0
    inode: int = 0  # of the root itself: a bare mount point has another than what was mounted on it
    marker: str = ""  # what the operator wrote into .shishod-root; once seen it is what the root is known by

    def same_filesystem(self, other: "RootIdentity") -> bool:
        """Device numbers change with each mount of a share, so they decide nothing."""
        if self.fstype != other.fstype:
            return False
        if self.fsid and other.fsid:
            return self.fsid == other.fsid
        return self.source == other.source


OTHER_MARKER = "its marker .shishod-root"
OTHER_FILESYSTEM = "another filesystem is there"
OTHER_FOLDER = "another folder is there"
EMPTIED = "it is empty"
OVERRULABLE = (OTHER_MARKER, OTHER_FILESYSTEM, OTHER_FOLDER, EMPTIED)  # how reasons begin that an operator may overrule


class RootState(StrEnum):
    """What a root can be believed about. Only ONLINE roots may change their books' states."""

    ONLINE = "online"
    OFFLINE = "offline"  # absent, covered, empty where it was full, or another filesystem
    STALLED = "stalled"  # calls into it do not return
    HELD = "held"  # on line, but too much vanished at once to be believed


@dataclass(frozen=True, slots=True)
class Hold:
    """A disappearance that was too large to be believed: how many files since when, and some of their paths.

    `digest` stands for the whole set of them, b"" while no scan of the whole root has told it. `equal` scans found the
    same set after the one that told it, the last of them at `counted_at`.
    """

    count: int
    since: datetime
    examples: tuple[bytes, ...] = ()
    digest: bytes = b""
    equal: int = 0
    counted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Root:
    """One folder of a library as the catalogue knows it; file paths are relative to `path`."""

    id: int
    library_id: int
    library: str
    kind: LibraryKind
    path: bytes
    identity: RootIdentity | None = None
    state: RootState = RootState.ONLINE
    reason: str = ""
    accepted: bool = False  # the operator has said that the held disappearance is real
    held: Hold | None = None
    ways: Ways = Ways()
    enrolled: bool = True  # named by the settings of this run

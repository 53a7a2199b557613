"""Settler: which changed files have come to rest, and which folders are therefore worth a walk."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from shishod.paths import base, join, parent
from shishod.watch.settings import WatchSettings

LIMIT = 100_000  # names held at once; beyond it a rescan costs less than remembering

Shape = tuple[int, int, int]  # size, mtime_ns, ctime_ns


class Kind(StrEnum):
    """What was noticed of a name; the later word replaces the earlier."""

    CLOSED = "closed"  # a writer has finished
    MOVED_IN = "moved in"  # it arrived whole
    TOUCHED = "touched"  # it appeared; nobody says whether it is finished
    GONE = "gone"
    FOLDER = "folder"  # a folder came or went: its parent is worth a walk


@dataclass(frozen=True, slots=True)
class Settled:
    """A folder to walk now, and its files that have stopped changing; others in it may still grow."""

    folder: bytes
    names: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Growing:
    """A file that is waited for, and since when."""

    path: bytes
    since_s: float


@dataclass(slots=True)
class _Waiting:
    kind: Kind
    first_s: float
    rests_s: float  # since when it has been left alone
    shape: Shape | None = None


@dataclass(slots=True)
class _Folder:
    last_s: float = 0.0
    names: dict[bytes, _Waiting] = field(default_factory=dict)


class Settler:
    """Pure but for `stat`, which tells a file's size and times by its path, None when it is not there.

    A file that was closed or moved in rests for `settle`; one that only appeared must keep its size and times for
    `settle_quiet`; one that is gone may come back for `settle_gone`, and nothing waits for it. A folder with several
    changes waits until they all rest and it has been quiet for `settle_tracks`, but no file that rests waits longer
    than `max_wait` for the others. Times are monotonic seconds.
    """

    def __init__(self, settings: WatchSettings, stat: Callable[[bytes], Shape | None], *, limit: int = LIMIT) -> None:
        self._settings = settings
        self._stat = stat
        self._limit = limit
        self._count = 0
        self._folders: dict[bytes, _Folder] = {}
        self._next_s = math.inf  # never later than the true next moment, sometimes earlier
        self._rests = {
            Kind.CLOSED: settings.settle,
            Kind.MOVED_IN: settings.settle,
            Kind.FOLDER: settings.settle,
            Kind.TOUCHED: settings.settle_quiet,
            Kind.GONE: settings.settle_gone,
        }

    def note(self, path: bytes, kind: Kind, now_s: float) -> bool:
        """Remember a change; False when too much waits already and a rescan must stand in for it."""
        folder = self._folders.get(parent(path))
        waiting = folder.names.get(base(path)) if folder else None
        if folder is None or waiting is None:
            if self._count >= self._limit:
                return False
            self._count += 1
            folder = self._folders.setdefault(parent(path), _Folder())
            waiting = folder.names[base(path)] = _Waiting(kind, now_s, now_s)
        waiting.kind, waiting.rests_s, waiting.shape = kind, now_s, None
        folder.last_s = now_s
        self._next_s = min(self._next_s, self._acts_s(waiting))
        return True

    def next_due_s(self) -> float | None:
        """When `due` is worth asking next; None when nothing waits."""
        return None if math.isinf(self._next_s) else self._next_s

    def waiting(self, now_s: float, longer_than_s: float = 0.0) -> tuple[Growing, ...]:
        """The files that have been waited for, longest first."""
        growing = [
            Growing(join(path, name), waiting.first_s)
            for path, folder in self._folders.items()
            for name, waiting in folder.names.items()
            if now_s - waiting.first_s >= longer_than_s and waiting.kind is not Kind.FOLDER
        ]
        return tuple(sorted(growing, key=lambda one: one.since_s))

    def due(self, now_s: float) -> list[Settled]:
        """The folders whose time has come. What is told here is forgotten."""
        if now_s < self._next_s:
            return []
        self._next_s = math.inf
        released = []
        for path, folder in list(self._folders.items()):
            resting = {name for name, one in folder.names.items() if self._rests_now(join(path, name), one, now_s)}
            due_s = self._due_s(folder, resting)
            for name in folder.names.keys() - resting:
                self._next_s = min(self._next_s, self._acts_s(folder.names[name]))
            if now_s >= due_s:
                released.append(self._release(path, resting))
            else:
                self._next_s = min(self._next_s, due_s)
        return released

    def _due_s(self, folder: _Folder, resting: set[bytes]) -> float:
        """When the resting names of a folder may go."""
        if not resting:
            return math.inf
        rested = [self._acts_s(folder.names[name]) for name in resting]
        at_most_s = min(rested) + self._settings.max_wait
        if any(one.kind is not Kind.GONE for name, one in folder.names.items() if name not in resting):
            return at_most_s
        if len(rested) == 1:
            return rested[0]
        return min(max(*rested, folder.last_s + self._settings.settle_tracks), at_most_s)

    def _acts_s(self, waiting: _Waiting) -> float:
        """When a name rests, or must be looked at to know; a file that only appeared is looked at at once."""
        if waiting.kind is Kind.TOUCHED and waiting.shape is None:
            return waiting.rests_s
        return waiting.rests_s + self._rests[waiting.kind]

    def _rests_now(self, path: bytes, waiting: _Waiting, now_s: float) -> bool:
        if now_s < self._acts_s(waiting):
            return False
        if waiting.kind is not Kind.TOUCHED:
            return True
        shape = self._stat(path)
        if shape is not None and shape == waiting.shape:
            return True
        waiting.kind = Kind.TOUCHED if shape else Kind.GONE
        waiting.shape, waiting.rests_s = shape, now_s
        return False

    def _release(self, path: bytes, resting: set[bytes]) -> Settled:
        folder = self._folders[path]
        told = {name: folder.names.pop(name) for name in resting}
        self._count -= len(told)
        if not folder.names:
            del self._folders[path]
        files = (name for name, waiting in told.items() if waiting.kind not in (Kind.GONE, Kind.FOLDER))
        return Settled(path, frozenset(files))

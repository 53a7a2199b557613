"""Ground: which folders the processes may read, as what those folders are at the moment."""

import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

Place = tuple[int, int]  # device and inode


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What a process may touch: it reads below `readable`, and what it runs on; it writes below `writable` alone.

    With `reads_all` its reading is not limited. `age` is the ground's at that moment.
    """

    readable: tuple[bytes, ...] = ()
    writable: tuple[bytes, ...] = ()
    reads_all: bool = False
    age: int = 0


class Standing(NamedTuple):
    """How a process was confined: `by` what, "" by nothing, and the folders that it may use, as it found them.

    It may read everywhere where `reads` is None, and write everywhere where `writes` is. `age` is the ground's.
    """

    by: str = ""
    reads: Mapping[bytes, Place] | None = None
    writes: Mapping[bytes, Place] | None = None
    age: int = 0


class Ground:
    """Shared: by who looks after the folders and by the runners.

    A right to read belongs to a folder and not to its name: once another disk is mounted there, or the folder is
    replaced, a process that was started before may not read it. It is let go then, and another started. A disk that is
    mounted again is another to the kernel and has the same numbers: so no process outlives a change of the mounts.
    """

    def __init__(self, folders: Iterable[bytes] = (), *, reads_all: bool = False) -> None:
        self._lock = threading.Lock()
        self._places: dict[bytes, Place | None] = dict.fromkeys(folders)
        self._reads_all = reads_all
        self._age = 0

    def shake(self) -> None:
        """Mounts have changed: what was there may be another under the numbers that it had."""
        with self._lock:
            self._age += 1

    def stand(self, folder: bytes, place: Place) -> None:
        """This folder is there, and is this one."""
        with self._lock:
            self._places[folder] = place

    def leave(self, folder: bytes) -> None:
        """Nothing is to be read in this folder before `stand` names it again; no process touches it when it starts."""
        with self._lock:
            self._places.pop(folder, None)
            self._age += 1

    def carries(self, standing: Standing, writable: Iterable[bytes] = ()) -> bool:
        """Whether a process that stands so may read all that is to be read now, and write where it should."""
        if standing.writes is not None and any(standing.writes.get(one) != place_of(one) for one in writable):
            return False
        with self._lock:
            wanted, age = [one for one in self._places.items() if one[1] is not None], self._age
        if standing.reads is None:
            return True
        return standing.age == age and all(standing.reads.get(folder) == place for folder, place in wanted)

    def sandbox(self, writable: tuple[bytes, ...] = ()) -> Sandbox:
        """What a process that is started now is told."""
        with self._lock:
            return Sandbox(tuple(self._places), writable, self._reads_all, self._age)


def place_of(folder: bytes) -> Place | None:
    """Which folder it is at the moment, None where there is none."""
    try:
        status = os.stat(folder)
    except OSError:
        return None
    return status.st_dev, status.st_ino

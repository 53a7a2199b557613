"""Where the windows of providers are kept, so that every thread, process and start of ours is held to the same one."""

import fcntl
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol, TypeVar

from shishod.enrich.window import Window, packed, unpacked
from shishod.errors import Unreachable

T = TypeVar("T")

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_UNSAFE = re.compile(r"[^a-z0-9_-]")


class Notes(Protocol):
    """Shared: by all who ask a provider. A text under a name, and the one clock of all who write there."""

    def change_note(self, name: str, change: Callable[[str, float], tuple[str, T]]) -> T:
        """Replace the text of a name ("" at first) by what `change` makes of it and of the time in seconds, and return
        what else it says. Each change is alone with its text; it may be asked more than once. Raises Unreachable."""


class Ledger:
    """Shared: by every Limiter. The windows as notes."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def change(self, name: str, change: Callable[[Window, float], tuple[Window, T]]) -> T:
        """As a note is changed, a window."""

        def rewrite(said: str, now_s: float) -> tuple[str, T]:
            window, told = change(unpacked(said), now_s)
            return packed(window), told

        return self._notes.change_note(name, rewrite)


class FileNotes:
    """Shared: by all threads and processes of one machine, through a file for each name and its lock.

    The clock goes as the machine's own does, which nobody can set; over another start of the machine it goes on by what
    the wall clock says has passed. What a killed process wrote is there for the next one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._boot = _boot_id()

    def change_note(self, name: str, change: Callable[[str, float], tuple[str, T]]) -> T:
        try:
            with self._locked(name) as file:
                head, _, said = file.read().partition("\n")
                now_s = self._now_s(head)
                said, told = change(said, now_s)
                file.seek(0)
                file.write(f"{self._boot} {_up_s()!r} {time.time()!r} {now_s!r}\n{said}")
                file.truncate()
                return told
        except OSError as error:
            raise Unreachable(
                f"the limits of {name} cannot be kept in {self._folder}: {error.strerror}. Nobody is asked without"
                f" them. See whether its disk is full: df -h {self._folder}",
                retry_after_s=60.0,
            ) from error

    @contextmanager
    def _locked(self, name: str) -> Iterator[IO[str]]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{_UNSAFE.sub('_', name)}.window"
        with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file

    def _now_s(self, head: str) -> float:
        try:
            boot, up, wall, then = head.split()
            passed_s = _up_s() - float(up) if boot == self._boot else time.time() - float(wall)
            return float(then) + max(0.0, passed_s)
        except ValueError:  # nothing is there yet, or half of it
            return _up_s()


def _up_s() -> float:
    """The machine's time since it was started, the time that it slept included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _boot_id() -> str:
    try:
        return _BOOT.read_text("ascii").strip()
    except OSError:
        return "unknown"

"""Where the windows of providers are kept, so that every thread, process and start of ours is held to the same one."""

import fcntl
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar, cast

from shishod.enrich.window import Window, packed, unpacked
from shishod.errors import Unreachable
from shishod.work.batch import Batcher
from shishod.work.guard import Guarded

T = TypeVar("T")

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_UNSAFE = re.compile(r"[^a-z0-9_-]")


class Notes(Protocol):
    """Shared: by all who ask a provider. A text under a name, and the one clock of all who write there."""

    def change_note(self, name: str, change: Callable[[str, float], tuple[str, T]]) -> T:
        """Replace the text of a name ("" at first) by what `change` makes of it and of the time in seconds, and return
        what else it says. Each change is alone with its text; it may be asked more than once. Raises Unreachable."""


Change = Callable[[Window, float, float], tuple[Window, T]]


class _Wish(NamedTuple):
    """A change, and when this process asked for it."""

    change: Change[Any]
    asked_s: float


class Ledger:
    """Shared: by every Limiter. The windows as notes; what threads change while one of them writes is one writing."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._batchers: Guarded[dict[str, Batcher[_Wish, Any]]] = Guarded({})

    def change(self, name: str, change: Change[T]) -> T:
        """As a note is changed, a window; `change` is also told for how long, at least, it waited to be made."""
        with self._batchers as batchers:
            batcher = batchers.setdefault(name, Batcher(partial(self._write, name)))
        (told,) = batcher.put([_Wish(change, time.monotonic())])
        return cast(T, told)

    def _write(self, name: str, wishes: Sequence[_Wish]) -> Sequence[Any]:
        began_s = time.monotonic()

        def rewrite(said: str, now_s: float) -> tuple[str, list[Any]]:
            window, told = unpacked(said), []
            for wish in wishes:
                window, answer = wish.change(window, now_s, began_s - wish.asked_s)
                told.append(answer)
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
        note = self._folder / f"{_UNSAFE.sub('_', name)}.window"
        try:
            with self._locked(note):
                head, _, said = _read(note).partition("\n")
                up_s, wall_s = _up_s(), time.time()
                now_s = self._now_s(head, up_s, wall_s)
                said, told = change(said, now_s)
                _replace(note, f"{self._boot} {up_s!r} {wall_s!r} {now_s!r}\n{said}")
                return told
        except OSError as error:
            raise Unreachable(
                f"the limits of {name} cannot be kept in {self._folder}: {error.strerror}. Nobody is asked without"
                f" them. See whether its disk is full: df -h {self._folder}",
                retry_after_s=60.0,
            ) from error

    @contextmanager
    def _locked(self, note: Path) -> Iterator[None]:
        lock = note.with_suffix(".lock")
        try:
            descriptor = _opened(lock, os.O_RDWR | os.O_CREAT)
        except FileNotFoundError:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = _opened(lock, os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _now_s(self, head: str, up_s: float, wall_s: float) -> float:
        try:
            boot, up, wall, then = head.split()
            passed_s = up_s - float(up) if boot == self._boot else wall_s - float(wall)
            return float(then) + max(0.0, passed_s)
        except ValueError:  # nothing is there yet, or half of it
            return up_s


def _opened(path: Path, how: int) -> int:
    return os.open(path, how | os.O_CLOEXEC, 0o600)


def _read(note: Path) -> str:
    try:
        descriptor = _opened(note, os.O_RDONLY)
    except FileNotFoundError:
        return ""
    try:
        return os.read(descriptor, os.fstat(descriptor).st_size).decode("ascii", "replace")
    finally:
        os.close(descriptor)


def _replace(note: Path, text: str) -> None:
    """All of it or nothing, whenever we are killed: half a window would be none."""
    new = note.with_suffix(".new")
    descriptor = _opened(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        os.write(descriptor, text.encode("ascii"))
    finally:
        os.close(descriptor)
    os.replace(new, note)


def _up_s() -> float:
    """The machine's time since it was started, the time that it slept included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _boot_id() -> str:
    try:
        return _BOOT.read_text("ascii").strip()
    except OSError:
        return "unknown"

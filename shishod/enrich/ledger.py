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
from zlib import crc32

from shishod.enrich.window import Window, packed, unpacked
from shishod.errors import Unreachable
from shishod.work.batch import Batcher
from shishod.work.guard import Guarded

T = TypeVar("T")

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_HALF = 2**22  # bytes from one copy to the other, more than any window takes
_HEAD = 192
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


class _Copy(NamedTuple):
    """A note as it was once written: the how-manieth, when by the machine's clocks and by its own, and the text."""

    number: int = 0
    boot: str = "-"
    up_s: float = 0.0
    wall_s: float = 0.0
    now_s: float = 0.0
    said: str = ""


class FileNotes:
    """Shared: by all threads and processes of one machine, through a file for each name and its lock.

    The clock goes as the machine's own does, which nobody can set; over another start of the machine it goes on by what
    the wall clock says has passed. What a killed process wrote is there for the next one; what it had half written is
    as if it had not: a file holds two copies, and the older is overwritten.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._boot = _boot_id()

    def change_note(self, name: str, change: Callable[[str, float], tuple[str, T]]) -> T:
        try:
            with self._locked(self._folder / f"{_UNSAFE.sub('_', name)}.window") as note:
                kept = _newest(note)
                up_s, wall_s = _up_s(), time.time()
                now_s = self._now_s(kept, up_s, wall_s)
                said, told = change(kept.said, now_s)
                _write(note, _Copy(kept.number + 1, self._boot, up_s, wall_s, now_s, said))
                return told
        except OSError as error:
            raise Unreachable(
                f"the limits of {name} cannot be kept in {self._folder}: {error.strerror}. Nobody is asked without"
                f" them. See whether its disk is full: df -h {self._folder}",
                retry_after_s=60.0,
            ) from error

    @contextmanager
    def _locked(self, path: Path) -> Iterator[int]:
        try:
            note = _opened(path)
        except FileNotFoundError:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            note = _opened(path)
        try:
            fcntl.flock(note, fcntl.LOCK_EX)
            yield note
        finally:
            os.close(note)

    def _now_s(self, kept: _Copy, up_s: float, wall_s: float) -> float:
        if not kept.number:
            return up_s
        passed_s = up_s - kept.up_s if kept.boot == self._boot else wall_s - kept.wall_s
        return kept.now_s + max(0.0, passed_s)


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _newest(note: int) -> _Copy:
    """The newest copy that is whole; of none that is empty."""
    found = [half for half in map(partial(_head, note), (0, 1)) if half is not None]
    copies = (_read(note, *half) for half in sorted(found, key=lambda half: half[1].number, reverse=True))
    return next((copy for copy in copies if copy is not None), _Copy())


def _head(note: int, half: int) -> tuple[int, _Copy, int, int] | None:
    """Which half, the copy in it without its text, and the length and the check of that; None where there is none."""
    try:
        length, check, number, boot, up, wall, now = os.pread(note, _HEAD, half * _HALF).decode("ascii").split()
        return half, _Copy(int(number), boot, float(up), float(wall), float(now)), int(length), int(check)
    except ValueError:  # nothing is there yet, or half of it
        return None


def _read(note: int, half: int, copy: _Copy, length: int, check: int) -> _Copy | None:
    said = os.pread(note, length, half * _HALF + _HEAD)
    return copy._replace(said=said.decode("ascii")) if check == _check(copy, said) else None


def _write(note: int, copy: _Copy) -> None:
    said = copy.said.encode("ascii")
    head = f"{len(said)} {_check(copy, said)} {copy.number} {copy.boot} {copy.up_s!r} {copy.wall_s!r} {copy.now_s!r}"
    os.pwrite(note, head.encode("ascii").ljust(_HEAD) + said, copy.number % 2 * _HALF)


def _check(copy: _Copy, said: bytes) -> int:
    """Of a copy and its text, which are read apart."""
    return crc32(said, crc32(repr(copy[:-1]).encode("ascii")))


def _up_s() -> float:
    """The machine's time since it was started, the time that it slept included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _boot_id() -> str:
    try:
        return _BOOT.read_text("ascii").strip()
    except OSError:
        return "unknown"

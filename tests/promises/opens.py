"""Which files of a folder are opened, as the kernel tells it: the witness of what a daemon reads."""

import ctypes
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

IN_OPEN = 0x20
_HEAD = struct.Struct("iIII")


@contextmanager
def opens_in(folder: Path) -> Iterator[Callable[[], set[str]]]:
    """Yields a call that gives the names of files opened since it was last asked, by anybody; listing is no opening."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if descriptor < 0 or libc.inotify_add_watch(descriptor, os.fsencode(folder), IN_OPEN) < 0:
        raise OSError(ctypes.get_errno(), "the folder cannot be watched", str(folder))
    try:
        yield lambda: _names(descriptor)
    finally:
        os.close(descriptor)


def _names(descriptor: int) -> set[str]:
    found: set[str] = set()
    while True:
        try:
            told = os.read(descriptor, 1 << 16)
        except BlockingIOError:
            return found - {""}  # the folder itself, which is listed
        at = 0
        while at < len(told):
            *_, length = _HEAD.unpack_from(told, at)
            at += _HEAD.size
            found.add(told[at : at + length].rstrip(b"\0").decode())
            at += length

"""Opening a file to be read: nothing but a regular file, and never a wait for somebody to write into a pipe."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from io import BufferedReader
from typing import BinaryIO

from shishod.errors import BrokenFile

FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY


class _Hand:
    """A file that is opened once for all who read it one after the other."""

    def __init__(self, path: bytes) -> None:
        self.path = path
        self.file: BinaryIO | None = None
        self.lent = False


_in_hand: ContextVar[_Hand | None] = ContextVar("in_hand", default=None)


@contextmanager
def in_hand(path: bytes) -> Iterator[None]:
    """While this lasts, whoever opens this file is given the same one, from its beginning. It need not be there."""
    hand = _Hand(path)
    before = _in_hand.set(hand)
    try:
        yield
    finally:
        _in_hand.reset(before)
        if hand.file is not None:
            hand.file.close()


@contextmanager
def opened(path: bytes) -> Iterator[BinaryIO]:
    """The file, open for reading. Raises BrokenFile for what is no file or has no content, OSError as the disk says."""
    hand = _in_hand.get()
    if hand is None or hand.lent or hand.path != path:
        with _open(path) as file:
            yield file
        return
    if hand.file is None:
        hand.file = _open(path)
    hand.file.seek(0)
    hand.lent = True
    try:
        yield hand.file
    finally:
        hand.lent = False


def _open(path: bytes) -> BinaryIO:
    descriptor = _unnoticed(path)
    try:
        _must_be_a_file(os.fstat(descriptor))
        return open(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _must_be_a_file(seen: os.stat_result) -> None:
    if not stat.S_ISREG(seen.st_mode):
        raise BrokenFile("not-a-file", "it is a folder, a pipe or a device, not a file; nothing was read from it")
    if seen.st_size == 0:
        raise BrokenFile("empty", "the file is empty; it is read again when something is written to it")


def _unnoticed(path: bytes) -> int:
    """Open it and leave its time of access alone, as the kernel lets a file's owner and root do, else as anybody."""
    try:
        return os.open(path, FLAGS | os.O_NOATIME)
    except PermissionError:
        return os.open(path, FLAGS)


def whole(path: bytes, most: int) -> bytes:
    """All bytes of a small file. Raises BrokenFile when there are more than `most`."""
    with opened(path) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise BrokenFile("limit", f"the file has more than {most} bytes (formats.max_text); it was not read to its end")
    return content


def size_of(file: BinaryIO) -> int:
    """The length of an open file, its position left as it was."""
    if isinstance(file, BufferedReader):  # asked of the kernel, it keeps what it has read ahead
        return os.fstat(file.fileno()).st_size
    here = file.tell()
    end = file.seek(0, os.SEEK_END)
    file.seek(here)
    return end

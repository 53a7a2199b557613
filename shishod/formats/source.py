"""Opening a file to be read: nothing but a regular file, and never a wait for somebody to write into a pipe."""

import os
import stat
from contextlib import AbstractContextManager
from contextvars import ContextVar, Token
from io import BufferedReader
from typing import BinaryIO

from shishod.errors import BrokenFile

FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY


class _Hand:
    """A file that is opened once for all who read it one after the other."""

    __slots__ = ("_before", "file", "lent", "path")
    _before: "Token[_Hand | None]"

    def __init__(self, path: bytes) -> None:
        self.path = path
        self.file: BinaryIO | None = None
        self.lent = False

    def __enter__(self) -> None:
        self._before = _in_hand.set(self)

    def __exit__(self, *_: object) -> None:
        _in_hand.reset(self._before)
        if self.file is not None:
            self.file.close()


class _Loan:
    """A file for as long as one reads it: that in hand, else one of its own."""

    __slots__ = ("_file", "_hand", "_path")
    _hand: _Hand | None
    _file: BinaryIO

    def __init__(self, path: bytes) -> None:
        self._path = path

    def __enter__(self) -> BinaryIO:
        hand = _in_hand.get()
        if hand is None or hand.lent or hand.path != self._path:
            self._hand, self._file = None, _open(self._path)
            return self._file
        if hand.file is None or hand.file.closed:  # some libraries close what they are given
            hand.file = _open(self._path)
        else:
            hand.file.seek(0)
        self._hand, hand.lent = hand, True
        return hand.file

    def __exit__(self, *_: object) -> None:
        if self._hand is None:
            self._file.close()
        else:
            self._hand.lent = False


_in_hand: ContextVar[_Hand | None] = ContextVar("in_hand", default=None)


def in_hand(path: bytes) -> AbstractContextManager[None]:
    """While this lasts, whoever opens this file is given the same one, from its beginning. It need not be there."""
    return _Hand(path)


def opened(path: bytes) -> AbstractContextManager[BinaryIO]:
    """The file, open for reading. Raises BrokenFile for what is no file or has no content, OSError as the disk says."""
    return _Loan(path)


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

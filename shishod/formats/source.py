"""Opening a file to be read: nothing but a regular file, and never a wait for somebody to write into a pipe."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from shishod.errors import BrokenFile

FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY


@contextmanager
def opened(path: bytes) -> Iterator[BinaryIO]:
    """The file, open for reading. Raises BrokenFile for what is no file or has no content, OSError as the disk says."""
    descriptor = _unnoticed(path)
    try:
        seen = os.fstat(descriptor)
        if not stat.S_ISREG(seen.st_mode):
            raise BrokenFile("not-a-file", "it is a folder, a pipe or a device, not a file; nothing was read from it")
        if seen.st_size == 0:
            raise BrokenFile("empty", "the file is empty; it is read again when something is written to it")
        with open(descriptor, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(descriptor)


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
    here = file.tell()
    end = file.seek(0, os.SEEK_END)
    file.seek(here)
    return end

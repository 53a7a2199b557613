"""mutagen's classes made to keep what they have read where the rest of a file cannot be."""

import os
import struct
from functools import cache
from typing import Any, BinaryIO, ClassVar, cast

from mutagen.flac import FLAC, Padding, Picture, StreamInfo, VCFLACDict

from shishod.errors import BrokenFile
from shishod.formats.limits import Limits
from shishod.formats.mutagens import FAULTS, raise_disk_fault
from shishod.formats.source import size_of


class Bounded:
    """A file that gives no more at once than it has, nor in all than it may: a lie about a length costs nothing."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self._file = file
        self._end = size_of(file)
        self._left = self._most = limits.member_bytes

    def read(self, size: int = -1) -> bytes:
        rest = max(self._end - self._file.tell(), 0)
        wanted = rest if size < 0 else min(size, rest)
        self._left -= wanted
        if self._left < 0:
            raise BrokenFile("limit", f"its tags are larger than {self._most} bytes (formats.max_member)")
        return self._file.read(wanted)

    def seek(self, place: int, whence: int = 0) -> int:
        return self._file.seek(place, whence)

    def tell(self) -> int:
        return self._file.tell()


def bounded(file: BinaryIO, limits: Limits) -> BinaryIO:
    """The file from its beginning, within the limits for tags."""
    file.seek(0)
    return cast(BinaryIO, Bounded(file, limits))


class Lenient:
    """For a class of mutagen's that is a list of comments: those before the fault are kept, and `fault` tells it."""

    fault = ""

    def load(self, *asked: Any, **how: Any) -> None:
        try:
            super().load(*asked, **how)  # type: ignore[misc]
        except FAULTS as error:
            raise_disk_fault(error)
            self.fault = str(error) or type(error).__name__


@cache
def lenient(comments: type) -> Any:
    """A class of mutagen's made so."""
    return type(f"Lenient{comments.__name__}", (Lenient, comments), {})


class _Stream(StreamInfo):
    """Of a FLAC file that may say nothing sensible of its sound."""

    def load(self, block: Any) -> None:
        self.sample_rate = self.channels = self.total_samples = 0
        self.length = 0.0
        try:
            super().load(block)  # type: ignore[no-untyped-call]
        except FAULTS as error:
            raise_disk_fault(error)


class _Picture(Picture):
    """Of a FLAC file: stepped over, so that only its place and its length are known."""

    size = start = 0

    def load(self, block: Any) -> None:
        self.type, length = struct.unpack(">2I", block.read(8))
        self.mime = block.read(length).decode("utf-8", "replace")
        described = struct.unpack(">I", block.read(4))[0]
        block.seek(described, os.SEEK_CUR)
        length = struct.unpack(">5I", block.read(20))[-1]
        start, end = block.tell(), block.seek(0, os.SEEK_END)
        if length > end - start:
            raise ValueError(f"a picture of {length} bytes does not fit into the file")
        self.start, self.size = start, length
        block.seek(start + length)


class Flac(FLAC):
    """The blocks of a FLAC file up to the first that cannot be read; `fault` tells of that."""

    METADATA_BLOCKS: ClassVar = [_Stream, Padding, None, None, lenient(VCFLACDict), None, _Picture]  # type: ignore[misc]
    fault = ""

    def __init__(self, file: BinaryIO) -> None:
        try:
            self.load(file)
        except FAULTS as error:
            raise_disk_fault(error)
            self.fault = str(error) or type(error).__name__
        self.fault = self.fault or getattr(self.tags, "fault", "")

"""A Palm database: records one behind the other, found by the table at its beginning."""

import os
import struct
from typing import BinaryIO

from shishod.errors import BrokenFile
from shishod.formats.source import size_of

_HEAD = struct.Struct(">31sx28x8s8xH")
_NAME_BYTES = 31
_ROW = struct.Struct(">II")
_STRANGERS = {
    b"\xeaDRMION\xee": ("drm", "it is Amazon's KFX and locked: nothing can be read of it without its key"),
    b"CONT": ("unsupported", "it is Amazon's KFX, which we do not read"),
    b"TPZ": ("unsupported", "it is Amazon's Topaz, which we do not read"),
}  # what else is sold as .azw and .prc


class PalmDatabase:
    """The records of one open file; nothing is believed of the table but where in the file a record may lie.

    Raises BrokenFile when the file is no Palm database.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._descriptor = file.fileno()
        self._size = size_of(file)
        head = os.pread(self._descriptor, _HEAD.size, 0)
        for mark, (reason, text) in _STRANGERS.items():
            if head.startswith(mark):
                raise BrokenFile(reason, f"{text}; the file is left as it is")
        if len(head) < _HEAD.size:
            raise BrokenFile("truncated", "the file ends before its first header does: it was cut short")
        name, self.kind, count = _HEAD.unpack(head)
        self.name: bytes = name.partition(b"\0")[0]
        table = os.pread(self._descriptor, count * _ROW.size, _HEAD.size)
        starts = [start for start, _ in _ROW.iter_unpack(table[: len(table) // _ROW.size * _ROW.size])]
        self.cut = len(starts) < count or any(start > self._size for start in starts)
        self._starts = [*starts, self._size]

    @property
    def whole_name(self) -> bytes:
        """Its name; b"" where it fills its field to the brim, so that it may have been longer."""
        return self.name if len(self.name) < _NAME_BYTES else b""

    def _place(self, number: int) -> tuple[int, int]:
        """Where the table has a record begin and end; at the file's end where the next would begin before it."""
        if not 0 <= number < len(self._starts) - 1:
            return 0, 0
        start, end = self._starts[number], self._starts[number + 1]
        return start, end if end >= start else self._size

    def length(self, number: int) -> int:
        """The bytes of a record; 0 for one that is not there as a whole."""
        start, end = self._place(number)
        return end - start if start < end <= self._size else 0

    def record(self, number: int, most: int) -> bytes:
        """The first bytes of a record, `most` of them at most, as far as they are in the file."""
        start, end = self._place(number)
        return os.pread(self._descriptor, min(end - start, most), start) if start < end else b""

"""Whether a film ends before its container says that it does: what was cut short plays, and then stops."""

import struct
from itertools import islice
from typing import BinaryIO

from shishod.formats.boxes import atoms
from shishod.formats.source import size_of

_SEGMENT = b"\x18\x53\x80\x67"
_HEAD_BYTES = 4096
_MOST_ATOMS = 500
_CUT = "the file ends before its container says that it does: it was cut short, or is still being copied"


def faults_of(container: str, file: BinaryIO) -> list[str]:
    """What is wrong with the file as a whole, by the name of its reader."""
    end = size_of(file)
    file.seek(0)
    said = _ENDS[container](file, end) if container in _ENDS else None
    return [_CUT] if said is not None and said > end else []


def _matroska(file: BinaryIO, _end: int) -> int | None:
    """By the size of its one segment; None where that is left open, as in what is streamed. Source: RFC 8794."""
    head = file.read(_HEAD_BYTES)
    at = head.find(_SEGMENT)
    size, start = _number(head, at + len(_SEGMENT)) if at >= 0 else (None, 0)
    return None if size is None else start + size


def _number(head: bytes, at: int) -> tuple[int | None, int]:
    """A size of one to eight bytes and where it ends; None where all its bits are set, or it is none."""
    first = head[at] if at < len(head) else 0
    length = 9 - first.bit_length()
    if length > 8 or at + length > len(head):
        return None, at
    bits = 7 * length
    value = int.from_bytes(head[at : at + length], "big") & ((1 << bits) - 1)
    return (None if value == (1 << bits) - 1 else value), at + length


def _riff(file: BinaryIO, _end: int) -> int | None:
    """By the size of its first list: later ones (OpenDML) are beyond. 0 is said by what was never closed."""
    head = file.read(8)
    size = struct.unpack_from("<I", head, 4)[0] if len(head) == 8 else 0
    return size + 8 if size else None


def _atoms(file: BinaryIO, end: int) -> int | None:
    """By its last atom; None where there are so many that each would have to be sought on the disk."""
    tops = list(islice(atoms(file, 0, end), _MOST_ATOMS))
    return tops[-1].start + tops[-1].length if 0 < len(tops) < _MOST_ATOMS else None


_ENDS = {"matroska": _matroska, "avi": _riff, "quicktime": _atoms}

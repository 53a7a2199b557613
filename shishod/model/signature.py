"""FolderSignature: the fingerprint of one folder's own entries, exact and cheap to compare."""

import os
import struct
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache, cached_property
from operator import attrgetter
from typing import NamedTuple

_HEAD = struct.Struct("<I")
_ROW = struct.Struct("<qqqQ")  # size, mtime_ns, ctime_ns, inode
_HEAD_BYTES, _ROW_BYTES = _HEAD.size, _ROW.size
_ONE_END = _HEAD_BYTES + _ROW_BYTES
_EMPTY = _HEAD.pack(0)
Halves = tuple[bytes, list[bytes]]
rows_in = _HEAD.unpack_from  # (count,) of a string that is not empty, for those who ask it of every folder
_ONE = struct.Struct("<IqqqQ")
_MANY = 256  # rows: the forms of fewer are made once
numbers_of: Callable[[os.stat_result], tuple[int, int, int, int]] = attrgetter(
    "st_size", "st_mtime_ns", "st_ctime_ns", "st_ino"
)


class Entry(NamedTuple):
    """One kept file of a folder, by name; a folder's files share its device."""

    name: bytes
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


def pack(entries: Collection[tuple[bytes, int, int, int, int]]) -> bytes:
    """The entries in one byte string, ordered by name; equal strings mean that nothing in the folder changed."""
    if not entries:
        return _EMPTY
    if len(entries) == 1:
        (one,) = entries
        return _ONE.pack(1, one[1], one[2], one[3], one[4]) + one[0]
    ordered = sorted(entries)
    flat = [number for entry in ordered for number in entry[1:]]
    return _HEAD.pack(len(ordered)) + _form(len(ordered)).pack(*flat) + b"\0".join([entry[0] for entry in ordered])


def _form(rows: int) -> struct.Struct:
    return _few(rows) if rows < _MANY else struct.Struct("<" + "qqqQ" * rows)


@cache
def _few(rows: int) -> struct.Struct:
    return struct.Struct("<" + "qqqQ" * rows)


def halves(packed: bytes) -> Halves:
    """The numbers of all entries as they are kept, and the names, of a string that is not empty."""
    (rows,) = rows_in(packed)
    end = _HEAD_BYTES + rows * _ROW_BYTES
    return packed[_HEAD_BYTES:end], packed[end:].split(b"\0") if rows else []


def are_numbers(kept: bytes, flat: Sequence[int]) -> bool:
    """Whether these are the size, mtime_ns, ctime_ns and inode of every entry, one entry after another in their order.

    `kept` is the first of the halves, of one folder or of several in a row: it is asked of many files at once, which is
    faster than to ask of each.
    """
    try:
        return kept == _form(len(flat) // 4).pack(*flat)
    except struct.error:  # a time beyond 64 bits is kept as another
        return False


def count(packed: bytes) -> int:
    """How many entries a packed string holds."""
    return int(_HEAD.unpack_from(packed)[0]) if packed else 0


def names_of(packed: bytes) -> list[bytes]:
    """The names alone, in the order of the entries."""
    (rows,) = rows_in(packed) if packed else (0,)
    return packed[_HEAD_BYTES + rows * _ROW_BYTES :].split(b"\0") if rows else []


def numbers(packed: bytes) -> Iterable[tuple[bytes, tuple[int, ...]]]:
    """The name of each entry with its size, mtime_ns, ctime_ns and inode."""
    (rows,) = rows_in(packed)
    if not rows:
        return ()
    end = _HEAD_BYTES + rows * _ROW_BYTES
    return zip(packed[end:].split(b"\0"), _ROW.iter_unpack(packed[_HEAD.size : end]), strict=True)


def unpacked(packed: bytes) -> Iterable[tuple[bytes, int, int, int, int]]:
    """The entries that `pack` was given, as bare tuples. Raises struct.error on a string that it did not write."""
    rows = count(packed)
    if rows == 1:
        return ((packed[_ONE_END:], *_ROW.unpack_from(packed, _HEAD.size)),)
    if not rows:
        return ()
    end = _HEAD_BYTES + rows * _ROW_BYTES
    sized = _ROW.iter_unpack(packed[_HEAD.size : end])
    return [(name, *row) for name, row in zip(packed[end:].split(b"\0"), sized, strict=True)]


def unpack(packed: bytes) -> list[Entry]:
    """The same by their names."""
    return [Entry(*row) for row in unpacked(packed)]


class KnownFolder(NamedTuple):
    """One folder as it was when its last ticket was finished.

    `mtime_ns` is 0 when the folder changed too close to the look for its time to be trusted; `packed` holds its kept
    files, so that a quick look can stat them without listing.
    """

    path: bytes
    mtime_ns: int
    device: int
    packed: bytes


class Remembered(dict[bytes, KnownFolder]):
    """Every folder that is remembered of a root or of a part of it, by path; not changed once it is made.

    What lies in which is asked by every walk, so that it is found out once.
    """

    @cached_property
    def children(self) -> dict[bytes, list[bytes]]:
        """The paths of the folders in each folder, the last name first.

        A folder that is not remembered leads to what is remembered below it: two walks met, and one forgot what the
        other found.
        """
        found: dict[bytes, list[bytes]] = {}
        for path in sorted(self, reverse=True):
            if path:
                found.setdefault(path.rpartition(b"/")[0], []).append(path)
        for forgotten in [one for one in found if one not in self]:
            folder = forgotten
            while folder:
                below, folder = folder, folder.rpartition(b"/")[0]
                beside = found.setdefault(folder, [])
                if below in beside:
                    break
                beside.append(below)
                beside.sort(reverse=True)
        return found

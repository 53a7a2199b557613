"""A zip read with suspicion: bounded, tolerant of names written otherwise, and never leaving itself.

Its own index instead of zipfile's: three times as fast to open, and it counts entries before it makes objects of them.
"""

import bz2
import lzma
import os
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from typing import Any, BinaryIO, NamedTuple, Protocol

from shishod.errors import BrokenFile
from shishod.formats.limits import MIB, Limits
from shishod.formats.pictures import gone
from shishod.formats.source import opened, size_of

_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s4xHH4x3L3H4xLL")  # without what nobody asks for
_LOCAL = struct.Struct("<4s5H3L2H")
_MARK = b"PK\1\2"
_TAIL_BYTES = 8_192  # holds the whole index of most books
_FURTHEST = _END.size + 0xFFFF  # how far from the end a comment can push the end record
_MEAN_ENTRY_BYTES = 256  # generous: name, extra and comment of one entry
_STORED = 0
_ZIP64 = 1  # the number of that field


class _Inflater(Protocol):
    @property
    def eof(self) -> bool: ...

    def decompress(self, packed: bytes, most: int, /) -> bytes: ...


_INFLATERS: dict[int, Callable[[], _Inflater]] = {  # by the method's number in the format
    8: lambda: zlib.decompressobj(-zlib.MAX_WBITS),
    12: bz2.BZ2Decompressor,
    95: lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=128 * MIB),
}


class Entry(NamedTuple):
    """A member as the index at the archive's end states it."""

    name: str
    flags: int
    method: int
    crc: int
    stored: int
    size: int
    offset: int
    attributes: int

    @property
    def locked(self) -> bool:
        """Whether a password is needed to read it."""
        return bool(self.flags & 0x1)

    @property
    def plain(self) -> bool:
        """Whether it is a file: no folder, and none of Unix's links and devices."""
        return not self.name.endswith("/") and stat.S_IFMT(self.attributes >> 16) in (0, stat.S_IFREG)


_entry: Callable[[Any], Entry] = partial(tuple.__new__, Entry)  # as _make does, without a Python call


class Archive:
    """The members of one open zip file. `comment` is what stands at its end, `notes` gathers what was odd on the way.

    Raises BrokenFile when the file is no archive, has lost its index, or has more entries than the limits allow.
    """

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self.limits = limits
        self.notes: list[str] = []
        self._descriptor = file.fileno()
        self._index, self.comment = _index(file, limits)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __contains__(self, name: str) -> bool:
        return self._index.may_hold(name) and (self._index.alone(name) is not None or name in self._entries)

    def find(self, name: str) -> Entry | None:
        """The member of that name, or of the same name in another case, normal form or with backslashes."""
        return self._index.alone(name) or self._entries.get(name) or self._loosely.get(_loose(name))

    def first_ending(self, ending: str) -> str | None:
        """The first member whose name ends so, case aside."""
        return next((name for name in self._entries if name.lower().endswith(ending)), None)

    def read(self, name: str, most: int | None = None, cut: bool = False) -> bytes:
        """All bytes of a member, or with `cut` the first `most` of them.

        Raises KeyError when there is no such member, BrokenFile when it cannot be read or is too large.
        """
        entry = self.find(name)
        if entry is None:
            raise KeyError(name)
        if entry.locked:
            raise BrokenFile("encrypted", f"{name} in the archive is locked with a password; the file is left as it is")
        most = min(most or self.limits.member_bytes, self.limits.member_bytes)
        if entry.size > most and not cut:
            raise _too_large(name, most)
        content, ended = self._content(entry, most)
        if len(content) > MIB + entry.stored * self.limits.ratio or (len(content) > most and not cut):
            raise _too_large(name, most)
        if not cut and (not ended or zlib.crc32(content) != entry.crc):
            raise _damaged(name)
        return content[:most]

    def try_read(self, name: str, most: int | None = None) -> bytes | None:
        """The bytes of a member that we can do without; None, and a note where it was there, when it cannot be read."""
        try:
            return self.read(name, most)
        except KeyError:
            return None
        except BrokenFile as error:
            self.notes.append(error.text)
            return None

    def _content(self, entry: Entry, most: int) -> tuple[bytes, bool]:
        """At most one byte more than `most`, and whether that was all."""
        head = os.pread(self._descriptor, _LOCAL.size, entry.offset) if entry.offset >= 0 else b""
        if len(head) < _LOCAL.size or not head.startswith(b"PK\3\4"):
            raise _damaged(entry.name)
        name_length, extra_length = _LOCAL.unpack(head)[-2:]
        start = entry.offset + _LOCAL.size + name_length + extra_length
        stored = os.pread(self._descriptor, min(entry.stored, most + MIB), start)
        if entry.method == _STORED:
            return stored[: most + 1], len(stored) == entry.stored
        if entry.method not in _INFLATERS:
            raise BrokenFile("compression", f"{entry.name} in the archive is compressed in a way that we do not read")
        inflater = _INFLATERS[entry.method]()
        try:
            return inflater.decompress(stored, most + 1), inflater.eof
        except (zlib.error, lzma.LZMAError, OSError, EOFError) as error:  # bz2 has no error of its own
            raise _damaged(entry.name) from error

    @cached_property
    def _entries(self) -> dict[str, Entry]:
        return self._index.entries()

    @cached_property
    def _loosely(self) -> dict[str, Entry]:
        return {_loose(name): entry for name, entry in reversed(self._entries.items())}


def picture_in(path: bytes, name: str, limits: Limits) -> bytes:
    """A picture out of a zip by its name. Raises BrokenFile where it is not there, is locked, damaged or too large."""
    with opened(path) as file:
        try:
            return Archive(file, limits).read(name, limits.cover_bytes)
        except KeyError as error:
            raise gone(name) from error


def _loose(name: str) -> str:
    return unicodedata.normalize("NFC", name.replace("\\", "/").lstrip("./")).casefold()


def _too_large(name: str, most: int) -> BrokenFile:
    return BrokenFile("limit", f"{name} in the archive inflates beyond {most} bytes; it was not read to its end")


def _damaged(name: str) -> BrokenFile:
    return BrokenFile("broken-archive", f"{name} in the archive is damaged: its bytes are not those that were packed")


class _Index:
    """The table at an archive's end. Whoever wants a member or two of many does not have all of it taken apart.

    `shift` is what was put in front of the archive after it was made.
    """

    def __init__(self, table: bytes, shift: int, limits: Limits) -> None:
        self._table = table
        self._shift = shift
        self._limits = limits
        if table.count(_MARK) > limits.entries:
            self.entries()  # which says so, if they are so many

    def may_hold(self, name: str) -> bool:
        """False where nothing is called so, exactly."""
        return not name.isascii() or name.encode() in self._table

    def alone(self, name: str) -> Entry | None:
        """The member of that name, where these letters stand in the table but once; None says nothing."""
        wanted = name.encode()
        at = self._table.find(wanted) - _ENTRY.size if name and name.isascii() else -1
        if at < 0 or self._table.find(wanted, at + _ENTRY.size + 1) >= 0:
            return None
        mark, flags, method, crc, stored, size, length, _, _, attributes, offset = _ENTRY.unpack_from(self._table, at)
        if mark != _MARK or length != len(wanted) or 0xFFFFFFFF in (stored, size, offset):
            return None
        return _entry((name, flags, method, crc, stored, size, offset + self._shift, attributes))

    def entries(self) -> dict[str, Entry]:
        """All of them by name. Raises BrokenFile where there are more than the limits allow."""
        table, entries = self._table, dict[str, Entry]()
        at, end, width = 0, len(table), _ENTRY.size
        while at + width <= end:
            fields = _ENTRY.unpack_from(table, at)
            mark, flags, method, crc, stored, size, name, extra, comment, attributes, offset = fields
            if mark != _MARK:
                break
            at += width
            if 0xFFFFFFFF in (stored, size, offset):
                size, stored, offset = _large((size, stored, offset), table[at + name : at + name + extra])
            text = _text(table[at : at + name])
            entries[text] = _entry((text, flags, method, crc, stored, size, offset + self._shift, attributes))
            at += name + extra + comment
            if len(entries) > self._limits.entries:
                raise _too_many(self._limits)
        return entries


class _Whole(_Index):
    """An index that somebody else has read."""

    def __init__(self, entries: dict[str, Entry]) -> None:
        self._all = entries

    def may_hold(self, name: str) -> bool:
        return name in self._all

    def alone(self, name: str) -> Entry | None:
        return self._all.get(name)

    def entries(self) -> dict[str, Entry]:
        return self._all


def _index(file: BinaryIO, limits: Limits) -> tuple[_Index, bytes]:
    size = size_of(file)
    for reach in (_TAIL_BYTES, _FURTHEST):
        start = max(0, size - reach)
        tail = os.pread(file.fileno(), size - start, start)
        at = tail.rfind(b"PK\5\6")
        while at >= 0:
            if (found := _index_before(file, tail, start, at, limits)) is not None:
                return found, tail[at + _END.size :]
            at = tail.rfind(b"PK\5\6", 0, at)
    raise _unreadable(file)


def _index_before(file: BinaryIO, tail: bytes, start: int, at: int, limits: Limits) -> _Index | None:
    """The index that ends where an end record claims to stand; None when it is a chance likeness of one."""
    if at + _END.size > len(tail):
        return None
    count, length, offset = _END.unpack_from(tail, at)[4:7]
    if count == 0xFFFF or 0xFFFFFFFF in (length, offset):
        whole = _large_index(file)
        return None if whole is None else _Whole(whole)
    first = start + at - length
    if first < 0:
        return None
    if length > limits.entries * _MEAN_ENTRY_BYTES:
        raise _too_many(limits)
    table = tail[at - length : at] if length <= at else os.pread(file.fileno(), length, first)
    if length and not table.startswith(_MARK):
        return None
    return _Index(table, first - offset, limits)


def _large(said: tuple[int, int, int], extra: bytes) -> tuple[int, int, int]:
    """Size, stored size and place of an entry that has those beyond 32 bits behind its name. Source: APPNOTE 4.5.3."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == _ZIP64:
            count = min(length, len(extra) - at - 4) // 8
            longer = iter(struct.unpack_from(f"<{count}Q", extra, at + 4))
            size, stored, place = (next(longer, one) if one == 0xFFFFFFFF else one for one in said)
            return size, stored, place
        at += 4 + length
    return said


def _text(name: bytes) -> str:
    """UTF-8 where it is that, whatever the flag says; else the code page that zip was born with."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("cp437")


def _large_index(file: BinaryIO) -> dict[str, Entry] | None:
    """A zip64 archive, by the standard library."""
    try:
        with zipfile.ZipFile(file) as archive:
            return {
                one.filename: Entry(
                    one.filename, one.flag_bits, one.compress_type, one.CRC, one.compress_size, one.file_size,
                    one.header_offset, one.external_attr,
                )
                for one in archive.filelist
            }  # fmt: skip
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, EOFError):
        return None


def _too_many(limits: Limits) -> BrokenFile:
    return BrokenFile("limit", f"the archive has more than {limits.entries} entries (formats.max_entries)")


def _unreadable(file: BinaryIO) -> BrokenFile:
    head = os.pread(file.fileno(), 512, 0)
    if head.startswith(b"PK\3\4"):
        return BrokenFile(
            "truncated", "the archive has lost the index at its end: it was cut short, or is still copied"
        )
    kind = "a PDF" if head.startswith(b"%PDF") else "a web page" if b"<html" in head.lower() else "something else"
    return BrokenFile("not-a-zip", f"the file is named as a zip archive but is {kind}; nothing was read from it")

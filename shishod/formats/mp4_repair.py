"""An MP4 whose atoms lie about their sizes, made readable: the movie atom alone, every child clipped to its parent."""

import os
import struct
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from shishod.formats.limits import Limits
from shishod.formats.source import size_of

_HEADER = struct.Struct(">I4s")
_HOLDERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta", b"meta", b"ilst"})
_DEEPEST = 8  # moov/trak/mdia/minf/stbl and ilst's own are the deepest that mean anything
_NERO_HEAD = 9  # version, flags, reserved, then one byte for the count


def repaired(file: BinaryIO, limits: Limits) -> BytesIO | None:
    """A file of `ftyp` and the mended `moov` only; None when there is no movie atom."""
    found: dict[bytes, bytes] = {}
    for name, start, length in top_atoms(file):
        if name in (b"ftyp", b"moov") and name not in found:
            file.seek(start)
            found[name] = file.read(min(length, limits.member_bytes))
    if b"moov" not in found:
        return None
    return BytesIO(_atom(b"ftyp", found.get(b"ftyp", b"M4A \0\0\0\0")) + _mended(b"moov", found[b"moov"], 0))


def top_atoms(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """(name, where the body starts, how long it says it is) of each top atom, as far as they lead."""
    end, at = size_of(file), 0
    while at + _HEADER.size <= end:
        file.seek(at, os.SEEK_SET)
        head = file.read(16)
        size, name = _HEADER.unpack_from(head)
        skip = _HEADER.size
        if size == 1 and len(head) == 16:
            size, skip = struct.unpack_from(">Q", head, 8)[0], 16
        elif size == 0:
            size = end - at
        if size < skip:
            return
        yield name, at + skip, size - skip
        at += size


def ends_early(file: BinaryIO) -> bool:
    """Whether an atom reaches beyond the end of the file, as in a copy that was cut short."""
    end = size_of(file)
    return any(start + length > end for _, start, length in top_atoms(file))


def _mended(name: bytes, body: bytes, depth: int) -> bytes:
    if name == b"chpl":
        return _atom(name, _sound_chapters(body))
    if name not in _HOLDERS:
        return _atom(name, body)
    if depth >= _DEEPEST:
        return b""
    at = 4 if name == b"meta" else 0
    parts, said = [body[:at]], b""
    while at + _HEADER.size <= len(body):
        size, child = _HEADER.unpack_from(body, at)
        if size < _HEADER.size:
            size = _HEADER.size if size else len(body) - at
        mended = _mended(child, body[at + _HEADER.size : at + size], depth + 1)
        if child == b"udta":
            said += mended[_HEADER.size :]  # several become one, for readers look into the first only
        else:
            parts.append(mended)
        at += size
    return _atom(name, b"".join(parts) + (_atom(b"udta", said) if said else b""))


def _sound_chapters(body: bytes) -> bytes:
    """Nero's list with the count that fits and titles that are UTF-8."""
    if len(body) < _NERO_HEAD:
        return bytes(_NERO_HEAD)
    at, count, entries = _NERO_HEAD, 0, b""
    while count < body[8] and at + 9 <= len(body):
        title = _as_utf8(body[at + 9 : at + 9 + body[at + 8]])
        entries += body[at : at + 8] + bytes([len(title)]) + title
        at += 9 + body[at + 8]
        count += 1
    return body[:8] + bytes([count]) + entries


def _as_utf8(title: bytes) -> bytes:
    try:
        title.decode()
    except UnicodeDecodeError:
        return title.decode("latin-1").encode()[:255].decode("utf-8", "ignore").encode()
    return title


def _atom(name: bytes, body: bytes) -> bytes:
    return _HEADER.pack(len(body) + _HEADER.size, name) + body

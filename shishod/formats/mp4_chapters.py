"""Chapters of an MP4 as QuickTime keeps them: a track of texts, each of which is shown for as long as its chapter."""

import struct
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from shishod.formats.boxes import Atom, atoms, below
from shishod.formats.limits import Limits
from shishod.formats.source import size_of

_MOST_TRACKS = 100
_LONGEST_TITLE = 2_000  # bytes
_TEXTS = frozenset({b"text", b"sbtl"})
_TABLE = (b"mdia", b"minf", b"stbl")


def text_track(file: BinaryIO, limits: Limits) -> list[tuple[str, int, int]]:
    """(title, start, end) in milliseconds; empty where no track of texts is named as that of the chapters.

    Sources: ISO 14496-12 for the tables of samples, Apple's QuickTime File Format for `chap` and for texts.
    """
    movie = next((one for one in islice(atoms(file, 0, size_of(file)), 500) if one.name == b"moov"), None)
    tracks = list(islice(below(file, movie, (b"trak",)), _MOST_TRACKS)) if movie else []
    wanted = {number for one in tracks for number in _numbers(file, one, (b"tref", b"chap"), 0)}
    for track in tracks if wanted else ():
        number = _track_number(file, track)
        if number in wanted and _first(file, track, (b"mdia", b"hdlr"), 12)[8:12] in _TEXTS:
            return list(_marks(file, track, limits))
    return []


def _marks(file: BinaryIO, track: Atom, limits: Limits) -> Iterator[tuple[str, int, int]]:
    scale = _scale(file, track)
    lasting = _lasting(_numbers(file, track, (*_TABLE, b"stts"), 8, 2 * limits.chapters))
    at = 0
    for (place, size), units in zip(_samples(file, track, limits), lasting, strict=False):
        file.seek(place)
        title = _text(file.read(min(size, _LONGEST_TITLE)))
        yield title, at * 1000 // scale, (at + units) * 1000 // scale
        at += units


def _samples(file: BinaryIO, track: Atom, limits: Limits) -> Iterator[tuple[int, int]]:
    """Place and length of each, by the chunks that they lie in."""
    head = _first(file, track, (*_TABLE, b"stsz"), 12)
    same = struct.unpack_from(">I", head, 4)[0] if len(head) == 12 else 0
    sizes = iter(_numbers(file, track, (*_TABLE, b"stsz"), 12, limits.chapters))
    runs = _numbers(file, track, (*_TABLE, b"stsc"), 8, 3 * limits.chapters)
    chunks = _numbers(file, track, (*_TABLE, b"stco"), 8, limits.chapters)
    chunks = chunks or _numbers(file, track, (*_TABLE, b"co64"), 8, limits.chapters)
    counts = {first: count for first, count, _ in zip(runs[::3], runs[1::3], runs[2::3], strict=False)}
    count, left = 0, limits.chapters
    for number, place in enumerate(chunks, 1):
        count = counts.get(number, count)
        for _ in range(min(count, left)):
            size = same or next(sizes, 0)
            yield place, size
            place += size  # noqa: PLW2901 - the next one lies behind it
        left -= min(count, left)


def _lasting(pairs: tuple[int, ...]) -> Iterator[int]:
    """How long each sample lasts, of pairs of a count and a length."""
    for count, units in zip(pairs[::2], pairs[1::2], strict=False):
        yield from (units for _ in range(count))


def _text(sample: bytes) -> str:
    """Its length, and letters in UTF-8, or in UTF-16 where a mark says so."""
    length = int.from_bytes(sample[:2], "big")
    said = sample[2 : 2 + length]
    if said.startswith((b"\xfe\xff", b"\xff\xfe")):
        return said.decode("utf-16", "replace")
    return said.decode("utf-8", "replace")


def _scale(file: BinaryIO, track: Atom) -> int:
    """Units a second of a track's own clock."""
    head = _first(file, track, (b"mdia", b"mdhd"), 24)
    at = 20 if head[:1] == b"\1" else 12
    return struct.unpack_from(">I", head, at)[0] or 1000 if len(head) >= at + 4 else 1000


def _track_number(file: BinaryIO, track: Atom) -> int:
    head = _first(file, track, (b"tkhd",), 24)
    at = 20 if head[:1] == b"\1" else 12
    return int(struct.unpack_from(">I", head, at)[0]) if len(head) >= at + 4 else 0


def _first(file: BinaryIO, track: Atom, names: tuple[bytes, ...], most: int) -> bytes:
    """The beginning of the first atom of that path, b"" where there is none."""
    for one in below(file, track, names):
        file.seek(one.start)
        return file.read(min(one.length, most))
    return b""


def _numbers(file: BinaryIO, track: Atom, path: tuple[bytes, ...], skip: int, most: int = 1000) -> tuple[int, ...]:
    """The numbers of a table behind so many bytes, at most so many of them; those of co64 are longer than others."""
    kind = "Q" if path[-1] == b"co64" else "I"
    width = struct.calcsize(kind)
    body = _first(file, track, path, skip + most * width)[skip:]
    return struct.unpack(f">{len(body) // width}{kind}", body[: len(body) // width * width])

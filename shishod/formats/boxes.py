"""Atoms of ISO media by their headers alone, and which kinds of tracks a file has."""

import os
import re
import struct
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import BinaryIO, NamedTuple

TOPS = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"})
_HEADER = struct.Struct(">I4s")
_SOUND_BRANDS = frozenset({b"M4A ", b"M4B ", b"M4P ", b"aax "})
_MOST_TOPS, _MOST_TRACKS = 500, 100
_KIND = re.compile(rb"hdlr.{8}(vide|soun)", re.DOTALL)


class Atom(NamedTuple):
    """Where its body starts, and how long it says that it is."""

    name: bytes
    start: int
    length: int


def atoms(file: BinaryIO, at: int, end: int) -> Iterator[Atom]:
    """The atoms between two places, one after the other, as far as they lead. Source: ISO 14496-12."""
    while at + _HEADER.size <= end:
        file.seek(at, os.SEEK_SET)
        head = file.read(16)
        if len(head) < _HEADER.size:
            return
        size, name = _HEADER.unpack_from(head)
        skip = _HEADER.size
        if size == 1 and len(head) == 16:
            size, skip = struct.unpack_from(">Q", head, 8)[0], 16
        elif size == 0:
            size = end - at
        if size < skip:
            return
        yield Atom(name, at + skip, size - skip)
        at += size


def below(file: BinaryIO, parent: Atom, names: Sequence[bytes]) -> Iterator[Atom]:
    """The atoms that a path of names leads to from one atom."""
    for one in islice(atoms(file, parent.start, parent.start + parent.length), 1000):
        if one.name == names[0]:
            if len(names) == 1:
                yield one
            else:
                yield from below(file, one, names[1:])


def covers_in(file: BinaryIO, end: int) -> list[Atom]:
    """Where each picture of the cover atom lies, in its order."""
    movie = next((one for one in islice(atoms(file, 0, end), _MOST_TOPS) if one.name == b"moov"), None)
    metas = list(islice(below(file, movie, (b"udta", b"meta")), 1)) if movie else []
    inner = [Atom(one.name, one.start + 4, one.length - 4) for one in metas]  # a version and flags stand in front
    found = [one for meta in inner for one in islice(below(file, meta, (b"ilst", b"covr", b"data")), _MOST_TRACKS)]
    return [Atom(one.name, one.start + 8, one.length - 8) for one in found]  # its kind and a locale do


def tracks_of(file: BinaryIO, end: int) -> bytes:
    """The handler atoms of a film's tracks as they stand there, wherever in the file they are."""
    found = b""
    movie = next((one for one in islice(atoms(file, 0, end), _MOST_TOPS) if one.name == b"moov"), None)
    for one in islice(below(file, movie, (b"trak", b"mdia", b"hdlr")), _MOST_TRACKS) if movie else ():
        file.seek(one.start)
        found += b"hdlr" + file.read(12)
    return found


def is_sound(head: bytes) -> bool:
    """Whether ISO media is made to be heard: by its brand, else by its tracks as far as they are shown."""
    if head[4:8] not in TOPS:
        return False
    return head[8:12] in _SOUND_BRANDS or set(_KIND.findall(head)) <= {b"soun"}


def is_film(head: bytes) -> bool:
    """Whether ISO media is made to be seen, or does not show what it is made for."""
    if head[4:8] not in TOPS or head[8:12] in _SOUND_BRANDS:
        return False
    return set(_KIND.findall(head)) != {b"soun"}

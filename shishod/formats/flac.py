"""FLAC: its blocks of metadata, and an ID3 tag where a program put one in front of them."""

import os
from collections.abc import Iterator
from typing import Any, BinaryIO

from shishod.errors import BrokenFile
from shishod.formats import id3
from shishod.formats.dialects import ID3, VORBIS
from shishod.formats.limits import Limits
from shishod.formats.pictures import gone
from shishod.formats.source import opened
from shishod.model.book import BookKind
from shishod.model.metadata import Reading

_MARK = b"fLaC"
_BLOCK = "PICTURE"  # and its number: the place of a cover
_DIALECT = VORBIS.then(ID3)


class Flac:
    """Sources: RFC 9639, xiph's Vorbis comments, and what Audiobookshelf and MusicBrainz call the rest."""

    name = "flac"
    version = 3
    suffixes = frozenset({b".flac"})
    kind = BookKind.AUDIOBOOK

    def claims(self, head: bytes) -> bool:
        return id3.behind(head).startswith(_MARK)

    def read(self, path: bytes, limits: Limits) -> Reading:
        with opened(path) as file:
            return _reading(file, limits)


def _reading(file: BinaryIO, limits: Limits) -> Reading:
    from shishod.formats import lenient, vorbis
    from shishod.formats.audio import Tags, front_cover, tagged_track, technical, tidy_chapters

    notes: list[str] = []
    flac: Any = lenient.Flac(lenient.bounded(file, limits))
    if not flac.metadata_blocks:
        raise BrokenFile("no-audio", f"there is no FLAC in it: {flac.fault}")
    if flac.fault:
        notes.append(f"its metadata cannot be read to the end: {flac.fault}")
    file.seek(0)
    texts = vorbis.texts(flac.tags or ()) or id3.texts(id3.load(id3.honest(file, limits, notes), notes))
    sound = technical(next((block for block in flac.metadata_blocks if block.code == 0), None), "flac")
    pictures = (*_pictures(flac), *vorbis.pictures(texts))
    return tagged_track(
        Tags(texts, limits),
        _DIALECT,
        reader="flac",
        format="flac",
        chapters=tidy_chapters(vorbis.chapters(texts), sound.duration_ms, limits),
        cover=front_cover(pictures, limits, notes),
        technical=sound,
        notes=tuple(notes),
    )


def picture(path: bytes, member: str, limits: Limits) -> bytes:
    """A picture block by its number, else one among the comments."""
    from shishod.formats import lenient, vorbis

    with opened(path) as file:
        flac: Any = lenient.Flac(lenient.bounded(file, limits))
        kind, _, number = member.partition(":")
        if kind != _BLOCK:
            return vorbis.picture_of(vorbis.texts(flac.tags or ()), member)
        if not number.isdecimal() or int(number) >= len(flac.pictures):
            raise gone(member)
        block = flac.pictures[int(number)]
        return os.pread(file.fileno(), min(block.size, limits.cover_bytes + 1), block.start)


def _pictures(flac: Any) -> Iterator[Any]:
    from shishod.formats.audio import Picture

    for place, block in enumerate(flac.pictures):
        yield Picture(f"{_BLOCK}:{place}", block.type, block.mime, block.size)

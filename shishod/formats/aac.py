"""AAC in frames of its own (ADTS) or behind one header (ADIF), with the tags that MP3 has."""

import struct
from typing import Any, BinaryIO

from shishod.formats import id3
from shishod.formats.dialects import ID3
from shishod.formats.limits import Limits
from shishod.formats.source import opened
from shishod.model.book import BookKind
from shishod.model.metadata import Reading

_ADIF = b"ADIF"
_FIXED = 0xFFFF_FFF0  # the bits of a frame's first four bytes that are the same in every frame
_RATES = 13  # that have a number
_HEAD_BYTES = 7


class Aac:
    """Sources: ISO 13818-7 for the frames; for the tags those of MP3."""

    name = "aac"
    version = 3
    suffixes = frozenset({b".aac"})
    kind = BookKind.AUDIOBOOK

    def claims(self, head: bytes) -> bool:
        rest = id3.behind(head)
        return rest.startswith(_ADIF) or _frames(rest)

    def read(self, path: bytes, limits: Limits) -> Reading:
        from shishod.formats.audio import Tags, technical

        with opened(path) as file:
            notes: list[str] = []
            tags, stream, texts = id3.tagged_stream(file, limits, notes, _stream_at, "AAC")
        sound = technical(stream, "" if stream is None else "aac")
        return id3.told(tags, Tags(texts, limits), ID3, sound, reader="aac", notes=notes)


def _stream_at(file: BinaryIO, _: int | None) -> Any:
    from mutagen.aac import AACInfo

    return AACInfo(file)


def _frames(head: bytes) -> bool:
    """Whether one frame is there and, where the head reaches so far, another right behind it."""
    length = _frame_length(head)
    if not length or len(head) < length + _HEAD_BYTES:
        return length > 0
    return _frame_length(head[length:]) > 0 and _fixed(head) == _fixed(head[length:])


def _frame_length(head: bytes) -> int:
    """The bytes of the frame that begins there, 0 where none does: sync, layer 0, a known rate, a length that holds."""
    if len(head) < _HEAD_BYTES or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or head[2] >> 2 & 0xF >= _RATES:
        return 0
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if length > _HEAD_BYTES else 0


def _fixed(head: bytes) -> int:
    return int(struct.unpack_from(">I", head)[0]) & _FIXED

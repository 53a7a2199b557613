"""MP3: MPEG frames between the tags that audiobook tools agree on."""

import re
from typing import Any, BinaryIO

from shishod.formats import id3
from shishod.formats.dialects import ID3
from shishod.formats.limits import Limits
from shishod.formats.mpeg_plain import plain_stream
from shishod.formats.source import opened
from shishod.model.book import BookKind
from shishod.model.metadata import Reading

_SYNC = re.compile(rb"\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff]")
_OTHERS = re.compile(rb"fLaC|ADIF|\xff[\xf0\xf1\xf8\xf9]")  # what else may stand behind an ID3 tag: FLAC and AAC


class Mp3:
    """Sources: id3.org's 2.2 to 2.4 and its chapter addendum, APEv2, and what Mp3tag and Audiobookshelf write."""

    name = "mp3"
    version = 4
    suffixes = frozenset({b".mp3"})
    kind = BookKind.AUDIOBOOK

    def claims(self, head: bytes) -> bool:
        rest = id3.behind(head)
        return _SYNC.match(rest) is not None or (head.startswith(b"ID3") and not _OTHERS.match(rest))

    def read(self, path: bytes, limits: Limits) -> Reading:
        from shishod.formats.audio import Tags, technical

        with opened(path) as file:
            notes: list[str] = []
            tags, stream, texts = id3.tagged_stream(file, limits, notes, _stream_at, "MPEG")
        sound = technical(stream, _codec(stream))
        return id3.told(tags, Tags(texts, limits), ID3, sound, reader="mp3", notes=notes)


def _stream_at(file: BinaryIO, start: int | None) -> Any:
    if start is not None and (plain := plain_stream(file, start)) is not None:
        return plain
    from mutagen.mp3 import MPEGInfo

    return MPEGInfo(file, start)


def _codec(stream: Any) -> str:
    return "" if stream is None else "mp3" if stream.layer == 3 else f"mp{stream.layer}"

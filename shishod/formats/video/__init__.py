"""Films and episodes in six kinds of container, and sound in Matroska: told by content, and asked of ffprobe."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from shishod.formats import boxes
from shishod.formats.extras import FFPROBE, GUESSIT, Extra, edition
from shishod.formats.limits import Limits
from shishod.model.book import BookKind
from shishod.model.metadata import Reading
from shishod.paths import base, suffix

EBML = b"\x1a\x45\xdf\xa3"
ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_PICTURES = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")  # the type of a stream that is to be seen
_PICTURE_CODEC = re.compile(rb"V_(?:MPEG|VP\d|AV1|MS|THEORA|UNCOMPRESSED|QUICKTIME|REAL|PRORES|FFV1|MJPEG)")
_PACK = b"\0\0\1\xba"  # how a program stream of MPEG begins
_PACKETS = ((0, 188), (4, 192))  # of a transport stream: where the first mark is, and how far to the next
_REVISION = 2


@dataclass(frozen=True, slots=True)
class Video:
    """A reader of one kind of container, whose `demuxer` is ffprobe's name for it.

    Sources: Matroska's and the Library of Congress's pages on the containers, FFmpeg's metadata names for the tags.
    """

    name: str
    suffixes: frozenset[bytes]
    demuxer: str
    claims: Callable[[bytes], bool]
    kind: BookKind = BookKind.MOVIE

    @property
    def version(self) -> int:
        return edition(_REVISION, FFPROBE, *self._named_by)

    @property
    def _named_by(self) -> tuple[Extra, ...]:
        """What is asked about the names of films and episodes, and of nothing that is only to be heard."""
        return (GUESSIT,) if self.kind is BookKind.MOVIE else ()

    def read(self, path: bytes, limits: Limits) -> Reading:
        from shishod.formats.video.reading import read

        ending = suffix(base(path))
        form = (ending if ending in self.suffixes else min(self.suffixes)).decode().lstrip(".")
        sound = self.kind is BookKind.AUDIOBOOK
        reading = read(path, self.name, self.demuxer, limits, sound=sound)
        missing = tuple(one.advice for one in self._named_by if not one.present())
        return replace(reading, format=form, notes=(*reading.notes, *missing))


def _is_transport(head: bytes) -> bool:
    """Five packets with their marks where they belong."""
    return any(
        len(head) > first + 4 * step and all(head[first + step * number] == 0x47 for number in range(5))
        for first, step in _PACKETS
    )


def is_seen_asf(head: bytes) -> bool:
    """Whether ASF has a stream that is to be seen."""
    return head.startswith(ASF) and _ASF_PICTURES in head


def _is_seen_matroska(head: bytes) -> bool:
    """Unless its tracks are shown and are all to be heard: codecs are called after what they are for."""
    return head.startswith(EBML) and not _is_heard_matroska(head)


def _is_heard_matroska(head: bytes) -> bool:
    return head.startswith(EBML) and b"A_" in head and _PICTURE_CODEC.search(head) is None


MATROSKA = Video("matroska", frozenset({b".mkv", b".webm", b".mk3d"}), "matroska,webm", _is_seen_matroska)
MKA = Video("mka", frozenset({b".mka"}), "matroska,webm", _is_heard_matroska, BookKind.AUDIOBOOK)
QUICKTIME = Video(
    "quicktime", frozenset({b".mp4", b".m4v", b".mov", b".3gp", b".3g2"}), "mov,mp4,m4a,3gp,3g2,mj2", boxes.is_film
)
AVI = Video(
    "avi", frozenset({b".avi", b".divx"}), "avi", lambda head: head.startswith(b"RIFF") and head[8:11] == b"AVI"
)
WMV = Video("wmv", frozenset({b".wmv", b".asf"}), "asf", is_seen_asf)
MPEG = Video(
    "mpeg",
    frozenset({b".mpg", b".mpeg", b".vob", b".ts", b".m2ts", b".mts"}),
    "mpeg,mpegts",
    lambda head: head.startswith(_PACK) or _is_transport(head),
)
FLASH = Video("flv", frozenset({b".flv"}), "flv", lambda head: head.startswith(b"FLV\1"))

FILMS = frozenset[bytes]().union(*(one.suffixes for one in (MATROSKA, QUICKTIME, AVI, WMV, MPEG, FLASH)))
"""Endings of films and episodes."""

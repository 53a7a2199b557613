"""WAV and AIFF: chunks, of which one is the sound, one may be an ID3 tag, and some are short texts."""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO, NamedTuple

from shishod.errors import BrokenFile
from shishod.formats import id3
from shishod.formats.dialects import AIFF_TEXTS, ID3, RIFF_TEXTS, Dialect
from shishod.formats.limits import Limits
from shishod.formats.source import opened, size_of
from shishod.model.book import BookKind, Technical
from shishod.model.metadata import Reading

_OUTER_BYTES = 12
_HEAD_BYTES = 8
_TAGS = frozenset({b"ID3 ", b"id3 "})
_WAVE = struct.Struct("<HHIIHH")
_CODECS = {0x02: "adpcm", 0x11: "adpcm", 0x50: "mp2", 0x55: "mp3"}  # all others that are met are pcm
_CUT = "the file ends before its last chunk does: it was cut short, or is still being copied"


class Chunk(NamedTuple):
    """Where the content of a chunk lies, as far as the file goes."""

    name: bytes
    start: int
    length: int


Sound = Callable[[BinaryIO, Sequence[Chunk], Limits, list[str]], Technical]
Texts = Callable[[BinaryIO, Sequence[Chunk], Limits], dict[str, list[str]]]


@dataclass(frozen=True, slots=True)
class Chunked:
    """Sources: RIFF and WAVE as IBM and Microsoft specify them, Apple's AIFF 1.3, and ID3 as a chunk of either."""

    name: str
    suffixes: frozenset[bytes]
    outer: bytes
    inner: frozenset[bytes]
    order: str  # of the bytes of a number, as struct writes it
    dialect: Dialect
    sound: Sound
    texts: Texts
    version: int = 3
    kind: BookKind = BookKind.AUDIOBOOK

    def claims(self, head: bytes) -> bool:
        return head.startswith(self.outer) and head[8:_OUTER_BYTES] in self.inner

    def read(self, path: bytes, limits: Limits) -> Reading:
        from shishod.formats.audio import Tags

        with opened(path) as file:
            notes: list[str] = []
            if not self.claims(file.read(_OUTER_BYTES)):
                raise BrokenFile("no-audio", f"there is no {self.name.upper()} in it; nothing was read")
            whole = Chunk(self.outer, _OUTER_BYTES, size_of(file) - _OUTER_BYTES)
            chunks = chunks_of(file, self.order, whole, limits, notes)
            tags = _tag(file, chunks, limits, notes)
            texts = self.texts(file, chunks, limits) | id3.texts(tags)
            sound = self.sound(file, chunks, limits, notes)
        return id3.told(tags, Tags(texts, limits), self.dialect, sound, reader=self.name, notes=notes)

    def picture(self, path: bytes, member: str, limits: Limits) -> bytes:
        """The picture of that name in the ID3 tag; raises BrokenFile where there is none."""
        with opened(path) as file:
            whole = Chunk(self.outer, _OUTER_BYTES, size_of(file) - _OUTER_BYTES)
            return id3.picture_of(_tag(file, chunks_of(file, self.order, whole, limits, []), limits, []), member)


def chunks_of(file: BinaryIO, order: str, outer: Chunk, limits: Limits, notes: list[str]) -> list[Chunk]:
    """The chunks inside another, each beginning on an even byte; that one is cut short is noted."""
    found: list[Chunk] = []
    at, end = outer.start, outer.start + outer.length
    while at + _HEAD_BYTES <= end and len(found) < limits.entries:
        file.seek(at)
        name, length = struct.unpack(f"{order}4sI", file.read(_HEAD_BYTES))
        start = at + _HEAD_BYTES
        if start + length > end:
            notes.append(_CUT)
        found.append(Chunk(name, start, min(length, end - start)))
        at = start + length + length % 2
    return found


def _content(file: BinaryIO, chunk: Chunk, limits: Limits) -> bytes:
    if chunk.length > limits.member_bytes:
        raise BrokenFile("limit", f"a tag of it is larger than {limits.member_bytes} bytes (formats.max_member)")
    file.seek(chunk.start)
    return file.read(chunk.length)


def _text(file: BinaryIO, chunk: Chunk, limits: Limits) -> str:
    from shishod.formats.beside.text import decoded

    return decoded(_content(file, chunk, limits).rstrip(b"\0"))


def _tag(file: BinaryIO, chunks: Sequence[Chunk], limits: Limits, notes: list[str]) -> Any:
    chunk = next((chunk for chunk in chunks if chunk.name in _TAGS), None)
    if chunk is None:
        return None
    return id3.load(id3.honest(BytesIO(_content(file, chunk, limits)), limits, notes), notes)


def wave_picture(path: bytes, member: str, limits: Limits) -> bytes:
    """The picture of that name in the ID3 tag of a WAV."""
    return WAV.picture(path, member, limits)


def aiff_picture(path: bytes, member: str, limits: Limits) -> bytes:
    """The same of an AIFF."""
    return AIFF.picture(path, member, limits)


def _wave_sound(file: BinaryIO, chunks: Sequence[Chunk], limits: Limits, notes: list[str]) -> Technical:
    """By bytes a second: mutagen counts blocks, which is wrong of compressed sound, and believes any length."""
    form = next((chunk for chunk in chunks if chunk.name == b"fmt "), None)
    if form is None or form.length < _WAVE.size:
        notes.append("it does not say what its sound is made of")
        return Technical()
    kind, channels, rate, bytes_a_second, _, _ = _WAVE.unpack_from(_content(file, form, limits))
    sound_bytes = sum(chunk.length for chunk in chunks if chunk.name == b"data")
    return Technical(
        duration_ms=sound_bytes * 1000 // bytes_a_second or None if bytes_a_second else None,
        bitrate=bytes_a_second * 8 or None,
        codec=_CODECS.get(kind, "pcm"),
        channels=channels or None,
        sample_rate=rate or None,
    )


def _wave_texts(file: BinaryIO, chunks: Sequence[Chunk], limits: Limits) -> dict[str, list[str]]:
    """LIST INFO, each text a chunk of its own."""
    said: dict[str, list[str]] = {}
    for listed in chunks:
        head, inside = listed._replace(length=min(listed.length, 4)), Chunk(b"", listed.start + 4, listed.length - 4)
        if listed.name == b"LIST" and _content(file, head, limits) == b"INFO":
            for chunk in chunks_of(file, "<", inside, limits, []):
                said.setdefault(chunk.name.decode("latin-1"), []).append(_text(file, chunk, limits))
    return said


def _aiff_sound(file: BinaryIO, _: Sequence[Chunk], limits: Limits, notes: list[str]) -> Technical:
    from mutagen.aiff import AIFFInfo

    from shishod.formats.audio import technical
    from shishod.formats.lenient import bounded
    from shishod.formats.mutagens import FAULTS, raise_disk_fault

    try:
        return technical(AIFFInfo(bounded(file, limits)), "pcm")
    except FAULTS as error:
        raise_disk_fault(error)
        notes.append("it does not say what its sound is made of")
        return Technical()


def _aiff_texts(file: BinaryIO, chunks: Sequence[Chunk], limits: Limits) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {}
    for chunk in chunks:
        if chunk.name in (b"NAME", b"AUTH", b"ANNO"):
            said.setdefault(chunk.name.decode(), []).append(_text(file, chunk, limits))
    return said


WAV = Chunked(
    "wav", frozenset({b".wav"}), b"RIFF", frozenset({b"WAVE"}), "<", ID3.then(RIFF_TEXTS), _wave_sound, _wave_texts
)  # fmt: skip
AIFF = Chunked(
    "aiff", frozenset({b".aif", b".aiff", b".aifc"}), b"FORM", frozenset({b"AIFF", b"AIFC"}), ">",
    ID3.then(AIFF_TEXTS), _aiff_sound, _aiff_texts,
)  # fmt: skip

"""Monkey's Audio, and all sound else that has an APEv2 tag behind it: the tag's texts and its cover."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from shishod.formats import id3
from shishod.formats.dialects import ID3
from shishod.formats.limits import Limits
from shishod.formats.pictures import gone
from shishod.formats.source import opened
from shishod.model.book import BookKind
from shishod.model.metadata import Reading

_FRONT = "Cover Art (Front)"
_BINARY = 1
_MIMES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"GIF8": "image/gif", b"RIFF": "image/webp"}


class Ape:
    """Sources: Monkey's Audio's own header file as mutagen reads it; hydrogenaudio's pages on APEv2 for the tag."""

    name = "ape"
    version = 3
    suffixes = frozenset({b".ape"})
    kind = BookKind.AUDIOBOOK

    def claims(self, head: bytes) -> bool:
        return id3.behind(head).startswith(b"MAC ")

    def read(self, path: bytes, limits: Limits) -> Reading:
        return read_tagged(path, limits, self.name, _stream_at)


def read_tagged(path: bytes, limits: Limits, codec: str, stream_at: Callable[[BinaryIO, int | None], Any]) -> Reading:
    """A track whose tag stands behind its sound; one in front is heard before it. Its reader is called as its codec."""
    from shishod.formats.audio import Tags, front_cover, technical

    with opened(path) as file:
        notes: list[str] = []
        tags, stream, texts = id3.tagged_stream(file, limits, notes, stream_at, codec)
        pictures = list(_pictures(file, limits))
    sound = technical(stream, "" if stream is None else codec)
    reading = id3.told(tags, Tags(texts, limits), ID3, sound, reader=codec, notes=notes)
    cover = reading.cover or front_cover(pictures, limits, notes)
    return replace(reading, cover=cover, notes=tuple(notes))


def picture(path: bytes, member: str, limits: Limits) -> bytes:
    """The picture of that name in the tag behind the sound, or in the one before it."""
    if member.startswith("APIC"):
        return id3.picture(path, member, limits)
    with opened(path) as file:
        value = _tag(file, limits).get(member)
    if value is None or value.kind != _BINARY:
        raise gone(member)
    return bytes(value.value).partition(b"\0")[2]


def _pictures(file: BinaryIO, limits: Limits) -> Iterator[Any]:
    """What a picture is called stands before it, up to a NUL."""
    from shishod.formats.audio import FRONT, Picture

    value = _tag(file, limits).get(_FRONT)
    if value is not None and value.kind == _BINARY:
        content = bytes(value.value).partition(b"\0")[2]
        mime = next((mime for mark, mime in _MIMES.items() if content.startswith(mark)), "")
        yield Picture(_FRONT, FRONT, mime, len(content))


def _tag(file: BinaryIO, limits: Limits) -> Any:
    from mutagen.apev2 import APENoHeaderError, APEv2

    from shishod.formats.lenient import bounded
    from shishod.formats.mutagens import FAULTS, raise_disk_fault

    try:
        return APEv2(bounded(file, limits))  # type: ignore[no-untyped-call]
    except APENoHeaderError:
        return {}
    except FAULTS as error:
        raise_disk_fault(error)
        return {}


def _stream_at(file: BinaryIO, start: int | None) -> Any:
    from mutagen.monkeysaudio import MonkeysAudioInfo

    file.seek(start or 0)
    return MonkeysAudioInfo(file)

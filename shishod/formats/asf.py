"""ASF, which is WMA: attributes in four places, markers as chapters, and whether the sound is locked."""

import struct
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO
from uuid import UUID

from shishod.errors import BrokenFile
from shishod.formats.dialects import WINDOWS_MEDIA
from shishod.formats.limits import Limits
from shishod.formats.pictures import gone
from shishod.formats.source import opened
from shishod.model.book import BookKind
from shishod.model.metadata import Reading

_HEADER = UUID("75B22630-668E-11CF-A6D9-00AA0062CE6C").bytes_le
_MARKERS = UUID("F487CD01-A951-11CF-8EE6-00C00C205365").bytes_le
_FILE = UUID("8CABDCA1-A947-11CF-8EE4-00C00C205365").bytes_le
_LOCKS = frozenset(
    UUID(one).bytes_le
    for one in (
        "2211B3FB-BD23-11D2-B4B7-00A0C955FC6E",  # content encryption
        "298AE614-2622-4C17-B935-DAE07EE9289C",  # the same, extended
        "43058533-6981-49E6-9B74-AD12CB86D58C",  # the same, advanced
    )
)
_PICTURES_TO_SEE = UUID("BC19EFC0-5B4D-11CF-A8FD-00805F5C442B").bytes_le  # a stream of video
_BYTES, _TEXT, _NUMBERS = 1, 0, frozenset({3, 4, 5})
_MARKER = struct.Struct("<QQHIII")
_PICTURES = "WM/Picture"
_PICTURE = struct.Struct("<BI")
_CODECS = {"professional": "wmapro", "lossless": "wmalossless", "voice": "wmavoice"}  # as FFmpeg calls them


class Asf:
    """Sources: Microsoft's ASF specification 1.20.3 and its Windows Media attributes."""

    name = "asf"
    version = 3
    suffixes = frozenset({b".wma"})
    kind = BookKind.AUDIOBOOK

    def claims(self, head: bytes) -> bool:
        return head.startswith(_HEADER) and _PICTURES_TO_SEE not in head

    def read(self, path: bytes, limits: Limits) -> Reading:
        from shishod.formats.audio import Tags, front_cover, tagged_track, technical, tidy_chapters

        with opened(path) as file:
            notes: list[str] = []
            asf, said, objects = _load(file, limits, notes)
        sound = technical(asf.info, _codec(asf.info))
        return tagged_track(
            Tags(_texts(said), limits),
            WINDOWS_MEDIA,
            reader="asf",
            format="wma",
            chapters=tidy_chapters(_marks(objects), sound.duration_ms, limits),
            cover=front_cover(_pictures(said), limits, notes),
            technical=sound,
            drm="windows-media" if _LOCKS & objects.keys() else None,
            notes=tuple(notes),
        )


def _load(file: BinaryIO, limits: Limits, notes: list[str]) -> tuple[Any, list[tuple[str, Any]], dict[bytes, bytes]]:
    """The file, its attributes and the objects of its header, as far as they can be read."""
    from mutagen.asf import ASF

    from shishod.formats.lenient import bounded
    from shishod.formats.mutagens import FAULTS, raise_disk_fault

    asf: Any = ASF.__new__(ASF)
    try:
        asf.load(bounded(file, limits))
    except FAULTS as error:
        raise_disk_fault(error)
        said = [pair for place in asf._tags.values() for pair in place]
        if not said:
            raise BrokenFile("broken-header", f"its ASF header cannot be read: {error}") from error
        notes.append(f"its ASF header cannot be read to the end: {error}")
        return asf, said, {}
    return asf, list(asf.tags), {one.GUID: one.data for one in asf._header.objects}


def _texts(said: Iterable[tuple[str, Any]]) -> dict[str, list[str]]:
    """Microsoft's own names as they are, all others in capitals."""
    found: dict[str, list[str]] = {}
    for name, value in said:
        if value.TYPE == _TEXT or value.TYPE in _NUMBERS:
            found.setdefault(name if name.startswith("WM/") else name.strip().upper(), []).append(str(value))
    return found


def _marks(objects: dict[bytes, bytes]) -> Iterator[tuple[str, int, None]]:
    """Markers count time from the beginning of the buffering ("preroll") that goes before the sound."""
    listed, told = objects.get(_MARKERS, b""), objects.get(_FILE, b"")
    if len(listed) < 24 or len(told) < 64:
        return
    preroll_ms = struct.unpack_from("<Q", told, 56)[0]
    count, _, named = struct.unpack_from("<IHH", listed, 16)
    at = 24 + named
    for _ in range(count):
        if at + _MARKER.size > len(listed):
            return
        _, time, _, _, _, letters = _MARKER.unpack_from(listed, at)
        at += _MARKER.size
        title = listed[at : at + letters * 2].decode("utf-16-le", "replace")
        at += letters * 2
        yield title.strip("\0"), max(time // 10_000 - preroll_ms, 0), None


def _pictures(said: Iterable[tuple[str, Any]]) -> Iterator[Any]:
    """WM/Picture: type, length, then kind and description, each ended by a NUL."""
    from shishod.formats.audio import Picture

    for place, block in enumerate(_blocks(said)):
        if len(block) >= _PICTURE.size:
            kind, size = _PICTURE.unpack_from(block)
            mime = block[_PICTURE.size :][:200].decode("utf-16-le", "replace").partition("\0")[0]
            if size <= len(block) - _PICTURE.size:
                yield Picture(f"{_PICTURES}:{place}", kind, mime, size)


def _blocks(said: Iterable[tuple[str, Any]]) -> list[bytes]:
    return [bytes(value.value) for name, value in said if name == _PICTURES and value.TYPE == _BYTES]


def picture(path: bytes, member: str, limits: Limits) -> bytes:
    """What stands behind kind, description and length of a picture, by its number."""
    with opened(path) as file:
        blocks = _blocks(_load(file, limits, [])[1])
    number = member.removeprefix(f"{_PICTURES}:")
    if not number.isdecimal() or int(number) >= len(blocks):
        raise gone(member)
    block, at = blocks[int(number)], _PICTURE.size
    for _ in ("kind", "description"):
        while block[at : at + 2].strip(b"\0"):
            at += 2
        at += 2
    return block[at:]


def _codec(stream: Any) -> str:
    kind = f"{stream.codec_type} {stream.codec_name}".casefold()
    return next((name for word, name in _CODECS.items() if word in kind), "wma")

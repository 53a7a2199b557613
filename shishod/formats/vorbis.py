"""Vorbis comments, as FLAC and every Ogg codec hold them: their texts, chapters and pictures."""

import binascii
import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence

from shishod.formats.audio import FRONT, Picture
from shishod.formats.pictures import gone

_START = re.compile(r"CHAPTER(\d{1,5})")
_TIME = re.compile(r"\s*(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2})(?:[.,](\d{1,9}))?\s*")
_NO_LETTER = re.compile(r"[^A-Za-z0-9+/]")  # of base64
_HEAD_CHARS = 8_192  # of base64; a picture's type and description come first, and the picture itself is not read


def texts(comments: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Every text by its name in capitals, in the order of the file."""
    found: dict[str, list[str]] = {}
    for name, text in comments:
        found.setdefault(name.upper(), []).append(text)
    return found


def chapters(said: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, int, None]]:
    """CHAPTER001=00:00:00.000 with CHAPTER001NAME. Source: the OGM chapter format of the xiph wiki."""
    for name, values in said.items():
        if (match := _START.fullmatch(name)) and (time := _TIME.fullmatch(values[0])):
            hours, minutes, seconds, part = time.groups()
            start_s = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
            names = said.get(f"CHAPTER{match[1]}NAME") or [""]
            yield names[0], start_s * 1000 + int((part or "0").ljust(3, "0")[:3]), None


def pictures(said: Mapping[str, Sequence[str]]) -> Iterator[Picture]:
    """FLAC's picture block in base64, and the bare picture that older programs wrote."""
    for place, text in enumerate(said.get("METADATA_BLOCK_PICTURE", ())):
        picture = picture_block(_decoded(text[:_HEAD_CHARS]), f"METADATA_BLOCK_PICTURE:{place}")
        if picture is not None and picture.size <= len(text) * 3 // 4:
            yield picture
    mimes = said.get("COVERARTMIME") or [""]
    for place, text in enumerate(said.get("COVERART", ())):
        if size := len(text.rstrip("=\r\n \0")) * 3 // 4:
            yield Picture(f"COVERART:{place}", FRONT, mimes[min(place, len(mimes) - 1)], size)


def picture_block(head: bytes, member: str) -> Picture | None:
    """The picture whose block begins so; None where it says no length. Source: RFC 9639, section 8.8."""
    try:
        kind, length = struct.unpack_from(">II", head)
        mime = head[8 : 8 + length].decode("ascii", "replace")
        (described,) = struct.unpack_from(">I", head, 8 + length)
        (size,) = struct.unpack_from(">I", head, 8 + length + 4 + described + 16)
    except struct.error:
        return None
    return Picture(member, kind, mime, size)


def picture_of(said: Mapping[str, Sequence[str]], member: str) -> bytes:
    """The bytes of a picture that `pictures` has named; raises BrokenFile where there is none."""
    name, _, place = member.partition(":")
    texts_here = said.get(name, ())
    if not place.isdecimal() or int(place) >= len(texts_here):
        raise gone(member)
    letters = _NO_LETTER.sub("", texts_here[int(place)])
    content = _decoded(letters[: -1 if len(letters) % 4 == 1 else None] + "=" * (-len(letters) % 4))
    return content if name == "COVERART" else _inside(content)


def _inside(block: bytes) -> bytes:
    """What stands at the end of a picture block; b"" where it has none."""
    at = 4
    try:
        for _ in ("type", "description"):
            at += 4 + int(struct.unpack_from(">I", block, at)[0])
        (size,) = struct.unpack_from(">I", block, at + 16)
    except struct.error:
        return b""
    return block[at + 20 : at + 20 + size]


def _decoded(text: str) -> bytes:
    try:
        return binascii.a2b_base64(text[: len(text) // 4 * 4])
    except (binascii.Error, ValueError):
        return b""

"""The plain header of a picture, as nearly all covers have it, read without Pillow: what it is, and how large.

Plain is a PNG with whole chunks of the common kinds before its first pixels, and a JPEG with whole segments of the
common kinds before its scan. Whatever is not is left to Pillow; what is said here is what Pillow would say. Sources:
ISO 15948 for PNG, ITU-T T.81 and JFIF for JPEG.
"""

import struct
import zlib
from typing import NamedTuple

_PNG = b"\x89PNG\r\n\x1a\n"
_CHUNK = struct.Struct(">I4s")
_IHDR = struct.Struct(">IIBBBBB")
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}  # bits by the type of colour
_LENGTHS = {b"pHYs": 9, b"gAMA": 4, b"sRGB": 1, b"cHRM": 32}  # of chunks that may come before the pixels
_JPEG = b"\xff\xd8\xff"
_SCAN, _TABLES, _COMMENT = 0xDA, 0xDB, 0xFE
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_SKIPPED = frozenset({0xC4, 0xDD, _COMMENT})  # Huffman's tables, restarts
_APP, _LAST_APP = 0xE0, 0xEF
_BEGINNINGS = {0xE0: (b"JFIF", 12), 0xE2: (b"ICC_PROFILE\0", 14), 0xEE: (b"Adobe", 7)}  # and how long they are at least
_LEFT = frozenset({0xED})  # Photoshop's


class Plain(NamedTuple):
    """In pixels; `form` is the word that pictures of its kind are stored under."""

    form: str
    width: int
    height: int


def plain_picture(content: bytes) -> Plain | None:
    """What a picture says of itself; None where it is not plain."""
    if content.startswith(_PNG):
        return _png(content)
    return _jpeg(content) if content.startswith(_JPEG) else None


def _png(content: bytes) -> Plain | None:
    at, found = len(_PNG), None
    while at + _CHUNK.size <= len(content):
        length, kind = _CHUNK.unpack_from(content, at)
        if kind == b"IDAT":
            return found
        start, at = at + _CHUNK.size, at + _CHUNK.size + length + 4
        body = content[start : start + length]
        if at > len(content) or zlib.crc32(kind + body) != int.from_bytes(content[at - 4 : at], "big"):
            return None
        if found is None:
            found = _header(body) if kind == b"IHDR" and length == _IHDR.size else None
            if found is None:
                return None
        elif kind != b"PLTE" and _LENGTHS.get(kind) != length:
            return None
    return None


def _header(body: bytes) -> Plain | None:
    width, height, depth, colours, _, filtering, _ = _IHDR.unpack(body)
    sound = width and height and depth in _DEPTHS.get(colours, ()) and not filtering
    return Plain("png", width, height) if sound else None


def _jpeg(content: bytes) -> Plain | None:
    at, found = 2, None
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        start, at = at + 4, at + 2 + length
        if at > len(content) or length < 2:
            return None
        body = content[start:at]
        if marker == _SCAN:
            return found
        if marker in _FRAMES:
            if found is not None or (found := _frame(body)) is None:
                return None
        elif not _is_common(marker, body):
            return None
    return None


def _frame(body: bytes) -> Plain | None:
    if len(body) < 6 or len(body) % 3 or body[0] != 8 or body[5] not in (1, 3, 4):
        return None
    height, width = struct.unpack_from(">HH", body, 1)
    return Plain("jpeg", width, height) if width and height else None


def _is_common(marker: int, body: bytes) -> bool:
    """Whether nobody who reads only the header minds a segment."""
    if marker == _TABLES:
        return _are_tables(body)
    if not _APP <= marker <= _LAST_APP:
        return marker in _SKIPPED
    if marker in _BEGINNINGS:
        beginning, least = _BEGINNINGS[marker]
        return body.startswith(beginning) and len(body) >= least
    return marker not in _LEFT and not body.startswith(b"Exif")


def _are_tables(body: bytes) -> bool:
    """Whether tables of quantisation, of one or two bytes a number, fill a segment."""
    at = 0
    while at < len(body):
        at += 65 if body[at] < 16 else 129
    return at == len(body)

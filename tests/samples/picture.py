"""A cover made of nothing: a grey picture of the size asked for."""

import struct
import zlib
from io import BytesIO

from PIL import Image


def a_png(width: int = 8, height: int = 12) -> bytes:
    """A valid eight-bit greyscale picture."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = (b"\0" + b"\x80" * width) * height
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 1)) + _chunk(b"IEND", b"")
    )


def a_jpeg(width: int = 8, height: int = 12) -> bytes:
    return _encoded("JPEG", width, height)


def a_webp(width: int = 8, height: int = 12) -> bytes:
    return _encoded("WEBP", width, height)


def _encoded(form: str, width: int, height: int) -> bytes:
    buffer = BytesIO()
    Image.new("L", (width, height), 128).save(buffer, form)
    return buffer.getvalue()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

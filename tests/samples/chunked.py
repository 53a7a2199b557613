"""WAV and AIFF: chunks by code around silence."""

import struct
from collections.abc import Mapping
from io import BytesIO
from os import PathLike, fspath
from typing import Any, TypeVar

from mutagen.id3 import ID3

from tests.samples.audio import an_id3

AnyPath = TypeVar("AnyPath", bound=str | bytes | PathLike[str])

RATE = 8_000


def a_wav(path: AnyPath, *, seconds: float = 0.5, texts: Mapping[str, str] | None = None, **said: Any) -> AnyPath:
    """Write a WAV of eight bits with what `an_id3` is told to say, and return its path; `texts` are its LIST INFO."""
    form = struct.pack("<HHIIHH", 1, 1, RATE, RATE, 1, 8)
    body = chunk("<", b"fmt ", form) + chunk("<", b"data", b"\x80" * round(seconds * RATE))
    if texts:
        listed = b"".join(chunk("<", name.encode(), text.encode() + b"\0") for name, text in texts.items())
        body += chunk("<", b"LIST", b"INFO" + listed)
    return _written(path, b"RIFF", "<", b"WAVE" + body + _tag("<", b"id3 ", an_id3(**said)))


def an_aiff(path: AnyPath, *, seconds: float = 0.5, texts: Mapping[str, str] | None = None, **said: Any) -> AnyPath:
    """Write an AIFF of eight bits with what `an_id3` is told to say, and return its path; `texts` are its chunks."""
    rate = struct.pack(">HQ", 16_383 + 12, RATE << 51)  # 8000 in 80 bits
    common = struct.pack(">hLh", 1, round(seconds * RATE), 8) + rate
    body = chunk(">", b"COMM", common) + chunk(">", b"SSND", bytes(8 + round(seconds * RATE)))
    body += b"".join(chunk(">", name.encode(), text.encode()) for name, text in (texts or {}).items())
    return _written(path, b"FORM", ">", b"AIFF" + body + _tag(">", b"ID3 ", an_id3(**said)))


def chunk(order: str, name: bytes, content: bytes) -> bytes:
    """One chunk, filled up to an even length."""
    return name + struct.pack(f"{order}I", len(content)) + content + bytes(len(content) % 2)


def _tag(order: str, name: bytes, tags: ID3) -> bytes:
    if not tags:
        return b""
    content = BytesIO()
    tags.save(content, padding=lambda _: 0)
    return chunk(order, name, content.getvalue())


def _written(path: AnyPath, outer: bytes, order: str, body: bytes) -> AnyPath:
    with open(fspath(path), "wb") as file:
        file.write(chunk(order, outer, body))
    return path

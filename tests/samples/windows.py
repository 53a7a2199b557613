"""WMA: an ASF header by code, and no sound behind it."""

import struct
from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from typing import TypeVar
from uuid import UUID

from tests.samples.audio import Mark
from tests.samples.picture import a_png

AnyPath = TypeVar("AnyPath", bound=str | bytes | PathLike[str])

HEADER = "75B22630-668E-11CF-A6D9-00AA0062CE6C"
FILE = "8CABDCA1-A947-11CF-8EE4-00C00C205365"
STREAM = "B7DC0791-A9B7-11CF-8EE6-00C00C205365"
AUDIO = "F8699E40-5B4D-11CF-A8FD-00805F5C442B"
DESCRIPTION = "75B22633-668E-11CF-A6D9-00AA0062CE6C"
MORE = "D2D0A440-E307-11D2-97F0-00A0C95EA850"
MARKERS = "F487CD01-A951-11CF-8EE6-00C00C205365"
ENCRYPTION = "2211B3FB-BD23-11D2-B4B7-00A0C955FC6E"
PREROLL_MS = 3_100


def a_wma(
    path: AnyPath,
    *,
    title: str | None = "Chapter 1",
    album: str | None = "A Book",
    artist: str | None = "Ann Author",
    cover: bytes | bool = False,
    chapters: Sequence[Mark] = (),
    custom: Mapping[str, str | int | bytes] | None = None,
    seconds: float = 0.5,
    locked: bool = False,
) -> AnyPath:
    """Write a WMA and return its path; `custom` are attributes: texts, numbers, or bytes."""
    said = {"WM/AlbumTitle": album, **(custom or {})}
    if cover:
        said["WM/Picture"] = picture(a_png() if cover is True else cover)
    attributes = [_attribute(name, value) for name, value in said.items() if value is not None]
    objects = [
        _object(FILE, _file_properties(seconds)),
        _object(STREAM, _sound()),
        _object(DESCRIPTION, _description(title or "", artist or "")),
        _object(MORE, struct.pack("<H", len(attributes)) + b"".join(attributes)),
    ]
    if chapters:
        objects.append(_object(MARKERS, _markers(chapters)))
    if locked:
        objects.append(_object(ENCRYPTION, bytes(16)))
    body = b"".join(objects)
    with open(fspath(path), "wb") as file:
        file.write(_guid(HEADER) + struct.pack("<QIBB", len(body) + 30, len(objects), 1, 2) + body + bytes(64))
    return path


def picture(content: bytes, kind: int = 3) -> bytes:
    """The value of WM/Picture."""
    return struct.pack("<BI", kind, len(content)) + _text("image/png") + _text("front") + content


def _file_properties(seconds: float) -> bytes:
    length = round(seconds * 10_000_000) + PREROLL_MS * 10_000
    return bytes(16) + struct.pack("<6Q", 0, 0, 1, length, length, PREROLL_MS) + struct.pack("<4I", 2, 1, 1, 64_000)


def _sound() -> bytes:
    wave = struct.pack("<HHIIHHH", 0x161, 1, 44_100, 8_000, 1, 16, 0)
    return _guid(AUDIO) + bytes(16) + struct.pack("<QIIHI", 0, len(wave), 0, 1, 0) + wave


def _description(title: str, author: str) -> bytes:
    texts = [_text(one) if one else b"" for one in (title, author, "", "", "")]
    return struct.pack("<5H", *map(len, texts)) + b"".join(texts)


def _attribute(name: str, value: str | int | bytes) -> bytes:
    kind, content = {
        str: lambda: (0, _text(str(value))), bytes: lambda: (1, value), int: lambda: (3, struct.pack("<I", value)),
    }[type(value)]()  # fmt: skip
    return struct.pack("<H", len(_text(name))) + _text(name) + struct.pack("<HH", kind, len(content)) + content


def _markers(chapters: Sequence[Mark]) -> bytes:
    listed = bytes(16) + struct.pack("<IHH", len(chapters), 0, 0)
    for mark in chapters:
        name = _text(mark.title)
        time = (mark.start_ms + PREROLL_MS) * 10_000
        listed += struct.pack("<QQHIII", 0, time, 12 + len(name), 0, 0, len(name) // 2) + name
    return listed


def _object(name: str, body: bytes) -> bytes:
    return _guid(name) + struct.pack("<Q", len(body) + 24) + body


def _guid(text: str) -> bytes:
    return UUID(text).bytes_le


def _text(text: str) -> bytes:
    return text.encode("utf-16-le") + b"\0\0"

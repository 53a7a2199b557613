"""Lossless sound with an APEv2 tag behind it: real headers, and no more sound than they need."""

import struct
from collections.abc import Mapping
from os import PathLike, fspath
from typing import TypeVar

from mutagen.apev2 import APEv2, APEValue

from tests.samples.picture import a_png

AnyPath = TypeVar("AnyPath", bound=str | bytes | PathLike[str])

RATE = 44_100
BINARY = 1


def an_ape(path: AnyPath, *, seconds: float = 0.5, before: bytes = b"", **said: object) -> AnyPath:
    """Write Monkey's Audio of two channels and return its path; `said` is what `_tagged` is told to say."""
    head = b"MAC " + struct.pack("<H", 3990) + bytes(50)
    head += struct.pack("<IIIHHI", RATE, round(seconds * RATE), 1, 16, 2, RATE)
    return _tagged(path, before + head + bytes(200), **said)  # type: ignore[arg-type]


def a_wavpack(path: AnyPath, *, seconds: float = 0.5, before: bytes = b"", **said: object) -> AnyPath:
    """Write WavPack of two channels and return its path; `said` is what `_tagged` is told to say."""
    samples, flags = round(seconds * RATE), 9 << 23 | 1  # the tenth of its rates, two bytes a sample
    head = b"wvpk" + struct.pack("<IHBB5I", 24 + 100, 0x410, 0, 0, samples, 0, samples, flags, 0)
    return _tagged(path, before + head + bytes(100), **said)  # type: ignore[arg-type]


def _tagged(
    path: AnyPath,
    sound: bytes,
    *,
    title: str | None = "Chapter 1",
    album: str | None = "A Book",
    artist: str | None = "Ann Author",
    cover: bytes | bool = False,
    custom: Mapping[str, str] | None = None,
) -> AnyPath:
    with open(fspath(path), "wb") as target:
        target.write(sound)
    tag = APEv2()
    for name, text in {"Title": title, "Album": album, "Artist": artist, **(custom or {})}.items():
        if text is not None:
            tag[name] = text
    if cover:
        tag["Cover Art (Front)"] = APEValue(b"front.png\0" + (a_png() if cover is True else cover), BINARY)
    tag.save(fspath(path))
    return path

"""A faster way to the same text: mutagen decodes UTF-16 tags one byte at a time, which is most of the time it takes."""

import codecs
import inspect
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import mutagen.id3._specs
from mutagen import _util

_KNOWN = 0x5FCDBB71  # checksum of the source that this replaces; any other is left alone
_PAIRS = frozenset({"utf-16", "utf-16-le", "utf-16-be"})
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # without one, mutagen refuses what Python would decode
_specs: Any = mutagen.id3._specs
_slow: Callable[..., tuple[str, bytes]] = _util.decode_terminated


def decode_terminated(data: bytes, encoding: str, strict: bool = True) -> tuple[str, bytes]:
    """Text up to the first NUL and the bytes after it, found by stepping over two-byte units.

    Equal to mutagen's own function in result and in errors; what is not plain UTF-16 is handed to that.
    """
    name = _named(encoding)
    if name not in _PAIRS or (name == "utf-16" and data[:2] not in _MARKS):
        return _slow(data, encoding, strict)
    end = data.find(b"\0\0")
    while end % 2 and end != -1:
        end = data.find(b"\0\0", end + 1)
    if end == -1:
        text = data.decode(encoding)
        if strict:
            raise ValueError("not null terminated")
        return text, b""
    return data[:end].decode(encoding), data[end + 2 :]


@cache
def _named(encoding: str) -> str:
    return codecs.lookup(encoding).name


def install() -> bool:
    """Put it in mutagen's place, once a process, where mutagen's function is the one we know; whether it is there."""
    if _specs.decode_terminated is decode_terminated:
        return True
    if zlib.crc32(inspect.getsource(_slow).encode()) != _KNOWN:
        return False
    _specs.decode_terminated = decode_terminated
    return True

"""Sound in streams of other kinds than MPEG's: real headers and tags around silence."""

import base64
import struct
from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from typing import TypeVar

from mutagen.ogg import OggPage

from tests.samples.audio import Mark
from tests.samples.picture import a_png

AnyPath = TypeVar("AnyPath", bound=str | bytes | PathLike[str])
Texts = Mapping[str, str | Sequence[str]]

RATE = 44_100


def a_flac(
    path: AnyPath,
    *,
    title: str | None = "Chapter 1",
    album: str | None = "A Book",
    artist: str | None = "Ann Author",
    cover: bytes | bool = False,
    chapters: Sequence[Mark] = (),
    custom: Texts | None = None,
    seconds: float = 0.5,
    rate: int = RATE,
    before: bytes = b"",
) -> AnyPath:
    """Write a FLAC of mono sound and return its path; `custom` are further comments, `before` comes first."""
    body = flac_stream(seconds, rate)
    if cover:
        body += _flac_block(6, picture(a_png() if cover is True else cover))
    words = comments({"TITLE": title, "ALBUM": album, "ARTIST": artist}, chapters, custom)
    return _written(path, before + b"fLaC" + body + _flac_block(0x84, words) + b"\xff\xf8" + bytes(60))


def an_ogg(
    path: AnyPath,
    *,
    codec: str = "vorbis",
    title: str | None = "Chapter 1",
    album: str | None = "A Book",
    artist: str | None = "Ann Author",
    cover: bytes | bool = False,
    chapters: Sequence[Mark] = (),
    custom: Texts | None = None,
    seconds: float = 0.5,
    ended: bool = True,
) -> AnyPath:
    """Write an Ogg of "vorbis", "opus", "flac" or "speex" and return its path; `ended` is a last page that says so."""
    shown = picture_comment(a_png() if cover is True else cover) if cover else {}
    words = comments({"TITLE": title, "ALBUM": album, "ARTIST": artist}, chapters, {**shown, **(custom or {})})
    first, second, rate = {
        "vorbis": (_vorbis_head(), b"\x03vorbis" + words + b"\1", RATE),
        "opus": (b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, RATE, 0, 0), b"OpusTags" + words, 48_000),
        "flac": (b"\x7fFLAC\1\0\0\1fLaC" + flac_stream(0), _flac_block(0x84, words), RATE),
        "speex": (_speex_head(), words, RATE),
    }[codec]
    end = round(seconds * rate) + (312 if codec == "opus" else 0)
    return _written(path, _pages([first], 2) + _pages([second], 0, 1) + _pages([bytes(40)], 4 * ended, 99, end))


def _vorbis_head() -> bytes:
    return b"\x01vorbis" + struct.pack("<IBI3iBB", 0, 1, RATE, 0, 64_000, 0, 0xB8, 1)


def _speex_head() -> bytes:
    numbers = struct.pack("<13I", 1, 80, RATE, 0, 4, 1, 24_000, 160, 0, 1, 0, 0, 0)
    return b"Speex   " + b"1.2".ljust(20, b"\0") + numbers


def _pages(packets: Sequence[bytes], flags: int, sequence: int = 0, position: int = 0) -> bytes:
    """Pages of one stream with mutagen's own hand, which knows their checksums."""
    pages = OggPage.from_packets(list(packets), sequence)
    for page in pages:
        page.serial, page.position = 7, position if page.complete else -1
    pages[0].first, pages[-1].last = bool(flags & 2), bool(flags & 4)
    return b"".join(page.write() for page in pages)


def flac_stream(seconds: float, rate: int = RATE) -> bytes:
    """STREAMINFO, for which 16 bits a sample and one channel are said."""
    sound = rate << 44 | 0 << 41 | 15 << 36 | round(seconds * rate)
    return _flac_block(0, struct.pack(">HH", 4096, 4096) + bytes(6) + sound.to_bytes(8, "big") + bytes(16))


def comments(said: Mapping[str, str | None], chapters: Sequence[Mark] = (), custom: Texts | None = None) -> bytes:
    """Vorbis comments without the framing bit that only Vorbis itself has."""
    pairs = [(name, text) for name, text in said.items() if text is not None]
    for name, texts in (custom or {}).items():
        pairs += [(name, text) for text in ([texts] if isinstance(texts, str) else texts)]
    for place, mark in enumerate(chapters, 1):
        pairs.append((f"CHAPTER{place:03}", _clock(mark.start_ms)))
        pairs.append((f"CHAPTER{place:03}NAME", mark.title))
    lines = [f"{name}={text}".encode() for name, text in pairs]
    return _counted(b"a sample") + struct.pack("<I", len(lines)) + b"".join(map(_counted, lines))


def picture(content: bytes, kind: int = 3, mime: bytes = b"image/png") -> bytes:
    """FLAC's block for a picture, as METADATA_BLOCK_PICTURE holds it too."""
    described = struct.pack(">II", kind, len(mime)) + mime + struct.pack(">I", 5) + b"front"
    return described + struct.pack(">5I", 8, 12, 8, 0, len(content)) + content


def picture_comment(content: bytes) -> dict[str, str]:
    """The same as a comment."""
    return {"METADATA_BLOCK_PICTURE": base64.b64encode(picture(content)).decode()}


def _clock(at_ms: int) -> str:
    minutes, rest = divmod(at_ms, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def _counted(text: bytes) -> bytes:
    return struct.pack("<I", len(text)) + text


def _flac_block(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def _written(path: AnyPath, content: bytes) -> AnyPath:
    with open(fspath(path), "wb") as file:
        file.write(content)
    return path

"""MP3, MP4 and AAC: real frames and atoms around silence."""

import struct
from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from typing import Any, NamedTuple, TypeVar

from mutagen.id3 import APIC, CHAP, CTOC, ID3, TALB, TCOM, TCON, TDRC, TIT2, TPE1, TPE2, TPOS, TRCK, TXXX, CTOCFlags

from tests.samples.picture import a_png

AnyPath = TypeVar("AnyPath", bound=str | bytes | PathLike[str])

FRAME = b"\xff\xfb\x10\xc0" + b"\0" * 100  # MPEG-1 layer III, 32 kbit/s, 44.1 kHz, mono: 104 bytes, 1152 samples
FRAME_S = 1152 / 44100


class Mark(NamedTuple):
    """A chapter of a sample: times in milliseconds."""

    title: str
    start_ms: int
    end_ms: int


ADTS = b"\xff\xf1\x50\x40\x08\x9f\xfc" + bytes(61)  # AAC-LC, 44.1 kHz, mono: 68 bytes, 1024 samples
ADTS_S = 1024 / 44100


def an_mp3(path: AnyPath, *, seconds: float = 0.5, **said: Any) -> AnyPath:
    """Write an MP3 with what `an_id3` is told to say, and return its path."""
    return _tagged(path, FRAME * max(round(seconds / FRAME_S), 4), an_id3(**said))


def an_aac(path: AnyPath, *, seconds: float = 0.5, **said: Any) -> AnyPath:
    """Write AAC in ADTS frames with what `an_id3` is told to say, and return its path."""
    return _tagged(path, ADTS * max(round(seconds / ADTS_S), 4), an_id3(**said))


def an_id3(
    *,
    title: str | None = "Chapter 1",
    album: str | None = "A Book",
    artist: str | None = "Ann Author",
    album_artist: str | None = None,
    composer: str | None = None,
    track: str | int | None = None,
    disc: str | int | None = None,
    date: str | None = None,
    genre: str | None = None,
    cover: bytes | bool = False,
    chapters: Sequence[Mark] = (),
    custom: Mapping[str, str] | None = None,
) -> ID3:
    """An ID3v2.4 tag; `custom` are TXXX frames by their description."""
    tags = ID3()
    texts = (
        (TIT2, title), (TALB, album), (TPE1, artist), (TPE2, album_artist), (TCOM, composer), (TRCK, track),
        (TPOS, disc), (TDRC, date), (TCON, genre),
    )  # fmt: skip
    for frame, value in texts:
        if value is not None:
            tags.add(frame(encoding=3, text=[str(value)]))
    for name, value in (custom or {}).items():
        tags.add(TXXX(encoding=3, desc=name, text=[value]))
    if cover:
        picture = a_png() if cover is True else cover
        tags.add(APIC(encoding=3, mime="image/png", type=3, desc="", data=picture))
    for place, mark in enumerate(chapters):
        name = TIT2(encoding=3, text=[mark.title])
        tags.add(
            CHAP(element_id=f"c{place}", start_time=mark.start_ms, end_time=mark.end_ms,
                 start_offset=0xFFFFFFFF, end_offset=0xFFFFFFFF, sub_frames=[name])
        )  # fmt: skip
    if chapters:
        ids = [f"c{place}" for place in range(len(chapters))]
        tags.add(CTOC(element_id="toc", flags=CTOCFlags.TOP_LEVEL | CTOCFlags.ORDERED, child_element_ids=ids))
    return tags


def _tagged(path: AnyPath, sound: bytes, tags: ID3) -> AnyPath:
    with open(fspath(path), "wb") as target:
        target.write(sound)
    if tags:
        tags.save(fspath(path), padding=lambda _: 0)
    return path


def an_m4b(
    path: AnyPath,
    *,
    title: str | None = "A Book",
    album: str | None = None,
    artist: str | None = "Ann Author",
    narrator: str | None = None,
    composer: str | None = None,
    track: tuple[int, int] | None = None,
    date: str | None = None,
    genre: str | None = None,
    description: str | None = None,
    cover: bytes | bool = False,
    chapters: Sequence[Mark] = (),
    custom: Mapping[str, str] | None = None,
    texts: Mapping[bytes, str] | None = None,
    seconds: float = 60.0,
    brand: bytes = b"M4B ",
) -> AnyPath:
    """Write an M4B (or M4A, by `brand`) and return its path.

    `custom` are freeform atoms of com.apple.iTunes by name, `texts` are further text atoms by their four bytes.
    """
    said = {
        b"\xa9nam": title, b"\xa9alb": album, b"\xa9ART": artist, b"\xa9nrt": narrator, b"\xa9wrt": composer,
        b"\xa9day": date, b"\xa9gen": genre, b"desc": description, **(texts or {}),
    }  # fmt: skip
    ilst = b"".join(_atom(name, _value(1, value.encode())) for name, value in said.items() if value is not None)
    if track is not None:
        ilst += _atom(b"trkn", _value(0, struct.pack(">4H", 0, *track, 0)))
    if cover:
        ilst += _atom(b"covr", _value(14, a_png() if cover is True else cover))
    for name, text in (custom or {}).items():
        ilst += _atom(b"----", _named(b"mean", b"com.apple.iTunes"), _named(b"name", name.encode()),
                      _value(1, text.encode()))  # fmt: skip
    meta = _atom(b"meta", b"\0" * 4, _handler(b"mdir"), _atom(b"ilst", ilst))
    udta = _atom(b"udta", meta, _nero(chapters) if chapters else b"")
    ftyp = _atom(b"ftyp", brand + b"\0\0\0\0" + brand + b"mp42isom")
    with open(fspath(path), "wb") as target:
        target.write(ftyp + _atom(b"moov", *_movie(seconds), udta) + _atom(b"mdat", b"\0" * 64))
    return path


def _atom(name: bytes, *bodies: bytes) -> bytes:
    body = b"".join(bodies)
    return struct.pack(">I", len(body) + 8) + name + body


def _value(kind: int, body: bytes) -> bytes:
    return _atom(b"data", struct.pack(">II", kind, 0), body)


def _named(name: bytes, text: bytes) -> bytes:
    return _atom(name, b"\0" * 4, text)


def _handler(kind: bytes) -> bytes:
    return _atom(b"hdlr", b"\0" * 8, kind, b"appl" + b"\0" * 9)


def _nero(chapters: Sequence[Mark]) -> bytes:
    body = struct.pack(">II B", 0x01000000, 0, len(chapters))
    for mark in chapters:
        name = mark.title.encode()
        body += struct.pack(">QB", mark.start_ms * 10_000, len(name)) + name
    return _atom(b"chpl", body)


def _movie(seconds: float) -> tuple[bytes, bytes]:
    length = round(seconds * 1000)
    mvhd = _atom(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, length), b"\0" * 80)
    mdhd = _atom(b"mdhd", struct.pack(">IIIIIHH", 0, 0, 0, 44100, round(seconds * 44100), 0x55C4, 0))
    config = b"\x03\x19\x00\x00\x00\x04\x11\x40\x15" + b"\0" * 3 + struct.pack(">II", 64000, 64000)
    esds = _atom(b"esds", b"\0" * 4, config + b"\x05\x02\x12\x08" + b"\x06\x01\x02")
    mp4a = _atom(b"mp4a", b"\0" * 6 + b"\0\x01" + b"\0" * 8, struct.pack(">HHIHH", 1, 16, 0, 44100, 0), esds)
    stsd = _atom(b"stsd", struct.pack(">II", 0, 1), mp4a)
    empty = b"".join(_atom(name, b"\0" * 8) for name in (b"stts", b"stsc", b"stco")) + _atom(b"stsz", b"\0" * 12)
    minf = _atom(b"minf", _atom(b"stbl", stsd, empty))
    trak = _atom(b"trak", _atom(b"tkhd", b"\0" * 84), _atom(b"mdia", mdhd, _handler(b"soun"), minf))
    return mvhd, trak

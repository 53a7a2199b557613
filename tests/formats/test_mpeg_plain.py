"""The plain run of frames: what mutagen would say of it, and nothing of what is not plain."""

import random
import struct
from io import BytesIO
from itertools import product
from typing import Any

import pytest
from mutagen.mp3 import HeaderNotFoundError, MPEGFrame, MPEGInfo

from shishod.formats.mpeg_plain import ENOUGH, plain_stream

TAG = b"ID3\3" + bytes(6) + bytes(5)
FIELDS = [range(4), range(4), range(16), range(4), range(2), range(4)]  # version, layer, bit rate, rate, padding, mode


def a_frame(
    version: int = 3, layer: int = 1, bitrate: int = 5, rate: int = 0, padding: int = 0, mode: int = 0
) -> bytes:
    """Its header, and behind it as many noughts as mutagen reads out of that."""
    word = 0x7FF << 21 | version << 19 | layer << 17 | 1 << 16 | bitrate << 12 | rate << 10 | padding << 9 | mode << 6
    file = BytesIO(struct.pack(">I", word) + bytes(5000))
    try:
        MPEGFrame(file)  # type: ignore[no-untyped-call]
    except HeaderNotFoundError:
        return file.getvalue()[:200]
    return file.getvalue()[: file.tell()]


def told(stream: Any) -> tuple[Any, ...]:
    return stream.length, stream.bitrate, stream.channels, stream.sample_rate, stream.layer


def by_mutagen(content: bytes, start: int) -> tuple[Any, ...] | None:
    try:
        return told(MPEGInfo(BytesIO(content), start))
    except HeaderNotFoundError:
        return None


def plain(content: bytes, start: int = 0) -> tuple[Any, ...] | None:
    stream = plain_stream(BytesIO(content), start)
    return None if stream is None else told(stream)


def test_of_every_header_it_says_what_mutagen_says_or_nothing() -> None:
    heard = 0
    for header in product(*FIELDS):
        content = TAG + a_frame(*header) * 6 + bytes(100)
        said = plain(content, len(TAG))
        assert said in (None, by_mutagen(content, len(TAG))), header
        heard += said is not None
    assert heard == 3 * 14 * 3 * 2 * 4, "all of layer III"


@pytest.mark.parametrize("seed", range(5))
def test_of_runs_that_break_off_or_are_damaged_as_well(seed: int) -> None:
    chance = random.Random(seed)
    heard = 0
    for _ in range(300):
        frames = [
            a_frame(bitrate=chance.randrange(16), padding=chance.randrange(2)) for _ in range(chance.randrange(9))
        ]
        content = bytearray(TAG + b"".join(frames) + chance.choice((b"", b"TAG" + bytes(125))))
        for _ in range(chance.choice((0, 0, 0, 3))):
            content[chance.randrange(len(content))] = chance.randrange(256)
        start = chance.choice((len(TAG), len(TAG), len(TAG), 0, 3, len(content)))
        said = plain(bytes(content), start)
        assert said in (None, by_mutagen(bytes(content), start))
        heard += said is not None
    assert heard


@pytest.mark.parametrize(("name", "version", "mode", "at"), [
    (b"Xing", 3, 0, 36), (b"Info", 3, 3, 21), (b"Xing", 2, 0, 21), (b"Info", 2, 3, 13), (b"Xing", 0, 3, 13),
    (b"VBRI", 3, 0, 36), (b"VBRI", 2, 3, 36),
])  # fmt: skip
@pytest.mark.parametrize("which", range(1, ENOUGH))
def test_frames_that_are_counted_behind_the_first_are_left_to_mutagen(
    name: bytes, version: int, mode: int, at: int, which: int
) -> None:
    frames = [bytearray(a_frame(version, mode=mode)) for _ in range(6)]
    frames[which][at : at + 4] = name

    assert plain(b"".join(frames)) is None


LAMES = (
    *(b"LAME3.100", b"LAME3.99r", b"LAME3.98 ", b"LAME3.97b", b"LAME3.91.", b"LAME3.90 (alpha)", b"LAME3.89 (beta)"),
    *(b"L3.99r1\0\0", b"LAME3.9", b"LAME", b"LAME3.1000", b"LAME4.0\0\0", b"Lavf58.76", b"Lavc59.37", b"GOGO\0", b""),
)


def a_count(chance: random.Random, version: int, mode: int) -> bytes:
    """A frame with Xing's header, with any of its parts, and with or without what LAME adds."""
    flags = chance.choice((15, 15, 7, 3, 1, 5, chance.randrange(16), chance.getrandbits(32)))
    said = chance.choice((b"Xing", b"Info")) + struct.pack(">I", flags)
    said += struct.pack(">I", chance.choice((0, 1, 250, 40_000, chance.getrandbits(32)))) if flags & 1 else b""
    said += struct.pack(">I", chance.choice((0, 7, 90_000, chance.getrandbits(32)))) if flags & 2 else b""
    said += chance.randbytes(100) if flags & 4 else b""
    said += struct.pack(">I", chance.randrange(101)) if flags & 8 else b""
    said += (
        chance.choice(LAMES)[: chance.choice((9, 9, 20))] + chance.choice((b"", b"\0", b"\4")) + chance.randbytes(40)
    )
    frame = bytearray(a_frame(version, bitrate=14, mode=mode))
    at = {(True, True): 36, (True, False): 21, (False, True): 21, (False, False): 13}[version == 3, mode != 3]
    return bytes(frame[:at]) + said + bytes(max(0, len(frame) - at - len(said)))


@pytest.mark.parametrize("seed", range(6))
def test_of_frames_that_are_counted_it_says_what_mutagen_says_or_nothing(seed: int) -> None:
    chance = random.Random(seed)
    heard = 0
    for _ in range(400):
        version, mode = chance.choice((3, 3, 2, 0)), chance.randrange(4)
        content = TAG + a_count(chance, version, mode) + a_frame(version, mode=mode) * chance.choice((0, 1, 5))
        content = content[: chance.choice((None, None, None, chance.randrange(20, 400)))]
        said = plain(content, len(TAG))
        assert said in (None, by_mutagen(content, len(TAG)))
        heard += said is not None
    assert heard > 100


@pytest.mark.parametrize("encoder", [b"LAME3.100", b"LAME3.99r", b"Lavf58.76"])
def test_what_lame_and_ffmpeg_write_is_read_here(encoder: bytes) -> None:
    frame = a_frame(bitrate=14)
    said = b"Info" + struct.pack(">III", 15, 1000, 500_000) + bytes(100) + struct.pack(">I", 57) + encoder
    added = bytes(12) + bytes((0x24, 0x02, 0xE8)) + bytes(12)
    content = frame[:36] + said + added + frame[36 + len(said) + len(added) :] + frame * 3

    assert plain(content) == by_mutagen(content, 0) is not None


def test_three_frames_are_too_few() -> None:
    assert plain(a_frame() * 3) is None
    assert plain(a_frame() * 4) is not None

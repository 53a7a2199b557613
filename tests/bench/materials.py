"""What the bench's books are made of, built once and shared: prose, pictures, silence, and a fast writer of zips."""

import random
import re
import struct
import zlib
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

SYLLABLES = re.findall(
    r"\w+", "ba be bor cal den dra el fen gar hol il jor ka len mar nor ol per quin ros sa ther ul ver wyn"
)
FRAME = b"\xff\xfb\x50\xc4" + b"\0" * 204  # MPEG-1 layer III, 64 kbit/s, 44.1 kHz: 208 bytes, 1152 samples


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a zip, deflated when it was made, so that writing a book only copies bytes."""

    name: str
    size: int
    crc: int
    body: bytes
    method: int = 8

    def named(self, name: str) -> "Member":
        return Member(name, self.size, self.crc, self.body, self.method)


def a_member(name: str, content: bytes, *, deflate: bool = True) -> Member:
    if not deflate:
        return Member(name, len(content), zlib.crc32(content), content, 0)
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return Member(name, len(content), zlib.crc32(content), packer.compress(content) + packer.flush())


def a_zip(members: list[Member]) -> bytes:
    """The archive as bytes: local headers, bodies, central directory (APPNOTE.TXT 4.3)."""
    parts, index, offset = [], [], 0
    for member in members:
        name = member.name.encode()
        common = struct.pack(
            "<HHHHHIIIHH",
            *(20, 0x800, member.method, 0, 0x5821, member.crc, len(member.body), member.size, len(name), 0),
        )
        parts += [b"PK\x03\x04", common, name, member.body]
        index += [b"PK\x01\x02\x14\x03", common, struct.pack("<HHHII", 0, 0, 0, 0o644 << 16, offset), name]
        offset += 30 + len(name) + len(member.body)
    directory = b"".join(index)
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(members), len(members), len(directory), offset, 0)
    return b"".join([*parts, directory, end])


def words(rng: random.Random, count: int) -> list[str]:
    return ["".join(rng.choices(SYLLABLES, k=rng.choice((1, 1, 2, 2, 3)))) for _ in range(count)]


def prose(rng: random.Random, length: int) -> str:
    """Sentences of about `length` characters; common words are common, so it deflates as English does."""
    vocabulary, weights = _vocabulary()
    chosen = rng.choices(vocabulary, cum_weights=weights, k=length // 6)
    return ". ".join(" ".join(chosen[start : start + 12]).capitalize() for start in range(0, len(chosen), 12))


@cache
def _vocabulary() -> tuple[list[str], list[float]]:
    """Four thousand words with their cumulative weights, the n-th as common as 1/n."""
    return words(random.Random(11), 4000), list(accumulate(1 / rank for rank in range(1, 4001)))


@cache
def chapters() -> tuple[Member, ...]:
    """Eighty chapters of 6 to 45 KB, as XHTML."""
    rng = random.Random(1)
    made = []
    for number in range(80):
        paragraphs = prose(rng, rng.randint(6_000, 45_000)).split(". ")
        body = "".join(f"<p>{'. '.join(paragraphs[at : at + 5])}.</p>\n" for at in range(0, len(paragraphs), 5))
        page = (
            '<?xml version="1.0" encoding="utf-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Chapter'
            f'</title><link rel="stylesheet" href="style.css"/></head><body><h1>Chapter</h1>\n{body}</body></html>'
        )
        made.append(a_member(f"chapter{number}.xhtml", page.encode()))
    return tuple(made)


@cache
def pictures() -> tuple[bytes, ...]:
    """Twenty-four valid PNG pictures of 25 to 110 KB: noise, because a real cover does not shrink either."""
    rng = random.Random(2)
    return tuple(_noise(rng, width, width * 3 // 2) for width in (rng.randint(130, 270) for _ in range(24)))


def signed(picture: bytes, number: int) -> bytes:
    """The picture as no other book has it: with a line of text before its end."""
    return picture[:-12] + _chunk(b"tEXt", b"Comment\0cover of book %d" % number) + picture[-12:]


def _noise(rng: random.Random, width: int, height: int) -> bytes:
    rows = b"".join(b"\0" + rng.randbytes(width) for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = _chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(rows, 1)), _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def id3(texts: list[tuple[str, str]], custom: list[tuple[str, str]], comment: str, picture: bytes) -> bytes:
    """An ID3v2.3 tag in UTF-16, as most taggers on Windows write it, with a front cover."""

    def frame(name: str, body: bytes) -> bytes:
        return name.encode() + struct.pack(">IH", len(body), 0) + body

    frames = [frame(name, b"\x01" + text.encode("utf-16")) for name, text in texts]
    frames += [frame("TXXX", b"\x01" + key.encode("utf-16") + b"\0\0" + text.encode("utf-16")) for key, text in custom]
    frames.append(frame("COMM", b"\x01eng" + "".encode("utf-16") + b"\0\0" + comment.encode("utf-16")))
    frames.append(frame("APIC", b"\x00image/png\0\x03\0" + picture))
    body = b"".join(frames)
    size = bytes((len(body) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + size + body

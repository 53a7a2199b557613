"""The plain ID3 tag, which nearly every file has, read in a fifth of the time that mutagen takes.

Plain is ID3v2.3 or 2.4 without flags, with texts and pictures each of their own name. Whatever is not is left to
mutagen, so that every oddity has one reading; what is read here is what mutagen would say.
"""

import re
import struct
from collections.abc import Callable
from functools import cache
from typing import Any, BinaryIO, NamedTuple

from shishod.formats.id3_speed import decode_terminated
from shishod.formats.window import Window

HEAD_BYTES = 10
_FRAME = struct.Struct(">4sIBB")
_PADDING = bytes(HEAD_BYTES)
_PICTURE_HEAD = 512  # bytes of a picture's frame in which all is said of it
_ENCODINGS = ("latin1", "utf-16", "utf-16-be", "utf-8")
_OF_BYTES = (0, 3)
_NAMED_GENRE = re.compile(r"(?!CR$|RX$|\d+$)[^(\d].*")
_SILENT = frozenset(
    {"PRIV", "UFID", "GEOB", "MCDI", "PCNT", "POPM", "USLT", "WXXX", "WCOM", "WCOP", "WOAF", "WOAR", "WOAS", "WORS",
     "WPAY", "WPUB"}
)  # fmt: skip


class Text(NamedTuple):
    """A frame of texts, as mutagen has it."""

    text: list[str]
    desc: str = ""

    @property
    def genres(self) -> list[str]:
        """The texts of a TCON with their numbers resolved."""
        if all(_NAMED_GENRE.fullmatch(one) for one in self.text):
            return self.text
        from mutagen.id3 import TCON

        return list(TCON(encoding=3, text=self.text).genres)  # type: ignore[no-untyped-call]


class Picture(NamedTuple):
    """A frame of a picture, as mutagen has it, save that its bytes are left where they are."""

    HashKey: str
    type: int
    mime: str
    start: int
    size: int


class PlainTag(dict[str, Text | Picture]):
    """Frames by mutagen's keys; never without one. `size` is the length of the tag in the file, its `source`."""

    def __init__(self, size: int, source: BinaryIO) -> None:
        super().__init__()
        self.size = size
        self.source = source

    def getall(self, name: str) -> list[Text | Picture]:
        """Every frame of that name."""
        return [frame for key, frame in self.items() if key == name or key.startswith(f"{name}:")]

    def content_of(self, picture: Picture) -> bytes:
        """The bytes of a picture, as long as the source is open."""
        self.source.seek(picture.start)
        return self.source.read(picture.size)


class _NotPlain(Exception):
    pass


def plain_tag(head: bytes, source: BinaryIO) -> PlainTag | None:
    """The tag with that header at the beginning of a source, which holds it whole; None where it is not plain."""
    if head[3] not in (3, 4) or head[5]:
        return None
    end = HEAD_BYTES + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9])
    tag = PlainTag(end, source)
    try:
        _hear(tag, Window(source, end), head[3] == 4)
    except (_NotPlain, ValueError, IndexError):
        return None
    return tag or None


def _hear(tag: PlainTag, window: Window, new: bool) -> None:
    """`new` is ID3v2.4, whose sizes have seven bits a byte, unless an old iTunes wrote it."""
    seven = new and _of_seven_bits(window)
    at, end, bytes_at, rules, head_of = HEAD_BYTES, window.end, window.at, _rules(), _FRAME.unpack
    while at + HEAD_BYTES <= end:
        name, size, _, packing = head_of(bytes_at(at, HEAD_BYTES))
        if name == b"\0\0\0\0":
            break
        if seven:
            size = _seven_bits(size)
        start, at = at + HEAD_BYTES, at + HEAD_BYTES + size
        rule = rules.get(name)
        if not size:
            continue
        if rule is None:
            if not name.isalnum():
                raise _NotPlain
            continue
        if at > end or packing:  # the second byte of flags changes how a frame is packed
            raise _NotPlain
        said = bytes_at(start, min(size, _PICTURE_HEAD) if rule is _picture else size)
        key, frame = rule(name, said, start, size, new)
        if frame is None:
            continue
        if key in tag:
            raise _NotPlain
        tag[key] = frame


_Heard = tuple[str, Text | Picture | None]
_Rule = Callable[[bytes, bytes, int, int, bool], _Heard]  # name, content or its beginning, its place, its size, 2.4


def _text(name: bytes, said: bytes, _: int, size: int, new: bool) -> _Heard:
    if said[0] > 3 or size < 2:
        return "", None  # mutagen drops a frame that it cannot decode, or that holds nothing
    return name.decode(), Text(_texts(said[1:], said[0], new))


def _named_text(_: bytes, said: bytes, __: int, ___: int, new: bool) -> _Heard:
    desc, rest = _one(said[1:], said[0], new)
    return f"TXXX:{desc}", Text(_some(rest, said[0], new), desc)


def _comment(_: bytes, said: bytes, __: int, ___: int, new: bool) -> _Heard:
    language = said[1:4].decode("ascii")
    desc, rest = _one(said[4:], said[0], new)
    return f"COMM:{desc}:{language}", Text(_some(rest, said[0], new), desc)


def _picture(_: bytes, said: bytes, start: int, size: int, new: bool) -> _Heard:
    """Of the beginning of its frame, where all stands that is said of a picture; its bytes are what is left."""
    mime_end = said.index(0, 1)
    desc, rest = _one(said[mime_end + 2 :], said[0], new)
    if not rest.strip(b"\0"):  # nothing, or what would be nothing in ID3v2.3; or the description goes on
        raise _NotPlain
    key = f"APIC:{desc}"
    behind = len(said) - len(rest)
    return key, Picture(key, said[mime_end + 1], said[1:mime_end].decode("latin1"), start + behind, size - behind)


def _odd(*_: object) -> _Heard:
    raise _NotPlain


def _one(said: bytes, encoding: int, new: bool) -> tuple[str, bytes]:
    """The text up to its end and what follows, which in ID3v2.3 is nothing where it is only zeros."""
    text, rest = decode_terminated(said, _ENCODINGS[encoding], strict=False)
    return text, rest if new or rest.strip(b"\0") else b""


def _texts(said: bytes, encoding: int, new: bool) -> list[str]:
    if encoding in _OF_BYTES and said.find(0) in (-1, len(said) - 1):  # one text, as nearly always
        return [said.removesuffix(b"\0").decode(_ENCODINGS[encoding])] if said else []
    texts = []
    while said:
        text, said = _one(said, encoding, new)
        texts.append(text)
    return texts


def _some(said: bytes, encoding: int, new: bool) -> list[str]:
    if not said:
        raise _NotPlain
    return _texts(said, encoding, new)


def _seven_bits(size: int) -> int:
    return size & 0x7F | size >> 1 & 0x3F80 | size >> 2 & 0x1FC000 | size >> 3 & 0xFE00000


def _of_seven_bits(window: Window) -> bool:
    """Whether the frames' sizes in an ID3v2.4 are what they should be: read so, no fewer frames are known.

    As mutagen's `determine_bpi` decides it, of which this is the same without the whole tag in memory.
    """
    seven, beyond = _counted(window, _seven_bits)
    whole, beyond_whole = _counted(window, int)
    return not (whole > seven or (whole == seven and beyond >= 1 and beyond_whole <= 1))


def _counted(window: Window, size_of: Callable[[int], int]) -> tuple[int, int]:
    """How many frames are known, and how far behind the end the last one ends, sizes read so."""
    names, known, at, end = _names(), 0, HEAD_BYTES, window.end
    while at < end - HEAD_BYTES:
        head = window.at(at, HEAD_BYTES)
        if head == _PADDING:
            return known, -((end - at) % HEAD_BYTES)
        known += head[:4] in names
        at += HEAD_BYTES + size_of(int.from_bytes(head[4:8], "big"))
    return known, at - end


@cache
def known_frames() -> dict[str, Any]:
    """mutagen's frames, save that a date is text: what is no ISO 8601 would be lost before we see it."""
    from mutagen.id3 import Frames, Frames_2_2, TextFrame

    return {**Frames, **Frames_2_2, **{name: type(name, (TextFrame,), {}) for name in ("TDRC", "TDRL", "TDOR")}}


@cache
def _names() -> frozenset[bytes]:
    return frozenset(name.encode() for name in known_frames())


@cache
def _rules() -> dict[bytes, _Rule]:
    """By the names of frames; those that are unknown, or of which nobody asks what they say, have none."""
    found = {name: _rule(name, frame) for name, frame in known_frames().items() if name not in _SILENT}
    return {name.encode(): rule for name, rule in found.items() if len(name) == 4}


def _rule(name: str, frame: Any) -> _Rule:
    special: dict[str, _Rule] = {"TXXX": _named_text, "COMM": _comment, "APIC": _picture}
    if name in special:
        return special[name]
    from mutagen.id3 import TextFrame
    from mutagen.id3._specs import EncodedNumericPartTextSpec, EncodedNumericTextSpec, EncodedTextSpec, MultiSpec

    plain = (EncodedTextSpec, EncodedNumericTextSpec, EncodedNumericPartTextSpec)
    told = frame._framespec[1:]
    if issubclass(frame, TextFrame) and len(told) == 1 and isinstance(told[0], MultiSpec):
        return _text if [type(one) in plain for one in told[0].specs] == [True] else _odd
    return _odd

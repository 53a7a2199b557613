"""The plain ID3 tag, which nearly every file has, read in a fifth of the time that mutagen takes.

Plain is ID3v2.3 or 2.4 without flags, with texts and pictures each of their own name. Whatever is not is left to
mutagen, so that every oddity has one reading; what is read here is what mutagen would say.
"""

import re
from collections.abc import Callable
from enum import Enum, auto
from functools import cache
from typing import Any, NamedTuple

from shishod.formats.id3_speed import decode_terminated

HEAD_BYTES = 10
_ENCODINGS = ("latin1", "utf-16", "utf-16-be", "utf-8")
_NAMED_GENRE = re.compile(r"(?!CR$|RX$|\d+$)[^(\d].*")
_SILENT = frozenset(
    {"PRIV", "UFID", "GEOB", "MCDI", "PCNT", "POPM", "USLT", "WXXX", "WCOM", "WCOP", "WOAF", "WOAR", "WOAS", "WORS",
     "WPAY", "WPUB"}
)  # fmt: skip


class _Kind(Enum):
    TEXT = auto()
    NAMED_TEXT = auto()  # TXXX
    COMMENT = auto()
    PICTURE = auto()
    SILENT = auto()  # nobody asks what it says
    ODD = auto()


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
    """A frame of a picture, as mutagen has it."""

    HashKey: str
    type: int
    mime: str
    content: bytes


class PlainTag(dict[str, Text | Picture]):
    """Frames by mutagen's keys; never without one. `size` is the length of the tag in the file."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def getall(self, name: str) -> list[Text | Picture]:
        """Every frame of that name."""
        return [frame for key, frame in self.items() if key == name or key.startswith(f"{name}:")]


class _NotPlain(Exception):
    pass


def plain_tag(head: bytes, body: bytes) -> PlainTag | None:
    """The tag with that header, which says how long the body is; None where it is not plain."""
    if head[3] not in (3, 4) or head[5] or not body:
        return None
    tag = PlainTag(HEAD_BYTES + len(body))
    try:
        _hear(tag, body, head[3] == 4)
    except (_NotPlain, ValueError, IndexError):
        return None
    return tag or None


def _hear(tag: PlainTag, body: bytes, new: bool) -> None:
    """`new` is ID3v2.4, whose sizes have seven bits a byte, unless an old iTunes wrote it."""
    size_of = _sizes(body) if new else int
    kinds = _kinds()
    at, end = 0, len(body)
    while at + HEAD_BYTES <= end and (name := body[at : at + 4]) != b"\0\0\0\0":
        size = size_of(int.from_bytes(body[at + 4 : at + 8], "big"))
        start, at = at + HEAD_BYTES, at + HEAD_BYTES + size
        if not size:
            continue
        kind = kinds.get(name)
        if kind is None or kind is _Kind.SILENT:
            if not name.isalnum():
                raise _NotPlain
            continue
        if at > end or body[start - 1] or kind is _Kind.ODD:  # the second byte of flags changes how a frame is packed
            raise _NotPlain
        key, frame = _READS[kind](name.decode(), body, start, at, new)
        if frame is None:
            continue
        if key in tag:
            raise _NotPlain
        tag[key] = frame


Heard = tuple[str, Text | Picture | None]


def _text(name: str, body: bytes, start: int, end: int, new: bool) -> Heard:
    if body[start] > 3 or end - start < 2:
        return name, None  # mutagen drops a frame that it cannot decode, or that holds nothing
    return name, Text(_texts(body[start + 1 : end], body[start], new))


def _named_text(name: str, body: bytes, start: int, end: int, new: bool) -> Heard:
    desc, rest = _one(body[start + 1 : end], body[start], new)
    return f"{name}:{desc}", Text(_some(rest, body[start], new), desc)


def _comment(name: str, body: bytes, start: int, end: int, new: bool) -> Heard:
    language = body[start + 1 : start + 4].decode("ascii")
    desc, rest = _one(body[start + 4 : end], body[start], new)
    return f"{name}:{desc}:{language}", Text(_some(rest, body[start], new), desc)


def _picture(name: str, body: bytes, start: int, end: int, new: bool) -> Heard:
    mime_end = body.index(0, start + 1, end)
    desc, content = _one(body[mime_end + 2 : end], body[start], new)
    if not content:
        raise _NotPlain
    key = f"{name}:{desc}"
    return key, Picture(key, body[mime_end + 1], body[start + 1 : mime_end].decode("latin1"), content)


_READS: dict[_Kind, Callable[[str, bytes, int, int, bool], Heard]] = {
    _Kind.TEXT: _text,
    _Kind.NAMED_TEXT: _named_text,
    _Kind.COMMENT: _comment,
    _Kind.PICTURE: _picture,
}


def _one(said: bytes, encoding: int, new: bool) -> tuple[str, bytes]:
    """The text up to its end and what follows, which in ID3v2.3 is nothing where it is only zeros."""
    text, rest = decode_terminated(said, _ENCODINGS[encoding], strict=False)
    return text, rest if new or rest.strip(b"\0") else b""


def _texts(said: bytes, encoding: int, new: bool) -> list[str]:
    texts = []
    while said:
        text, said = _one(said, encoding, new)
        texts.append(text)
    return texts


def _some(said: bytes, encoding: int, new: bool) -> list[str]:
    if not said:
        raise _NotPlain
    return _texts(said, encoding, new)


def _sizes(body: bytes) -> Callable[[int], int]:
    from mutagen.id3._tags import determine_bpi

    rule: Callable[[int], int] = determine_bpi(body, known_frames())  # type: ignore[no-untyped-call]
    return rule


@cache
def known_frames() -> dict[str, Any]:
    """mutagen's frames, save that a date is text: what is no ISO 8601 would be lost before we see it."""
    from mutagen.id3 import Frames, Frames_2_2, TextFrame

    return {**Frames, **Frames_2_2, **{name: type(name, (TextFrame,), {}) for name in ("TDRC", "TDRL", "TDOR")}}


@cache
def _kinds() -> dict[bytes, _Kind]:
    return {name.encode(): _kind(name, frame) for name, frame in known_frames().items() if len(name) == 4}


def _kind(name: str, frame: Any) -> _Kind:
    special = {"TXXX": _Kind.NAMED_TEXT, "COMM": _Kind.COMMENT, "APIC": _Kind.PICTURE}
    if name in special:
        return special[name]
    if name in _SILENT:
        return _Kind.SILENT
    from mutagen.id3 import TextFrame
    from mutagen.id3._specs import EncodedNumericPartTextSpec, EncodedNumericTextSpec, EncodedTextSpec, MultiSpec

    plain = (EncodedTextSpec, EncodedNumericTextSpec, EncodedNumericPartTextSpec)
    told = frame._framespec[1:]
    if issubclass(frame, TextFrame) and len(told) == 1 and isinstance(told[0], MultiSpec):
        return _Kind.TEXT if [type(one) in plain for one in told[0].specs] == [True] else _Kind.ODD
    return _Kind.ODD

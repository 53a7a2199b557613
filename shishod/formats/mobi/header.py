"""The header of a book in its first record: PalmDOC's sixteen bytes, the MOBI header, and the EXTH behind it."""

import codecs
import html
import struct
from dataclasses import dataclass, field
from enum import IntEnum

_MOBI_AT = 16
_EXTH = struct.Struct(">4sII")
_RECORD = struct.Struct(">II")
_UTF8 = 65001
_WESTERN = "cp1252"
_HAS_EXTH = 0x40
_NONE = 0xFFFFFFFF
_CODE_PAGES = frozenset({437, 850, 866, 874, 932, 936, 949, 950, *range(1250, 1259)})


class Exth(IntEnum):
    """The kinds of EXTH records that say something of the book."""

    AUTHOR = 100
    PUBLISHER = 101
    IMPRINT = 102
    DESCRIPTION = 103
    ISBN = 104
    SUBJECT = 105
    DATE = 106
    CONTRIBUTOR = 108
    SOURCE = 112
    ASIN = 113
    IS_SAMPLE = 115
    KF8_BEGINS = 121
    COVER = 201
    KINDLE_KEYS = 209
    SORT = 501
    TITLE = 503
    STORE_ASIN = 504
    LANGUAGE = 524


@dataclass(slots=True)
class Header:
    """What one header says, in its own order. `lock` is 0 where the book is not locked."""

    lock: int = 0
    encoding: str = _WESTERN
    version: int = 0  # of the MOBI header: 8 is KF8; 0 is a PalmDOC, which has none
    full_name: bytes = b""
    locale: int = 0
    first_picture: int | None = None
    index: int | None = None  # of its chapters, counted from the record that the book begins with
    exth: dict[int, list[bytes]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def said(self, kind: int) -> list[str]:
        """The texts of all EXTH records of a kind, empty ones left out."""
        texts = (self.text(value) for value in self.exth.get(kind, ()))
        return [text for text in texts if text and not text.isspace()]

    def number(self, kind: int) -> int | None:
        """The number in the first EXTH record of a kind; None where there is none, or it stands for none."""
        value = next(iter(self.exth.get(kind, ())), b"")
        number = int.from_bytes(value, "big") if 0 < len(value) <= 4 else _NONE
        return None if number == _NONE else number

    def text(self, value: bytes) -> str:
        """Letters in the book's own encoding; what is said to be UTF-8 and is none is read as western."""
        try:
            text = value.decode(self.encoding)
        except UnicodeDecodeError:
            text = value.decode(_WESTERN if self.encoding == "utf-8" else self.encoding, "replace")
        return html.unescape(text.replace("\0", ""))


def parsed(record: bytes) -> Header | None:
    """The header in a book's first record; None where the record is too short to be one."""
    if len(record) < _MOBI_AT:
        return None
    header = Header(lock=int.from_bytes(record[12:14], "big"))
    if record[_MOBI_AT : _MOBI_AT + 4] != b"MOBI":
        header.lock = _lock_of_palmdoc(record)
        return header
    end = _MOBI_AT + (_number(record, 20, len(record)) or 0)

    def field_at(place: int) -> int | None:
        return _number(record, place, end)

    header.encoding = _encoding(field_at(28) or 0)
    header.version = field_at(36) or 1
    start, length = field_at(84), field_at(88)
    if start is not None and length is not None and start + length <= len(record):
        header.full_name = record[start : start + length]
    header.locale = field_at(92) or 0
    header.first_picture = field_at(108)
    header.index = field_at(244)
    if (field_at(128) or 0) & _HAS_EXTH:
        _hear(header, record, end)
    return header


def _number(record: bytes, place: int, end: int) -> int | None:
    """A number of four bytes; None where the header ends before it does, or where it stands for none."""
    if place + 4 > min(end, len(record)):
        return None
    number = int.from_bytes(record[place : place + 4], "big")
    return None if number == _NONE else number


def _lock_of_palmdoc(record: bytes) -> int:
    """In a PalmDOC that is not locked the same bytes are where its reader stopped, which is inside the text."""
    length, stopped = int.from_bytes(record[4:8], "big"), int.from_bytes(record[12:16], "big")
    return stopped >> 16 if stopped > length else 0


def _encoding(code_page: int) -> str:
    if code_page == _UTF8:
        return "utf-8"
    return codecs.lookup(f"cp{code_page}").name if code_page in _CODE_PAGES else _WESTERN


def _hear(header: Header, record: bytes, start: int) -> None:
    """Take in the EXTH records, as many as there really are."""
    mark, _, count = _EXTH.unpack_from(record, start) if start + _EXTH.size <= len(record) else (b"", 0, 0)
    if mark != b"EXTH":
        header.notes.append("the EXTH that its header promises is not there")
        return
    at = start + _EXTH.size
    for _ in range(count):
        kind, length = _RECORD.unpack_from(record, at) if at + _RECORD.size <= len(record) else (0, 0)
        if length < _RECORD.size or at + length > len(record):
            header.notes.append("its EXTH ends before its last record does; what was there was read")
            return
        header.exth.setdefault(kind, []).append(record[at + _RECORD.size : at + length])
        at += length

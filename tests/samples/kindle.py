"""MOBI, AZW3 and PalmDOC as kindlegen and calibre write them, without a page of text."""

import struct
from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from typing import TypeVar

from tests.samples.picture import a_png

AnyPath = TypeVar("AnyPath", bound=str | bytes | PathLike[str])
Exth = Mapping[int, str | int | bytes | Sequence[str]]

MOBI_BYTES = 232
NONE = 0xFFFFFFFF


def a_mobi(
    path: AnyPath,
    *,
    title: str | None = "A Book",
    authors: Sequence[str] = ("Ann Author",),
    exth: Exth | None = None,
    cover: bytes | bool = False,
    kf8: Exth | None = None,
    chapters: Sequence[tuple[str, int]] = (),
    palm_name: bytes = b"A_Palm_Name",
    kind: bytes = b"BOOKMOBI",
    **header: int | str | None,
) -> AnyPath:
    """Write a MOBI: the header, a record of text, a picture that is no cover, the cover; behind them a KF8 of its own.

    `header` is for `a_header`; `exth` are more records by their kind; `chapters` are titles with the numbers of their
    parts, -1 for those that have none, in an index of their own.
    """
    said: dict[int, str | int | bytes | Sequence[str]] = {100: authors}
    said |= {} if title is None else {503: title}
    pictures = [a_png(2, 2), a_png() if cover is True else cover] if cover else []
    said |= {201: 1} if cover else {}
    pictures += an_ncx(chapters) if chapters else []
    header |= {"index": 2 + len(pictures) - 3} if chapters else {}
    behind = 2 + len(pictures)
    said |= {121: behind + 1} if kf8 is not None else {}
    records = [a_header(said | dict(exth or {}), **header), b"once upon a time", *pictures]
    if kf8 is not None:
        records += [b"BOUNDARY", a_header(kf8, **{**header, "version": 8})]
    with open(fspath(path), "wb") as target:
        target.write(palm(records, palm_name, kind))
    return path


def a_header(
    exth: Exth,
    *,
    full_name: str = "",
    code_page: int = 65001,
    version: int = 6,
    locale: int = 9,
    lock: int = 0,
    first_picture: int = 2,
    index: int = NONE,
    length: int = MOBI_BYTES,
) -> bytes:
    """The first record of a book; `length` is that of the MOBI header, which cuts it short where it is small."""
    encoding = "utf-8" if code_page == 65001 else f"cp{code_page}"
    records = b"".join(
        struct.pack(">II", kind, len(value) + 8) + value
        for kind, said in exth.items()
        for value in _values(said, encoding)
    )
    count = sum(len(_values(said, encoding)) for said in exth.values())
    tail = struct.pack(">4sII", b"EXTH", len(records) + 12, count) + records if exth else b""
    mobi = bytearray(struct.pack(">4sIIII", b"MOBI", length, 2, code_page, 1) + struct.pack(">I", version))
    mobi += bytes(MOBI_BYTES - len(mobi))
    fields = {84: 16 + length + len(tail), 88: len(full_name.encode(encoding)), 92: locale, 108: first_picture,
              128: 0x40 if exth else 0, 244: index}  # fmt: skip
    for place, number in fields.items():
        struct.pack_into(">I", mobi, place - 16, number)
    return struct.pack(">HHIHHHH", 2, 0, 16, 1, 4096, lock, 0) + mobi[:length] + tail + full_name.encode(encoding)


def an_ncx(chapters: Sequence[tuple[str, int]]) -> list[bytes]:
    """The records of an index: its head with the tags of its entries, the entries, and the labels they refer to."""
    tags = b"TAGX" + struct.pack(">II", 28, 1) + bytes([1, 1, 1, 0, 3, 1, 2, 0, 21, 1, 4, 0, 0, 0, 0, 1])
    labels, entries, starts = b"", b"", list[int]()
    for number, (title, part) in enumerate(chapters):
        starts.append(56 + len(entries))
        said = _seven(number * 200) + _seven(len(labels)) + (_seven(part) if part >= 0 else b"")
        entries += b"\3%03d" % number + bytes([7 if part >= 0 else 3]) + said
        labels += _seven(len(title.encode())) + title.encode()
    table = b"IDXT" + b"".join(struct.pack(">H", start) for start in starts)
    return [
        _index_head(0, 1, 1) + tags,
        _index_head(56 + len(entries), len(chapters), 0) + entries + table,
        labels + b"\0",
    ]


def _index_head(start: int, entries: int, labels: int) -> bytes:
    return struct.pack(">4s13I", b"INDX", 56, 0, 0, 0, start, entries, 65001, 9, entries, 0, 0, 0, labels)


def _seven(number: int) -> bytes:
    """Seven bits a byte, the last of which has the eighth."""
    said = [number & 0x7F | 0x80]
    while number := number >> 7:
        said.insert(0, number & 0x7F)
    return bytes(said)


def _values(said: str | int | bytes | Sequence[str], encoding: str) -> list[bytes]:
    if isinstance(said, int):
        return [struct.pack(">I", said)]
    if isinstance(said, bytes):
        return [said]
    return [one.encode(encoding) for one in ([said] if isinstance(said, str) else said)]


def palm(records: Sequence[bytes], name: bytes = b"A_Palm_Name", kind: bytes = b"BOOKMOBI") -> bytes:
    """A Palm database of these records."""
    start = 78 + 8 * len(records) + 2
    head = name.ljust(32, b"\0") + bytes(28) + kind + bytes(8) + struct.pack(">H", len(records))
    for number, record in enumerate(records):
        head += struct.pack(">II", start, 2 * number)
        start += len(record)
    return head + b"\0\0" + b"".join(records)

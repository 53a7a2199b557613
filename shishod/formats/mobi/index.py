"""The NCX of a Kindle book: an index of its chapters, in records of their own, packed as Amazon packs every index."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from shishod.formats.limits import Limits
from shishod.formats.mobi.header import Header
from shishod.formats.mobi.palm import PalmDatabase
from shishod.formats.words import clean
from shishod.model.book import Chapter

_HEAD = struct.Struct(">4s13I")
_POSITION, _LABEL, _PARENT = 1, 3, 21  # tags of an entry
_PAGE = 0x1_0000  # labels of one record are counted up to this; those of the next go on from it
_MOST_RECORDS, _MOST_TAGS = 1_000, 256  # the latter in bytes


class _Index(NamedTuple):
    """The head of an index, or of one of its records: where its table of `entries` starts, and how many there are.

    Of the whole index they are its records.
    """

    length: int
    start: int
    entries: int
    labels: int


class _Tag(NamedTuple):
    """What an entry may hold: so many numbers by so many values, where these bits of its control bytes say so."""

    number: int
    width: int
    mask: int
    ends_byte: int


def chapters_of(database: PalmDatabase, header: Header, first: int, limits: Limits) -> tuple[Chapter, ...]:
    """Parts before their chapters; `first` is the record that the book begins with. Nothing where there is no index.

    Source: the MobileRead wiki on INDX, TAGX and CNCX, and KindleUnpack for what the tags of an NCX mean.
    """
    if header.index is None:
        return ()
    number = first + header.index
    record = database.record(number, limits.text_bytes)
    index = _head(record)
    if index is None or not 0 < index.entries < _MOST_RECORDS or index.labels > _MOST_RECORDS:
        return ()
    control, tags = _tags(record, index.length)
    labels = _labels(database, number + index.entries + 1, index.labels, limits)
    found: list[dict[int, int]] = []
    for place in range(number + 1, number + 1 + index.entries):
        entries = _entries(database.record(place, limits.text_bytes))
        found += [_values(entry, control, tags) for entry in islice(entries, limits.chapters - len(found))]
    told = ((labels.get(said.get(_LABEL, -1), b""), said.get(_POSITION, 0)) for said in _told(found))
    chapters = (Chapter(clean(header.text(label), limits.words), href=f"position {at}") for label, at in told)
    return tuple(one for one in chapters if one.title)


def _told(found: Sequence[dict[int, int]]) -> list[dict[int, int]]:
    """An index has all parts before all chapters; each chapter belongs behind its part, whose number it holds."""
    below: dict[int, list[int]] = {}
    for number, said in enumerate(found):
        parent = said.get(_PARENT, -1)
        below.setdefault(parent if parent < number else -1, []).append(number)
    told, waiting = list[dict[int, int]](), below.get(-1, [])[::-1]
    while waiting:
        number = waiting.pop()
        told.append(found[number])
        waiting += below.get(number, [])[::-1]
    return told


def _head(record: bytes) -> _Index | None:
    if len(record) < _HEAD.size:
        return None
    mark, length, _, _, _, start, count, *_, labels = _HEAD.unpack_from(record)
    return _Index(length, start, count, labels) if mark == b"INDX" else None


def _tags(record: bytes, at: int) -> tuple[int, list[_Tag]]:
    """How many control bytes an entry has, and the tags in their order."""
    if record[at : at + 4] != b"TAGX" or at + 12 > len(record):
        return 0, []
    length, control = struct.unpack_from(">II", record, at + 4)
    rows = record[at + 12 : at + min(length, _MOST_TAGS)]
    return control, [_Tag(*rows[place : place + 4]) for place in range(0, len(rows) // 4 * 4, 4)]


def _entries(record: bytes) -> Iterator[bytes]:
    """Each without its name, which stands before it with its length."""
    index = _head(record)
    if index is None or record[index.start : index.start + 4] != b"IDXT":
        return
    table = record[index.start + 4 : index.start + 4 + 2 * index.entries]
    starts = [*(place for (place,) in struct.iter_unpack(">H", table[: len(table) // 2 * 2])), index.start]
    for start, end in pairwise(starts):
        if start < min(end, len(record)):
            yield record[start + 1 + record[start] : end]


def _values(entry: bytes, control: int, tags: Sequence[_Tag]) -> dict[int, int]:
    """The first number of each tag that an entry holds."""
    counts: list[tuple[_Tag, int, bool]] = []  # and whether it counts bytes, not values
    at, byte = control, 0
    for tag in tags:
        if tag.ends_byte:
            byte += 1
            continue
        value = entry[byte] & tag.mask if byte < min(control, len(entry)) else 0
        if value and value == tag.mask and tag.mask.bit_count() > 1:
            count, at = _number(entry, at)
            counts.append((tag, count, True))
        elif value:
            counts.append((tag, value >> ((tag.mask & -tag.mask).bit_length() - 1), False))
    said: dict[int, int] = {}
    for tag, count, in_bytes in counts:
        end = at + count if in_bytes else len(entry)
        left = len(entry) if in_bytes else count * tag.width
        while left > 0 and at < min(end, len(entry)):
            value, at = _number(entry, at)
            said.setdefault(tag.number, value)
            left -= 1
    return said


def _number(text: bytes, at: int) -> tuple[int, int]:
    """Seven bits a byte, the last of which has the eighth; and where the next begins."""
    value = 0
    for place in range(at, min(at + 4, len(text))):
        value = value << 7 | text[place] & 0x7F
        if text[place] & 0x80:
            return value, place + 1
    return value, at + 4


def _labels(database: PalmDatabase, first: int, count: int, limits: Limits) -> Mapping[int, bytes]:
    """The texts that entries refer to, by their places."""
    found: dict[int, bytes] = {}
    for number in range(count):
        record, at = database.record(first + number, _PAGE), 0
        while at < len(record) and record[at] and len(found) < limits.chapters * 4:
            length, text = _number(record, at)
            found[number * _PAGE + at] = record[text : text + length]
            at = text + length
    return found

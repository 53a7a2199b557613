"""What is attached to a Matroska film: its cover, found by the headers of its elements alone."""

import os
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, NamedTuple

from shishod.formats.limits import Limits
from shishod.formats.pictures import gone
from shishod.formats.source import opened, size_of

_SEGMENT, _SEEK_HEAD, _SEEK, _SEEK_ID, _SEEK_POSITION = 0x18538067, 0x114D9B74, 0x4DBB, 0x53AB, 0x53AC
_CLUSTER, _ATTACHMENTS, _ATTACHED, _NAME, _CONTENT = 0x1F43B675, 0x1941A469, 0x61A7, 0x466E, 0x465C
_MOST = 1000  # elements of one level
_LONGEST_NAME = 1000
MARK = "attachment:"


class Element(NamedTuple):
    """One element: where its body starts, and where that ends as far as the file goes."""

    id: int
    start: int
    end: int


def attachments(file: BinaryIO) -> Iterator[tuple[str, int]]:
    """The name and the bytes of each attached file."""
    for attached in islice(_attached(file), _MOST):
        parts = {one.id: one for one in _below(file, attached)}
        if _NAME in parts and _CONTENT in parts:
            yield _text(file, parts[_NAME]), parts[_CONTENT].end - parts[_CONTENT].start


def picture(path: bytes, member: str, limits: Limits) -> bytes:
    """The attached file of that name. Sources: RFC 8794 for the elements, RFC 9559 for what they mean."""
    wanted = member.removeprefix(MARK)
    with opened(path) as file:
        for attached in islice(_attached(file), _MOST):
            parts = {one.id: one for one in _below(file, attached)}
            if _NAME in parts and _CONTENT in parts and _text(file, parts[_NAME]) == wanted:
                return _body(file, parts[_CONTENT], limits.cover_bytes + 1)
    raise gone(member)


def _attached(file: BinaryIO) -> Iterator[Element]:
    """Every attachment, where it stands before the first picture or the film says where it is."""
    top = (one for one in islice(_elements(file, 0, size_of(file)), _MOST) if one.id == _SEGMENT)
    for segment in islice(top, 1):
        for one in islice(_elements(file, segment.start, segment.end), _MOST):
            if one.id == _CLUSTER:
                break
            if one.id == _ATTACHMENTS:
                yield from _below(file, one, _ATTACHED)
                return
            if one.id == _SEEK_HEAD and (place := _told(file, one)) is not None:
                far = next(_elements(file, segment.start + place, segment.end), None)
                if far is not None and far.id == _ATTACHMENTS:
                    yield from _below(file, far, _ATTACHED)
                    return


def _told(file: BinaryIO, head: Element) -> int | None:
    """Where in its segment a list of places says that the attachments are."""
    for seek in _below(file, head, _SEEK):
        parts = {one.id: int.from_bytes(_body(file, one, 8), "big") for one in _below(file, seek)}
        if parts.get(_SEEK_ID) == _ATTACHMENTS:
            return parts.get(_SEEK_POSITION)
    return None


def _below(file: BinaryIO, parent: Element, wanted: int | None = None) -> list[Element]:
    found = islice(_elements(file, parent.start, parent.end), _MOST)
    return [one for one in found if wanted is None or one.id == wanted]


def _elements(file: BinaryIO, at: int, end: int) -> Iterator[Element]:
    """One after the other, as far as they lead."""
    while at < end:
        head = os.pread(file.fileno(), 12, at)
        width = 9 - head[0].bit_length() if head and head[0] else 9
        first = head[width] if width < len(head) else 0
        length = 9 - first.bit_length()
        if width > 4 or length > 8 or width + length > min(len(head), end - at):
            return
        size = int.from_bytes(head[width : width + length], "big") & ((1 << 7 * length) - 1)
        start = at + width + length
        open_ended = size == (1 << 7 * length) - 1
        yield Element(int.from_bytes(head[:width], "big"), start, end if open_ended else min(start + size, end))
        if open_ended:
            return
        at = start + size


def _body(file: BinaryIO, one: Element, most: int) -> bytes:
    return os.pread(file.fileno(), min(one.end - one.start, most), one.start)


def _text(file: BinaryIO, one: Element) -> str:
    return _body(file, one, _LONGEST_NAME).rstrip(b"\0").decode("utf-8", "replace")

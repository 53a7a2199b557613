"""DJVU: the number of its pages and the annotations that describe it, where those are not packed."""

import os
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from shishod.errors import BrokenFile
from shishod.formats.limits import Limits
from shishod.model.book import BookKind, Contribution, Technical
from shishod.model.metadata import Reading

_MAGIC = b"AT&T"
_BUNDLED = 0x80  # of the directory's flags: the pages are in this file, and not files of their own
_METADATA = re.compile(rb'\(\s*metadata((?:\s*\(\s*[\w.:-]+\s+"(?:[^"\\]++|\\.)*+"\s*\))*)\s*\)', re.DOTALL)
_PAIR = re.compile(rb'\(\s*([\w.:-]+)\s+"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(.))", re.DOTALL)
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"a": b"", b"b": b"", b"f": b"", b"v": b""}
_APART = "its pages are files of their own, and were not counted"


class _Chunk(NamedTuple):
    """`kind` is the name, with a form's own kind behind a colon ("FORM:DJVU"); its content lies from start to end."""

    kind: str
    start: int
    end: int


class Djvu:
    """Sources: the DjVu 3 specification of Lizardtech, and DjVuLibre's djvuchanges.txt for the annotations.

    Annotations and outlines that are packed by BZZ are not read: to unpack them is a coder of its own.
    """

    name = "djvu"
    version = 1
    suffixes = frozenset({b".djvu", b".djv"})
    kind = BookKind.EBOOK

    def claims(self, head: bytes) -> bool:
        return head.startswith(_MAGIC + b"FORM")

    def read(self, path: bytes, limits: Limits) -> Reading:
        from shishod.formats.source import opened, size_of

        with opened(path) as file:
            size = size_of(file)
            top = next(_chunks(file, len(_MAGIC), size, limits), None)
            if not self.claims(os.pread(file.fileno(), 8, 0)) or top is None:
                raise BrokenFile("not-a-djvu", "the file is named as a DJVU, but is none; nothing was read from it")
            if top.kind == "FORM:DJVU":
                return _reading(file, [top], 1, limits, ())
            forms = list(_chunks(file, top.start, top.end, limits))
            pages = [one for one in forms if one.kind == "FORM:DJVU"]
            apart = any(one.kind == "DIRM" and not _flags(file, one) & _BUNDLED for one in forms)
            shared = [one for one in forms if one.kind == "FORM:DJVI"]
            count = None if apart else len(pages)
            return _reading(file, shared + pages[:1], count, limits, (_APART,) if apart else ())


def _chunks(file: BinaryIO, start: int, end: int, limits: Limits) -> Iterator[_Chunk]:
    """The chunks of a form, in order. Raises BrokenFile where one ends behind the form."""
    for _ in range(limits.entries):
        if end - start < 8:
            return
        head = os.pread(file.fileno(), 12, start)
        length = int.from_bytes(head[4:8], "big")
        if len(head) < 8 or start + 8 + length > end:
            raise BrokenFile("truncated", "the DJVU ends before its last page does: it was cut short, or is damaged")
        form = head.startswith(b"FORM") and length >= 4
        kind = head[:4].decode("latin-1") + (f":{head[8:12].decode('latin-1')}" if form else "")
        yield _Chunk(kind, start + (12 if form else 8), start + 8 + length)
        start += 8 + length + length % 2
    raise BrokenFile("limit", f"the DJVU has more than {limits.entries} chunks (formats.max_entries)")


def _flags(file: BinaryIO, directory: _Chunk) -> int:
    return int.from_bytes(os.pread(file.fileno(), 1, directory.start), "big")


def _reading(file: BinaryIO, forms: list[_Chunk], pages: int | None, limits: Limits, notes: tuple[str, ...]) -> Reading:
    said: dict[str, str] = {}
    for form in forms:
        for one in _chunks(file, form.start, form.end, limits):
            if one.kind == "ANTa" and one.end - one.start <= limits.text_bytes:
                content = os.pread(file.fileno(), one.end - one.start, one.start)
                said = dict(_annotated(content)) | said
    facts = {name: value for name, value in _facts(said, limits).items() if value}
    return Reading(
        reader="djvu",
        format="djvu",
        technical=Technical(pages=pages),
        places=tuple((name, "metadata annotation") for name in facts),
        notes=notes,
        **facts,
    )


def _annotated(content: bytes) -> Iterator[tuple[str, str]]:
    """The keys (in lower case) and values of `(metadata (key "value") ...)`."""
    for match in _METADATA.finditer(content):
        for key, value in _PAIR.findall(match[1]):
            yield key.decode("ascii", "replace").lower(), _ESCAPE.sub(_byte, value).decode("utf-8", "replace")


def _byte(match: re.Match[bytes]) -> bytes:
    octal, letter = match.groups()
    return bytes([int(octal, 8) & 0xFF]) if octal else _PLAIN.get(letter, letter)


def _facts(said: dict[str, str], limits: Limits) -> dict[str, Any]:
    """By the fields of a Reading; the keys are those of BibTeX, and those of a PDF that it was made from."""
    from shishod.formats.dates import partial_date
    from shishod.formats.identifiers import identifier
    from shishod.formats.languages import language_tag
    from shishod.formats.names import split_people
    from shishod.formats.words import clean, plain_text

    names = split_people(clean(said.get("author"), limits.words), commas=True)
    words = (clean(one, limits.words) for one in said.get("keywords", "").split(",")[: limits.values])
    numbers = (identifier(said.get(scheme), scheme) for scheme in ("isbn", "doi"))
    return {
        "title": clean(said.get("title") or said.get("booktitle"), limits.words),
        "contributions": tuple(Contribution(name) for name in names),
        "publisher": clean(said.get("publisher"), limits.words),
        "date": partial_date(said.get("date")) or partial_date(said.get("year")),
        "language": language_tag(clean(said.get("language"), 40)),
        "identifiers": tuple(one for one in numbers if one is not None),
        "tags": tuple(dict.fromkeys(word for word in words if word)),
        "description": plain_text(said.get("abstract") or said.get("subject"), limits.description),
    }

"""TXT and HTML: told to be that, and their name says the rest, for what they begin with may be anything."""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass

from shishod.errors import BrokenFile
from shishod.formats.limits import Limits
from shishod.formats.reader import HEAD_BYTES
from shishod.formats.source import opened
from shishod.model.book import BookKind
from shishod.model.metadata import Reading

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_OTHERS = (b"<", b"{\\rtf", b"%PDF", b"%!PS", b"PK\3\4")
_UNFIT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_PAGE = re.compile(rb"(?i)<(?:!doctype\s+html|html|head|body|title|meta|h1|div)\b")


@dataclass(frozen=True, slots=True)
class Plain:
    """A reader of one kind of text that has no mark of its own: a name that says otherwise is believed before it."""

    name: str
    suffixes: frozenset[bytes]
    claims: Callable[[bytes], bool]
    version: int = 1
    kind: BookKind = BookKind.EBOOK

    def read(self, path: bytes, _limits: Limits) -> Reading:
        with opened(path) as file:
            if not self.claims(file.read(HEAD_BYTES)):
                text = f"it is named as {self.name.upper()}, but is none; it is left as it is"
                raise BrokenFile(f"not-{self.name}", text)
        return Reading(reader=self.name, format=self.name)


def _is_text(head: bytes) -> bool:
    """Letters in whatever code page, or in UTF-16 where a mark says so, that begin as no other format does."""
    if head.startswith(_WIDE):
        return True
    head = head.removeprefix(codecs.BOM_UTF8)
    return bool(head) and not head.lstrip().startswith(_OTHERS) and _UNFIT.search(head) is None


def _is_page(head: bytes) -> bool:
    """An element of HTML where it is soon met; a document of another kind in XML says so before."""
    if head.startswith(_WIDE):
        head = head.replace(b"\0", b"")
    head = head.removeprefix(codecs.BOM_UTF8).lstrip(b"\xff\xfe \t\r\n")
    return head.startswith(b"<") and _PAGE.search(head) is not None and b"<FictionBook" not in head


TXT = Plain("txt", frozenset({b".txt"}), _is_text)
HTML = Plain("html", frozenset({b".html", b".htm", b".xhtml"}), _is_page)

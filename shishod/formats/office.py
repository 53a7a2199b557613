"""DOCX, ODT and RTF: what a word processor wrote is told to be that, and its name says the rest.

What such a file says of itself is mostly of the computer it was written on: the author of a template, a draft's title.
"""

from collections.abc import Callable
from dataclasses import dataclass

from shishod.errors import BrokenFile
from shishod.formats.limits import Limits
from shishod.formats.reader import HEAD_BYTES
from shishod.formats.source import opened
from shishod.formats.zip_names import names_shown
from shishod.model.book import BookKind
from shishod.model.metadata import Reading

_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument.text"  # stored as the first member, says its part 2


@dataclass(frozen=True, slots=True)
class Office:
    """A reader of one kind of document. `heart` is the member that holds its text, where it is a zip.

    Sources: ECMA-376 part 2 for DOCX, OpenDocument 1.3 for ODT, Microsoft's RTF 1.9.1.
    """

    name: str
    heart: str
    claims: Callable[[bytes], bool]
    version: int = 1
    kind: BookKind = BookKind.EBOOK

    @property
    def suffixes(self) -> frozenset[bytes]:
        return frozenset({b"." + self.name.encode()})

    def read(self, path: bytes, limits: Limits) -> Reading:
        from shishod.formats.archive import Archive

        with opened(path) as file:
            if self.heart and self.heart not in Archive(file, limits):
                raise self._none(f"the zip has no {self.heart} in it")
            if not self.heart and not self.claims(file.read(HEAD_BYTES)):
                raise self._none("it does not begin as one does")
        return Reading(reader=self.name, format=self.name)

    def _none(self, why: str) -> BrokenFile:
        text = f"it is named as {self.name.upper()}, but is none: {why}; it is left as it is"
        return BrokenFile(f"not-{self.name}", text)


def _is_docx(head: bytes) -> bool:
    names = names_shown(head)
    return b"[Content_Types].xml" in names and any(name.startswith(b"word/") for name in names)


DOCX = Office("docx", "word/document.xml", _is_docx)
ODT = Office("odt", "content.xml", lambda head: head.startswith(b"PK\3\4") and _OPEN_DOCUMENT in head[:120])
RTF = Office("rtf", "", lambda head: head.startswith(b"{\\rtf"))

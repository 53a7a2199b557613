"""An FB2 taken apart: the XML up to the first picture as elements, the pictures where they lie."""

import base64
import binascii
import html
import re
from dataclasses import dataclass, field

from lxml import etree

from shishod.errors import BrokenFile
from shishod.formats.fb2.letters import encoding_of, is_wide
from shishod.formats.limits import Limits
from shishod.formats.pictures import MARK_BYTES, picture_type
from shishod.formats.xml import local_name, parse_xml
from shishod.model.book import CoverPlace

_ROOT = re.compile(r"<(?:\w+:)?FictionBook\b")
_DESCRIBED = re.compile(r"</(?:\w+:)?description\s*>")
_PICTURES = re.compile(r"<(?:\w+:)?binary\b")
_END = re.compile(r"</(?:\w+:)?FictionBook\s*>\s*\Z")
_BINARY = re.compile(rb"<(?:\w+:)?binary\b([^<>]{0,2000})>")
_ID = re.compile(r"""\bid\s*=\s*(?:"([^"]*)"|'([^']*)')""")
BINARY = "binary "  # and its id: the place of a cover
_BLANKS = b" \t\r\n"
_TAIL_BYTES = 4096
_CUT = "it ends before its last page does: it was cut short, or is still copied; what there is of it was read"
_TOO_SHORT = "it ends before it has said what it is: it was cut short, or is still copied"
_LARGE = "it is so large that its pictures were not looked at"


@dataclass(slots=True)
class Document:
    """The elements of an FB2 and the bytes that they are from."""

    root: etree._Element
    content: bytes
    encoding: str
    limits: Limits
    notes: list[str] = field(default_factory=list)

    def picture(self, name: str) -> CoverPlace | None:
        """Where the picture of that id lies and how large it is; None where it is none, and a note where too large."""
        if is_wide(self.encoding):
            self.content, self.encoding = self.content.decode(self.encoding, "replace").encode(), "utf-8"
        packed = packed_picture(self.content, self.encoding, name)
        return None if packed is None else self._place(name, packed)

    def _place(self, name: str, packed: bytes) -> CoverPlace | None:
        try:
            head = base64.b64decode(packed[: MARK_BYTES // 3 * 4], validate=True)
        except binascii.Error:
            return None
        mime, size = picture_type(head), len(packed) * 3 // 4
        if mime is None:
            return None
        if size > self.limits.cover_bytes:
            self.notes.append(f"the cover {name} is larger than {self.limits.cover_bytes} bytes")
            return None
        return CoverPlace(f"{BINARY}{name}", mime, size)


def packed_picture(content: bytes, encoding: str, name: str) -> bytes | None:
    """The picture of that id in base64, without blanks and padding; None where there is none."""
    for match in _BINARY.finditer(content):
        said = _ID.search(match[1].decode(encoding, "replace"))
        if said is not None and html.unescape(said[1] or said[2] or "") == name:
            start = match.end()
            end = content.find(b"<", start)
            return content[start : max(start, end)].translate(None, _BLANKS).rstrip(b"=")
    return None


def taken_apart(content: bytes, limits: Limits, *, whole: bool) -> Document:
    """Whatever stands before the root is left out, with all declarations of entities.

    `whole` says that the file has no more than this. Raises BrokenFile where there is no FictionBook in it, or
    none that says what it is.
    """
    encoding, note = encoding_of(content)
    text = content[: limits.text_bytes].decode(encoding, "replace")
    begins = _ROOT.search(text)
    root = parse_xml(_without_pictures(text, begins.start()).encode("utf-8", "replace")) if begins else None
    if root is None or local_name(root.tag) != "fictionbook":
        raise BrokenFile("not-an-fb2", "there is no FictionBook in the file; nothing was read from it")
    document = Document(root, content, encoding, limits, [note] if note else [])
    if not whole:
        document.notes.append(_LARGE)
    elif not _END.search(content[-_TAIL_BYTES:].decode(encoding, "replace")):
        if not _DESCRIBED.search(text):
            raise BrokenFile("truncated", _TOO_SHORT)
        document.notes.append(_CUT)
    return document


def _without_pictures(text: str, start: int) -> str:
    """From the root up to the first picture behind the description, so far as it is there."""
    described = _DESCRIBED.search(text, start)
    pictures = _PICTURES.search(text, described.end() if described else start)
    return text[start : pictures.start() if pictures else len(text)].replace("\0", "")

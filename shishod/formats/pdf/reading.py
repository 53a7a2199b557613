"""From a PDF to a Reading: what Info and XMP say; XMP is believed on title and authors unless Info is newer."""

import os
import re
from dataclasses import replace
from typing import Any, BinaryIO

from shishod.errors import BrokenFile
from shishod.formats.dates import partial_date
from shishod.formats.extras import PIKEPDF
from shishod.formats.languages import language_tag
from shishod.formats.limits import Limits
from shishod.formats.names import split_people
from shishod.formats.pdf.pdfium import Document, Locked, Unreadable
from shishod.formats.source import opened, size_of
from shishod.formats.words import clean, in_cyrillic, plain_text
from shishod.model.book import Chapter, Contribution, CoverPlace, Technical
from shishod.model.metadata import Reading

_PLACEHOLDER = re.compile(
    r"(?i)(?:untitled|unbenannt|sans titre|sin t[ií]tulo|senza titolo|no title|title)[\s_-]*\d*"
    r"|(?:untitled )?document[\s_-]*\d*|slide \d+|powerpoint presentation|microsoft (?:word|excel|powerpoint) - .*"
    r"|[^\s/\\]+\.(?:docx?|rtf|odt|pptx?|xlsx?|indd|qxd|qxp|fm|pmd|p65|pub|tex|dvi|e?ps|ai|cdr|wpd|pdf)"
)
_LINEARIZED = re.compile(rb"<<[^>]*/Linearized [^>]*/N (\d{1,6})\b")
_DATE = re.compile(r"(?:D:)?(\d{4})(\d{2})?(\d{2})?")
_PEOPLE = re.compile(r"\s*[;&\0]\s*")
_WORDS = re.compile(r"\s*[,;]\s*")
_KEYS = ("Title", "Author", "Subject", "Keywords", "CreationDate")
_FROM_XMP_FIRST = ("title", "contributions")
_PLACES = {
    "title": "Title", "contributions": "Author", "description": "Subject", "tags": "Keywords", "date": "CreationDate",
    "language": "Lang",
}  # fmt: skip
_LOCKED = "a password is needed to open the PDF; nothing could be read without one"
_RESTRICTED = "it is encrypted; it opens without a password, but says what may not be done with it"
_SAVED = "it is damaged; what could be saved of it was read"
_TAIL_BYTES = 2048


def read_pdf(path: bytes, limits: Limits) -> Reading:
    """Raises BrokenFile and OSError only."""
    with opened(path) as file:
        try:
            with Document(file) as document:
                reading = _reading(document, size_of(file), limits)
                written = _date(document.said("ModDate"))
        except Locked as error:
            raise BrokenFile("encrypted", _LOCKED) from error
        except Unreadable as error:
            return _saved(file, limits, error)
        return _with_xmp(file, reading, written, limits)


def _reading(document: Document, size: int, limits: Limits) -> Reading:
    facts = _facts({key: document.said(key) for key in _KEYS}, limits)
    facts["language"] = language_tag(clean(document.language, 40))
    pages = document.pages or None
    notes = [_RESTRICTED] if document.encrypted else []
    if pages is not None and pages > size:
        notes.append(f"it claims {pages} pages, more than a file of its size can have")
        pages = None
    chapters = tuple(
        Chapter(name, href=f"#page={one.page}" if one.page else None)
        for one in document.outline(limits.chapters)
        if (name := clean(one.title, limits.words))
    )
    places = [(name, _PLACES[name]) for name, value in facts.items() if value]
    if chapters:
        places.append(("chapters", "outline"))
    cover = CoverPlace("page 1", "application/pdf") if pages else None
    if cover is not None:
        places.append(("cover", "page 1"))
    return Reading(
        reader="pdf",
        format="pdf",
        chapters=chapters,
        cover=cover,
        technical=Technical(pages=pages),
        drm="encrypted" if document.encrypted else None,
        places=tuple(places),
        notes=tuple(notes),
        **facts,
    )


def _facts(said: dict[str, str], limits: Limits) -> dict[str, Any]:
    """Of the Info dictionary, by the fields of a Reading. Subject is the description, says the table of XMP part 2."""
    said = {name: in_cyrillic(text) for name, text in said.items()}
    title = clean(said.get("Title"), limits.words)
    names = [
        name
        for part in _PEOPLE.split(said.get("Author", ""))[: limits.values]
        for name in split_people(clean(part, limits.words), commas=True)
    ]
    words = (clean(one, limits.words) for one in _WORDS.split(said.get("Keywords", ""))[: limits.values])
    return {
        "title": title if title and not _PLACEHOLDER.fullmatch(title) else None,
        "contributions": tuple(Contribution(name) for name in dict.fromkeys(names)),
        "description": plain_text(said.get("Subject"), limits.description) or None,
        "tags": tuple(dict.fromkeys(word for word in words if word)),
        "date": _date(said.get("CreationDate", "")),
    }


def _date(text: str) -> str | None:
    """Info's own form, D:19991231235959+01'00', as exact as it is; or any other that can be read one way only."""
    text = clean(text, 40)
    match = _DATE.match(text)
    if text.startswith("D:") and match:
        return partial_date("-".join(part for part in match.groups() if part))
    return partial_date(text)


def _with_xmp(file: BinaryIO, reading: Reading, written: str | None, limits: Limits) -> Reading:
    """The same, with what XMP says where Info, last `written` on that day, says nothing or what is outdated.

    PDF 2.0 leaves titles and authors to XMP; who changes Info alone, as older tools do, leaves a later day in it.
    """
    if not PIKEPDF.present():
        return reading
    from shishod.formats.pdf.qpdf import FAULTS, saved
    from shishod.formats.pdf.xmp import facts_of, modified

    try:
        found = saved(file, limits)
    except FAULTS:
        return replace(reading, notes=(*reading.notes, "its XMP could not be reached"))
    told = facts_of(found.xmp, limits) if found.xmp else {}
    if _PLACEHOLDER.fullmatch(told.get("title", "")):
        del told["title"]
    outdated = (written or "") > (modified(found.xmp or b"") or "9999")
    first = () if outdated else _FROM_XMP_FIRST
    more = {name: value for name, value in told.items() if name in first or not getattr(reading, name)}
    places = tuple(one for one in reading.places if one[0] not in more) + tuple((name, f"XMP {name}") for name in more)
    return replace(reading, places=places, notes=reading.notes + found.notes, **more)


def _saved(file: BinaryIO, limits: Limits, error: Unreadable) -> Reading:
    """What qpdf saves of a file that PDFium refuses. Raises BrokenFile where that is nothing, or its end is missing."""
    size = size_of(file)
    tail = os.pread(file.fileno(), _TAIL_BYTES, max(0, size - _TAIL_BYTES))
    if b"startxref" not in tail and b"%%EOF" not in tail:
        raise BrokenFile("truncated", "the PDF has lost its end: it was cut short, or is still copied") from error
    facts, pages, notes = _from_qpdf(file, limits)
    pages = pages or _promised_pages(file)
    if not facts and not pages:
        raise BrokenFile("broken-pdf", f"the PDF cannot be read: {error}") from error
    return Reading(
        reader="pdf",
        format="pdf",
        technical=Technical(pages=pages),
        places=tuple((name, "as far as it could be saved") for name in facts),
        notes=(_SAVED, *notes),
        **facts,
    )


def _from_qpdf(file: BinaryIO, limits: Limits) -> tuple[dict[str, Any], int | None, tuple[str, ...]]:
    """Facts, pages and notes; nothing where qpdf is not there, or gives up too."""
    if not PIKEPDF.present():
        return {}, None, ()
    from shishod.formats.pdf.qpdf import FAULTS, saved
    from shishod.formats.pdf.xmp import facts_of

    try:
        found = saved(file, limits)
    except FAULTS:
        return {}, None, ()
    said = {name: value for name, value in _facts(found.texts, limits).items() if value}
    return (facts_of(found.xmp, limits) if found.xmp else {}) | said, found.pages, found.notes


def _promised_pages(file: BinaryIO) -> int | None:
    """What a file that was made for slow lines says at its beginning of the pages to come."""
    match = _LINEARIZED.search(os.pread(file.fileno(), _TAIL_BYTES, 0))
    return int(match[1]) if match else None

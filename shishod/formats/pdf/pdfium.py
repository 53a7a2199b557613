"""A PDF open in PDFium, asked for what describes it; no page is laid out but to be drawn.

PDFium may be entered by one thread of a process at a time, and ends the process where it cannot have the memory that
it wants.
"""

import ctypes
import os
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

import pypdfium2.raw as pdfium

from shishod.formats.source import size_of

_LOADED_NOT = {2: "its file cannot be read", 3: "its structure is damaged", 5: "it is locked in a way nobody knows"}
_PASSWORD, _SECURITY = 4, 5
_XMP, _NO_XMP = b"/Metadata", b"/Metadat_"  # of one length
_LONGEST_SIDE = 1_000_000  # of a page, in points
_DEEPEST = 12  # levels of an outline


class Locked(Exception):
    """It opens with a password only."""


class Unreadable(Exception):
    """PDFium gave up; why, in words."""


class Bookmark(NamedTuple):
    """A line of the outline; `page` is counted from 1."""

    title: str
    page: int | None


class Document:
    """Use as a context. Raises Locked, Unreadable, or the disk's own OSError when it is entered.

    XMP is hidden from PDFium: it would inflate all of it, however much that is, only to look for a shared form.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._descriptor = file.fileno()
        self._fault: OSError | None = None
        self._access = pdfium.FPDF_FILEACCESS()
        self._access.m_FileLen = size_of(file)
        self._access.m_GetBlock = type(self._access.m_GetBlock)(self._block)
        self._opened: Any = None

    def __enter__(self) -> "Document":
        self._opened = pdfium.FPDF_LoadCustomDocument(self._access, None)
        if not self._opened:
            code = pdfium.FPDF_GetLastError()
            if self._fault is not None:
                raise self._fault
            if code in (_PASSWORD, _SECURITY):
                raise Locked
            raise Unreadable(_LOADED_NOT.get(code, "its pages cannot be counted"))
        return self

    def __exit__(self, *_: object) -> None:
        pdfium.FPDF_CloseDocument(self._opened)

    @property
    def encrypted(self) -> bool:
        return int(pdfium.FPDF_GetSecurityHandlerRevision(self._opened)) != -1

    @property
    def pages(self) -> int:
        return int(pdfium.FPDF_GetPageCount(self._opened))

    @property
    def language(self) -> str:
        return _text(lambda buffer, length: pdfium.FPDFCatalog_GetLanguage(self._opened, buffer, length))

    def said(self, key: str) -> str:
        """A text of the Info dictionary; "" when it is silent."""
        return _text(lambda buffer, length: pdfium.FPDF_GetMetaText(self._opened, key.encode(), buffer, length))

    def outline(self, most: int) -> Iterator[Bookmark]:
        """Parts and their chapters alike, in order; each line once, for outlines may bite their tails."""
        seen: set[int] = set()
        waiting = [(pdfium.FPDFBookmark_GetFirstChild(self._opened, None), 1)]
        while waiting and len(seen) < most:
            mark, depth = waiting.pop()
            if not mark or (place := ctypes.cast(mark, ctypes.c_void_p).value or 0) in seen:
                continue
            seen.add(place)
            yield Bookmark(_title(mark), self._page(mark))
            waiting.append((pdfium.FPDFBookmark_GetNextSibling(self._opened, mark), depth))
            if depth < _DEEPEST:
                waiting.append((pdfium.FPDFBookmark_GetFirstChild(self._opened, mark), depth + 1))

    def drawn(self, number: int, most: int) -> tuple[int, int, bytes]:
        """A page, counted from 1, on white paper, its longer side `most` pixels.

        Width, height, and for each pixel blue, green, red and a byte of nothing.
        """
        page = pdfium.FPDF_LoadPage(self._opened, number - 1)
        if not page:
            raise Unreadable(f"its page {number} cannot be read")
        try:
            size = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
            if not all(0 < side < _LONGEST_SIDE for side in size):
                raise Unreadable(f"its page {number} has no size that could be")
            width, height = (max(1, round(side * most / max(size))) for side in size)
            bitmap = pdfium.FPDFBitmap_Create(width, height, 0)
            try:
                pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xFFFFFFFF)
                pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, pdfium.FPDF_ANNOT)
                rows = pdfium.FPDFBitmap_GetStride(bitmap) * height
                return width, height, ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), rows)
            finally:
                pdfium.FPDFBitmap_Destroy(bitmap)
        finally:
            pdfium.FPDF_ClosePage(page)

    def _page(self, mark: Any) -> int | None:
        target = pdfium.FPDFBookmark_GetDest(self._opened, mark)
        index = pdfium.FPDFDest_GetDestPageIndex(self._opened, target) if target else -1
        return int(index) + 1 if index >= 0 else None

    def _block(self, _: object, position: int, buffer: Any, length: int) -> int:
        """What PDFium asks for, with the way to XMP made into a way to nowhere."""
        start = max(0, position - len(_XMP) + 1)
        try:
            content = os.pread(self._descriptor, position - start + length + len(_XMP) - 1, start)
        except OSError as error:
            self._fault = error
            return 0
        part = content.replace(_XMP, _NO_XMP)[position - start : position - start + length]
        ctypes.memmove(buffer, part, len(part))
        return int(len(part) == length)


def _title(mark: Any) -> str:
    return _text(lambda buffer, length: pdfium.FPDFBookmark_GetTitle(mark, buffer, length))


def _text(ask: Any) -> str:
    """PDFium tells how many bytes of UTF-16 it has, and then gives them."""
    length = ask(None, 0)
    if length <= 2:
        return ""
    buffer = (ctypes.c_ushort * (length // 2 + 1))()
    ask(buffer, length)
    return bytes(buffer)[:length].decode("utf-16-le", "replace").rstrip("\0")

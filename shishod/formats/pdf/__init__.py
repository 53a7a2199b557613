"""PDF: what its XMP and its Info say, its contents page and the number of its pages."""

from shishod.formats.extras import PIKEPDF, edition
from shishod.formats.limits import Limits
from shishod.model.book import BookKind
from shishod.model.metadata import Reading

_REVISION = 3
_BEGIN_WITHIN = 1024  # bytes of anything may stand in front, says ISO 32000's Annex


class Pdf:
    """Sources: ISO 32000-1 and -2, XMP (ISO 16684), and what Word, InDesign, LaTeX and calibre make of them."""

    name = "pdf"
    suffixes = frozenset({b".pdf"})
    kind = BookKind.EBOOK

    @property
    def version(self) -> int:
        return edition(_REVISION, PIKEPDF)

    def claims(self, head: bytes) -> bool:
        return b"%PDF-" in head[:_BEGIN_WITHIN] and not head.startswith(b"PK")

    def read(self, path: bytes, limits: Limits) -> Reading:
        from shishod.formats.pdf.reading import read_pdf

        return read_pdf(path, limits)

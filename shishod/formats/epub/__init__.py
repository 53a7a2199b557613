"""EPUB 2 and 3, and Kobo's EPUB: container, OPF, contents page and the place of the cover; no page of the book."""

from shishod.formats.limits import Limits
from shishod.model.book import BookKind
from shishod.model.metadata import Reading


class Epub:
    """Sources: EPUB 3.3, OPF 2.0.1, OCF 3.3, and what calibre, Adobe, Apple and Kobo add."""

    name = "epub"
    version = 3
    suffixes = frozenset({b".epub", b".kepub"})
    kind = BookKind.EBOOK

    def claims(self, head: bytes) -> bool:
        return head.startswith(b"PK\3\4") and (b"application/epub+zip" in head or b"META-INF/container.xml" in head)

    def read(self, path: bytes, limits: Limits) -> Reading:
        from shishod.formats.epub.reading import read_epub

        return read_epub(path, limits)

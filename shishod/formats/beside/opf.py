"""OPF beside a book, as calibre writes it: the package of an EPUB without the EPUB."""

from shishod.errors import BrokenFile
from shishod.formats.epub.package import Package
from shishod.formats.epub.reading import facts_of
from shishod.formats.limits import Limits
from shishod.formats.source import whole
from shishod.formats.xml import parse_xml
from shishod.model.metadata import Reading


def read(path: bytes, limits: Limits) -> Reading:
    """Sources: OPF 2.0.1 and EPUB 3.3, by the rules that an EPUB's own package is read by."""
    root = parse_xml(whole(path, limits.text_bytes))
    package = Package()
    if root is None or not package.hear(root):
        raise BrokenFile("no-package", "it is named as an OPF, but holds no metadata; the book is read without it")
    return Reading(reader="opf", format="opf", **facts_of(package, limits))

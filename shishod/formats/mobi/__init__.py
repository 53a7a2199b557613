"""MOBI, PRC, AZW and AZW3 (KF8): the headers of Amazon's and Mobipocket's books, which are in the clear always."""

from shishod.formats.limits import Limits
from shishod.model.book import BookKind
from shishod.model.metadata import Reading

_KIND_AT = 60  # of the type and the creator of a Palm database
_KINDS = (b"BOOKMOBI", b"TEXtREAd")


class Mobi:
    """Sources: the MobileRead wiki on PDB, PalmDOC, MOBI and EXTH; KindleUnpack, libmobi and calibre for their use.

    No text of the book is unpacked. An EXTH has no record for a series.
    """

    name = "mobi"
    version = 2
    suffixes = frozenset({b".mobi", b".prc", b".azw", b".azw3"})
    kind = BookKind.EBOOK

    def claims(self, head: bytes) -> bool:
        return head[_KIND_AT : _KIND_AT + 8] in _KINDS

    def read(self, path: bytes, limits: Limits) -> Reading:
        from shishod.formats.mobi.reading import read_mobi

        return read_mobi(path, limits)

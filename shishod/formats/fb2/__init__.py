"""FictionBook 2, as it is and packed in a zip: its description, its section titles and the place of the cover."""

import re

from shishod.formats.limits import Limits
from shishod.formats.zip_names import names_shown
from shishod.model.book import BookKind
from shishod.model.metadata import Reading

_ROOT = re.compile(rb"<(?:\w+:)?FictionBook\b")
_WIDE = tuple("<FictionBook".encode(encoding) for encoding in ("utf-16-le", "utf-16-be"))


class Fb2:
    """Source: the schema of FictionBook 2.1 and 2.2 by Gribov and others, and what calibre and FBReader make of it."""

    name = "fb2"
    version = 2
    suffixes = frozenset({b".fb2"})
    kind = BookKind.EBOOK

    def claims(self, head: bytes) -> bool:
        packed = head.startswith(b"PK")
        return not packed and (_ROOT.search(head) is not None or any(mark in head for mark in _WIDE))

    def read(self, path: bytes, limits: Limits) -> Reading:
        from shishod.formats.fb2.reading import read_fb2

        return read_fb2(path, limits)


class Fbz:
    """The same in a zip, under either of its two endings."""

    name = "fbz"
    version = 2
    suffixes = frozenset({b".fb2.zip", b".fbz"})
    kind = BookKind.EBOOK

    def claims(self, head: bytes) -> bool:
        return any(name.lower().endswith(b".fb2") for name in names_shown(head))

    def read(self, path: bytes, limits: Limits) -> Reading:
        from shishod.formats.fb2.reading import read_fbz

        return read_fbz(path, limits)

"""Comics: pages in an archive, in four kinds of archive, each told by its content."""

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from shishod.formats.extras import LIBARCHIVE, RARFILE, UNPACKER, Extra, edition
from shishod.formats.limits import Limits
from shishod.formats.zip_names import names_shown
from shishod.model.book import BookKind
from shishod.model.metadata import Reading

_REVISION = 2
_OF_COMICS = re.compile(rb"(?i)(?:\.(?:jpe?g|png|webp|gif|avif|jxl)|(?:^|/)(?:comicinfo|metroninfo|comet)\.xml)\Z")
_OF_OTHERS = re.compile(rb"(?i)\A(?:mimetype|META-INF/.*|.*\.opf|.*\.fb2|\[Content_Types\]\.xml)\Z")


@dataclass(frozen=True, slots=True)
class Comic:
    """A reader of one kind of archive. The module `container` in this folder knows how to open it.

    Sources: ComicRack's habits for the archives, and for what they say of themselves the ComicInfo schema of the
    Anansi Project, MetronInfo 1.0, CoMet 1.1 and ComicBookInfo 1.0.
    """

    name: str
    container: str
    claims: Callable[[bytes], bool]
    extras: tuple[Extra, ...] = ()
    kind: BookKind = BookKind.COMIC

    @property
    def version(self) -> int:
        return edition(_REVISION, *self.extras)

    @property
    def suffixes(self) -> frozenset[bytes]:
        return frozenset({b"." + self.name.encode()})

    def read(self, path: bytes, limits: Limits) -> Reading:
        from shishod.formats.comic.reading import reading_of

        gather = import_module(f"{__package__}.{self.container}").gather
        return reading_of(self.name, gather(path, limits), limits)


def _is_zip(head: bytes) -> bool:
    """A zip with pages or with a comic's tags in it, and with nothing that makes it another format."""
    names = names_shown(head)
    return any(map(_OF_COMICS.search, names)) and not any(map(_OF_OTHERS.match, names))


def _is_tar(head: bytes) -> bool:
    """By the mark of POSIX, which lies at byte 257; a compressed one only where that is soon unpacked."""
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(31).decompress(head, 512)
        except zlib.error:
            return False
    return head[257:262] == b"ustar"


CBZ = Comic("cbz", "zipped", _is_zip)
CBR = Comic("cbr", "rar", lambda head: head.startswith(b"Rar!\x1a\x07"), (RARFILE, LIBARCHIVE, UNPACKER))
CB7 = Comic("cb7", "sevenzip", lambda head: head.startswith(b"7z\xbc\xaf\x27\x1c"), (LIBARCHIVE,))
CBT = Comic("cbt", "tar", _is_tar)

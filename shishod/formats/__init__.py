"""A path in, a Reading out: one file a format, in the table READERS, or COMPANIONS for what lies beside media."""

from dataclasses import replace
from typing import BinaryIO

from shishod.errors import BrokenFile
from shishod.formats import boxes, id3
from shishod.formats.aac import Aac
from shishod.formats.apev2 import Ape
from shishod.formats.asf import Asf
from shishod.formats.beside import COMPANIONS, ENDINGS, beside
from shishod.formats.chunked import AIFF, WAV
from shishod.formats.comic import CB7, CBR, CBT, CBZ
from shishod.formats.djvu import Djvu
from shishod.formats.epub import Epub
from shishod.formats.fb2 import Fb2, Fbz
from shishod.formats.flac import Flac
from shishod.formats.limits import Limits
from shishod.formats.mobi import Mobi
from shishod.formats.mp3 import Mp3
from shishod.formats.mp4 import Mp4
from shishod.formats.office import DOCX, ODT, RTF
from shishod.formats.ogg import Ogg
from shishod.formats.pdf import Pdf
from shishod.formats.plain import HTML, TXT
from shishod.formats.reader import HEAD_BYTES, TAIL_BYTES, Reader, Reads
from shishod.formats.source import opened, size_of
from shishod.formats.video import ASF, AVI, EBML, FILMS, FLASH, MATROSKA, MKA, MPEG, QUICKTIME, WMV
from shishod.formats.wavpack import WavPack
from shishod.model.book import BookKind
from shishod.model.metadata import Reading
from shishod.paths import base, display, suffix

READERS: tuple[Reader, ...] = (
    Epub(),  # first: its mark is in the clear, and nothing else can have it
    CBZ,  # after Epub: an EPUB is a zip with pictures too
    CBR,
    CB7,
    CBT,
    Fbz(),
    DOCX,
    ODT,
    Pdf(),
    Djvu(),
    Mobi(),
    Fb2(),
    RTF,
    Mp4(),
    QUICKTIME,  # after Mp4: where the head does not show what there is to see, the name decides, then the sound
    MATROSKA,
    MKA,
    AVI,
    Flac(),
    Ogg(),
    WMV,
    Asf(),
    FLASH,
    MPEG,
    WAV,
    AIFF,
    Ape(),
    WavPack(),
    Aac(),
    Mp3(),  # after all that has a mark: eleven bits of sync are soon found in anything
    HTML,
    TXT,  # last: nearly anything is text to begin with
)

SUFFIXES: frozenset[bytes] = frozenset(ending for reader in READERS for ending in reader.suffixes)

SOUND: frozenset[bytes] = frozenset(
    ending for reader in READERS if reader.kind is BookKind.AUDIOBOOK for ending in reader.suffixes
)
"""Endings of what may be a track of an audiobook."""

_MAY_BE: dict[str, frozenset[bytes]] = {
    "mp4": frozenset({b".mp4"}),
    "asf": frozenset({b".asf"}),
    "mka": MATROSKA.suffixes,
}
"""Endings that say too little to be wrong, by the reader of what else may be in such a file."""

NOTICED: frozenset[bytes] = SUFFIXES | ENDINGS
"""Endings of all that is worth a look when it changes: media, and what may lie beside them."""

PRELOAD: tuple[str, ...] = (
    "shishod.formats.epub.reading",
    "shishod.formats.audio",
    "shishod.formats.id3_plain",
    "shishod.formats.lenient",
    "shishod.formats.mp4_plain",
    "shishod.formats.vorbis",
    "mutagen.mp3",
    "mutagen.mp4",
    "mutagen.oggopus",
    "mutagen.oggvorbis",
    "langcodes",
    "stdnum.ean",
    "stdnum.isbn",
    "shishod.formats.beside.opf",
    "shishod.formats.beside.picture",
    "encodings.ascii",
    "encodings.latin_1",
    "encodings.utf_16",
)
"""Modules that the readers import when they are first used: what a fork server does well to import before it forks."""

_UNMARKED: tuple[Reader, ...] = (HTML, TXT)
_ALL: tuple[Reads, ...] = (*READERS, *COMPANIONS)
_BY_NAME = {reader.name: reader for reader in _ALL}
_BY_SUFFIX = {ending: reader for reader in READERS for ending in reader.suffixes}


def reader_named(name: str) -> Reads | None:
    """The reader that stores this word beside its files; None when it is gone."""
    return _BY_NAME.get(name)


def version_of(name: str) -> int:
    """The version of a reader, 0 when there is none of that name."""
    reader = _BY_NAME.get(name)
    return reader.version if reader else 0


def versions() -> dict[str, int]:
    """The version of every reader, by name."""
    return {reader.name: reader.version for reader in _ALL}


def reader_by_name(path: bytes) -> Reads | None:
    """The reader that the name of a file speaks for; None when it says nothing."""
    if (found := beside(path)) is not None:
        return found.companion
    return _BY_SUFFIX.get(suffix(base(path)))


def reader_for(path: bytes, name: bytes = b"") -> Reads:
    """The reader for a file: its content decides, its name only where the content says nothing.

    `name` is where it lies in its library, as far as that is known: folders above it say nothing.

    What lies beside media is told by its name alone: nothing else can be a sidecar, and a sidecar nothing else.
    Raises BrokenFile when the file is empty or of a kind that we do not read.
    """
    if (found := beside(name or path)) is not None:
        return found.companion
    with opened(path) as file:
        head = file.read(HEAD_BYTES)
        if (tag := id3.length(head)) > len(head):
            file.seek(tag)
            head = id3.EMPTY + (file.read(HEAD_BYTES) or head)
        named = _BY_SUFFIX.get(suffix(base(path)))
        if named is not None and named.suffixes.isdisjoint(FILMS) and named.claims(head):
            return named
        head += _more(file, head)
        if named is not None and named.claims(head):
            return named
    reader = next((reader for reader in READERS if reader.claims(head)), named)
    if reader in _UNMARKED and named not in (None, *_UNMARKED):
        reader = named  # a page that tells of an error, in the place of a book, is no book
    if reader is None:
        raise BrokenFile("unknown-format", "this is no format that we read; the file is left as it is")
    return reader


def _more(file: BinaryIO, head: bytes) -> bytes:
    """What tells kinds of one container apart, wherever in the file it is."""
    if head.startswith(b"PK"):  # a zip keeps its index at its end
        file.seek(max(len(head), size_of(file) - TAIL_BYTES))
        return file.read(TAIL_BYTES)
    if head[4:8] in boxes.TOPS:
        return boxes.tracks_of(file, size_of(file))
    if head.startswith((EBML, ASF)):
        file.seek(len(head))
        return file.read(TAIL_BYTES)
    return b""


def read(path: bytes, limits: Limits | None = None, reader: Reads | None = None) -> Reading:
    """What the file says of itself. Raises BrokenFile when its content is at fault, OSError when the disk is."""
    limits = limits or Limits()
    reader = reader or reader_for(path)
    try:
        reading = reader.read(path, limits)
    except MemoryError as error:
        raise BrokenFile("limit", "reading it needs more memory than a reader may have (formats.memory)") from error
    ending = suffix(base(path))
    if ending in reader.suffixes or ending in _MAY_BE.get(reader.name, ()):
        return reading
    note = f"it is named {display(ending) or 'without an ending'}, but its content is {reader.name}"
    return replace(reading, notes=(*reading.notes, note))

"""Which plain texts and pages are books: those that lie among ebooks, and are not about what lies beside them."""

import re
from collections.abc import Iterable, Sequence

from shishod.formats.beside import stem
from shishod.formats.plain import HTML, TXT
from shishod.formats.video import FILMS
from shishod.model.library import LibraryKind
from shishod.model.sighting import Sighting
from shishod.paths import base, parent, suffix

SHELVES = (LibraryKind.MIXED, LibraryKind.EBOOKS)  # where a text may be a book
PLAIN = TXT.suffixes | HTML.suffixes
_ABOUT = re.compile(
    rb"read[ _.-]?me.*|licen[cs]e.*|copying.*|changelog|install|todo|info|credits|track[ _-]?list|play[ _-]?list|"
    rb"(?:md5|sha\d*|check)sums?|torrent.*|downloaded?[ _.-].*|www\..*|thumbs",
    re.IGNORECASE,
)
_INDEX = re.compile(rb"index\.x?html?", re.IGNORECASE)
_SAVED = re.compile(rb"(?:.*[_-]files|.*\.files)", re.IGNORECASE)  # what a browser puts beside a page that it saves


def without_notes(seen: Sequence[Sighting], sound: frozenset[bytes], shelf: LibraryKind) -> list[Sighting]:
    """What may be a book: no notes, no pieces of a saved page, and no text beside what is to be heard or seen."""
    texts = [one for one in seen if suffix(one.path) in PLAIN]
    if not texts:
        return list(seen)
    others = shelf not in SHELVES or any(suffix(one.path) in sound | FILMS for one in seen)
    return [one for one in seen if suffix(one.path) not in PLAIN or not (others or _is_note(one.path))]


def pages(seen: Iterable[Sighting]) -> dict[bytes, list[Sighting]]:
    """The pages of each folder that has an index of them, by the folder: one book."""
    found: dict[bytes, list[Sighting]] = {}
    for one in seen:
        if suffix(one.path) in HTML.suffixes:
            found.setdefault(parent(one.path), []).append(one)
    return {folder: told for folder, told in found.items() if any(_INDEX.fullmatch(base(one.path)) for one in told)}


def _is_note(path: bytes) -> bool:
    return bool(_ABOUT.fullmatch(base(stem(path))) or _SAVED.fullmatch(base(parent(path))))

"""Group: the files of one book, as the grouping gathers them."""

from collections.abc import Iterable
from dataclasses import dataclass

from shishod import formats
from shishod.model.book import BookKind
from shishod.model.library import LibraryKind
from shishod.model.sighting import Sighting
from shishod.paths import suffix

SOUNDING = (LibraryKind.AUDIOBOOKS, LibraryKind.MUSIC)  # where an MP4 is something to be heard
COMICS = frozenset({b".cbz", b".cbr", b".cb7", b".cbt"})


@dataclass(frozen=True, slots=True)
class Group:
    """The files of one book. `key` names it within its root; `rule` is the sentence that `explain` prints.

    A key is a file's stem, a folder and "/" for all its sound, a folder and "///" for its discs beside other sound, or
    a folder, "//" and what a run of tracks is called; so no two books of a root, in whatever folders, have the same.
    """

    key: bytes
    kind: BookKind
    rule: str
    files: tuple[Sighting, ...]


def heard(shelf: LibraryKind) -> frozenset[bytes]:
    """The endings of what is sound in a library of this kind."""
    return formats.SOUND | {b".mp4"} if shelf in SOUNDING else formats.SOUND


def kind_of(files: Iterable[Sighting], sound: frozenset[bytes]) -> BookKind:
    """Of files that are one book: a text beside its sound is an ebook, a comic is one in whatever else it lies."""
    endings = {suffix(one.path) for one in files}
    if endings <= sound:
        return BookKind.AUDIOBOOK
    return BookKind.COMIC if endings & COMICS else BookKind.EBOOK

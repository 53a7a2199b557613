"""Which sightings are one book: a pure function of the set of files, the same for any order of events."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from shishod import formats
from shishod.formats.beside import stem
from shishod.formats.video import FILMS
from shishod.model.book import BookKind, normal_name
from shishod.model.library import LibraryKind
from shishod.model.sighting import Sighting
from shishod.paths import base, display, natural_key, parent, suffix
from shishod.scan.beside import companions, parted
from shishod.scan.films import films
from shishod.scan.texts import pages, without_notes

SOUNDING = (LibraryKind.AUDIOBOOKS, LibraryKind.MUSIC)  # where an MP4 is something to be heard
COMICS = frozenset({b".cbz", b".cbr", b".cb7", b".cbt"})
DISC = re.compile(rb"(?i)(?:cd|dis[ck]|disque|part|side)[ ._-]*\d{1,3}(?:[ ._-].*)?")
_NUMBERS = re.compile(r"[\d\W_]+")
_PART_WORDS = re.compile(r"\b(?:part|pt|cd|disc|disk|track|chapter|ch|chap|kapitel|side|of)\b")
_LEADING_NUMBER = re.compile(r"^\W*\d{1,3}(?:\b|_)")


@dataclass(frozen=True, slots=True)
class Group:
    """The files of one book. `key` names it within its root; `rule` is the sentence that `explain` prints.

    A key is a file's stem, a folder and "/" for all its sound, or a folder, "//" and what a run of tracks is called; so
    no two books of a root, in whatever folders, have the same.
    """

    key: bytes
    kind: BookKind
    rule: str
    files: tuple[Sighting, ...]


def is_disc(folder_name: bytes) -> bool:
    """Whether a folder is one disc of the book that its parent is: "CD 1", "Disc 02", "Part 3"."""
    return DISC.fullmatch(folder_name) is not None


def anchor(folder: bytes) -> bytes:
    """The folder whose book a folder's files may belong to: its parent for a disc, else itself."""
    return parent(folder) if folder and is_disc(base(folder)) else folder


def group(folder: bytes, seen: Iterable[Sighting], shelf: LibraryKind = LibraryKind.MIXED) -> tuple[Group, ...]:
    """Gather the files of one folder and its disc folders into books; `shelf` is what their library holds.

    Files with the same stem are one book in several formats; sound that is numbered or named alike, or that lies in
    disc folders, is one audiobook; videos of one title are one film; every other medium is a book of its own, and what
    lies beside joins one or none.
    """
    seen = list(seen)
    if len(seen) > 1:
        seen.sort(key=lambda one: (natural_key(display(one.path)), one.path))
    seen, others = parted(seen)
    groups = _of_media(folder, seen, shelf)
    joined: dict[bytes, list[Sighting]] = {}
    for key, one in companions(folder, {one.key: one.files for one in groups}, others):
        joined.setdefault(key, []).append(one)
    return tuple(replace(one, files=(*one.files, *joined.get(one.key, ()))) for one in groups)


def _of_media(folder: bytes, ordered: Sequence[Sighting], shelf: LibraryKind) -> list[Group]:
    endings = formats.SOUND | {b".mp4"} if shelf in SOUNDING else formats.SOUND
    sound = [one for one in ordered if suffix(one.path) in endings]
    seen = [one for one in ordered if suffix(one.path) in FILMS - endings]
    ordered = [one for one in without_notes(ordered, endings, shelf) if suffix(one.path) not in FILMS - endings]
    groups = [Group(*one) for one in films(seen, shelf, {stem(one.path) for one in ordered})]
    taken: set[Sighting] = set()
    for place, of_one in pages(ordered).items():
        groups.append(Group(place + b"/", BookKind.EBOOK, "pages with an index are one book", tuple(of_one)))
        taken.update(of_one)
    for tracks, why in _disc_run(folder, sound) or _track_runs(sound):
        key = folder + (b"/" if len(tracks) == len(sound) else b"//" + _residue(tracks[0]).encode())
        groups.append(Group(key, BookKind.AUDIOBOOK, why, tuple(tracks)))
        taken.update(tracks)
    return groups + _by_stem([one for one in ordered if one not in taken], endings)


def _disc_run(folder: bytes, sound: Sequence[Sighting]) -> list[tuple[list[Sighting], str]]:
    """Every sound file in a disc folder, with the numbered tracks that lie beside the discs."""
    if all(parent(one.path) == folder for one in sound):
        return []
    run = [one for one in sound if parent(one.path) != folder or _is_track(one)]
    return [(run, "sound in disc folders is one book")]


def _residue(seen: Sighting) -> str:
    """What is left of a name without its numbers and part words: equal for the tracks of one work."""
    text = normal_name(display(base(stem(seen.path))).replace("_", " "))
    return _NUMBERS.sub(" ", _PART_WORDS.sub(" ", text)).strip()


def _is_track(seen: Sighting) -> bool:
    return _LEADING_NUMBER.match(display(base(stem(seen.path)))) is not None


def _track_runs(sound: Sequence[Sighting]) -> list[tuple[list[Sighting], str]]:
    """The runs of two and more files that are tracks of one work, with the reason."""
    if len(sound) < 2:
        return []
    numbered = [one for one in sound if _is_track(one)]
    if len({stem(one.path) for one in numbered}) > 1 and len(numbered) * 2 > len(sound):
        return [(list(sound), "numbered sound in one folder is one book")]
    alike: dict[str, list[Sighting]] = {}
    for one in sound:
        if any(c.isdecimal() for c in display(base(stem(one.path)))):
            alike.setdefault(_residue(one), []).append(one)
    return [
        (run, "sound with one name and running numbers is one book")
        for run in alike.values()
        if len({stem(one.path) for one in run}) > 1
    ]


def _by_stem(rest: Sequence[Sighting], sound: frozenset[bytes]) -> list[Group]:
    named: dict[bytes, list[Sighting]] = {}
    for one in rest:
        named.setdefault(stem(one.path), []).append(one)
    groups = []
    for name, files in named.items():
        rule = "files with one name are one book" if len(files) > 1 else "a file of its own is a book"
        groups.append(Group(name, _kind(files, sound), rule, tuple(files)))
    return groups


def _kind(files: Iterable[Sighting], sound: frozenset[bytes]) -> BookKind:
    """Of files with one name: a text beside its sound is an ebook, a comic is one in whatever else it lies."""
    endings = {suffix(one.path) for one in files}
    if endings <= sound:
        return BookKind.AUDIOBOOK
    return BookKind.COMIC if endings & COMICS else BookKind.EBOOK

"""Discs: folders that are one disc of the book that their parent is, told by their names; pure functions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from shishod.model.book import normal_name
from shishod.model.folders import is_annex
from shishod.model.pieces import disc_number, is_number, may_be_piece, titled_disc
from shishod.model.sighting import Sighting
from shishod.paths import base, display, parent, suffix
from shishod.scan.tracks import is_track

BY_WORD = "sound in disc folders is one book"
BY_NUMBER = "numbered sound in folders that are numbered one after another is one book"


@dataclass(frozen=True, slots=True)
class Shelved:
    """The media of a folder and its discs: `runs` are audiobooks by what their discs are called, "" for the folder's
    own; `loose` is the other sound. What lies `apart`, by its folder, is in discs by their name alone: numbers that are
    no discs."""

    runs: dict[str, tuple[list[Sighting], str]]
    loose: list[Sighting]
    apart: dict[bytes, list[Sighting]]


def is_disc(folder_name: bytes) -> bool:
    """Whether a folder may be one disc of the book that its parent is: "CD 1", "Teil 3", "Dune (Disc 2)", "01"."""
    if folder_name.isascii() and not may_be_piece(folder_name):
        return False  # nearly every folder
    name = display(folder_name)
    return disc_number(name) is not None or is_number(name) or titled_disc(name) is not None


def anchor(folder: bytes) -> bytes:
    """The folder whose book a folder's files may belong to: its parent for a disc or an annex, else itself."""
    return parent(folder) if folder and joins(folder) else folder


@lru_cache(maxsize=1024)  # a folder is asked about where its parent is listed, and again where it is
def joins(folder: bytes) -> bool:
    """Whether what a folder holds may belong to the book that its parent is: tracks of a disc, or a film's extras."""
    return is_disc(base(folder)) or is_annex(folder)


def shelved(folder: bytes, media: Sequence[Sighting], sound: Collection[bytes]) -> Shelved:
    """Which sound (by its endings) in disc folders is one audiobook; numbered tracks beside the discs belong to the
    folder's own."""
    by_disc: dict[bytes, list[Sighting]] = {}
    for one in media:
        by_disc.setdefault(parent(one.path), []).append(one)
    loose = [one for one in by_disc.pop(folder, ()) if suffix(one.path) in sound]
    heard = {disc: [one for one in files if suffix(one.path) in sound] for disc, files in by_disc.items()}
    bare = {disc for disc in by_disc if is_number(display(base(disc)))}
    apart = set() if _are_discs({disc: heard[disc] for disc in bare}) else bare
    runs: dict[str, tuple[list[Sighting], str]] = {}
    for disc, files in heard.items():
        if files and disc not in apart:
            why = BY_NUMBER if disc in bare else BY_WORD
            runs.setdefault(_called(folder, base(disc)), ([], why))[0].extend(files)
    if "" in runs:
        runs[""][0].extend(one for one in loose if is_track(one))
        loose = [one for one in loose if not is_track(one)]
    return Shelved(runs, loose, {disc: by_disc[disc] for disc in sorted(apart)})


def _are_discs(bare: dict[bytes, list[Sighting]]) -> bool:
    """Whether folders called by a number alone are discs: they run from the first one on, and hold numbered tracks."""
    numbers = sorted(int(base(disc)) for disc in bare)
    running = len(numbers) > 1 and numbers[0] in (0, 1) and numbers == [*range(numbers[0], numbers[0] + len(numbers))]
    return running and all(len(files) > 1 and all(map(is_track, files)) for files in bare.values())


def _called(folder: bytes, disc: bytes) -> str:
    """What a disc says that its book is called; "" where that is the folder's own name, or nothing."""
    titled = titled_disc(display(disc))
    if titled is None or disc_number(display(disc)) is not None:
        return ""
    title, own = normal_name(titled[0].rstrip(" ._-")), normal_name(display(base(folder)))
    return "" if own and (own.startswith(title) or title.startswith(own)) else title

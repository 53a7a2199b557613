"""Tracks: which sound in one folder is one audiobook, by names; pure functions."""

import re
from collections.abc import Sequence
from functools import lru_cache

from shishod.formats.beside import stem
from shishod.model.book import normal_name
from shishod.model.pieces import without_piece
from shishod.model.sighting import Sighting
from shishod.paths import base, display, suffix

WHOLE = frozenset({b".m4b"})  # an ending for whole books: their titles part them, though they be numbered
NUMBERED = "numbered sound in one folder is one book"
ALIKE = "sound with one name and running numbers is one book"
SEVERAL = "sound whose numbers begin anew with another name is another book"
_NUMBERS = re.compile(r"[\d\W_]+")
_NUMBER = re.compile(r"\d+")
_LEADING_NUMBER = re.compile(r"^\W*\d{1,3}(?:\b|_)")

Run = tuple[list[Sighting], str]


def residue(seen: Sighting) -> str:
    """What is left of a name without its numbers and part words: equal for the tracks of one work."""
    return _NUMBERS.sub(" ", without_piece(_plain(seen))[0]).strip()


def is_track(seen: Sighting) -> bool:
    """Whether a file is numbered at the front of its name."""
    return _LEADING_NUMBER.match(_name(seen)) is not None


def track_runs(sound: Sequence[Sighting]) -> list[Run]:
    """The runs of two and more files that are tracks of one work, with the reason.

    Whole books that are numbered are one only where they have one name as well.
    """
    if len(sound) < 2:
        return []
    parts = [one for one in sound if suffix(one.path) not in WHOLE]
    numbered = [one for one in parts if is_track(one)]
    if len({stem(one.path) for one in numbered}) > 1 and len(numbered) * 2 > len(parts):
        whole = [one for one in sound if suffix(one.path) in WHOLE]
        return [*(_albums(parts) or [(parts, NUMBERED)]), *_alike(whole)]
    return _alike(sound)


def _alike(sound: Sequence[Sighting]) -> list[Run]:
    alike: dict[str, list[Sighting]] = {}
    for one in sound:
        if any(c.isdecimal() for c in _name(one)) or without_piece(_plain(one))[1]:
            alike.setdefault(residue(one), []).append(one)
    return [(run, ALIKE) for run in alike.values() if len({stem(one.path) for one in run}) > 1]


def _albums(parts: Sequence[Sighting]) -> list[Run]:
    """Several albums in one folder: their numbers begin anew with another name; none where one album explains them."""
    numbers: dict[tuple[str, ...], bytes] = {}
    if all(stem(one.path) == numbers.setdefault(_numbers(one), stem(one.path)) for one in parts):
        return []
    named: dict[str, list[Sighting]] = {}
    for one in parts:
        named.setdefault(residue(one), []).append(one)
    if len(named) < 2 or any(len({stem(one.path) for one in run}) < 2 for run in named.values()):
        return []
    return [(run, SEVERAL) for run in named.values()]


def _numbers(seen: Sighting) -> tuple[str, ...]:
    return tuple(_NUMBER.findall(_name(seen)))


def _plain(seen: Sighting) -> str:
    return normal_name(_name(seen).replace("_", " "))


def _name(seen: Sighting) -> str:
    return _shown(seen.path)


@lru_cache(maxsize=1024)  # a track is asked about several times where it is grouped
def _shown(path: bytes) -> str:
    return display(base(stem(path)))

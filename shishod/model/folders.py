"""What the name of a folder tells of the videos in it; every walk asks, so nothing here loads the grammars of names."""

import re
from functools import lru_cache

from shishod.paths import base, parent

SHOW = b"tvshow.nfo"  # what speaks for all episodes of the show in whose folder it lies
EXTRAS = frozenset({
    "extras", "trailers", "featurettes", "behind the scenes", "deleted scenes", "sample", "samples", "backdrops",
    "bonus",
})  # fmt: skip
EXTRAS_OF_FILMS = frozenset({"clips", "interviews", "other", "scenes", "shorts"})  # which may also be shelves of films
_ANNEXES = frozenset(name.encode() for name in EXTRAS)
_ANNEXES_OF_FILMS = frozenset(name.encode() for name in EXTRAS_OF_FILMS)
_FILM = re.compile(rb"[^/]+ \((?:19|20)\d\d\)[^/]*")
_SPACES = bytes.maketrans(b"-_", b"  ")
_SEASONS = r"season|staffel|saison|temporada|stagione|seizoen|series|säsong|sesong|sæson|sezon|сезон"
_SEASON = re.compile(rf"(?:{_SEASONS}|s)[ ._-]*\d{{1,4}}|\d{{1,2}}[. _-]{{1,3}}(?:{_SEASONS})|specials", re.IGNORECASE)


def is_season(folder: str) -> bool:
    """Whether a folder is called as one season of a show is."""
    return _SEASON.fullmatch(folder) is not None


@lru_cache(maxsize=1024)  # a folder is asked about for each file in it
def is_annex(folder: bytes) -> bool:
    """Whether a folder holds what was filmed around the film that its parent holds, whatever the library holds.

    What may also be a shelf is one where its parent is called as a film and its year are.
    """
    name = base(folder).lower().translate(_SPACES) if b"/" in folder else b""
    if name in _ANNEXES_OF_FILMS:
        return _FILM.fullmatch(base(parent(folder))) is not None
    return name in _ANNEXES

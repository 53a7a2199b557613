"""What may lie beside the media of a book, told by its name alone: the table COMPANIONS."""

import re
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from shishod.formats.beside.companion import Companion, Reach
from shishod.formats.video import FILMS
from shishod.model.book import FileRole
from shishod.model.folders import is_annex
from shishod.paths import base, parent, suffix

_SUPPLEMENTS = re.compile(
    rb"(?:^|[^a-z])(?:supplement(?:s|al|ary)?|companion|booklet|bonus|appendi(?:x|ces)|extras?|errata|handouts?"
    rb"|worksheets?|accompanying|liner notes|maps?)(?:[^a-z]|$)"
)
_EXTRAS = re.compile(
    rb"(?:[-._ ](?:trailer|sample|teaser)|-(?:scene|clip|interview|behindthescenes|deleted(?:scene)?|featurette|bonus))"
    rb"\d*\Z|\A(?:trailer|sample|teaser)\Z|\Asample-"
)
_WORDS_BEHIND = re.compile(rb"\.[A-Za-z][A-Za-z_-]{1,14}\Z")  # a language, "forced"
_SUBTITLES = frozenset({b".srt", b".ass", b".ssa", b".sub", b".idx", b".vtt", b".sup"})
_PICTURES = frozenset({b".jpg", b".jpeg", b".png", b".webp"})
_DOCUMENTS = frozenset({b".pdf", b".docx", b".odt", b".rtf"})


def _sidecar(name: str, version: int, ending: bytes, *speaks: bytes, namesakes: bool = False) -> Companion:
    return Companion(name, version, FileRole.SIDECAR, frozenset({ending}), frozenset(speaks), namesakes=namesakes)


_EXTRA = Companion(
    "extra", 1, FileRole.SUPPLEMENT, FILMS, about=_EXTRAS, tail=re.compile(_EXTRAS.pattern, re.IGNORECASE)
)
COMPANIONS: tuple[Companion, ...] = (
    _sidecar("override", 1, b".yaml", b".shishod"),  # believed before all others: it is the operator's
    _sidecar("audiobookshelf", 2, b".json", b"metadata"),  # it is written when somebody edits a book
    _sidecar("opf", 1, b".opf", b"metadata", namesakes=True),
    _sidecar("text", 2, b".txt", b"desc", b"reader"),
    _sidecar("comicinfo", 3, b".xml", b"comicinfo"),
    _sidecar("nfo", 3, b".nfo", b"movie", b"tvshow", namesakes=True),
    _sidecar("cue", 1, b".cue", namesakes=True),  # after all that could name a chapter on purpose
    Companion("picture", 1, FileRole.COVER, _PICTURES, frozenset({b"cover", b"folder", b"poster"}), namesakes=True),
    Companion("supplement", 1, FileRole.SUPPLEMENT, _DOCUMENTS, about=_SUPPLEMENTS),
    _EXTRA,
    Companion("subtitle", 1, FileRole.SUBTITLE, _SUBTITLES, namesakes=True, tail=_WORDS_BEHIND),
)

ENDINGS: frozenset[bytes] = frozenset(ending for one in COMPANIONS for ending in one.suffixes)
_BY_ENDING = {ending: (rank, one) for rank, one in enumerate(COMPANIONS) for ending in one.suffixes}
_KEPUB = b".kepub"


class Beside(NamedTuple):
    """What a file is by its name. `rank` orders companions: the lower is believed before the higher.

    Of two of a kind, the sidecar that names its book and the picture that is called cover come first.
    """

    companion: Companion
    reach: Reach
    rank: int

    @property
    def role(self) -> FileRole:
        return self.companion.role


@lru_cache(maxsize=1024)  # a file is asked about from its walk to its merge
def beside(name: bytes) -> Beside | None:
    """What a file of this name (the last component, or a path that ends in it) is to a book; None for no companion."""
    ending = suffix(base(name))
    if ending not in ENDINGS:
        return None
    rank, companion = _BY_ENDING[ending]
    if ending in FILMS and is_annex(parent(name)):
        return Beside(_EXTRA, Reach.FOLDER, 2 * COMPANIONS.index(_EXTRA))
    reach = companion.reach(base(name).lower()[: -len(ending)])
    if reach is None:
        return None
    second = reach is (Reach.NAMESAKE if companion.role is FileRole.COVER else Reach.FOLDER)
    return Beside(companion, reach, 2 * rank + second)


def role_of(name: bytes) -> FileRole:
    """A file's role by its name; what is no companion is media, if it is anything."""
    found = beside(name)
    return FileRole.MEDIA if found is None else found.role


def counts(name: bytes, stems: Collection[bytes]) -> bool:
    """Whether a file is worth remembering in a folder whose media have these stems.

    Pictures are, when they are called as covers are or like one of the media: a folder may hold ten thousand others.
    """
    found = beside(name)
    if found is None:
        return False
    return found.role is not FileRole.COVER or found.reach is Reach.FOLDER or stem(name) in stems


@lru_cache(maxsize=1024)
def stem(path: bytes) -> bytes:
    """A name or path without its ending, and without what Kobo puts before it: equal for the namesakes of a work."""
    ending = suffix(base(path))
    bare = path[: len(path) - len(ending)] if ending else path
    return bare[: -len(_KEPUB)] if bare.lower().endswith(_KEPUB) else bare

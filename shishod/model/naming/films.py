"""What the name of a video tells before it is taken apart: whether it is an episode, a part, a version, an extra."""

import re
from typing import NamedTuple

from shishod.model.book import BookKind, normal_name
from shishod.model.folders import EXTRAS, EXTRAS_OF_FILMS, is_season
from shishod.model.library import LibraryKind

_EPISODE = re.compile(
    r"(?<![a-z0-9])(?:s\d{1,4}[\s._-]*e(?:p[\s._-]?)?\d{1,4}(?:[\s._-]*e\d{1,4}|-\d{1,4}(?![\dpi]))*"
    r"|\d{1,2}x\d{2,3}(?:-\d{2,3}|x\d{2,3})*(?![a-z0-9]))",
    re.IGNORECASE,
)
_VERSION = re.compile(
    r"[\s._\[(-]+(?:\d{3,4}[pi]|[48]k|uhd|blu-?ray|b[dr]-?rip|dvd-?rip|web-?dl|web-?rip|hdtv|remux|x26[45]|h[. ]?26[45]"
    r"|hevc|av1|xvid|divx|hdr(?:10)?|(?:director'?s|final|theatrical|extended)[ ._]cut|extended[ ._]edition|unrated"
    r"|remastered|imax)(?![a-z0-9]).*\Z",
    re.IGNORECASE,
)
_DISC = re.compile(r"[\s._\[(-]+(?:cd|dvd|dis[ck])[\s._-]?(\d{1,2})(?![a-z0-9])[\])]?", re.IGNORECASE)
_PART = re.compile(r"[\s._\[(-]+(?:part|pt)(\d{1,2})[\])]?\Z", re.IGNORECASE)  # "Part 2" with a space is a title's
_OF_DISC = re.compile(r"vts_\d\d_([1-9])", re.IGNORECASE)  # a DVD's film in pieces of a GiB
_NUMBERS = re.compile(r"\d+")
_SIGNS = re.compile(r"[\W_]+")
_LABELLED = re.compile(
    r"(?P<film>[^/]+ \((?:19|20)\d\d\))(?: - (?!(?:part|pt|teil|cd|dis[ck])\b)| ?\[| ?\{).*", re.IGNORECASE
)


class FilmName(NamedTuple):
    """`same` is equal for files of one film or episode in a folder, and `shown` that as it is written.

    `part` counts the pieces that a film was cut into; files of one part are versions of it.
    """

    kind: BookKind
    shown: str
    same: str
    part: int = 1


def film_name(folder: str, name: str, shelf: LibraryKind = LibraryKind.MIXED) -> FilmName:
    """By the name of the folder that a video lies in, its own without its ending, and what the library holds."""
    mark = None if shelf is LibraryKind.MOVIES else _EPISODE.search(name)
    if mark is not None:
        shown, kind = name[: mark.end()], BookKind.EPISODE
    else:
        episode = shelf is LibraryKind.SHOWS or (shelf is not LibraryKind.MOVIES and is_season(folder))
        shown, kind = name, BookKind.EPISODE if episode else BookKind.MOVIE
    bare, part = _whole(name)
    if kind is BookKind.MOVIE:
        shown = _labelled(folder, name) or bare
    return FilmName(kind, shown, normal_name(_SIGNS.sub(" ", shown)) or name, part)


def _labelled(folder: str, name: str) -> str:
    """The film that a file in its folder is a version of, whatever the label behind its year says, as Jellyfin and Plex
    have them: "Film (1979)/Film (1979) - Restored"; "" for any other."""
    match = _LABELLED.fullmatch(name)
    return match["film"] if match and folder.casefold().startswith(match["film"].casefold()) else ""


def part_of_film(name: str) -> int:
    """Which piece of a film a file is, by its name without its ending."""
    if match := _OF_DISC.fullmatch(name):
        return int(match[1])
    return _whole(name)[1]


def episode_of(name: str) -> str | None:
    """The number of an episode whose name says it, "3" or "3-4" for two in one file."""
    match = _EPISODE.search(name)
    numbers = [int(one) for one in _NUMBERS.findall(match[0])[1:]] if match else []
    if not numbers:
        return None
    return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}-{numbers[-1]}"


def is_extra_folder(folder: str, shelf: LibraryKind) -> bool:
    """Whether what lies in a folder, told from the root down, belongs to a film rather than being one.

    A folder at the very top is a shelf of its own, whatever it is called.
    """
    above, _, name = folder.rpartition("/")
    name = name.casefold().replace("-", " ").replace("_", " ")
    if not above or (name == "specials" and shelf is not LibraryKind.MOVIES):
        return False
    return name in EXTRAS or (
        shelf in (LibraryKind.MOVIES, LibraryKind.SHOWS) and name in EXTRAS_OF_FILMS | {"specials"}
    )


def _whole(name: str) -> tuple[str, int]:
    """A name without its part and version, and the part."""
    if (match := _DISC.search(name)) is not None and match.start():
        name = name[: match.start()] + name[match.end() :]
        return _VERSION.sub("", name), int(match[1])
    for text in (name, _VERSION.sub("", name)):
        if (match := _PART.search(text)) is not None and match.start():
            return _VERSION.sub("", text[: match.start()]), int(match[1])
    return _VERSION.sub("", name), 1

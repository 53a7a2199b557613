"""The folders above a book: author, series, and the folder of the book itself, whose words join those of its file."""

import re
from collections.abc import Sequence
from functools import lru_cache

from shishod.model.naming.people import NOBODY, SURELY, is_generic, likeness, people_of
from shishod.model.naming.prose import words_of_name
from shishod.model.naming.spelling import BRACKETS, RANGE, YEAR, bare, loose, number_of, spaced
from shishod.model.naming.words import PathWords
from shishod.model.pieces import CHAPTERS, PIECES, disc_number
from shishod.model.volumes import VOLUME

_TRACK = re.compile(
    r"(?:(?:cd|dis[ck])[ ._-]*(?P<disc>\d{1,3})[ ._-]+)?"
    rf"(?:{PIECES}|file)?[ ._#-]*(?P<track>\d{{1,4}})(?:[ ._-]+track|(?: of \d{{1,4}}))?",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    rf"(?P<disc>(?!))?(?P<track>\d{{1,4}})[ ._-]+(?:{PIECES})[ ._#-]*\d{{1,4}}",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(\d{1,3})[ ._-]+(\d{1,4})")
_CALIBRE = re.compile(r"(.+) \(\d{1,7}\)")
_PLACE = re.compile(rf",?(?: -)? (?:{VOLUME} ?#?|#)?(?P<number>{RANGE})(?: - (?P<title>.*[^\W\d].*))?", re.IGNORECASE)
_YEAR = re.compile(YEAR)
_MOST_OF_ONE = 3  # digits: so many books are a series, and nobody's own
_FIRST = re.compile(r"(\d{1,3})[ ._-]+(\D.*)")
_CHAPTER = re.compile(
    rf"(?P<word>(?:{CHAPTERS})[ ._#-]*)?(?:\d{{1,2}}-)?(?P<track>\d{{1,3}})"
    r"[ ._-]+\D.*",
    re.IGNORECASE,
)
_CODED = re.compile(r"[^\W\d]{1,6}[ ._-]?\d{1,2}[ ._-](?P<track>\d{2,4})")
_LAST = re.compile(
    r"(.*?[^\s_-])(?:[\s_-]*[\s_]|-(?=part|pt|cd|dis[ck]|teil))"
    r"(?:[(\[]?(?:part|pt|cd|dis[ck]|teil|track|chapter)[ ._#]*|- )?0*(\d{1,3})"
    r"(?: of \d{1,3})?[)\]]?",
    re.IGNORECASE,
)


def words_of_book(folders: Sequence[str], name: str, *, folder: bool = False, tracks: bool = False) -> PathWords:
    """What the path of an ebook or an audiobook says.

    `folder` when `name` is the folder that its tracks lie in, `tracks` when a file may be one of several.
    """
    above = list(folders)
    words = PathWords()
    name = name if folder else bare(name)
    if tracks and not folder:
        folder = bool(above) and (_is_track(name, words) or disc_number(above[-1]) is not None)
        if folder:
            name = above.pop()
    while folder and above and (disc := disc_number(name)) is not None:
        words.say("disc", disc, "Disc N")
        name = above.pop()
    if not folder and above and _hear_own_folder(words, above, name, tracks):
        return words
    if tracks and not folder and above and _is_chapter(name, above, words):
        name, folder = above.pop(), True
    _shelf(tuple(above), own=folder).hear(words, name)
    return words


def _is_track(name: str, words: PathWords) -> bool:
    """Whether a file's name is only its place among the tracks: "01", "Track 7", "2-05", "03 - Chapter 3"."""
    match = _NUMBERED.fullmatch(name) or _TRACK.fullmatch(name) or _COUNTED.fullmatch(name)
    if match is None or (name.isdecimal() and len(name) > 2 and name[0] != "0"):
        return False
    disc, track = match.groups()
    words.say("disc", int(disc or 0), "Disc-Track")
    words.say("track", int(track), "Track")
    return True


def _is_chapter(name: str, above: Sequence[str], words: PathWords) -> bool:
    """Whether a file's name is a chapter's, because it says so or because its folder says that it is a book itself."""
    match = _CHAPTER.fullmatch(name) or _CODED.fullmatch(name)
    if match is None:
        return False
    if not match.groupdict().get("word"):
        said = _shelf(tuple(above[:-1]), own=True).words_of(above[-1])
        if not said.title or not (said.number or said.narrators or said.identifiers or said.year):
            return False
    words.say("track", int(match["track"]), "Track")
    return True


def _hear_own_folder(words: PathWords, above: Sequence[str], name: str, tracks: bool) -> bool:
    """Whether the folder is named for the book in it; then both names are heard, the file's own first."""
    calibre = _CALIBRE.fullmatch(above[-1]) if len(above) > 1 and loose(above[-2]) in loose(name) else None
    folder = calibre[1] if calibre else above[-1]
    if calibre and loose(name) == loose(folder + above[-2]):
        name = folder  # which has all the letters that a file system may have lost
    outer = _plain(folder)
    name = _without_track(name, outer, words) if tracks else name
    inner = _plain(name)
    if len(inner) < 2 or len(outer) < 2 or (inner not in outer and outer not in inner):
        return False
    shelf = _shelf(tuple(above[:-1]), own=True)
    around = shelf.words_of(folder)
    if loose(around.title or "") != loose(name):  # else the file says a title, and the folder the same and perhaps more
        said = shelf.words_of(name)
        if inner != outer and not _same_title(said.title or "", around.title or "", words):
            return False
        if not tracks and said.number and not (said.series or around.number or around.series):
            words.say("series", around.title, "Series/NN - Series")
        shelf.believe(words, said)
    shelf.believe(words, around)
    return True


def _plain(name: str) -> str:
    """A name without what stands in brackets, to be compared."""
    return loose(BRACKETS.sub(" ", name)) or loose(name)


def _same_title(title: str, longer: str, words: PathWords) -> bool:
    """Whether two names tell of one book: by the same title, or by a title and the same with its subtitle."""
    if title and longer.startswith((f"{title} - ", f"{title}: ")):
        words.say("subtitle", longer[len(title) :].lstrip(" -:"), "Title - Subtitle/Title")
        return True
    return bool(title) and loose(title) == loose(longer)


def _without_track(name: str, folder: str, words: PathWords) -> str:
    """ "01 Dune" and "Dune - Part 1" as "Dune" where the folder is called so; its number is a track's."""
    if loose(name) in folder:
        return name
    name = spaced(name)
    for pattern, text, number in ((_FIRST, 2, 1), (_LAST, 1, 2)):
        if (match := pattern.fullmatch(name)) and len(loose(match[text])) > 1 and loose(match[text]) in folder:
            words.say("track", int(match[number]), "Track")
            return match[text]
    return name


class _Shelf:
    """The folders above a book. A book that has a folder of its `own` stands on a shelf that is named for something."""

    def __init__(self, above: Sequence[str], *, own: bool) -> None:
        self._named = [one for one in above if not is_generic(one)]
        self._own = own
        self._author, self._series = _author_and_series(self._named)

    def hear(self, words: PathWords, name: str) -> None:
        self.believe(words, self.words_of(name))

    def words_of(self, name: str) -> PathWords:
        said = _numbered_in(self._named[-1], name, surely=bool(self._series)) if self._named else None
        return said or words_of_name(name, self._author)

    def believe(self, words: PathWords, said: PathWords) -> None:
        """Say what a name says, and what its folders say where the two do not speak of different authors."""
        if self._series and said.series and not said.title and _begins(said.series, self._series):
            words.say("title", said.series, "Series/Series and More, Book N")
            words.say("series", self._series, "Author/Series/")
        words.hear(said)
        lone = self._author and not self._series and said.number and not said.series
        if lone and not self._own and likeness(self._author) < SURELY:
            return  # "Salt Roads/02 - The Salt Road": an author or a series, and nothing tells
        if said.series and not self._series and loose(said.series) == loose(self._author):
            return  # a person's name, and nobody's: "Perry Rhodan/Perry Rhodan 0001"
        if self._author and _agree(said, self._author):
            words.say("people", people_of(self._author), "Author/")
            if self._own or said.number:
                words.say("series", self._series, "Author/Series/")
        elif (
            len(self._named) == 1
            and said.number
            and not said.people
            and likeness(folder := spaced(self._named[0])) == NOBODY
        ):
            words.say("series", words_of_name(folder).title, "Series/NN - Title")


@lru_cache(maxsize=256)  # the books of one author lie together
def _shelf(above: tuple[str, ...], *, own: bool) -> _Shelf:
    return _Shelf(above, own=own)


def _numbered_in(shelf: str, name: str, *, surely: bool) -> PathWords | None:
    """What a name says that is its folder's and a number, with or without a title: "Tales/Tales 0012 - The Well".

    Unless the shelf is `surely` a series it may be called as its author is, whose books are few.
    """
    shelf, name = spaced(shelf), spaced(name)
    if name[: len(shelf)].casefold() != shelf.casefold() or not (match := _PLACE.fullmatch(name[len(shelf) :])):
        return None
    if _YEAR.fullmatch(match["number"]) or (not surely and likeness(shelf) and len(match["number"]) < _MOST_OF_ONE):
        return None
    words = PathWords()
    words.say("series", shelf, "Series/Series NN")
    words.say("number", number_of(match["number"]), "Series/Series NN")
    if match["title"]:
        words.hear(words_of_name(match["title"]), "title", "subtitle", "year", "identifiers")
    words.say("title", match["title"] or name, "Series/Series NN")
    return words


def _begins(name: str, series: str) -> bool:
    """ "Harry Potter and the Goblet of Fire" begins with the name of its series, and is another."""
    return loose(name) != loose(series) and loose(name).startswith(loose(series))


def _agree(said: PathWords, author: str) -> bool:
    known = loose(author)
    return not said.people or any(loose(one.name) in known for one in said.people)


def _author_and_series(named: Sequence[str]) -> tuple[str, str]:
    """Which of the folders above is an author's and which a series'; "" for none, and where it could be either."""
    if not named:
        return "", ""
    last, above = spaced(named[-1]), spaced(named[-2]) if len(named) > 1 else ""
    if above and likeness(above):
        return above, last
    if likeness(last):
        return last, ""
    return "", ""

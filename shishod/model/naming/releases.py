"""The name of a book as those give it who pass files on: whole forms, in a table, tried before the grammar of names."""

import re
from collections.abc import Callable
from typing import NamedTuple

from shishod.model.naming.marks import without_marks
from shishod.model.naming.people import people_of
from shishod.model.naming.spelling import YEAR
from shishod.model.naming.vocabulary import PUBLISHERS
from shishod.model.naming.words import PathWords

_YEAR = re.compile(YEAR)
_NUMBER = re.compile(r"(?:97[89])?\d{9}[\dXx]")


def _archived(found: re.Match[str], words: PathWords, name: str) -> bool:
    """A title, its authors, and then in any order what is known of the edition."""
    title, people, *rest = (piece.strip() for piece in found[1].split(" -- "))
    words.say("title", title, name)
    words.say("people", people_of(people), name)
    for piece in rest:
        if _NUMBER.fullmatch(piece):
            without_marks(f"[{piece}]", words)
    years = [one for piece in rest for one in piece.split(", ") if _YEAR.fullmatch(one)]
    words.say("year", years[0] if len(years) == 1 else None, name)
    return True


def _lent(found: re.Match[str], words: PathWords, name: str) -> bool:
    words.say("title", without_marks(found["title"], words), name)
    words.say("people", people_of(found["people"]), name)
    return True


def _printed(found: re.Match[str], words: PathWords, name: str) -> bool:
    if PUBLISHERS.isdisjoint(found["publisher"].casefold().split()):
        return False
    words.say("year", found["year"], name)
    return _lent(found, words, name)


def _released(found: re.Match[str], words: PathWords, name: str) -> bool:
    title, people = (re.sub(r"[._]+", " ", found[group]).strip() for group in ("title", "people"))
    words.say("title", title, name)
    words.say("people", people_of(people), name)
    words.say("year", found["year"], name)
    return True


class Form(NamedTuple):
    """One row: `sign` is what a name must have to be looked at, and `hear` says whether it is of this form."""

    name: str
    sign: str
    pattern: re.Pattern[str]
    hear: Callable[[re.Match[str], PathWords, str], bool]


_SIGNED = r"(?P<people>[^（(【\[:：]+?)(?:[ _]*[（(【\[].*)?"
_MEDIUM = r"\(?(?:audio-?book|abook|hoerbuch|hörbuch|ebook|e-book)s?\)?"
FORMS: tuple[Form, ...] = (
    Form("Title -- Author -- ... -- Anna's Archive", " -- anna", re.compile(r"(.+? -- .+) -- anna.s archive", re.I),
         _archived),
    Form("Title (Author) (Z-Library)", "z-lib",
         re.compile(r"(?P<title>.+) \((?P<people>[^()]+)\) \(z-lib\S*\)", re.I), _lent),
    Form("《Title》作者：Author", "作者",
         re.compile(rf"《?(?P<title>[^《》]+?)[》 _]+.*?作者[:： _]*{_SIGNED}"), _lent),
    Form("Author - Title-Publisher (Year)", " (",
         re.compile(rf"(?P<people>.+?) - (?P<title>.+\S)-(?P<publisher>[^\W\d_][^-()]+) \((?P<year>{YEAR})\)"),
         _printed),
    Form("Author-Title-AUDIOBOOK-Year-Group", "b",
         re.compile(rf"(?P<people>[^\s-]+)-(?P<title>\S+?)-{_MEDIUM}(?:-\S*?)??(?:-(?P<year>{YEAR}))?-\w+", re.I),
         _released),
)  # fmt: skip


def words_of_release(name: str) -> PathWords | None:
    """What a name of one of these forms says; None for any other."""
    folded = name.casefold()
    for form in FORMS:
        if form.sign in folded and (found := form.pattern.fullmatch(name)):
            words = PathWords()
            if form.hear(found, words, form.name):
                return words
    return None

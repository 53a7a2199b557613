"""The name of an ebook or an audiobook: the tables of what may stand between its dashes, tried in order."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from shishod.model.naming.marks import PART_MARK, is_identifier, is_noise, without_marks
from shishod.model.naming.people import NOBODY, PERHAPS, SURELY, likeness, people_of
from shishod.model.naming.releases import words_of_release
from shishod.model.naming.spelling import RANGE, WORDS, YEAR, loose, number_of, spaced
from shishod.model.naming.vocabulary import COPY, MONTH, READ_BY, SMALL
from shishod.model.naming.words import PathWords
from shishod.model.volumes import PART, VOLUME

_DASH = re.compile(r" (?:[-–—]{1,2} )+")
_TOME = r"[vt](?=\d\d)"
_NUMBER = re.compile(rf"(?:{VOLUME} ?|#|{_TOME})?#?({RANGE}|{WORDS})[.:]?", re.IGNORECASE)
_VOLUME = re.compile(VOLUME, re.IGNORECASE)
_LONG = re.compile(r"\d{3,4}")  # so many books are a series, and nobody's own
_YEAR = re.compile(YEAR)
_COUNTED = re.compile(rf"(.*\S),? (?:{VOLUME} ?#?|#|{_TOME})({RANGE}|{WORDS})", re.IGNORECASE)
_AUDIBLE = re.compile(rf"([^:]+): ([^:]+), (?:book|volume) ({RANGE}|{WORDS})", re.IGNORECASE)
_RATE = re.compile(r"\d{2,3}(?:k|kbps|kbit)", re.IGNORECASE)
_BARE = re.compile(r"(\D.*?),? (\d{1,2}(?:\.\d{1,2})?|0\d{2}|\d{1,2}-\d{1,2})")
_PADDED = re.compile(r"(\D.*?),? (0\d{1,2})")
_NN_TITLE = re.compile(r"(\d{1,2}(?:\.\d{1,2})?)[.:]? (\D.*)")
_LEADING = re.compile(
    rf"({VOLUME} ?#?{RANGE}(?:[.:]|(?= (?-i:[^a-z])))|0\d{{1,2}}|\d{{1,3}}[.)]|#\d{{1,3}}[.:]?"
    r"|[\[(]\d{1,3}(?:\.\d)?[\])]) (?=\S)(.+)",
    re.IGNORECASE,
)
_DIGITS = re.compile(RANGE)
_BY = re.compile(r"(.+) by ([^\d]+)", re.IGNORECASE)
_READ_BY = re.compile(rf"{READ_BY} (.+)", re.IGNORECASE)
_ISSUED = re.compile(rf"(?:{MONTH})\.? ({YEAR})|({YEAR})-[01]\d(?:-[0-3]\d)?", re.IGNORECASE)  # when a number came out
_PART = re.compile(PART, re.IGNORECASE)
_BRACKETED = re.compile(r"\[([^\[\]]+)\] ?(?:- )?(\S.*)")
_SUBTITLE = re.compile(
    r"([^:]+): ([^:]+)|(.+?) - (an? (?:[\w-]+ ){0,3}(?:novel|novella|memoir|biography|thriller|mystery|romance))",
    re.IGNORECASE,
)

Facts = Sequence[tuple[str, Any]] | None
Shape = Callable[[str], Facts]


def _author(least: int, text: str) -> Facts:
    lone = least == NOBODY and " " not in text and text.isalpha() and text[0].isupper()
    return [("people", people_of(text))] if lone or likeness(text) >= max(least, PERHAPS) else None


def _plain_author(text: str) -> Facts:
    return _author(PERHAPS, text) if text.count(" ") == 1 else None


def _speaking_title(text: str) -> Facts:
    return _title(text) if likeness(text) == NOBODY and not SMALL.isdisjoint(text.casefold().split()) else None


def _place(patterns: Sequence[re.Pattern[str]], text: str) -> Facts:
    if match := _AUDIBLE.fullmatch(text):
        return [("title", match[1]), ("series", match[2]), ("number", number_of(match[3]))]
    for pattern in patterns:
        match = pattern.fullmatch(text)
        name = match[1].rstrip(" ,-:") if match else ""
        if match and name and ", " not in name and not _VOLUME.fullmatch(name):
            return [("series", name), ("number", number_of(match[2]))]
    return None


def _number(text: str) -> Facts:
    match = _NUMBER.fullmatch(text)
    return [("number", number_of(match[1]))] if match and not _YEAR.fullmatch(text) else None


def _year(text: str) -> Facts:
    return [("year", text)] if _YEAR.fullmatch(text) else None


def _title(text: str) -> Facts:
    match = _SUBTITLE.fullmatch(text)
    if match is None:
        return [("title", text)]
    return [("title", match[1] or match[3]), ("subtitle", match[2] or match[4])]


def _numbered_title(text: str) -> Facts:
    match = _NN_TITLE.fullmatch(text)
    return [("number", number_of(match[1])), *(_title(match[2]) or ())] if match else None


SHAPES: dict[str, Shape] = {
    "AUTHOR": partial(_author, SURELY),  # a given name or initials say so
    "Author": partial(_author, PERHAPS),
    "Ann Author": _plain_author,
    "author": partial(_author, NOBODY),  # one word will do, as what stands beside it shows what it is
    "NN": _number,
    "NNN": lambda text: _number(text) if _LONG.fullmatch(text) else None,
    "YYYY": _year,
    "Series NN": partial(_place, (_COUNTED, _BARE)),
    "Series #NN": partial(_place, (_COUNTED,)),
    "Series 0N": partial(_place, (_COUNTED, _PADDED)),
    "#NN": lambda text: _number(text) if not (text[0].isdecimal() or _PART.match(text)) else None,
    "NN Title": _numbered_title,
    "Series": lambda text: [("series", text)],
    "Title": _title,
    "The Title": _speaking_title,  # small words in it say that it is no name
    "Name": _title,  # the whole of it, and only where it has no dash that could part two things
    "Periodical": lambda _: [],
    "May 2001": lambda text: [("year", match[1] or match[2])] if (match := _ISSUED.fullmatch(text)) else None,
    "2001": lambda text: [] if _YEAR.fullmatch(text) else None,
    "Somebody": lambda text: [] if likeness(text) == SURELY else None,
    "...": lambda text: [] if likeness(text) == NOBODY else None,
}


class Pattern(NamedTuple):
    """One row: its name, and the shapes of its pieces; a title at the end takes what more dashes there are."""

    name: str
    shapes: tuple[Shape, ...]

    def facts_of(self, pieces: Sequence[str]) -> Facts:
        """What the pieces say by this row; None where they are no such thing."""
        most = len(self.shapes)
        if len(pieces) > most:
            if not self.name.endswith("Title"):
                return None
            pieces = [*pieces[: most - 1], " - ".join(pieces[most - 1 :])]
        facts: list[tuple[str, Any]] = []
        for shape, piece in zip(self.shapes, pieces, strict=True):
            found = shape(piece)
            if found is None:
                return None
            facts += found
        return facts


Table = dict[tuple[int, bool], tuple[Pattern, ...]]
_MOST = 4
_DIGIT = re.compile(r"\d|\b(?:" + WORDS + r")\b", re.IGNORECASE)
_COUNTS = re.compile(r"N\b|YYYY|2001")


def _table(*names: str) -> Table:
    """The patterns in their order, by how many pieces a name must have at least, and whether it has a number."""
    rows = [Pattern(name, tuple([SHAPES[shape] for shape in name.split(" - ")])) for name in names]
    plain = [row for row in rows if not _COUNTS.search(row.name)]
    return {
        (count, numbered): tuple([row for row in (rows if numbered else plain) if len(row.shapes) <= count])
        for count in range(1, _MOST + 1)
        for numbered in (False, True)
    }


# A name that lies in its author's folder and does not repeat who that is.
IN_AUTHORS_FOLDER = _table(
    "NN - YYYY - Title", "YYYY - NN - Title", "YYYY - Series NN - Title", "NN - Title", "YYYY - Title",
    "Series NN - Title", "Title - Series #NN", "Title - YYYY", "Series - #NN - Title", "Series - #NN",
    "Series #NN", "Title",
)  # fmt: skip
# What is left of a name once the author whom its folder names has been taken off it.
BESIDE_AUTHOR = _table(
    "NN - YYYY - Title", "YYYY - Series NN - Title", "YYYY - Title", "NN - Title", "Series NN - Title",
    "Series - NN - Title", "Series - NN Title", "Series - YYYY - Title", "Title - Series #NN", "Title - YYYY",
    "Series - #NN", "Series - Title", "Series #NN", "Series 0N", "Title",
)  # fmt: skip
# A name that must say by itself who wrote the book. Who surely is a person comes before what could be a title.
ALONE = _table(
    "Periodical - May 2001", "NN - YYYY - Title", "author - YYYY - Title", "AUTHOR - Series NN - Title",
    "Title - Series #NN - AUTHOR", "author - Series NN - Title", "author - Series - NN - Title",
    "author - Series - NN Title", "Series - NNN - Title - AUTHOR", "Series - NNN - Title", "AUTHOR - NN - Title",
    "Series - #NN - Title", "author - NN - Title", "AUTHOR - Title - YYYY", "author - Title - Series #NN",
    "AUTHOR - Series 0N",
    "Series NN - AUTHOR - Title", "Series NN - Title - AUTHOR", "NN - Title - AUTHOR",
    "Title - AUTHOR - YYYY", "YYYY - AUTHOR - Title",
    "2001 - Somebody",  # a year and a title, or a title and an author: nothing tells
    "YYYY - Title", "NN - Title",
    "Somebody - Somebody",  # "Jane Eyre - Ann Author" or the other way: nothing tells
    "AUTHOR - Title", "... - AUTHOR - Title", "Title - AUTHOR", "Series NN - Title",
    "Title - Series #NN", "Series - #NN", "Title - YYYY", "Author - Title", "The Title - Ann Author", "Series #NN",
    "Name",
)  # fmt: skip


def words_of_name(name: str, author: str = "") -> PathWords:
    """What one name says, of a file without its ending or of a folder; `author` is whom the folder above it names."""
    if (words := words_of_release(name)) is not None:
        return words
    words = PathWords()
    text = spaced(name)
    if is_identifier(text, words):
        return words
    if (match := _BRACKETED.fullmatch(text)) and likeness(match[1]):
        words.say("people", people_of(match[1]), "[Author] Title")
        text = match[2]
    raw = _DASH.split(text)
    unmarked = without_marks(text, words)
    pieces = [piece.strip(" -–,") for piece in (raw if unmarked == text else _DASH.split(unmarked))]
    if len(raw) == len(pieces) == 2 and _hear_marked(raw, pieces, words):
        return words
    pieces = [piece for number, piece in enumerate(pieces) if piece and not (number and is_noise(piece))]
    if not pieces:
        words.say("title", text or name, "name")
        return words
    pieces[-1] = _without_copy(pieces[-1], words)
    _hear_reader(pieces, words)
    table = ALONE if not words.people else IN_AUTHORS_FOLDER
    if author:
        others = [piece for piece in pieces if not _names_author(piece, author, words)]
        table = BESIDE_AUTHOR if others and len(others) < len(pieces) else IN_AUTHORS_FOLDER
        pieces = others or pieces
    numbered = _DIGIT.search(text) is not None
    if numbered:
        _hear_lead(pieces, words)
    if len(pieces) == 1 and _hear_by(pieces[0], words, author):
        return words
    for pattern in table[min(len(pieces), _MOST), numbered]:
        if (facts := pattern.facts_of(pieces)) is not None:
            for field, value in facts:
                _believe(words, field, value, pattern.name)
            break
    return words


def _believe(words: PathWords, field: str, value: Any, place: str) -> None:
    """Say it; what a bracket calls a part of a book gives way to the book's place in a series."""
    if field == "number" and words.places.get(field) == PART_MARK:
        words.number = None
    words.say(field, value, place)


def _hear_marked(raw: Sequence[str], pieces: Sequence[str], words: PathWords) -> bool:
    """ "Salt (Tales 4) - Nele Author": what the bracket of a series stands behind is the title."""
    if not words.series or pieces[0] == raw[0] or pieces[1] != raw[1] or words.people or likeness(pieces[1]) == NOBODY:
        return False
    for field, value in (*(_title(pieces[0]) or ()), ("people", people_of(pieces[1]))):
        words.say(field, value, "Title (Series N) - Author")
    return True


def _names_author(piece: str, author: str, words: PathWords) -> bool:
    """Whether a piece of a name is the author of the folder, alone or with others who are named in full."""
    known, told = loose(author), loose(piece)
    if known not in told:
        return told == loose("".join(reversed(author.split(", ")))) if "," in author else False
    if told != known and likeness(piece):
        words.say("people", people_of(piece), "Author & Author - Title")
        return True
    return told == known


def _without_copy(piece: str, words: PathWords) -> str:
    """ "Dune Unabridged" as "Dune", "Dune 1965 Retail EPUB" as well, with its year."""
    rest, _, last = piece.rpartition(" ")
    cut = False
    while rest and (last.casefold().partition("-")[0] in COPY or _RATE.fullmatch(last)):
        piece, cut = rest, True
        rest, _, last = piece.rpartition(" ")
    if cut and rest and _YEAR.fullmatch(last):
        words.say("year", last, "Title YYYY")
        return rest
    return piece


def _hear_reader(pieces: list[str], words: PathWords) -> None:
    if len(pieces) > 1 and (match := _READ_BY.fullmatch(pieces[-1])):
        words.say("narrators", tuple([one.name for one in people_of(match[1])]), "Title - read by Narrator")
        del pieces[-1]


def _hear_lead(pieces: list[str], words: PathWords) -> None:
    """The place that begins a name without a dash of its own: "01. Title", "Book 2: Title", "#3 Title"."""
    if match := _LEADING.fullmatch(pieces[0]):
        digits = _DIGITS.search(match[1])
        _believe(words, "number", number_of(digits[0]) if digits else None, "NN. Title")
        pieces[0] = match[2]


def _hear_by(piece: str, words: PathWords, author: str) -> bool:
    match = _BY.fullmatch(piece)
    if match is None or not (likeness(match[2]) if not author else loose(match[2]) == loose(author)):
        return False
    for field, value in (*(_title(match[1]) or ()), ("people", people_of(match[2]))):
        words.say(field, value, "Title by Author")
    return True

"""What stands in brackets in the name of a book: the table MARKS, in order; what none of it knows stays."""

import re
from collections.abc import Callable
from typing import NamedTuple

from stdnum import isbn
from stdnum.exceptions import ValidationError

from shishod.model.book import Identifier
from shishod.model.naming.people import people_of
from shishod.model.naming.spelling import BRACKETS, OPENS, RANGE, YEAR, number_of
from shishod.model.naming.vocabulary import EDITIONS, NOISE, PUBLISHERS, READ_BY
from shishod.model.naming.words import PathWords
from shishod.model.volumes import PART, VOLUME

_TOKEN = re.compile(r"[\s,;&+/_.-]+")
_IMPRINTS = PUBLISHERS - {"books", "editions", "manning", "media", "vintage"} | {"classics"}
_NUMERIC = re.compile(r"\d{1,4}(?:k|kbps|mb)?")
_REVISION = re.compile(r"[rv]\d{1,2}(?:\.\d{1,2})?")


def is_noise(text: str) -> bool:
    """Whether a text says how a copy was made and nothing of the book: "retail", "64 kbps", "EPUB v5.0"."""
    text = text.casefold()
    if _REVISION.fullmatch(text):
        return True
    first = text.partition(" ")[0]
    if first.isalpha() and first not in NOISE:  # most of what is asked about
        return False
    if text in NOISE:
        return True
    tokens = [one for one in _TOKEN.split(text) if one]
    named = [one for one in tokens if not _NUMERIC.fullmatch(one)]
    return not tokens or (bool(named) and all(one in NOISE for one in named)) or tokens[0].endswith(("kbps", "mb"))


PART_MARK = "(Part N)"
Hear = Callable[[re.Match[str], PathWords, str], bool]


class Mark(NamedTuple):
    """One row of the table: `opens` are the brackets it may stand in, `hear` believes it or says that it is none."""

    name: str
    opens: str
    pattern: re.Pattern[str]
    hear: Hear


def _year(found: re.Match[str], words: PathWords, name: str) -> bool:
    words.year, words.places["year"] = found[1], name  # of two the last: the first is when a series began
    return True


def _asin(found: re.Match[str], words: PathWords, name: str) -> bool:
    words.say("identifiers", (Identifier("asin", found[1]),), name)
    return True


def _isbn(found: re.Match[str], words: PathWords, name: str) -> bool:
    try:
        words.say("identifiers", (Identifier("isbn", isbn.to_isbn13(isbn.validate(found[1]))),), name)
    except ValidationError:
        return False
    return True


def _narrators(found: re.Match[str], words: PathWords, name: str) -> bool:
    said = found[found.lastindex or 1]
    if any(c.isdigit() for c in said) or not said[0].isalpha() or not EDITIONS.isdisjoint(said.casefold().split()):
        return False
    words.say("narrators", tuple([one.name for one in people_of(said)]), name)
    return True


def _read_aloud(found: re.Match[str], words: PathWords, name: str) -> bool:
    """Who reads, behind what is noise: "ungekürzt, gelesen von ..."."""
    return (found[1] is None or is_noise(found[1])) and _narrators(found, words, name)


def _series(found: re.Match[str], words: PathWords, name: str) -> bool:
    words.say("series", found[1].rstrip(" ,-:"), name)
    words.say("number", number_of(found[2]), name)
    return True


def _plain_series(found: re.Match[str], words: PathWords, name: str) -> bool:
    said = set(found[1].casefold().split()) - {"the"}
    return bool(said) and EDITIONS.isdisjoint(said) and _series(found, words, name)


def _number(found: re.Match[str], words: PathWords, name: str) -> bool:
    words.say("number", number_of(found[1]), name)
    return True


def _disc(found: re.Match[str], words: PathWords, name: str) -> bool:
    words.say("disc", int(found[1]), name)
    return True


def _publisher(found: re.Match[str], _words: PathWords, _name: str) -> bool:
    return not _IMPRINTS.isdisjoint(found[1].casefold().split())


def _nothing(_found: re.Match[str], _words: PathWords, _name: str) -> bool:
    return True


def _mark(name: str, opens: str, pattern: str, hear: Hear) -> Mark:
    return Mark(name, opens, re.compile(pattern, re.IGNORECASE), hear)


_BOOK = rf"(?:#|{VOLUME} ?#?)"
MARKS: tuple[Mark, ...] = (
    _mark("(Year)", "([{", rf"({YEAR})(?:-\d\d){{0,2}}", _year),
    _mark("[ASIN]", "([{", r"(?:asin[ :._-]*)?(B0[0-9A-Z]{8})", _asin),
    _mark("[ISBN]", "([{", r"(?:e?isbn(?:-?1[03])?[ :._-]*)?((?:97[89][ -]?)?\d(?:[ -]?\d){8}[ -]?[\dX])", _isbn),
    _mark("(Disc N)", "([{", r"(?:cd|dis[ck]|disque) ?0*(\d{1,3})(?: of \d+)?", _disc),
    _mark("(N of M)", "([", rf"({RANGE}) of \d+", _number),
    _mark("(of M)", "([", r"of \d+", _nothing),
    _mark(PART_MARK, "([", rf"{PART} ({RANGE})", _number),
    _mark("(Book N)", "([", rf"{_BOOK}({RANGE})", _number),
    _mark("(Series, #N)", "([", rf"(.*[^\s,-]),? ?{_BOOK}({RANGE})", _series),
    _mark("(Publisher)", "([", r"([^\d]+)", _publisher),
    _mark("[Series N]", "[", rf"([^\d\s][^\d]*) ({RANGE})", _series),
    _mark("(Series N)", "(", r"([^\W\d][^\d,]*) (\d{1,2}(?:\.\d)?)", _plain_series),
    _mark("(read by Narrator)", "([{", rf"(?:([^,]+), )?{READ_BY} (.+)", _read_aloud),
    _mark("{Narrator}", "{", r"(.+)", _narrators),
)  # fmt: skip


_NUMBERS = tuple(mark for mark in MARKS if mark.name in ("[ASIN]", "[ISBN]"))


def is_identifier(name: str, words: PathWords) -> bool:
    """Whether a whole name is a number that a shop or a publisher gave; then `words` has it."""
    return 10 <= len(name) <= 17 and any(
        mark.hear(match, words, mark.name) for mark in _NUMBERS if (match := mark.pattern.fullmatch(name))
    )


def without_marks(name: str, words: PathWords) -> str:
    """The name without the brackets that the table knows and those that are noise; what they say goes to `words`."""
    if OPENS.search(name) is None:
        return name

    def heard(found: re.Match[str]) -> str:
        opening, content = found[1], found[2].strip()
        for mark in MARKS:
            if (
                opening in mark.opens
                and (match := mark.pattern.fullmatch(content))
                and mark.hear(match, words, mark.name)
            ):
                return " "
        aside = opening in "[【" and found.start()  # a tag: nobody writes a title's own words so
        return " " if aside or is_noise(content) else found[0]

    return " ".join(BRACKETS.sub(heard, name).split())

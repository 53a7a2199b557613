"""Who is meant by a piece of a path, told only where its form leaves little doubt."""

import re
from functools import lru_cache

from shishod.model.book import Contribution, Role
from shishod.model.naming.vocabulary import GIVEN, MONONYMS, NOT_PEOPLE, PARTICLES, SHELVES, TAILS

_INITIALS = re.compile(r"(?:[^\W\d_]\.){1,4}[^\W\d_]?|[^\W\d_]{1}")
_ARTICLES = ("A", "I")  # rather than initials, where no dot and no other initial follows
_ROLE = re.compile(
    r"(.+?) (?:- |\()(translat|edit|illustrat|introduct|foreword|afterword|contribut)(?:or|ions?|ed|er)?\)?",
    re.IGNORECASE,
)
_ROLES = {"tra": Role.TRANSLATOR, "edi": Role.EDITOR, "ill": Role.ILLUSTRATOR, "int": "aui", "for": "aui",
          "aft": "aft", "con": "ctb"}  # fmt: skip
_IDEOGRAMS = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff\uac00-\ud7a3]{2,6}")  # no space parts the names of one person
_INITIALS_LAST = re.compile(r"([^\W\d_][\w'’-]+) ((?:(?:[^\W\d_]|Дж|Ch|Th)\. ?){1,3})")
_JOINED = re.compile(r" (?:&|and|und|et|y|with) ")
_KIN = re.compile(r"(\w+) (?:&|and|und|et|y) (\w+) ([\w-]+)")
_SPLIT = re.compile(r" ?; ?| & ")
NOBODY, PERHAPS, SURELY = 0, 1, 2


@lru_cache(maxsize=1024)
def is_generic(folder: str) -> bool:
    """Whether a folder only files books away: "Fiction", "Sci-Fi", "Historical Fiction", "A"."""
    words = [one for one in re.split(r"[\W_]+", folder.casefold()) if one]
    return not words or words[-1] in SHELVES or "".join(words) in SHELVES or len("".join(words)) == 1


@lru_cache(maxsize=1024)  # the books of one author lie together
def likeness(text: str) -> int:
    """How much a text looks like one person or several: NOBODY, PERHAPS, or SURELY by a given name or initials."""
    people = _names(text)
    if not people:
        return NOBODY
    found = [_one(name) for name, _ in people]
    return SURELY if min(found) and max(found) == SURELY else min(found)


def _one(name: str) -> int:
    words = name.split()
    tail = words[-1].casefold() in TAILS
    if not 2 <= len(words) - tail <= 5:
        return SURELY if name.casefold() in MONONYMS else PERHAPS if _IDEOGRAMS.fullmatch(name) else NOBODY
    if words[0] in _ARTICLES and not _INITIALS.fullmatch(words[1]):
        return NOBODY
    initials = 0
    for word in words:
        plain = word.casefold()
        if plain in PARTICLES or plain in TAILS or (word is words[-1] and len(word) == 1 and word.isalpha()):
            continue  # "Malcolm X", "Vitamin C": a letter at the end tells nothing
        if _INITIALS.fullmatch(word) and word[0] == word[0].upper():
            initials += 1
        elif plain in NOT_PEOPLE or not _capital(word):
            return NOBODY
    if initials == len(words) - tail:
        return NOBODY
    return SURELY if initials or words[0].casefold() in GIVEN or ("-" in words[0] and _given(words[0])) else PERHAPS


def _given(word: str) -> bool:
    return word.casefold().partition("-")[0] in GIVEN


def _capital(word: str) -> bool:
    first = word[0]
    if not first.isalpha() or first == first.lower() != first.upper():
        return word[:2].casefold() in ("d'", "o'", "d’", "l'") and word[2:3].isupper()
    return all(c.isalpha() or c in ".'’-" for c in word)


@lru_cache(maxsize=1024)
def people_of(text: str) -> tuple[Contribution, ...]:
    """The people in a text that is known to name them, in order: "Le Guin, Ursula K." as she is called."""
    return tuple([Contribution(name, role) for name, role in _names(text)])


def _names(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if (match := _KIN.fullmatch(text)) and match[1].casefold() in GIVEN:
        text = f"{match[1]} {match[3]} & {match[2]} {match[3]}"  # "Ann and Bob Author"
    for piece in _SPLIT.split(text.strip(" ,;")):
        found += _listed(piece)
    return [one for number, one in enumerate(found) if one not in found[:number]]


def _listed(text: str) -> list[tuple[str, str]]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) == 2 and _inverted(*parts):
        return [(f"{parts[1]} {parts[0]}", Role.AUTHOR)]
    if len(parts) > 2 and len(parts) % 2 == 0 and all(" " not in part for part in parts[::2]):
        return [(f"{first} {last}", Role.AUTHOR) for last, first in zip(parts[::2], parts[1::2], strict=True)]
    names: list[tuple[str, str]] = []
    for part in parts:
        role = _ROLE.fullmatch(part)
        pieces = [part] if role else _JOINED.split(part)
        if role:
            names.append((role[1], _ROLES[role[2][:3].lower()]))
        elif names and part.casefold() in TAILS:
            names[-1] = (f"{names[-1][0]}, {part}", names[-1][1])
        else:
            names += [(_in_order(piece.removeprefix("and ").strip()), Role.AUTHOR) for piece in pieces]
    return names


def _in_order(name: str) -> str:
    """ "Tolkien J.R.R." as he is called: nobody has initials for a surname."""
    match = _INITIALS_LAST.fullmatch(name)
    return f"{match[2].strip()} {match[1]}" if match else name


def _inverted(last: str, first: str) -> bool:
    """Whether two pieces around a comma are one person: "King, Stephen", "van Gogh, Vincent", not two full names."""
    words = last.split()
    if last.casefold() in MONONYMS and " " in first:
        return False
    given = first.split()
    if _ROLE.fullmatch(first) or first.casefold() in TAILS or len(given) > 3 or "and" in given:
        return False
    if len(words) == 1 or (len(words) < 4 and words[0].casefold() in PARTICLES):
        return True
    alone = given[0].casefold() in GIVEN and all(_INITIALS.fullmatch(one) for one in given[1:])
    return alone and len(words) == 2 and words[0].casefold() not in GIVEN  # "Ruiz Zafón, Carlos": no second person

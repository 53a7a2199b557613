"""Several people in one line, told apart only where there is no doubt."""

import re
from functools import lru_cache

_REMEMBERED = 200  # characters of a line that may come again, as authors do
_SURE = re.compile(r"\s*[;\0]\s*")
_PAIR = re.compile(r"\s+(?:&|and|und|et|y)\s+")
_COMMA = re.compile(r"\s*,\s*(?:(?:&|and)\s+)?")
_LED = re.compile(r"^(?:(?:narrated|read|performed|written)\s+by|by|author|narrator)\s*:?\s+", re.IGNORECASE)
_PARTICLES = frozenset(
    {"al", "da", "de", "del", "den", "der", "di", "du", "el", "ibn", "la", "le", "st.", "ter", "van", "von"}
)
_NOT_PEOPLE = frozenset({"of", "for", "the", "in", "at", "to", "on", "co.", "inc.", "ltd."})


def split_people(text: str, commas: bool = False) -> tuple[str, ...]:
    """The names in a line, in order.

    Semicolons always part people, "&" and "and" part full names, and commas (where a format has no other way of
    listing people) part full names that do not look like "Le Guin, Ursula K.".
    """
    return (_split if len(text) <= _REMEMBERED else _split.__wrapped__)(text, commas)


@lru_cache(maxsize=1024)
def _split(text: str, commas: bool) -> tuple[str, ...]:
    names: list[str] = []
    for line in _SURE.split(text):
        names += _by_words(_LED.sub("", line.strip()), commas)
    return tuple(dict.fromkeys(name for name in names if name))


def _by_words(line: str, commas: bool) -> list[str]:
    if commas and "," in line:
        parts = [part for part in _COMMA.split(line) if part]
        if len(parts) > 1 and _listed(parts):
            return [name for part in parts for name in _by_words(part, False)]
    parts = _PAIR.split(line)
    return parts if len(parts) > 1 and all(_full_name(part) for part in parts) else [line]


def _listed(parts: list[str]) -> bool:
    if parts[0].split()[0].casefold() in _PARTICLES:
        return False
    return all(_full_name(part) and not part.endswith(".") for part in parts)


def _full_name(text: str) -> bool:
    words = text.split()
    if not 2 <= len(words) <= 5 or "," in text:
        return False
    return all(word[0].isupper() or word in _PARTICLES or not word[0].isascii() for word in words) and not any(
        word.casefold() in _NOT_PEOPLE for word in words
    )

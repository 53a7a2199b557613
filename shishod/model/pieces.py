"""What the pieces of a recording are called in the languages of shelves: its discs, its parts, and their numbers."""

import re
from functools import cache, lru_cache

from shishod.model.book import normal_name

# Up to twelve, by language; no word stands for two numbers.
_SPELLED = (
    "one two three four five six seven eight nine ten eleven twelve",
    "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "un deux trois quatre cinq six sept huit neuf dix onze douze",
    "uno dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "uno due tre quattro cinque sei sette otto nove dieci undici dodici",
    "один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать",
)
SPELLED = {word: number for row in _SPELLED for number, word in enumerate(row.split(), 1)}
_ROMAN = r"x{0,2}(?:ix|iv|v?i{0,3})(?<=[ivx])"
_ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10}
_SPELT = rf"(?:{_ROMAN}|{'|'.join(SPELLED)})"
_NUMBER = rf"(?:[ ._-]*(?P<digits>\d{{1,3}})|[ ._-]+(?P<spelt>{_SPELT}))"
_DISCS = "cd|dis[ck]|disque|disco|диск|płyta|skiva|schijf|tape|cassette|kassette|cassetta|casete|кассета"
_PARTS = "part|teil|partie|parte|deel|del|часть|część|část"
_SIDES = "side|seite|face|cara|lato|сторона"
_OF = r"(?: (?:of|von|de|sur|di|van|из|z) \d{1,3})?"
_FORMS = (
    rf"(?:cd|dis[ck]|disque|disco|part|teil|tape|cassette|kassette|side){_NUMBER}(?:[ ._-].*)?",
    rf"(?:{_DISCS}|{_PARTS}){_NUMBER}{_OF}",
    rf"(?P<digits>\d{{1,2}})[ ._-]+(?:{_DISCS})",
    r"d(?P<digits>\d{1,2})",
    rf"(?:{_SIDES})(?:[ ._-]*(?P<letter>[a-h])|{_NUMBER})",
)
_MAY_BE = re.compile(rf"\d|\A\s*(?:{_DISCS}|{_PARTS}|{_SIDES})".encode(), re.IGNORECASE)
_TITLED = re.compile(
    r"(?P<title>.*\w[)\]]?)[ ._-]+[(\[]?(?:cd|dis[ck])[ ._-]*(?P<digits>\d{1,3})(?: of \d{1,3})?[)\]]?",
    re.IGNORECASE,
)
_LONGEST = 60  # characters, of what names a disc behind a title; it is looked for from each of them
_BEHIND = (
    rf"(?i)[\s,;:(\[_–-]*\b(?:{_DISCS}|part|teil)(?:\.? ?\d{{1,3}}| {_SPELT})(?: ?(?:of|/|von|de) ?\d{{1,3}})?[)\]]?$"
)
_BARE = re.compile(r"(?P<digits>\d{1,2})", re.ASCII)
CHAPTERS = "track|chapter|chap|ch|kapitel|chapitre|capitulo|capítulo|capitolo|hoofdstuk|rozdział|kapitola|глава|трек"
PIECES = f"{_DISCS}|{_PARTS}|{_SIDES}|{CHAPTERS}|pt"
_PIECE = (
    rf"\b(?:{PIECES})\b(?:[ ._-]+(?P<spelt>{_SPELT})(?!\w)|(?=[\W_]*(?:\d|$)))"
    rf"|(?<=\d )(?:{PIECES})\b|\b(?:of|von)\b(?= ?\d)"
)
_LETTERED = re.compile(r"(?<=\d)[a-d](?!\w)")  # the sides of a tape: "1a", "1b", "2a"
_compiled = cache(re.compile)  # the longest take ten milliseconds together, which no start need wait for


def may_be_piece(name: bytes) -> bool:
    """Whether a name in ASCII has what every name of a disc or a part has: a digit, or such a word at its front."""
    return _MAY_BE.search(name) is not None


@lru_cache(maxsize=1024)  # a folder is asked about for each file in it
def disc_number(folder: str) -> int | None:
    """The place of a folder that is called as one disc or part is: "CD 1", "Teil 3", "Disc Two", "2. CD", "Side B".

    None for every other, "01" and "Dune (Disc 2)" among them.
    """
    name = normal_name(folder)
    match = next((match for form in _FORMS if (match := _compiled(form).fullmatch(name)) is not None), None)
    if match is None:
        return None
    said = match.groupdict()
    if said.get("letter"):
        return ord(said["letter"]) - ord("a") + 1
    return int(said["digits"]) if said.get("digits") else _value(said["spelt"])


def titled_disc(folder: str) -> tuple[str, int] | None:
    """What a folder calls the book that it is a disc of, and which: "Dune (Disc 2)"."""
    match = _TITLED.fullmatch(folder)
    return (match["title"], int(match["digits"])) if match else None


def without_disc(title: str) -> str:
    """An album's title without the disc that it may name at its end: "Dune (Disc 1 of 2)", "Dune, Teil 3"."""
    cut = max(len(title) - _LONGEST, 0)
    return title[:cut] + _compiled(_BEHIND).sub("", title[cut:]) or title


def is_number(folder: str) -> bool:
    """Whether a folder is called by a number of one or two digits, and nothing else."""
    return _BARE.fullmatch(folder) is not None


def without_piece(name: str) -> tuple[str, bool]:
    """A name in lower case without the words that pieces are called by and the numbers that are spelt out behind them;
    and whether there was such a number, or a side of a tape."""
    spelt = False

    def heard(found: re.Match[str]) -> str:
        nonlocal spelt
        spelt = spelt or found["spelt"] is not None
        return " "

    bare = _compiled(_PIECE).sub(heard, name)
    without = _LETTERED.sub("", bare)
    return without, spelt or without != bare


def counted(name: str) -> str:
    """The name with the numbers that are spelt out behind such words as digits, so that it sorts by them."""
    return _compiled(_PIECE).sub(_in_digits, name.casefold())


def _in_digits(found: re.Match[str]) -> str:
    spelt = found["spelt"]
    return f"{found[0][: -len(spelt)]}{_value(spelt)}" if spelt else found[0]


def _value(spelt: str) -> int:
    if spelt in SPELLED:
        return SPELLED[spelt]
    digits = [_ROMAN_DIGITS[letter] for letter in spelt]
    return sum(-one if one < following else one for one, following in zip(digits, [*digits[1:], 0], strict=True))

"""How names are spelt on disks: endings, dots and underscores for spaces, numbers with leading noughts, brackets."""

import re
import unicodedata
from functools import lru_cache

from shishod.model.naming.vocabulary import ENDINGS

_MOST = 1000  # characters; a name on a disk has 255 bytes, and only a forged one more
_DOT = re.compile(r"(?<=\w[^\W\d])\.(?=\w)|(?<=\d\d)\.(?=[^\W\d]|\d{3})")
_COLON = re.compile(r"[꞉：∶] ?")  # what is written for a colon where a name may have none
_LOST_DOT = re.compile(r"(?<=\b[^\W\d_])_(?= |$)|(?<= [JS]r)_(?= |$)")  # where Windows allows none
_INITIAL = re.compile(r"(?<=\b[^\W\d])\.(?=\w\w)")
NUMBER = r"\d{1,6}(?:\.\d{1,3})?"
RANGE = rf"{NUMBER}(?: ?[-–~] ?{NUMBER})?"
_ORDER = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_WORDS = {word: str(number) for number, word in enumerate(_ORDER, 1)}
WORDS = "|".join(_WORDS)
YEAR = r"(?:1[5-9]|20)\d\d"
_RANGE = re.compile(rf"(?P<first>{NUMBER})(?: ?[-–~] ?[cv]?(?P<last>{NUMBER}))?")
_ACCENT = re.compile("[\u0300-\u036f]")  # those of kana tell other letters
OPENS = re.compile(r"[(\[{【（]")
BRACKETS = re.compile(r"([(\[{【（《])([^()\[\]{}【】（）《》]*)(?:[)\]}】）》]|$)")


def bare(name: str) -> str:
    """A file's name without the endings that tell of a format."""
    while True:
        stem, dot, ending = name.rpartition(".")
        if not dot or not stem or ending.lower() not in ENDINGS:
            return name
        name = stem


@lru_cache(maxsize=1024)  # a name is asked about by several grammars, and a folder for each book in it
def spaced(name: str) -> str:
    """Words with one space between them, whatever parted them: "A_Book", "A.Book.by.B.C.Writer", "A Book_ A Story"."""
    name = name[:_MOST]
    if not name.isascii():
        name = _COLON.sub(": ", name)
    if "_" in name:
        name = _LOST_DOT.sub(".", name)
    if "_" in name:
        name = (name.replace("_ ", ": ") if " " in name else name).replace("_", " ")
    elif " " not in name and name.count(".") > 1:
        name = _INITIAL.sub(". ", _DOT.sub(" ", name.replace(".-.", " - ")))
    return " ".join(name.split())


def number_of(text: str) -> str | None:
    """ "007" as "7", "01-03" as "1-3"; of a range that runs backwards the first; what else counts as it stands."""
    match = _RANGE.fullmatch(text)
    if match is None:
        return _WORDS.get(text.casefold()) or text.lstrip("0") or text or None
    first = _plain(match["first"])
    last = _plain(match["last"]) if match["last"] else first
    return f"{first}-{last}" if float(last) > float(first) else first


def _plain(digits: str) -> str:
    whole, dot, rest = digits.partition(".")
    return (whole.lstrip("0") or "0") + (dot + rest if rest.strip("0") else "")


@lru_cache(maxsize=1024)  # the books of one author lie together
def loose(text: str) -> str:
    """Letters and digits only, case and accents aside: equal for two spellings of one name."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", _ACCENT.sub("", unicodedata.normalize("NFD", text)))
    return "".join(filter(str.isalnum, text.casefold()))

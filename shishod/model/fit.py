"""Values out of files in the form in which both databases take them; pure functions."""

import unicodedata
from functools import lru_cache

from shishod.model.book import normal_name, tidy_name

LARGEST = (1 << 63) - 1
_WRAP = 1 << 64
_LONGEST_NAME = 500  # an index page of PostgreSQL holds 2,704 bytes


def clean(text: str) -> str:
    """Text without NUL, a lone surrogate replaced by a question mark."""
    if "\0" in text:
        text = text.replace("\0", "")
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text


def prose(value: str | None) -> str | None:
    """The same, or nothing."""
    return value if value is None or (value.isascii() and "\0" not in value) else clean(value)


def count(value: int | None) -> int | None:
    """A number that a file claims; one that no database could hold is as good as unsaid."""
    return value if value is not None and 0 <= value <= LARGEST else None


def signed(value: int) -> int:
    """64 unsigned bits as a signed column holds them."""
    return value - _WRAP if value > LARGEST else value


def unsigned(value: int) -> int:
    """What `signed` made of it, taken back."""
    return value + _WRAP if value < 0 else value


def fold(text: str) -> str:
    """Text to search in and for: without case and diacritics, inner spaces collapsed."""
    if text.isascii():
        return " ".join(text.lower().split())
    parts = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in parts if not unicodedata.combining(c)).split())


@lru_cache(maxsize=1024)  # books share their names
def shown(name: str) -> str:
    """A name fit to be stored: tidy, whole letters, not longer than an index can hold."""
    return tidy_name(clean(name))[:_LONGEST_NAME].rstrip()


@lru_cache(maxsize=1024)
def norm(name: str) -> str:
    """The stored normal form of a name; its key in the database and in every cache."""
    return normal_name(shown(name))

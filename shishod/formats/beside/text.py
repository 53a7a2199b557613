"""Plain text: desc.txt and reader.txt, and how the bytes of any text become letters."""

import codecs

from shishod.errors import BrokenFile
from shishod.formats.limits import Limits
from shishod.formats.names import split_people
from shishod.formats.source import whole
from shishod.formats.words import clean, in_cyrillic, plain_text
from shishod.model.book import Contribution, Role
from shishod.model.metadata import Reading
from shishod.paths import base

_WIDE = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def read(path: bytes, limits: Limits) -> Reading:
    """Source: Audiobookshelf, where desc.txt is the description and reader.txt names the narrators."""
    text = decoded(whole(path, limits.text_bytes))
    if "\0" in text:
        raise BrokenFile("not-text", "it is named as a text, but is none; the book is read without it")
    if base(path).lower() == b"reader.txt":
        names = [name for line in text.splitlines() for name in split_people(clean(line), commas=True)]
        people = tuple(Contribution(name, Role.NARRATOR) for name in dict.fromkeys(names))[: limits.values]
        places = (("contributions", "text"),) if people else ()
        return Reading(reader="text", format="txt", contributions=people, places=places)
    prose = plain_text(text, limits.description) or None
    return Reading(reader="text", format="txt", description=prose, places=(("description", "text"),) if prose else ())


def decoded(content: bytes) -> str:
    """By its mark, else as UTF-8, else in the code page of Windows, for Cyrillic or western letters; those that are
    none are replaced."""
    if encoding := _WIDE.get(content[:2]):
        return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        said = content.decode("latin-1")
        return told if (told := in_cyrillic(said)) != said else content.decode("cp1252", "replace")

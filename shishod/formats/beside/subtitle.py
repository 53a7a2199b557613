"""Subtitles: which language they are in, by their name, and that they are some; listed with their film, not read."""

import re

from shishod.errors import BrokenFile
from shishod.formats.languages import language_tag
from shishod.formats.limits import Limits
from shishod.formats.reader import HEAD_BYTES
from shishod.formats.source import opened
from shishod.model.metadata import Reading
from shishod.paths import base, display, suffix

_PICTURES = (b"\0\0\1\xba", b"PG")  # VobSub and PGS are not text, but what is shown
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_MARKS = {"forced": "forced", "sdh": "for the deaf", "cc": "for the deaf", "hi": "for the deaf"}
_WORD = re.compile(r"\.([A-Za-z][A-Za-z_-]{1,14})(?=\.|\Z)")


def read(path: bytes, _limits: Limits) -> Reading:
    """Sources: the names that Jellyfin, Kodi and Plex look for: `Film.de.forced.srt`."""
    form = suffix(base(path)).decode().lstrip(".")
    with opened(path) as file:
        head = file.read(HEAD_BYTES)
    if b"\0" in head and not head.startswith(_PICTURES + _WIDE):
        raise BrokenFile("not-a-subtitle", f"it is named as {form.upper()}, but is no text; it is left as it is")
    return Reading(reader="subtitle", format=form, particulars=tuple(_of_name(display(base(path)))))


def _of_name(name: str) -> list[tuple[str, str]]:
    """The words between the film's name and the ending, as far as they are understood from behind."""
    told: dict[str, str] = {}
    for word in reversed(_WORD.findall(name.rpartition(".")[0])[-3:]):
        if word.casefold() in _MARKS:
            told.setdefault("kind", _MARKS[word.casefold()])
        elif "language" not in told and (tag := language_tag(word)):
            told["language"] = tag
        else:
            break
    return sorted(told.items(), reverse=True)

"""Cue sheets: where the chapters of a recording begin."""

import re

from shishod.errors import BrokenFile
from shishod.formats.beside.text import decoded
from shishod.formats.limits import Limits
from shishod.formats.source import whole
from shishod.formats.words import clean
from shishod.model.book import Chapter
from shishod.model.metadata import Reading

_LINE = re.compile(r"^[ \t]*(FILE|TRACK|TITLE|INDEX)[ \t]+(.*?)[ \t]*$", re.IGNORECASE | re.MULTILINE)
_QUOTED = re.compile(r'"([^"]*)"|(\S+)')
_TIME = re.compile(r"0?1[ \t]+(\d{1,5}):(\d{2}):(\d{2})")
_FRAMES = 75  # a second


def read(path: bytes, limits: Limits) -> Reading:
    """Source: the CDRWIN guide. Its titles and performers are those of a disc, so only the tracks are believed.

    A chapter's `href` is the name of the sound that its time counts from, never opened.
    """
    chapters = _tracks(decoded(whole(path, limits.text_bytes)), limits)
    if chapters is None:
        raise BrokenFile("not-a-cue", "it is named as a cue sheet, but has no track; the book is read without it")
    return Reading(reader="cue", format="cue", chapters=chapters, places=(("chapters", "TRACK"),) if chapters else ())


def _tracks(text: str, limits: Limits) -> tuple[Chapter, ...] | None:
    """None when it is no cue sheet at all."""
    chapters: list[Chapter] = []
    file = title = ""
    tracks = 0
    for match in _LINE.finditer(text):
        word, rest = match[1].upper(), match[2]
        if word == "FILE":
            file, title = _unquoted(rest, limits).replace("\\", "/").rpartition("/")[2], ""
        elif word == "TRACK":
            tracks, title = tracks + 1, ""
        elif word == "TITLE" and tracks:
            title = _unquoted(rest, limits)
        elif word == "INDEX" and tracks and (time := _TIME.match(rest)) and len(chapters) < limits.chapters:
            minutes, seconds, frames = map(int, time.groups())
            start_ms = (minutes * 60 + seconds) * 1000 + frames * 1000 // _FRAMES
            chapters.append(Chapter(title or f"Chapter {tracks}", start_ms, href=file or None))
    return tuple(chapters) if tracks else None


def _unquoted(rest: str, limits: Limits) -> str:
    match = _QUOTED.match(rest)
    return clean(match[1] or match[2] if match else "", limits.words)

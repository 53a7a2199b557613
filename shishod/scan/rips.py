"""Discs that were copied whole, DVD and Blu-ray: which of their streams are the film; pure functions of the names and
sizes that the discs' makers give."""

import re
from collections.abc import Iterable

from shishod.model.sighting import Sighting
from shishod.paths import base, parent

RULE = "the longest title of a disc that was copied whole is its film"
_BLURAY = re.compile(rb"(?:(?P<home>.*)/)?BDMV/STREAM/[^/]+\.m2ts", re.IGNORECASE | re.DOTALL)
_DVD = re.compile(rb"(?:(?P<home>.*)/)?VIDEO_TS/(?:VTS_(?P<title>\d\d)_\d|VIDEO_TS)\.vob", re.IGNORECASE | re.DOTALL)
_PLAYED = re.compile(rb"VTS_\d\d_[1-9]\.vob", re.IGNORECASE)  # the others are menus


def home_of(path: bytes) -> bytes | None:
    """The folder that a disc was copied into, for one of its streams; None for what is no part of a disc."""
    match = _BLURAY.fullmatch(path) or _DVD.fullmatch(path)
    return None if match is None else match["home"] or b""


def title_of(streams: Iterable[Sighting]) -> tuple[Sighting, ...]:
    """The film of one disc, in the order of its pieces: of a Blu-ray the largest stream, of a DVD the largest title;
    none where there are menus alone."""
    titles: dict[bytes, list[Sighting]] = {}
    for one in streams:
        if _BLURAY.fullmatch(one.path):
            titles.setdefault(one.path, []).append(one)
        elif (match := _DVD.fullmatch(one.path)) and _PLAYED.fullmatch(base(one.path)):
            titles.setdefault(parent(one.path) + b"/" + match["title"], []).append(one)
    if not titles:
        return ()
    largest = min(titles, key=lambda title: (-sum(one.size for one in titles[title]), title))
    return tuple(sorted(titles[largest], key=lambda one: one.path))

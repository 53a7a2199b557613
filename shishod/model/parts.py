"""Part: one file of a book with what it said, and the order in which the files of a book are believed and played."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shishod.model.book import FileRole
from shishod.model.metadata import Reading
from shishod.model.pieces import counted, disc_number
from shishod.paths import base, display, join, natural_key, parent

_ROLES = {role: place for place, role in enumerate(FileRole)}


@dataclass(frozen=True, slots=True)
class Part:
    """`path` is relative to the root; of two companions the one of the lower `rank` is believed first."""

    path: bytes
    reading: Reading
    role: FileRole = FileRole.MEDIA
    rank: int = 0


def in_order(parts: Iterable[Part]) -> list[Part]:
    """The reading order, the same for any order given: media, text before sound, then disc, track and natural name;
    after them what lies beside, by rank, the nearer to the root first. What a sidecar names comes before what it does
    not."""
    ordered = list(parts)
    if len(ordered) > 1:
        wanted = _wanted([part for part in ordered if part.reading.order])
        ordered.sort(key=lambda part: _place(part, wanted))
    return ordered


def _wanted(orders: Sequence[Part]) -> Mapping[bytes, int]:
    """The place of each file that a sidecar names; of several sidecars that do so the nearest to the root is heard."""
    if not orders:
        return {}
    said = min(orders, key=lambda part: (part.path.count(b"/"), part.path))
    names = (join(parent(said.path), os.fsencode(name)) for name in said.reading.order)
    return {name: place for place, name in enumerate(names)}


def played(media: Iterable[Part]) -> list[Part]:
    """What is played from the beginning of a book to its end: of several versions of a film the first alone."""
    from shishod.model.naming.films import part_of_film  # its patterns are compiled for the first book, not for a start

    parts: set[int] = set()
    heard = []
    for one in media:
        if one.reading.technical.width is not None:
            number = part_of_film(display(base(one.path)).rpartition(".")[0])
            if number in parts:
                continue
            parts.add(number)
        heard.append(one)
    return heard


def _place(part: Part, wanted: Mapping[bytes, int]) -> tuple[Any, ...]:
    said = part.reading
    name = _counting_key(part.path), part.path
    if part.role is not FileRole.MEDIA:
        return _ROLES[part.role], part.rank, part.path.count(b"/"), 0, 0, *name
    sound = said.technical.duration_ms is not None
    folder = parent(part.path)
    disc = said.disc or disc_number(display(base(folder))) or 0
    track = said.track if said.track is not None else 1 << 30
    return _ROLES[part.role], wanted.get(part.path, len(wanted)), sound, disc, _counting_key(folder), track, *name


def _counting_key(path: bytes) -> str:
    return natural_key(counted(display(path)))

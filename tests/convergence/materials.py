"""What the storm is made of: books that know what they say, and names that file systems take and programs fear."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.samples import an_epub, an_m4b, an_mp3

STEMS = (
    b"Book",
    b"book",  # the same, but for its case
    "Tr\u00e4ume".encode(),
    "Tra\u0308ume".encode(),  # decomposed: another file, for the same eyes
    b"01 Track",
    b"02 Track",
    b"3 - Track",
    b"Part 1",
    b"Part 2",
    b"\xff\xfe",  # no UTF-8
    b"two\nlines",
    b"%s {} 'q\" $HOME;",
    b"-rf",
    b"Volume 1.5",
    b"long" * 62,  # 248 bytes, 253 with its ending
)
FOLDERS = (
    b"Author",
    b"author",
    b"CD 1",
    b"CD 2",
    b"disc 3",
    b"Part 1",
    "\u00c9mile".encode(),
    "E\u0301mile".encode(),
    b"\xfe\xff",
    b"new\nline",
    b"Folder.epub",
    b"Book",
    b"@eaDir",
    b".hidden",
    b"folders" * 36,
)
TWINS = ("Castor", "Pollux")
PEOPLE = ("Ann Nought", "Bea Prima", "Cy Second", "Dee Last")
ENDINGS = (b".part", b".tmp", b"~", b".lst", b".jpg", b".opf", b"")  # none of them a book


@dataclass(frozen=True, slots=True)
class Sample:
    """A file's content and, unless it was damaged, what it says."""

    ending: bytes
    content: bytes
    title: str
    author: str


def _made(build: Callable[..., Any], ending: bytes, title: str, author: str, /, **said: Any) -> Sample:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(os.fsencode(folder), b"x" + ending)
        build(path, **said)
        with open(path, "rb") as made:
            return Sample(ending, made.read(), title, author)


def _epub(title: str, author: str, /, **said: Any) -> Sample:
    return _made(an_epub, b".epub", title, author, **{"title": title, "authors": [author], **said})


def _m4(ending: bytes, title: str, author: str, /, **said: Any) -> Sample:
    return _made(an_m4b, ending, title, author, **{"title": title, "artist": author, **said})


def _mp3(album: str, author: str, /, **said: Any) -> Sample:
    return _made(an_mp3, b".mp3", album, author, **{"album": album, "artist": author, **said})


@cache
def samples() -> tuple[Sample, ...]:
    """Small books in every format that is read, some of them tracks of one work."""
    made = [
        _epub(f"Novel {number}", PEOPLE[number % 3], subjects=["Fiction", f"Novel {number}"], series=("Saga", number))
        for number in range(5)
    ]
    for number in range(3):
        for ending in (b".m4b", b".m4a"):
            made.append(_m4(ending, f"Listening {number}", PEOPLE[number], narrator="Reader"))
    for album, author in (("Tracks One", PEOPLE[0]), ("Tracks Two", PEOPLE[3])):
        made += [_mp3(album, author, title=f"Part {track}", track=track) for track in range(1, 4)]
    return (*made, *(one for pair in twins() for one in pair))


@cache
def twins() -> tuple[tuple[Sample, Sample], ...]:
    """Pairs of different books of exactly the same size."""
    sizes = [len(_epub(title, "Gemini", padding=1_000).content) for title in TWINS]
    epubs = [
        _epub(title, "Gemini", padding=1_000 + max(sizes) - size) for title, size in zip(TWINS, sizes, strict=True)
    ]
    tracks = [_mp3(title, "Gemini", title=title) for title in TWINS]
    parts = [_m4(b".m4b", title, "Gemini") for title in TWINS]
    pairs = tuple((one, other) for one, other in (epubs, tracks, parts))
    assert all(len(one.content) == len(other.content) and one != other for one, other in pairs)
    return pairs


@cache
def by_content() -> dict[bytes, Sample]:
    """What an undamaged file says."""
    return {one.content: one for one in samples()}

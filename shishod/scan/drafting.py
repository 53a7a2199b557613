"""Drafting: a book that nobody knows yet is put together where its files are read, while what they say is at hand."""

from collections.abc import Sequence

from shishod.formats.beside import beside
from shishod.formats.limits import Limits
from shishod.model.book import FileRole, Role
from shishod.model.draft import draft_of
from shishod.model.fit import clean, count, shown
from shishod.model.merge import merge
from shishod.model.metadata import Reading
from shishod.model.parts import Part, in_order
from shishod.paths import base, display
from shishod.scan.brief import Brief, Drafted, DraftedFile
from shishod.scan.inspection import Assignment, Inspection, look
from shishod.scan.tags import tells_of


class Desk:
    """One call's own: reads files, and drafts a book with its last file, if all of them were read here and well.

    A file has a `share` in its book: which of the call it is, and the file's number in it. Whatever goes wrong with a
    draft, the daemon puts the book together of what its files said.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._book = -1
        self._read: list[Part] = []

    def __call__(self, assignment: Assignment) -> Inspection:
        done, reading = look(assignment, self._limits)
        book, number = assignment.share
        if number == 0 or book != self._book:
            self._book, self._read = book, []
        if reading is None or len(self._read) != number:
            return done
        self._read.append(part_of(assignment.seen.path, reading))
        brief = assignment.brief
        return done if brief is None else done._replace(drafted=drafted(brief, self._read))


def drafted(brief: Brief, read: Sequence[Part]) -> Drafted | None:
    """The book of these files; None where it cannot be put together, which is told where somebody can act on it."""
    media = [part.reading for part in read if part.role is FileRole.MEDIA]
    if not media:
        return None
    try:
        parts = in_order(read)
        draft = draft_of(merge(parts, (), said_by_path(brief)))
        asked = any(brief.question) and brief.question.asked([tells_of(one) for one in media], 0)
    except Exception:  # noqa: BLE001 - what files say may surprise us
        return None
    numbers = {part.path: number for number, part in enumerate(read)}
    return Drafted(draft, tuple([_file(numbers[part.path], part.reading) for part in parts]), asked)


def _file(number: int, said: Reading) -> DraftedFile:
    of = said.technical
    names = [(shown(one.name), shown(one.sort_name)) for one in said.contributions if one.role == Role.NARRATOR]
    return DraftedFile(
        *(number, clean(said.format), count(of.duration_ms), count(of.bitrate), clean(of.codec)),
        *(count(of.channels), count(of.sample_rate), count(of.pages), tuple(names)),
    )


def part_of(path: bytes, reading: Reading) -> Part:
    """A file in its part of the book, which its name tells."""
    found = beside(path)
    return Part(path, reading) if found is None else Part(path, reading, found.role, found.rank)


def said_by_path(book: Brief) -> Reading:
    """What the folders and the name of a book say: of many tracks their folder's, of one file its own."""
    from shishod.model.naming import (  # its patterns are compiled for the first book, not for a start
        reading_of,
        words_of,
    )

    words = words_of(book.key, book.kind, book.shelf)
    if not words.title:
        words.say("title", fallback_title(book.key), "name")
    return reading_of(words)


def key_of(key: bytes, root: bytes) -> bytes:
    """The key of a book as its words are heard: that of a root as a whole is the root's own name."""
    return key if key.strip(b"/") else base(root.rstrip(b"/")) + b"/"


def fallback_title(key: bytes) -> str:
    """What a book is called when nothing in it says and no pattern fits: its file's stem, or its folder's name."""
    return display(base(key.rstrip(b"/"))).replace("_", " ").strip() or "?"

"""Brief and Drafted: what a reading process is told of a new book, and what it tells of it as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from shishod.model.book import BookKind, Contribution, Role, Technical
from shishod.model.draft import NUMBER, SAID, Draft, Kind, are_of, is_sound
from shishod.model.library import LibraryKind
from shishod.scan.tags import NO_QUESTION, Question


class Brief(NamedTuple):
    """Goes along with the last file of a book. `key` and `kind` are its own, `shelf` is what its library holds, and the
    `question` is what only the tags of its place decide."""

    key: bytes
    kind: BookKind
    shelf: LibraryKind
    question: Question = NO_QUESTION

    def plain(self) -> tuple[Any, ...]:
        """Without a class of ours."""
        return self.key, self.kind.value, self.shelf.value, *self.question

    @classmethod
    def of(cls, key: bytes, kind: str, shelf: str, *question: bool) -> Brief:
        """From its plain form."""
        return cls(key, BookKind(kind), LibraryKind(shelf), Question(*question))


class DraftedFile(NamedTuple):
    """One file's own columns. `number` tells which of those that were read it is; narrators are names with their sort
    names."""

    number: int
    format: str
    duration_ms: int | None
    bitrate: int | None
    codec: str
    channels: int | None
    sample_rate: int | None
    pages: int | None
    narrators: tuple[tuple[str, str], ...]

    @property
    def technical(self) -> Technical:
        return Technical(*self[2:8]) if any(self[2:8]) else _SILENT

    @property
    def people(self) -> tuple[Contribution, ...]:
        return tuple([Contribution(name, Role.NARRATOR, sort_name) for name, sort_name in self.narrators])


class Drafted(NamedTuple):
    """A new book as its files alone tell it, those in reading order; and whether they tell that the place may hold
    other books than its names say."""

    draft: Draft
    files: tuple[DraftedFile, ...]
    asked: bool

    def plain(self) -> tuple[Any, ...]:
        """Without a class of ours."""
        return tuple(self.draft), tuple(map(tuple, self.files)), self.asked

    @classmethod
    def of(cls, draft: Sequence[Any], files: Iterable[Sequence[Any]], asked: bool) -> Drafted:
        """From its plain form."""
        return cls(Draft(*draft), tuple([DraftedFile(*one) for one in files]), asked)


_SILENT = Technical()
_NUMBERED, _ROWS = frozenset({int}), frozenset({tuple})
_KINDS: tuple[Kind, ...] = (_NUMBERED, SAID, NUMBER, NUMBER, SAID, NUMBER, NUMBER, NUMBER, _ROWS)


def believed(told: Drafted | None, files: int) -> Drafted | None:
    """What was drafted of so many files, where it is what it should be: in that process a file may have had its way."""
    return told if isinstance(told, Drafted) and _is_whole(told, files) else None


def _is_whole(told: Drafted, files: int) -> bool:
    if not (isinstance(told.draft, Draft) and type(told.asked) is bool and is_sound(told.draft)):
        return False
    if not are_of(_KINDS, told.files) or {one[0] for one in told.files} != set(range(files)):
        return False
    return len(told.files) == files and all(are_of((SAID, SAID), one[-1]) for one in told.files if one[-1])

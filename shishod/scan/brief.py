"""Brief and Drafted: what a reading process is told of a new book, and what it tells of it as a whole."""

from collections.abc import Sequence
from typing import NamedTuple

from shishod.model.book import BookKind, Contribution, Role, Technical
from shishod.model.draft import NUMBER, Draft, Kind, are_of, is_sound
from shishod.model.library import LibraryKind
from shishod.scan.tags import NO_QUESTION, Question


class Brief(NamedTuple):
    """Goes along with the last file of a book. `key` and `kind` are its own, `shelf` is what its library holds, and the
    `question` is what only the tags of its place decide."""

    key: bytes
    kind: BookKind
    shelf: LibraryKind
    question: Question = NO_QUESTION


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


_SILENT = Technical()
_WHOLE: tuple[Kind, ...] = ({Draft}, {tuple}, {bool})
_KINDS: tuple[Kind, ...] = ({int}, {str}, NUMBER, NUMBER, {str}, NUMBER, NUMBER, NUMBER, {tuple})


def believed(told: Drafted | None, files: int) -> Drafted | None:
    """What was drafted of so many files, where it is what it should be: in that process a file may have had its way."""
    return told if isinstance(told, Drafted) and _is_whole(told, files) else None


def _is_whole(told: Drafted, files: int) -> bool:
    if not (are_of(_WHOLE, [told]) and is_sound(told.draft) and are_of(_KINDS, told.files)):
        return False
    numbered = sorted(one[0] for one in told.files) == list(range(files))
    return numbered and all(_are_names(one[-1]) for one in told.files)


def _are_names(said: Sequence[Sequence[object]]) -> bool:
    return not said or are_of(({str}, {str}), said)

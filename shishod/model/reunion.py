"""Reunion: a book that is gone, and another that is there and turns out to be the same; frozen values."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from shishod.model.book import Identifier
from shishod.model.moves import Folder
from shishod.model.state import State

STRONG = frozenset({"isbn", "asin", "uuid"})  # schemes that name one work or edition, wherever they are said


class Medium(NamedTuple):
    """A medium of a book as far as two are compared by it; a duplicate is none."""

    file_id: int
    path: bytes
    state: State
    format: str
    content_hash: bytes | None
    missing_since: datetime | None


@dataclass(frozen=True, slots=True)
class Claimant:
    """A book that may be another one, by what the catalogue holds of both. `identifiers` are STRONG ones."""

    book_id: int
    library_id: int
    duration_ms: int | None
    created_at: datetime
    identifiers: frozenset[Identifier]
    media: tuple[Medium, ...]


@dataclass(frozen=True, slots=True)
class Reunion:
    """`heir` ends in the `old` book; `files` are by pairs a file of the old that is gone and what it is now."""

    old: int
    heir: int
    files: tuple[tuple[int, int], ...]


class Reunions(Protocol):
    """A part of the port Catalog. All raise Unreachable."""

    def claimants(self, book_ids: Collection[int]) -> list[Claimant]:
        """Those of the books that share a content or a strong identifier with others, and those others.

        Nothing, and nothing is looked for, where no medium is MISSING.
        """

    def reunite(self, reunions: Sequence[Reunion]) -> frozenset[Folder]:
        """Make each two books one, as far as the old is still gone and the heir still there, as one transaction.

        The old book keeps its number, its files theirs, and the user's words on either stay; where those contradict
        each other the books stay two. Returns the folders where what is one now is to be merged anew.
        """

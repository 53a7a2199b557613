"""Review: whether a book is told completely, by the fields that an operator wants of it or by his own word."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Wanted = Literal[
    "authors",
    "narrators",
    "series",
    "genres",
    "tags",
    "publisher",
    "date",
    "language",
    "identifiers",
    "description",
    "chapters",
    "cover",
]
"""Fields that a book may be wanted to have; every book has a title."""


@dataclass(frozen=True, slots=True)
class Review:
    """How one book stands: the fields that it lacks of those that are wanted, and the operator's word, None for none,
    which counts whatever is lacking."""

    lacks: tuple[str, ...]
    word: bool | None = None

    @property
    def complete(self) -> bool:
        return not self.lacks if self.word is None else self.word


class Reviews(Protocol):
    """What a catalogue tells of completeness. All raise Unreachable."""

    def reviews(self, book_ids: Collection[int], wanted: Sequence[str]) -> Mapping[int, Review]:
        """How each of these books stands; an id that is gone is left out."""

    def review(self, book_id: int, word: bool | None) -> bool:
        """Keep the operator's word on a book for ever, or forget it; False where there is no such book."""

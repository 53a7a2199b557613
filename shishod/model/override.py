"""Override: the operator's word on a folder, in a file that lies in it: what is one book there, and what it is."""

from dataclasses import dataclass
from enum import StrEnum

from shishod.model.book import BookKind


class Gathered(StrEnum):
    """How an operator wants a folder's media to be gathered."""

    ONE = "one"  # all that lies in the folder and below it is one book
    EACH = "each"  # each file of the folder is a book


@dataclass(frozen=True, slots=True)
class Override:
    """What the override of `folder` says of the books that are gathered there; what it says of a book's fields is
    read with the book, as a sidecar's words are."""

    folder: bytes
    book: Gathered | None = None
    kind: BookKind | None = None

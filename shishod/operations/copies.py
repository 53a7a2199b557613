"""What a face may ask of copies: to make one now, and to take it away with the covers; and of all that is known."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from shishod.errors import Refused
from shishod.model.catalog import BookQuery, Shelf
from shishod.model.library import Root
from shishod.operations.place import refuse_unknown

Row = dict[str, Any]
PAGE = 50  # books of an export that are asked for at once


class CopyDesk:
    """Shared: by every face. None of it waits for a library, or has anybody wait."""

    def __init__(
        self,
        copy: Callable[[], Path | None],
        pack: Callable[[Path], Iterator[bytes]],
        shelf: Shelf,
        told: Callable[[Sequence[Row]], list[Row]],
        roots: Callable[[], Sequence[Root]],
    ) -> None:
        self._copy = copy
        self._pack = pack
        self._shelf = shelf
        self._told = told
        self._roots = roots

    def make(self) -> Row:
        """A copy of the catalogue beside it, while everything goes on. Raises Refused on PostgreSQL."""
        copy = self._copied()
        return {"path": str(copy), "bytes": copy.stat().st_size}

    def archive(self) -> Iterator[bytes]:
        """A new copy and the covers as a tar, in pieces. Raises Refused on PostgreSQL."""
        return self._pack(self._copied())

    def export(self, after: int, library: str | None) -> tuple[list[Row], int | None]:
        """The next books with all that is known of each, and the id to go on after; None at the end.

        Raises Refused for a library that is not known and has no books.
        """
        rows, rest = self._shelf.books(BookQuery(library=library, after=after, limit=PAGE))
        if not rows:
            refuse_unknown(library, self._roots())
        whole = (self._shelf.book(row["id"]) for row in rows)
        return self._told([book for book in whole if book is not None]), rest

    def _copied(self) -> Path:
        copy = self._copy()
        if copy is None:
            raise Refused("PostgreSQL has tools of its own for copies", hint="pg_dump; the folder covers is made anew")
        return copy

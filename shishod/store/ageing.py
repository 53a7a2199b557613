"""Books by the age of what is known of them, and those that are STALE for it."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select, tuple_, update

from shishod.model.ageing import Aged
from shishod.model.book import FileRole
from shishod.model.state import State
from shishod.store.border import Noun
from shishod.store.dialect import chunks
from shishod.store.tables import books, media_files, roots

_MEDIA = media_files.c.role == FileRole.MEDIA.value


class Ageing(Noun):
    """A book is as stale as its media: they are set STALE together, and INDEXED together."""

    def aged(self, before: datetime, after: Aged | None, limit: int) -> list[Aged]:
        """INDEXED books that nothing new has been known of since before a moment, the longest first, behind `after`."""
        book = books.c
        since = book.metadata_updated_at
        asked = select(book.id, book.date, since).where(since <= before, _has(State.INDEXED))
        if after is not None:
            asked = asked.where(since >= after.known_since, tuple_(since, book.id) > (after.known_since, after.book_id))
        asked = asked.order_by(since, book.id).limit(limit)
        with self._reading() as connection:
            return [Aged(*row) for row in connection.execute(asked)]

    def grow_stale(self, book_ids: Collection[int]) -> int:
        """Set STALE on the INDEXED media of these books; how many files it was."""
        return self._turn(book_ids, State.INDEXED, State.STALE)

    def stale(self, after: int, limit: int) -> list[int]:
        """STALE books under roots of this configuration, in id order behind `after`."""
        file = media_files.c
        asked = (
            select(file.book_id)
            .join(roots, roots.c.id == file.root_id)
            .where(roots.c.enrolled, file.state == State.STALE.value, file.book_id > after)
            .distinct()
            .order_by(file.book_id)
            .limit(limit)
        )
        with self._reading() as connection:
            return [book_id for book_id in connection.scalars(asked) if book_id is not None]

    def mark_fresh(self, book_ids: Collection[int], now: datetime) -> int:
        """They have been asked for again: INDEXED, and known since now; how many books it was."""
        self._turn(book_ids, State.STALE, State.INDEXED)
        known = update(books).values(metadata_updated_at=now)
        with self._writing(of_the_disk=False) as connection:
            return sum(
                connection.execute(known.where(books.c.id.in_(some))).rowcount for some in chunks(sorted(book_ids))
            )

    def _turn(self, book_ids: Collection[int], before: State, after: State) -> int:
        file, count = media_files.c, 0
        change = update(media_files).values(state=after.value)
        with self._writing(of_the_disk=False) as connection:
            for some in chunks(sorted(book_ids)):
                here = change.where(file.book_id.in_(some), file.state == before.value, _MEDIA)
                count += connection.execute(here).rowcount
        return count


def _has(state: State) -> ColumnElement[bool]:
    """Whether a book has a medium in this state."""
    return exists().where(media_files.c.book_id == books.c.id, media_files.c.state == state.value, _MEDIA)

"""Which books lack a field that is wanted of them, asked of their rows; nothing is kept of it but the user's word."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, FromClause, and_, exists, or_, select, true, update

from shishod.model.book import Role
from shishod.model.review import Review
from shishod.store.border import Noun
from shishod.store.dialect import chunks
from shishod.store.tables import (
    book_genres,
    book_series,
    book_tags,
    books,
    chapters,
    contributions,
    covers,
    identifiers,
)

_book = books.c


def _some(table: FromClause, *which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(table.c.book_id == _book.id, *which)


_SAID: Mapping[str, ColumnElement[bool]] = {
    "authors": _some(contributions, contributions.c.role == Role.AUTHOR),
    "narrators": _some(contributions, contributions.c.role == Role.NARRATOR),
    "series": _some(book_series),
    "genres": _some(book_genres),
    "tags": _some(book_tags),
    "publisher": _book.publisher_id.is_not(None),
    "date": _book.date.is_not(None),
    "language": _book.language.is_not(None),
    "identifiers": _some(identifiers),
    "description": _book.description.is_not(None),
    "chapters": _some(chapters),
    "cover": _some(covers),
}


def is_complete(wanted: Sequence[str]) -> ColumnElement[bool]:
    """Whether a book has all fields that are wanted, or is complete by the user's word."""
    all_said = and_(true(), *(_SAID[name] for name in wanted))
    return or_(_book.reviewed.is_(True), and_(_book.reviewed.is_(None), all_said))


class Reviewing(Noun):
    """One query for a page of books, however many fields are wanted."""

    def reviews(self, book_ids: Collection[int], wanted: Sequence[str]) -> Mapping[int, Review]:
        """How each of these books stands."""
        found: dict[int, Review] = {}
        asked = select(_book.id, _book.reviewed, *(_SAID[name] for name in wanted))
        with self._reading() as connection:
            for some in chunks(sorted(book_ids)):
                for book_id, word, *said in connection.execute(asked.where(_book.id.in_(some))):
                    lacks = tuple(name for name, there in zip(wanted, said, strict=True) if not there)
                    found[book_id] = Review(lacks, word)
        return found

    def review(self, book_id: int, word: bool | None) -> bool:
        """Keep the user's word on a book, or forget it."""
        change = update(books).where(_book.id == book_id).values(reviewed=word)
        with self._writing(of_the_disk=False, durably=True) as connection:
            return connection.execute(change).rowcount > 0

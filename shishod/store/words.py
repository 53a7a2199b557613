"""The user's own words: kept beside what files say, handed to every merge, and taken back only by the user."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select

from shishod.model.book import BookKind, FileRole
from shishod.model.catalog import HeldBook
from shishod.model.library import LibraryKind, Root
from shishod.model.metadata import Source, UserWord
from shishod.model.state import LAID_ASIDE
from shishod.model.words import dump_word, load_word
from shishod.store.border import Noun
from shishod.store.dialect import chunks, write
from shishod.store.findings import standing_of
from shishod.store.tables import books, field_sources, libraries, media_files, roots

Words = tuple[UserWord, ...]

_source = field_sources.c
_OF_THE_USER = _source.source == int(Source.USER)


class WordReads(Noun):
    """What an edit starts from."""

    def held_book(self, book_id: int) -> HeldBook | None:
        """One book with all that a merge of it needs, as of one moment."""
        book, root = books.c, roots.c
        asked = (
            select(book.key, book.kind, book.rule, book.revision, book.library_id, book.frozen, root.id, root.path)
            .add_columns(libraries.c.name.label("library"), libraries.c.kind.label("shelf"))
            .join(roots, root.id == book.root_id)
            .join(libraries, libraries.c.id == book.library_id)
            .where(book.id == book_id)
        )
        with self._reading() as connection:
            row = connection.execute(asked).one_or_none()
            if row is None:
                return None
            standings = standing_of(connection, book_id)
            return HeldBook(
                book_id,
                Root(row.id, row.library_id, row.library, LibraryKind(row.shelf), row.path),
                row.key,
                BookKind(row.kind),
                row.rule,
                row.revision,
                _readings(connection, book_id),
                words_of(connection, [book_id]).get(book_id, ()),
                tuple(one.believed for one in standings.values() if one.believed is not None),
                standings,
                row.frozen,
            )


def _readings(connection: Connection, book_id: int) -> Mapping[bytes, bytes]:
    """What the files said that the book was last merged of; where none of its media is left, what all of them said."""
    file = media_files.c
    ours = (file.book_id == book_id, file.duplicate_of.is_(None), file.reading.is_not(None))
    counts: ColumnElement[bool] = file.position > LAID_ASIDE
    medium = select(func.count()).where(*ours, counts, file.role == FileRole.MEDIA.value)
    asked = select(file.path, file.reading).where(*ours)
    rows = connection.execute(asked.where(counts) if connection.scalar(medium) else asked)
    return {row.path: row.reading for row in rows}


def words_of(connection: Connection, book_ids: Sequence[int]) -> dict[int, Words]:
    """The words on each of these books, by field; a book without any is left out."""
    found: dict[int, list[UserWord]] = {}
    asked = select(_source.book_id, _source.field, _source.word, _source.place)
    said = asked.where(_source.book_id.in_(book_ids), _OF_THE_USER).order_by(_source.field)
    for book_id, field, word, place in connection.execute(said):
        found.setdefault(book_id, []).append(load_word(field, word, place))
    return {book_id: tuple(words) for book_id, words in found.items()}


def reword(connection: Connection, said: Mapping[int, Words], now: datetime) -> None:
    """Make these the words on each book; one that was said before keeps its time, a field that is new to them is freed
    of what a file said of it."""
    rows: list[dict[str, Any]] = []
    for some in chunks(list(said)):
        before = words_of(connection, some)
        for book_id in some:
            old = {word.field: word for word in before.get(book_id, ())}
            news = [word for word in said[book_id] if old.get(word.field) != word]
            fields, new = ({word.field for word in words} for words in (said[book_id], news))
            _make_way(connection, book_id, fields - new, new)
            rows += [_row(book_id, word, now) for word in news]
    write(connection, field_sources, rows)


def _make_way(connection: Connection, book_id: int, kept: Collection[str], news: Collection[str]) -> None:
    gone = and_(_OF_THE_USER, _source.field.not_in(kept)) | _source.field.in_(news)
    connection.execute(delete(field_sources).where(_source.book_id == book_id, gone))


def _row(book_id: int, word: UserWord, now: datetime) -> dict[str, Any]:
    said = {"field": word.field, "source": int(Source.USER), "place": word.place, "word": dump_word(word)}
    return said | {"book_id": book_id, "set_at": now}

"""Purging: rows of files that are gone for good, of books without files, and of names without books."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, or_, select

from shishod import paths
from shishod.model.book import FileRole, NameKind
from shishod.model.library import RootState
from shishod.model.metadata import Source
from shishod.model.purge import Purged, PurgeOrder
from shishod.model.state import LAID_ASIDE, State
from shishod.store.dialect import alone, chunks
from shishod.store.saving import Saving
from shishod.store.search import named_files
from shishod.store.tables import (
    NAMES,
    book_genres,
    book_series,
    book_tags,
    books,
    contributions,
    field_sources,
    file_narrators,
    libraries,
    media_files,
    name_aliases,
    roots,
)

_MENTIONS: dict[NameKind, tuple[ColumnElement[int], ...]] = {
    NameKind.PERSON: (contributions.c.person_id, file_narrators.c.person_id),
    NameKind.SERIES: (book_series.c.series_id,),
    NameKind.GENRE: (book_genres.c.genre_id,),
    NameKind.TAG: (book_tags.c.tag_id,),
    NameKind.PUBLISHER: (books.c.publisher_id,),
}

_EDITED = exists().where(field_sources.c.book_id == books.c.id, field_sources.c.source == int(Source.USER))
_BELIEVED = and_(roots.c.enrolled, roots.c.state == RootState.ONLINE.value, roots.c.walked_at.is_not(None))


class _Lost(NamedTuple):
    """A missing file that the order is about."""

    id: int
    book_id: int | None
    laid_aside: bool
    edited: bool
    believed: bool
    medium: bool


class Purging(Saving):
    """What is forgotten, and what would be. Shares with Saving which names are settled: a purged one is not."""

    def missing(
        self, limit: int = 100, after: int = 0, library: str | None = None
    ) -> tuple[list[dict[str, Any]], int | None]:
        """A page of missing files in id order, and the id to go on after; `since` is a datetime, `kept` says why one
        is not purged when its time has come."""
        file, book = media_files.c, books.c
        asked = (
            select(
                *(file.id, file.book_id, file.path, file.missing_since, book.title, libraries.c.name.label("library")),
                *(roots.c.path.label("root"), _BELIEVED.label("believed"), _EDITED.label("edited")),
                _others_there().label("others"),
            )
            .select_from(media_files.join(roots).join(libraries).outerjoin(books, book.id == file.book_id))
            .where(named_files(State.MISSING), file.id > after)
            .order_by(file.id)
            .limit(limit + 1)
        )
        if library is not None:
            asked = asked.where(libraries.c.name == library)
        with self._reading() as connection:
            rows = list(connection.execute(asked).mappings())
        page = rows[:limit]
        return [_as_row(row) for row in page], page[-1]["id"] if len(rows) > limit and page else None

    def purge(self, order: PurgeOrder) -> Purged:
        """One transaction, alone among those that write: no book that is saved meanwhile loses a name that it knows."""
        with self._writing() as connection:
            alone(connection)
            savepoint = connection.begin_nested()
            done = _purge(connection, order)
            if order.rehearsal:
                savepoint.rollback()
            else:
                savepoint.commit()
                self._unsettle()
        return done


def _purge(connection: Connection, order: PurgeOrder) -> Purged:
    lost = _lost(connection, order)
    whole = _whole_books(connection, {one.book_id for one in lost if one.book_id is not None}, lost)
    doomed, kept_edited = [], 0
    for one in lost:
        if not one.believed:
            continue
        if one.book_id in whole and one.edited and not order.with_edits:
            kept_edited += 1
        elif one.book_id is None or one.book_id in whole or one.laid_aside:
            doomed.append(one.id)
    _delete(connection, media_files, doomed)
    ended = _bookless(connection, order)
    for some in chunks(ended):
        connection.execute(delete(media_files).where(media_files.c.book_id.in_(some)))  # what lies beside them
    _delete(connection, books, ended)
    names = sum(_forget_names(connection, kind) for kind in NAMES)
    away = sum(not one.believed for one in lost)
    return Purged(len(doomed), len(ended), names, kept_edited, away)


def _lost(connection: Connection, order: PurgeOrder) -> list[_Lost]:
    file = media_files.c
    asked = (
        select(
            *(file.id, file.book_id, file.position == LAID_ASIDE, func.coalesce(_EDITED, False)),
            *(and_(_BELIEVED, roots.c.walked_at >= file.missing_since), file.role == FileRole.MEDIA.value),
        )
        .select_from(media_files.join(roots).outerjoin(books, books.c.id == file.book_id))
        .where(named_files(State.MISSING), file.missing_since <= order.before, *_about(order))
        .order_by(file.id)
    )
    return [_Lost(*row) for row in connection.execute(asked)]


def _about(order: PurgeOrder) -> list[ColumnElement[bool]]:
    """Which books an order is about."""
    wanted: list[ColumnElement[bool]] = []
    if order.library is not None:
        wanted.append(roots.c.library_id.in_(select(libraries.c.id).where(libraries.c.name == order.library)))
    if order.book_id is not None:
        wanted.append(books.c.id == order.book_id)
    return wanted


def _whole_books(connection: Connection, ids: Collection[int], lost: Sequence[_Lost]) -> frozenset[int]:
    """Those of the books of which every medium is among the lost and believed to be so: what lies beside keeps none."""
    gone: dict[int, int] = {}
    for one in lost:
        if one.book_id is not None and one.believed and one.medium:
            gone[one.book_id] = gone.get(one.book_id, 0) + 1
    file = media_files.c
    whole: set[int] = set()
    for some in chunks(sorted(ids)):
        media = (file.book_id.in_(some), file.role == FileRole.MEDIA.value)
        asked = select(file.book_id, func.count()).where(*media).group_by(file.book_id)
        whole |= {book_id for book_id, number in connection.execute(asked) if gone.get(book_id) == number}
    return frozenset(whole)


def _bookless(connection: Connection, order: PurgeOrder) -> list[int]:
    """The books without any medium."""
    media = exists().where(media_files.c.book_id == books.c.id, media_files.c.role == FileRole.MEDIA.value)
    asked = select(books.c.id).join(roots, roots.c.id == books.c.root_id).where(_BELIEVED, ~media, *_about(order))
    return list(connection.scalars(asked if order.with_edits else asked.where(~_EDITED)))


def _delete(connection: Connection, table: Any, ids: Sequence[int]) -> None:
    for some in chunks(ids):
        connection.execute(delete(table).where(table.c.id.in_(some)))


def _forget_names(connection: Connection, kind: NameKind) -> int:
    """Names that nothing mentions; one that has an alias was somebody's decision, and stays."""
    table, alias = NAMES[kind], name_aliases.c
    mentioned = [exists().where(column == table.c.id) for column in _MENTIONS[kind]]
    mentioned.append(
        exists().where(alias.library_id == table.c.library_id, alias.kind == kind.value, alias.name_id == table.c.id)
    )
    return connection.execute(delete(table).where(~or_(*mentioned))).rowcount


def _others_there() -> ColumnElement[bool]:
    other = media_files.alias().c
    same = (other.book_id == media_files.c.book_id, other.role == FileRole.MEDIA.value)
    return exists().where(*same, other.state != State.MISSING.value)


def _as_row(row: Any) -> dict[str, Any]:
    since: datetime = row["missing_since"]
    kept = "" if row["believed"] else "its root is not to be believed now"
    if row["edited"] and not row["others"]:
        kept = kept or "you have said something of its book"
    return {
        "id": row["id"],
        "book_id": row["book_id"],
        "title": row["title"],
        "library": row["library"],
        **paths.json_path(paths.join(row["root"], row["path"])),
        "since": since,
        "whole_book": not row["others"],
        "kept": kept,
    }

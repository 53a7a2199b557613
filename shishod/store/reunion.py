"""Reuniting: what two books have in common, and how the rows of two that are one become those of one."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, select, update

from shishod.model.book import FileRole, Identifier
from shishod.model.moves import Folder
from shishod.model.reunion import STRONG, Claimant, Medium, Reunion
from shishod.model.state import State
from shishod.store.absorb import absorb, undisputed
from shishod.store.border import Noun
from shishod.store.dialect import chunks, together
from shishod.store.parting import unsettle
from shishod.store.tables import books, identifiers, media_files, roots

_file, _other = media_files.c, media_files.alias("other")
_MEDIUM = and_(_file.role == FileRole.MEDIA.value, _file.duplicate_of.is_(None))
_MISSING = exists().where(media_files.c.root_id == roots.c.id, _file.state == State.MISSING.value, _MEDIUM)
_OF_THE_ROW = ("id", "book_id", "first_scanned_at")  # what a file keeps that turns out to be another
_PLACE = ("root_id", "library_id", "key")


class Reuniting(Noun):
    """The part of the catalogue that knows when a book is another one."""

    def claimants(self, book_ids: Collection[int]) -> list[Claimant]:
        """Books that share a content or a strong identifier with these, and these, where any medium is MISSING."""
        with self._reading() as connection:
            if connection.scalar(select(roots.c.id).where(_MISSING).limit(1)) is None:
                return []
            wanted: set[int] = set()
            for some in chunks(sorted(book_ids)):
                wanted.update(one for pair in _alike(connection, some) for one in pair)
            return [one for some in chunks(sorted(wanted)) for one in _claimants(connection, some)]

    def reunite(self, reunions: Sequence[Reunion]) -> frozenset[Folder]:
        """Give what is gone the rows of what is there; the words and all other files of the heir follow."""
        with self._writing() as connection:
            together(connection)
            still = [one for one in reunions if _stands(connection, one)]
            for one in still:
                _exchange(connection, one)
            places = {one.old: _place(connection, one.heir) for one in still}
            absorb(connection, {one.heir: one.old for one in still})
            for book_id, place in places.items():
                connection.execute(update(books).where(books.c.id == book_id).values(**place))
            left = unsettle(connection, places)
        return frozenset[Folder]().union(*left.values())


def _alike(connection: Connection, book_ids: Sequence[int]) -> Iterable[tuple[int, ...]]:
    """Each of these books with each other that shares something with it."""
    hashed = (_file.content_hash.is_not(None), _other.c.content_hash.is_not(None))
    content = (*hashed, _other.c.size == _file.size, _other.c.content_hash == _file.content_hash)
    same = select(_file.book_id, _other.c.book_id).where(_file.book_id.in_(book_ids), _MEDIUM, *content)
    yield from map(tuple, connection.execute(same.where(_other.c.book_id != _file.book_id).distinct()))
    one, other = identifiers.c, identifiers.alias("said")
    named = select(one.book_id, other.c.book_id).where(one.book_id.in_(book_ids), one.scheme.in_(sorted(STRONG)))
    named = named.where(other.c.scheme == one.scheme, other.c.value == one.value, other.c.book_id != one.book_id)
    yield from map(tuple, connection.execute(named.distinct()))


def _claimants(connection: Connection, book_ids: Sequence[int]) -> Iterable[Claimant]:
    media: dict[int, list[Medium]] = {}
    columns = (_file.id, _file.path, _file.state, _file.format, _file.content_hash, _file.missing_since)
    asked = select(_file.book_id, *columns).where(_file.book_id.in_(book_ids), _MEDIUM).order_by(_file.id)
    for book_id, file_id, path, state, *rest in connection.execute(asked):
        media.setdefault(book_id, []).append(Medium(file_id, path, State(state), *rest))
    names: dict[int, set[Identifier]] = {}
    said = identifiers.c
    strong = select(said.book_id, said.scheme, said.value).where(said.scheme.in_(sorted(STRONG)))
    for book_id, scheme, value in connection.execute(strong.where(said.book_id.in_(book_ids))):
        names.setdefault(book_id, set()).add(Identifier(scheme, value))
    book = books.c
    told = select(book.id, book.library_id, book.duration_ms, book.created_at).where(book.id.in_(book_ids))
    for row in connection.execute(told.order_by(book.id)):
        yield Claimant(*row, frozenset(names.get(row[0], ())), tuple(media.get(row[0], ())))


def _stands(connection: Connection, one: Reunion) -> bool:
    """Whether nothing has changed since it was decided: all media of the old are gone, all of the heir are there.

    Two of which the user has said different things stay two, for one of his words would be lost.
    """
    asked = select(_file.id, _file.state == State.MISSING.value).where(_MEDIUM)
    olds = {tuple(row) for row in connection.execute(asked.where(_file.book_id == one.old))}
    heirs = {tuple(row) for row in connection.execute(asked.where(_file.book_id == one.heir))}
    same = olds == {(before, True) for before, _ in one.files} and heirs == {(after, False) for _, after in one.files}
    return same and bool(undisputed(connection, {one.old: one.heir}))


def _exchange(connection: Connection, one: Reunion) -> None:
    """A file that was gone is the one that is there, in all but its number."""
    for before, after in one.files:
        found = connection.execute(select(media_files).where(_file.id == after)).mappings().one()
        connection.execute(update(media_files).where(_file.duplicate_of == after).values(duplicate_of=before))
        connection.execute(delete(media_files).where(_file.id == after))
        now: dict[str, Any] = {name: value for name, value in found.items() if name not in _OF_THE_ROW}
        connection.execute(update(media_files).where(_file.id == before).values(now))


def _place(connection: Connection, book_id: int) -> dict[str, Any]:
    row = connection.execute(select(*(books.c[name] for name in _PLACE)).where(books.c.id == book_id)).mappings().one()
    return dict(row)

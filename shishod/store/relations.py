"""What belongs to a book, replaced as a whole: one DELETE and one INSERT a table, however many books there are."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, bindparam, delete, null, select

from shishod.model.book import NameKind
from shishod.model.draft import Draft
from shishod.model.fit import shown
from shishod.model.metadata import Source
from shishod.model.updates import FileUpdate
from shishod.store.dialect import Insert, Names, among, asked, bound, chunks, filled, if_missing, write_rows
from shishod.store.names import NameBook
from shishod.store.tables import (
    book_genres,
    book_series,
    book_tags,
    chapters,
    contributions,
    covers,
    field_sources,
    file_narrators,
    identifiers,
    media_files,
)

Told = Sequence[tuple[int, Draft]]  # (book id, what is believed of it)
Values = tuple[Any, ...]

_IDS = select(media_files.c.path, media_files.c.id).where(
    media_files.c.root_id == bindparam("root"), among(media_files.c.path)
)
_SILENCED = delete(file_narrators).where(
    file_narrators.c.file_id.in_(
        select(media_files.c.id).where(media_files.c.root_id == bindparam("root"), among(media_files.c.path))
    )
)
_COVER = ("book_id", "path", "member", "mime", "size", "width", "height")
_SOURCE = ("book_id", "field", "source", "place", "set_at")
_genres_of: Callable[[Draft], Sequence[str]] = attrgetter("genres")
_tags_of: Callable[[Draft], Sequence[str]] = attrgetter("tags")
_REPLACED = (contributions, book_series, book_genres, book_tags, identifiers, chapters)


def forget(connection: Connection, book_ids: Sequence[int]) -> None:
    """Take away all relations of books that are written again, but for their covers and the user's own words."""
    for some in chunks(book_ids):
        for table in _REPLACED:
            connection.execute(delete(table).where(table.c.book_id.in_(some)))
        sources = field_sources.c
        connection.execute(delete(field_sources).where(sources.book_id.in_(some), sources.source != Source.USER))


def uncover(connection: Connection, told: Told) -> None:
    """Take away the covers of books that have none any more; any other is replaced where it is written."""
    for some in chunks([book_id for book_id, draft in told if draft.cover is None]):
        connection.execute(delete(covers).where(covers.c.book_id.in_(some)))


def relate(connection: Connection, told: Told, names: NameBook, now: datetime, reread: Collection[int]) -> None:
    """Write all relations of books that have none but covers and the user's words; a cover of those `reread` is due."""
    for table, columns, rows in (
        (contributions, ("book_id", "person_id", "role", "position"), _contributions(told, names)),
        (book_series, ("book_id", "series_id", "number", "number_from", "number_to", "position"), _series(told, names)),
        (book_genres, ("book_id", "genre_id", "position"), _shared(told, names, NameKind.GENRE, _genres_of)),
        (book_tags, ("book_id", "tag_id", "position"), _shared(told, names, NameKind.TAG, _tags_of)),
        (identifiers, ("book_id", "scheme", "value", "position"), _identifiers(told)),
        (chapters, ("book_id", "position", "title", "start_ms", "end_ms", "href"), _chapters(told)),
    ):
        write_rows(connection, table, columns, list(rows))
    located = [(book_id, *draft.cover) for book_id, draft in told if draft.cover]
    write_rows(connection, covers, _COVER, [row for row in located if row[0] in reread], _due_again)
    write_rows(connection, covers, _COVER, [row for row in located if row[0] not in reread], if_missing)
    sources = _sources(told, lambda at: bound(connection, field_sources.c.set_at, at), now)
    write_rows(connection, field_sources, _SOURCE, list(sources), if_missing)  # the user's own words are there already


def narrate(connection: Connection, told: Mapping[tuple[int, bytes], FileUpdate], names: NameBook) -> None:
    """Replace the narrators of files that were read this time, by (root, path), and of no others."""
    for wanted in _some_of(told):
        asked(connection, _SILENCED, wanted)
    narrated = {place: file for place, file in told.items() if file.narrators}
    ids = {(wanted["root"], path): i for wanted in _some_of(narrated) for path, i in asked(connection, _IDS, wanted)}
    rows: dict[tuple[int, int], Values] = {}
    for place, file in narrated.items():
        for position, narrator in enumerate(file.narrators):
            person = names.id_of(NameKind.PERSON, shown(narrator.name))
            if person is not None:
                rows.setdefault((ids[place], person), (ids[place], person, position))
    write_rows(connection, file_narrators, ("file_id", "person_id", "position"), list(rows.values()))


def _some_of(places: Iterable[tuple[int, bytes]]) -> Iterator[dict[str, Any]]:
    """Files by their roots, as many as one statement takes."""
    for root_id, same in groupby(sorted(places), key=lambda place: place[0]):
        for some in chunks([path for _, path in same]):
            yield {"root": root_id, "some": filled(some)}


def _contributions(told: Told, names: NameBook) -> Iterable[Values]:
    rows: dict[tuple[int, int, str], Values] = {}
    for book_id, draft in told:
        for position, (name, _, role) in enumerate(draft.people):
            person = names.id_of(NameKind.PERSON, name)
            if person is not None:
                rows.setdefault((book_id, person, role), (book_id, person, role, position))
    return rows.values()


def _series(told: Told, names: NameBook) -> Iterable[Values]:
    rows: dict[tuple[int, int], Values] = {}
    for book_id, draft in told:
        for position, (name, *number) in enumerate(draft.series):
            series = names.id_of(NameKind.SERIES, name)
            if series is not None:
                rows.setdefault((book_id, series), (book_id, series, *number, position))
    return rows.values()


def _shared(told: Told, names: NameBook, kind: NameKind, words: Callable[[Draft], Sequence[str]]) -> Iterable[Values]:
    rows: dict[tuple[int, int], Values] = {}
    for book_id, draft in told:
        for position, word in enumerate(words(draft)):
            name = names.id_of(kind, word)
            if name is not None:
                rows.setdefault((book_id, name), (book_id, name, position))
    return rows.values()


def _identifiers(told: Told) -> Iterator[Values]:
    for book_id, draft in told:
        for position, (scheme, value) in enumerate(draft.identifiers):
            yield book_id, scheme, value, position


def _chapters(told: Told) -> Iterator[Values]:
    for book_id, draft in told:
        for position, chapter in enumerate(draft.chapters):
            yield book_id, position, *chapter


def _due_again(statement: Insert, names: Names) -> Insert:
    """What was taken before is shown until what is there now has been."""
    located = {name: statement.excluded[name] for name in names if name != "book_id"}
    return statement.on_conflict_do_update(index_elements=["book_id"], set_={**located, "taken_at": null()})


def _sources(told: Told, bound_at: Callable[[datetime], Any], now: datetime) -> Iterator[Values]:
    written_at = bound_at(now)
    for book_id, draft in told:
        for field, source, place, at in draft.sources:
            yield book_id, field, source, place, written_at if at is None else bound_at(at)

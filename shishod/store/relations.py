"""What belongs to a book, replaced as a whole: one DELETE and one INSERT a table, however many books there are."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, delete, null, select

from shishod.model.book import NameKind, number_range
from shishod.model.metadata import Metadata, Source
from shishod.model.updates import FileUpdate
from shishod.store.dialect import Insert, Names, Row, among, chunks, filled, if_missing, write
from shishod.store.names import NameBook
from shishod.store.rows import shown
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

Told = Sequence[tuple[int, Metadata]]  # (book id, what is believed of it)

_IDS = select(media_files.c.path, media_files.c.id).where(
    media_files.c.root_id == bindparam("root"), among(media_files.c.path)
)
_SILENCED = delete(file_narrators).where(among(file_narrators.c.file_id))
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
    for some in chunks([book_id for book_id, believed in told if believed.cover is None]):
        connection.execute(delete(covers).where(covers.c.book_id.in_(some)))


def relate(connection: Connection, told: Told, names: NameBook, now: datetime, reread: Collection[int]) -> None:
    """Write all relations of books that have none but covers and the user's words; a cover of those `reread` is due."""
    for table, rows in (
        (contributions, _contributions(told, names)),
        (book_series, _series(told, names)),
        (book_genres, _shared(told, names, NameKind.GENRE, lambda believed: believed.genres)),
        (book_tags, _shared(told, names, NameKind.TAG, lambda believed: believed.tags)),
        (identifiers, _identifiers(told)),
        (chapters, _chapters(told)),
    ):
        write(connection, table, list(rows))
    write(connection, covers, list(_covers([one for one in told if one[0] in reread])), _due_again)
    write(connection, covers, list(_covers([one for one in told if one[0] not in reread])), if_missing)
    write(connection, field_sources, list(_sources(told, now)), if_missing)  # the user's own words are there already


def narrate(connection: Connection, told: Mapping[tuple[int, bytes], FileUpdate], names: NameBook) -> None:
    """Replace the narrators of files that were read this time, by (root, path), and of no others."""
    ids = _file_ids(connection, told)
    for some in chunks(sorted(ids.values())):
        connection.execute(_SILENCED, {"some": filled(some)})
    rows: dict[tuple[int, int], Row] = {}
    for place, file in told.items():
        for position, narrator in enumerate(file.narrators):
            person = names.id_of(NameKind.PERSON, narrator.name)
            if person is not None:
                row = {"file_id": ids[place], "person_id": person, "position": position}
                rows.setdefault((ids[place], person), row)
    write(connection, file_narrators, list(rows.values()))


def _file_ids(connection: Connection, places: Iterable[tuple[int, bytes]]) -> dict[tuple[int, bytes], int]:
    found: dict[tuple[int, bytes], int] = {}
    for root_id, same in groupby(sorted(places), key=lambda place: place[0]):
        for some in chunks([path for _, path in same]):
            rows = connection.execute(_IDS, {"root": root_id, "some": filled(some)})
            found |= {(root_id, path): file_id for path, file_id in rows}
    return found


def _contributions(told: Told, names: NameBook) -> Iterable[Row]:
    rows: dict[tuple[int, int, str], Row] = {}
    for book_id, believed in told:
        for position, one in enumerate(believed.contributions):
            person, role = names.id_of(NameKind.PERSON, one.name), shown(one.role)
            if person is not None:
                row = {"book_id": book_id, "person_id": person, "role": role, "position": position}
                rows.setdefault((book_id, person, role), row)
    return rows.values()


def _series(told: Told, names: NameBook) -> Iterable[Row]:
    rows: dict[tuple[int, int], Row] = {}
    for book_id, believed in told:
        for position, entry in enumerate(believed.series):
            series = names.id_of(NameKind.SERIES, entry.name)
            if series is None:
                continue
            first, last = number_range(entry.number) or (None, None)
            row = {"book_id": book_id, "series_id": series, "number": entry.number, "position": position}
            rows.setdefault((book_id, series), row | {"number_from": first, "number_to": last})
    return rows.values()


def _shared(told: Told, names: NameBook, kind: NameKind, words: Callable[[Metadata], Sequence[str]]) -> Iterable[Row]:
    rows: dict[tuple[int, int], Row] = {}
    for book_id, believed in told:
        for position, word in enumerate(words(believed)):
            name = names.id_of(kind, word)
            if name is not None:
                rows.setdefault((book_id, name), {"book_id": book_id, f"{kind}_id": name, "position": position})
    return rows.values()


def _identifiers(told: Told) -> Iterable[Row]:
    rows: dict[tuple[int, str, str], Row] = {}
    for book_id, believed in told:
        for position, one in enumerate(believed.identifiers):
            scheme, value = shown(one.scheme), shown(one.value)
            row = {"book_id": book_id, "scheme": scheme, "value": value, "position": position}
            rows.setdefault((book_id, scheme, value), row)
    return rows.values()


def _chapters(told: Told) -> Iterator[Row]:
    for book_id, believed in told:
        for position, chapter in enumerate(believed.chapters):
            yield {
                "book_id": book_id,
                "position": position,
                "title": chapter.title,
                "start_ms": chapter.start_ms,
                "end_ms": chapter.end_ms,
                "href": chapter.href,
            }


def _covers(told: Told) -> Iterator[Row]:
    for book_id, believed in told:
        cover = believed.cover
        if cover is not None:
            yield {
                "book_id": book_id,
                "path": cover.path,
                "member": cover.member,
                "mime": cover.mime,
                "size": cover.size,
                "width": cover.width,
                "height": cover.height,
            }


def _due_again(statement: Insert, names: Names) -> Insert:
    """What was taken before is shown until what is there now has been."""
    located = {name: statement.excluded[name] for name in names if name != "book_id"}
    return statement.on_conflict_do_update(index_elements=["book_id"], set_={**located, "taken_at": null()})


def _sources(told: Told, now: datetime) -> Iterator[Row]:
    for book_id, believed in told:
        said: dict[str, Any] = {one.field: one for one in believed.sources if one.source is not Source.USER}
        for one in said.values():
            yield {
                "book_id": book_id,
                "field": one.field,
                "source": int(one.source),
                "place": one.place,
                "word": None,
                "set_at": one.at or now,
            }

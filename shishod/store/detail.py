"""All that is known of one book beyond its line in a list."""

from typing import Any

from sqlalchemy import Connection, FromClause, select

from shishod import paths
from shishod.model.book import FileRole
from shishod.model.finding import Found
from shishod.model.metadata import Source, load_reading
from shishod.model.verdict import verdict_of
from shishod.store.findings import standing_of
from shishod.store.tables import (
    book_genres,
    book_tags,
    books,
    chapters,
    contributions,
    covers,
    field_sources,
    file_narrators,
    genres,
    identifiers,
    media_files,
    persons,
    publishers,
    roots,
    tags,
)

_OF_THE_BOOK = ("sort_title", "imprint", "description", "pages", "abridged", "drm", "rule", "frozen")
_OF_A_FILE = (
    *("id", "role", "state", "format", "reader", "size", "position", "duration_ms", "bitrate", "codec", "channels"),
    *("sample_rate", "pages", "error_count", "error_reason", "error_stage", "last_error", "duplicate_of"),
)
_TIMES = ("next_retry_after", "first_scanned_at", "last_scanned_at", "missing_since")


def detail(connection: Connection, book_id: int) -> dict[str, Any]:
    """What a page about one book adds to its row."""
    book = books.c
    asked = (
        select(*(book[name] for name in _OF_THE_BOOK), book.created_at, publishers.c.name.label("publisher"))
        .outerjoin(publishers, publishers.c.id == book.publisher_id)
        .where(book.id == book_id)
    )
    row = dict(connection.execute(asked).mappings().one())
    return row | {
        "created_at": row["created_at"].isoformat(),
        "contributions": _contributions(connection, book_id),
        "genres": _words(connection, book_genres, genres, book_id),
        "tags": _words(connection, book_tags, tags, book_id),
        "identifiers": _listed(connection, identifiers, book_id, "scheme", "value"),
        "chapters": _listed(connection, chapters, book_id, "title", "start_ms", "end_ms", "href"),
        "cover": _cover(connection, book_id),
        "sources": _sources(connection, book_id),
        "findings": [_finding(one) for one in standing_of(connection, book_id).values()],
        "files": _files(connection, book_id),
    }


def _contributions(connection: Connection, book_id: int) -> list[dict[str, Any]]:
    part = contributions.c
    asked = (
        select(persons.c.name, part.role, persons.c.sort_name)
        .join(persons, persons.c.id == part.person_id)
        .where(part.book_id == book_id)
        .order_by(part.position)
    )
    return [dict(row) for row in connection.execute(asked).mappings()]


def _words(connection: Connection, links: FromClause, names: FromClause, book_id: int) -> list[str]:
    asked = select(names.c.name).join(links).where(links.c.book_id == book_id).order_by(links.c.position)
    return list(connection.scalars(asked))


def _listed(connection: Connection, table: FromClause, book_id: int, *shown: str) -> list[dict[str, Any]]:
    asked = select(*(table.c[name] for name in shown)).where(table.c.book_id == book_id).order_by(table.c.position)
    return [dict(row) for row in connection.execute(asked).mappings()]


def _cover(connection: Connection, book_id: int) -> dict[str, Any] | None:
    row = connection.execute(select(covers).where(covers.c.book_id == book_id)).mappings().first()
    if row is None:
        return None
    shown = {name: row[name] for name in ("member", "mime", "size", "width", "height")}
    return shown | {"taken": row["digest"] is not None, "fault": row["fault_text"]} | paths.json_path(row["path"])


def _sources(connection: Connection, book_id: int) -> dict[str, dict[str, str]]:
    one = field_sources.c
    asked = select(one.field, one.source, one.place, one.set_at).where(one.book_id == book_id).order_by(one.field)
    return {
        field: {"source": Source(source).name.lower(), "place": place}
        | ({"at": at.isoformat()} if source == Source.WEB else {})
        for field, source, place, at in connection.execute(asked)
    }


def _finding(found: Found) -> dict[str, Any]:
    """How the book stands with one web catalogue."""
    said = found.reading
    return {
        "provider": found.provider,
        "status": str(found.standing),
        "id": found.provider_id,
        "kind": found.provider_kind,
        "score": found.score,
        "chosen": found.chosen,
        "reason": found.reason,
        "fetched_at": found.fetched_at.isoformat(),
        "due_at": found.due_at.isoformat() if found.due_at else None,
        "particulars": dict(said.particulars) if said else {},
        "candidates": [dict(one) for one in found.candidates],
    }


def _files(connection: Connection, book_id: int) -> list[dict[str, Any]]:
    file = media_files.c
    wanted = [file[name] for name in (*_OF_A_FILE, *_TIMES)]
    asked = select(*wanted, file.path, file.reading, roots.c.path.label("root")).join(roots, roots.c.id == file.root_id)
    narrators = _narrators(connection, book_id)
    listed = []
    placed = (file.role != FileRole.MEDIA.value, file.position < 0, file.position, file.path)
    for row in connection.execute(asked.where(file.book_id == book_id).order_by(*placed)).mappings():
        told: dict[str, Any] = {name: row[name] for name in _OF_A_FILE}
        told |= {name: row[name].isoformat() if row[name] else None for name in _TIMES}
        told |= {"narrators": narrators.get(row["id"], [])} | _from_its_reading(row["reading"], row["last_error"])
        listed.append(told | paths.json_path(paths.join(row["root"], row["path"])))
    return listed


def _from_its_reading(packed: bytes | None, error: str | None) -> dict[str, Any]:
    """What a reader noted of the file, what only its format says, and what becomes of it; none has a column."""
    reading = load_reading(packed or b"{}")
    playback, reasons = verdict_of(reading, error)
    pixels = {"width": reading.technical.width, "height": reading.technical.height}
    told = {"notes": list(reading.notes), "particulars": dict(reading.particulars), **pixels}
    return told | {"playback": str(playback), "reasons": list(reasons)}


def _narrators(connection: Connection, book_id: int) -> dict[int, list[str]]:
    link = file_narrators.c
    asked = (
        select(link.file_id, persons.c.name)
        .join(persons, persons.c.id == link.person_id)
        .join(media_files, media_files.c.id == link.file_id)
        .where(media_files.c.book_id == book_id)
        .order_by(link.file_id, link.position)
    )
    found: dict[int, list[str]] = {}
    for file_id, name in connection.execute(asked):
        found.setdefault(file_id, []).append(name)
    return found

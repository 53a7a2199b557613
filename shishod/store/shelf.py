"""What the faces read: rows ready for JSON, each page a fixed number of queries."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from os.path import commonpath
from typing import Any

from sqlalchemy import Connection, func, select

from shishod import paths
from shishod.model.book import FileRole, Role
from shishod.model.catalog import BookQuery
from shishod.model.state import State
from shishod.store.border import Noun
from shishod.store.covers import count_due
from shishod.store.detail import detail
from shishod.store.dialect import among
from shishod.store.findings import count_standings
from shishod.store.problems import count_problems
from shishod.store.search import book_state, matching
from shishod.store.tables import (
    BESIDE,
    book_series,
    books,
    contributions,
    libraries,
    media_files,
    persons,
    roots,
    series,
)

Grouped = dict[int, list[Any]]
_book, _part, _entry, _file = books.c, contributions.c, book_series.c, media_files.c

# each is built once: to build the four costs as much as to run them
_SHOWN = (
    select(
        *(_book.id, _book.root_id, libraries.c.name.label("library"), roots.c.path.label("root")),
        *(_book.kind, _book.title, _book.subtitle, _book.date, _book.language, _book.duration_ms, _book.season),
        _book.updated_at,
    )
    .join(libraries, libraries.c.id == _book.library_id)
    .join(roots, roots.c.id == _book.root_id)
    .where(among(_book.id))
    .order_by(_book.id)
)
_PEOPLE = (
    select(_part.book_id, _part.role, persons.c.name)
    .join(persons, persons.c.id == _part.person_id)
    .where(among(_part.book_id), _part.role.in_([Role.AUTHOR, Role.NARRATOR]))
    .order_by(_part.book_id, _part.position)
)
_SERIES = (
    select(_entry.book_id, series.c.name, _entry.number)
    .join(series, series.c.id == _entry.series_id)
    .where(among(_entry.book_id))
    .order_by(_entry.book_id, _entry.position)
)
_MEDIA = (
    select(_file.book_id, _file.path, _file.state)
    .where(among(_file.book_id), _file.role == FileRole.MEDIA.value, _file.duplicate_of.is_(None))
    .order_by(_file.path)
)


class ShelfReads(Noun):
    """Books as the faces show them; only those of roots that the settings name."""

    def books(self, query: BookQuery) -> tuple[list[dict[str, Any]], int | None]:
        """A page of books in id order, and the id to go on after, None at the end."""
        with self._reading() as connection:
            found = list(connection.scalars(matching(query)))
            ids = found[: query.limit]
            rows = _rows(connection, ids)
        return rows, ids[-1] if ids and len(found) > query.limit else None

    def book(self, book_id: int) -> dict[str, Any] | None:
        """One book with all that is known of it."""
        with self._reading() as connection:
            rows = _rows(connection, [book_id])
            return rows[0] | detail(connection, book_id) if rows else None

    def counts(self) -> dict[str, Any]:
        """`books`, their `files`, those `beside`, `problems` and `covers_due` in all; media by state, each named, and
        those that are there `by_root`; books `by_standing` with each web catalogue. Many rows are counted in an index
        alone, without a join.
        """
        by_root = select(books.c.root_id, func.count()).group_by(books.c.root_id)
        with self._reading() as connection:
            enrolled = set(connection.scalars(select(roots.c.id).where(roots.c.enrolled)))
            media, beside = _by_state(connection, enrolled), _by_state(connection, enrolled, only_beside=True)
            media.subtract(beside)
            states = {state.value: 0 for state in State}
            there = dict.fromkeys(enrolled, 0)
            for (root_id, state), count in media.items():
                states[state] += count
                there[root_id] += count if state != State.MISSING else 0
            return {
                "books": sum(count for root_id, count in connection.execute(by_root) if root_id in enrolled),
                "files": sum(states.values()),
                "beside": sum(count for (_, state), count in beside.items() if state != State.MISSING),
                "covers_due": count_due(connection),
                "problems": count_problems(connection),
                "by_state": states,
                "by_root": there,
                "by_standing": count_standings(connection),
            }


def _by_state(
    connection: Connection, enrolled: Collection[int], *, only_beside: bool = False
) -> Counter[tuple[int, str]]:
    """How many files of the enrolled roots are in each state, by root and state."""
    file = media_files.c
    asked = select(file.root_id, file.state, func.count()).group_by(file.root_id, file.state)
    rows = connection.execute(asked.where(BESIDE) if only_beside else asked)
    return Counter({(root_id, state): count for root_id, state, count in rows if root_id in enrolled})


def _rows(connection: Connection, ids: Sequence[int]) -> list[dict[str, Any]]:
    if not ids:
        return []
    people, entries, files = _people(connection, ids), _series(connection, ids), _files(connection, ids)
    return [
        {
            "id": row["id"],
            "library": row["library"],
            "kind": row["kind"],
            "title": row["title"],
            "subtitle": row["subtitle"],
            "authors": people[row["id"], Role.AUTHOR],
            "narrators": people[row["id"], Role.NARRATOR],
            "series": entries[row["id"]],
            "season": row["season"],
            "date": row["date"],
            "language": row["language"],
            "duration_ms": row["duration_ms"],
            "files": sum(state != State.MISSING for _, state in files[row["id"]]),
            "state": book_state([state for _, state in files[row["id"]]]),
            **paths.json_path(_place(row["root"], files[row["id"]])),
            "updated_at": row["updated_at"].isoformat(),
        }
        for row in connection.execute(_SHOWN, {"some": ids}).mappings()
    ]


def _place(root: bytes, files: Sequence[tuple[bytes, str]]) -> bytes:
    """The one file of a book, or the folder that holds them all; those that are there decide."""
    present = [path for path, state in files if state != State.MISSING] or [path for path, _ in files]
    if not present:
        return root
    return paths.join(root, present[0] if len(present) == 1 else commonpath([paths.parent(path) for path in present]))


def _people(connection: Connection, ids: Sequence[int]) -> dict[tuple[int, str], list[str]]:
    people: dict[tuple[int, str], list[str]] = defaultdict(list)
    for book_id, role, name in connection.execute(_PEOPLE, {"some": ids}):
        people[book_id, role].append(name)
    return people


def _series(connection: Connection, ids: Sequence[int]) -> Grouped:
    entries: Grouped = defaultdict(list)
    for book_id, name, number in connection.execute(_SERIES, {"some": ids}):
        entries[book_id].append({"name": name, "number": number})
    return entries


def _files(connection: Connection, ids: Sequence[int]) -> Grouped:
    files: Grouped = defaultdict(list)
    for book_id, path, state in connection.execute(_MEDIA, {"some": ids}):
        files[book_id].append((path, state))
    return files

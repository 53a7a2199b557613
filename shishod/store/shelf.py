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
    book = books.c
    asked = (
        select(
            *(book.id, book.root_id, libraries.c.name.label("library"), roots.c.path.label("root")),
            *(book.kind, book.title, book.subtitle, book.date, book.language, book.duration_ms, book.season),
            book.updated_at,
        )
        .join(libraries, libraries.c.id == book.library_id)
        .join(roots, roots.c.id == book.root_id)
        .where(book.id.in_(ids))
        .order_by(book.id)
    )
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
        for row in connection.execute(asked).mappings()
    ]


def _place(root: bytes, files: Sequence[tuple[bytes, str]]) -> bytes:
    """The one file of a book, or the folder that holds them all; those that are there decide."""
    present = [path for path, state in files if state != State.MISSING] or [path for path, _ in files]
    if not present:
        return root
    return paths.join(root, present[0] if len(present) == 1 else commonpath([paths.parent(path) for path in present]))


def _people(connection: Connection, ids: Sequence[int]) -> dict[tuple[int, str], list[str]]:
    part = contributions.c
    asked = (
        select(part.book_id, part.role, persons.c.name)
        .join(persons, persons.c.id == part.person_id)
        .where(part.book_id.in_(ids), part.role.in_([Role.AUTHOR, Role.NARRATOR]))
        .order_by(part.book_id, part.position)
    )
    people: dict[tuple[int, str], list[str]] = defaultdict(list)
    for book_id, role, name in connection.execute(asked):
        people[book_id, role].append(name)
    return people


def _series(connection: Connection, ids: Sequence[int]) -> Grouped:
    entry = book_series.c
    asked = (
        select(entry.book_id, series.c.name, entry.number)
        .join(series, series.c.id == entry.series_id)
        .where(entry.book_id.in_(ids))
        .order_by(entry.book_id, entry.position)
    )
    entries: Grouped = defaultdict(list)
    for book_id, name, number in connection.execute(asked):
        entries[book_id].append({"name": name, "number": number})
    return entries


def _files(connection: Connection, ids: Sequence[int]) -> Grouped:
    file = media_files.c
    media = (file.book_id.in_(ids), file.role == FileRole.MEDIA.value, file.duplicate_of.is_(None))
    asked = select(file.book_id, file.path, file.state).where(*media).order_by(file.path)
    files: Grouped = defaultdict(list)
    for book_id, path, state in connection.execute(asked):
        files[book_id].append((path, state))
    return files

"""A catalogue that any earlier program left comes up with all that was in it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, insert, select, text

from shishod.model.state import State
from shishod.store.catalog import SqlCatalog, open_catalog
from shishod.store.engine import connect, database_url
from shishod.store.migrate import MIGRATIONS, REVISION
from shishod.store.settings import StoreSettings
from tests.store.aged import ROWS
from tests.store.cluster import Cluster

REVISIONS = [f"{number:04}" for number in range(1, int(REVISION) + 1)]
Kept = dict[str, list[dict[str, Any]]]
ANEW = {("folders", "mtime_ns")}  # what 0002 has looked at once more


def left_at(connection: Connection, revision: str) -> Kept:
    """Make the tables as they were at a revision, and the rows that its program may have left; returns those."""
    scripts = ScriptDirectory(MIGRATIONS, version_locations=[MIGRATIONS])
    for script in reversed(list(scripts.iterate_revisions(revision, "base"))):
        with Operations.context(MigrationContext.configure(connection)):
            script.module.upgrade()
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY NOT NULL)"))
    connection.execute(text(f"INSERT INTO alembic_version VALUES ('{revision}')"))
    then = MetaData()
    then.reflect(connection)
    kept: Kept = {}
    for name, rows in ROWS.items():
        if (table := then.tables.get(name)) is None:
            continue
        kept[name] = [{key: value for key, value in row.items() if key in table.columns} for row in rows]
        for row in kept[name]:
            connection.execute(insert(table).values(row))
    return kept


def brought_up(place: Path, settings: StoreSettings, revision: str) -> Iterator[tuple[SqlCatalog, Kept]]:
    database = connect(database_url(settings, place), settings)
    with database.writer.connect() as connection, connection.begin():
        kept = left_at(connection, revision)
    database.engine.dispose()
    catalogue = open_catalog(settings, place)
    yield catalogue, kept
    catalogue.close()


@pytest.fixture(params=REVISIONS, scope="module")
def aged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SqlCatalog, Kept]]:
    """Shared by the tests, none of which changes anything."""
    yield from brought_up(tmp_path_factory.mktemp(request.param), StoreSettings(), request.param)


@pytest.fixture
def aged_server(tmp_path: Path, cluster: Cluster) -> Iterator[tuple[SqlCatalog, Kept]]:
    yield from brought_up(tmp_path, StoreSettings(url=cluster.new_database()), REVISIONS[0])


def told(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return bytes(value) if isinstance(value, memoryview) else value


def unlike(catalogue: SqlCatalog, kept: Kept) -> list[str]:
    """Every value that is no more what it was."""
    now, found = MetaData(), []
    with catalogue._database.engine.connect() as connection:
        now.reflect(connection)
        for name, rows in kept.items():
            table = now.tables[name]
            for row in rows:
                own = [column == row[column.name] for column in table.primary_key.columns]
                (held,) = connection.execute(select(table).where(*own)).mappings()
                found += [
                    f"{name}.{key}: {value!r} is {held[key]!r}"
                    for key, value in row.items()
                    if (name, key) not in ANEW and told(held[key]) != value
                ]
    return found


def test_every_row_of_every_revision_is_as_it_was(aged: tuple[SqlCatalog, Kept]) -> None:
    catalogue, kept = aged

    assert unlike(catalogue, kept) == []
    assert "books" in kept


def test_so_it_is_on_postgresql(aged_server: tuple[SqlCatalog, Kept]) -> None:
    catalogue, kept = aged_server

    assert unlike(catalogue, kept) == []
    assert a_whole_book(catalogue)


def a_whole_book(catalogue: SqlCatalog) -> bool:
    """Whether the book with everything is told with everything."""
    book = catalogue.book(1)
    assert book is not None
    assert (book["title"], book["authors"], book["description"]) == ("Mine", ["Ann Author"], "Of salt.")
    assert book["sources"]["title"]["source"] == "user"
    assert (book["series"], book["genres"], book["tags"]) == (
        [{"name": "Salt Roads", "number": "2"}],
        ["Fantasy"],
        ["salt"],
    )
    return True


def test_what_it_holds_is_told_as_ever(aged: tuple[SqlCatalog, Kept]) -> None:
    catalogue, _ = aged

    assert a_whole_book(catalogue)
    states = {known.path: known.state for known in catalogue.files_below(1, b"")}
    assert states == {
        b"Ann/salt.epub": State.INDEXED,
        b"Ann/gone.epub": State.MISSING,
        b"Ann/caf\xe9.epub": State.ERROR,
    }
    assert [scan.id for scan in catalogue.scans()] == ["s1"]
    with catalogue._database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_a_copy_of_what_was_there_is_kept(aged: tuple[SqlCatalog, Kept], request: pytest.FixtureRequest) -> None:
    catalogue, _ = aged
    revision = request.node.callspec.params["aged"]
    path = catalogue._database.path
    assert path is not None

    copies = [open_backup(copy) for copy in (path.parent / "backups").glob("*.sqlite")]

    assert copies == ([] if revision == REVISION else ["Mine"])


def open_backup(copy: Path) -> str:
    with closing(sqlite3.connect(copy)) as database:
        (title,) = database.execute("SELECT title FROM books WHERE id = 1").fetchone()
    return str(title)

"""One schema, told three times: the tables, the migrations and the model agree."""

import re
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.engine import Inspector
from sqlalchemy.engine.interfaces import ReflectedIndex

from shishod.model.finding import Found, Standing
from shishod.model.library import RootIdentity
from shishod.model.metadata import Metadata, Reading, UserWord
from shishod.model.progress import Problem, ScanSnapshot
from shishod.model.state import KnownFile
from shishod.store.catalog import SqlCatalog, open_catalog
from shishod.store.engine import connect, database_url
from shishod.store.migrate import MIGRATIONS, REVISION, ready_schema
from shishod.store.settings import StoreSettings
from shishod.store.tables import SCHEMA, media_files, problems, roots, scans
from tests.store.building import a_book, a_root, save
from tests.store.cluster import Cluster

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def worded(index: ReflectedIndex) -> dict[str, str]:
    """The conditions of an index as text: as clauses, no two are equal."""
    return {name: str(value) for name, value in index.get("dialect_options", {}).items()}


def described(inspector: Inspector) -> dict[str, object]:
    """All that the database itself says of every table."""
    told: dict[str, object] = {}
    for table in inspector.get_table_names():
        columns = [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in inspector.get_columns(table)]
        told[table] = (
            columns,
            inspector.get_pk_constraint(table),
            sorted(map(str, inspector.get_foreign_keys(table))),
            sorted(map(str, inspector.get_unique_constraints(table))),
            sorted(map(str, inspector.get_check_constraints(table))),
            sorted(str(one | {"dialect_options": worded(one)}) for one in inspector.get_indexes(table)),
        )
    return told


def triggers(engine: Engine) -> list[str]:
    """What the database does by itself when a row changes, word for word."""
    asked = "SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    if engine.dialect.name == "postgresql":
        asked = (
            "SELECT pg_get_triggerdef(t.oid) || p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE NOT t.tgisinternal AND t.tgrelid IN (SELECT oid FROM pg_class"
            " WHERE relnamespace = current_schema()::regnamespace) ORDER BY 1"
        )
    with engine.connect() as connection:
        return [re.sub(r"shishod_\d+\.", "", " ".join(sql.split())) for sql in connection.scalars(text(asked))]


def migrated_and_made(settings: tuple[StoreSettings, StoreSettings], folders: tuple[Path, Path]) -> list[object]:
    found = []
    for number, (one, folder) in enumerate(zip(settings, folders, strict=True)):
        folder.mkdir()
        database = connect(database_url(one, folder), one)
        if number == 0:  # a version table without a version: every migration is still to come
            with database.writer.begin() as connection:
                connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY NOT NULL)"))
        ready_schema(database, 7, NOW)
        found.append(described(inspect(database.engine)) | {"triggers": triggers(database.engine)})
        database.engine.dispose()
    return found


def test_migrating_gives_what_making_gives_on_sqlite(tmp_path: Path) -> None:
    plain = StoreSettings()
    migrated, made = migrated_and_made((plain, plain), (tmp_path / "migrated", tmp_path / "made"))

    made["alembic_version"] = migrated["alembic_version"]  # type: ignore[index]
    assert migrated == made


def test_migrating_gives_what_making_gives_on_postgresql(tmp_path: Path, cluster: Cluster) -> None:
    settings = (StoreSettings(url=cluster.new_database()), StoreSettings(url=cluster.new_database()))
    migrated, made = migrated_and_made(settings, (tmp_path / "migrated", tmp_path / "made"))

    made["alembic_version"] = migrated["alembic_version"]  # type: ignore[index]
    assert migrated == made
    assert made["triggers"]  # type: ignore[index]


def test_tables_without_row_numbers_are_so_in_both(tmp_path: Path) -> None:
    plain = StoreSettings()
    migrated_and_made((plain, plain), (tmp_path / "migrated", tmp_path / "made"))
    asked = text("SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%' ORDER BY name")

    def without(folder: str) -> list[str]:
        engine = create_engine(f"sqlite:///{tmp_path / folder}/catalogue.sqlite")
        with engine.connect() as connection:
            names = list(connection.scalars(asked))
        engine.dispose()
        return names

    assert without("migrated") == without("made") != []


def test_the_newest_migration_is_the_one_that_the_program_knows() -> None:
    assert max(path.name[:4] for path in Path(MIGRATIONS).glob("[0-9]*.py")) == REVISION


def test_every_constraint_has_a_name() -> None:
    for table in SCHEMA.tables.values():
        for constraint in table.constraints:
            assert constraint.name, f"{table.name}: {constraint!r}"


def test_everything_that_is_believed_of_a_book_has_a_column_or_a_table() -> None:
    elsewhere = {
        "contributions": "contributions",
        "series": "book_series",
        "genres": "book_genres",
        "tags": "book_tags",
        "publisher": "publishers",
        "identifiers": "identifiers",
        "chapters": "chapters",
        "cover": "covers",
        "sources": "field_sources",
        "technical": "media_files",
    }
    homes = set(SCHEMA.tables["books"].columns.keys()) | elsewhere.keys()

    assert {field.name for field in fields(Metadata)} <= homes
    assert set(elsewhere.values()) <= SCHEMA.tables.keys()


def test_scans_problems_roots_and_files_have_a_column_for_every_field() -> None:
    assert {field.name for field in fields(ScanSnapshot)} == set(scans.columns.keys())
    assert {field.name for field in fields(Problem)} <= set(problems.columns.keys())
    assert {field.name for field in fields(RootIdentity)} <= set(roots.columns.keys())
    renamed = {"retry_at": "next_retry_after"}
    wanted = {renamed.get(field.name, field.name) for field in fields(KnownFile)}
    assert wanted <= set(media_files.columns.keys())


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ("SELECT id FROM media_files WHERE root_id = 1 AND state = 'error'", "ix_media_files_root_id_state"),
        ("SELECT id FROM media_files WHERE root_id = 1 AND parent_path = x'41'", "ix_media_files_root_id_parent_path"),
        ("SELECT id FROM media_files WHERE mtime_ns > 5", "ix_media_files_mtime_ns"),
        ("SELECT id FROM media_files WHERE root_id = 1 AND path > x'41' AND path < x'42'", "media_files_1"),
        ("SELECT id FROM books WHERE provider = 'p' AND provider_id = '1'", "ix_books_provider_provider_id"),
        ("SELECT book_id FROM covers WHERE taken_at IS NULL AND book_id > 5 ORDER BY book_id", "ix_covers_due"),
        ("SELECT id FROM books WHERE metadata_updated_at < '2026'", "ix_books_metadata_updated_at"),
    ],
)
def test_what_is_asked_often_is_answered_by_an_index(catalogue: SqlCatalog, statement: str, index: str) -> None:
    with catalogue._reading() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}").all()

    assert any(f"{index} " in row[3] for row in plan), plan


def test_every_connection_holds_to_the_rules(tmp_path: Path) -> None:
    catalogue = open_catalog(StoreSettings(), tmp_path)
    wanted = {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 30000}

    with catalogue._reading() as one, catalogue._reading() as two:
        for connection in (one, two):
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
            assert found == wanted
    catalogue.close()


def test_what_the_user_says_reaches_the_disk_before_it_is_done(tmp_path: Path) -> None:
    catalogue = open_catalog(StoreSettings(), tmp_path)

    for durably, wanted in ((True, 2), (False, 1)):
        with catalogue._writing(durably=durably) as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == wanted
    catalogue.close()


def test_a_book_with_words_of_the_users_is_written_durably(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = open_catalog(StoreSettings(), tmp_path)
    root, writing, asked = a_root(catalogue), catalogue._writing, list[bool]()
    monkeypatch.setattr(catalogue, "_writing", lambda **how: asked.append(how["durably"]) or writing(**how))

    (book_id,) = save(catalogue, a_book(root))
    save(catalogue, a_book(root, book_id=book_id, words=(UserWord("title", "Mine"),)))

    assert asked == [False, True]
    catalogue.close()


def test_what_the_user_says_of_the_web_is_written_durably(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = open_catalog(StoreSettings(), tmp_path)
    root, writing, asked = a_root(catalogue), catalogue._writing, list[bool]()
    (book_id,) = save(catalogue, a_book(root))
    monkeypatch.setattr(catalogue, "_writing", lambda **how: asked.append(how["durably"]) or writing(**how))
    found = Found("openlibrary", Standing.MATCHED, "q", NOW, NOW, "OL1W", "work", 1.0, reading=Reading(title="Told"))

    save(catalogue, a_book(root, book_id=book_id, found=(found,)))
    save(catalogue, a_book(root, book_id=book_id, found=(replace(found, chosen=True),)))
    catalogue.freeze([book_id], frozen=True)

    assert asked == [False, True, True]
    catalogue.close()

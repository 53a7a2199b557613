"""Opening a catalogue: made, found, brought up, or refused with nothing changed."""

import socket
import sqlite3
import subprocess
import sys
import traceback
from datetime import timedelta
from pathlib import Path

import pytest

from shishod.clock import Clock
from shishod.errors import SettingsError, Unreachable
from shishod.store import engine
from shishod.store.catalog import SqlCatalog, open_catalog
from shishod.store.migrate import REVISION
from shishod.store.settings import StoreSettings
from tests.store.building import NOW, a_book, a_root, save
from tests.store.cluster import Cluster

SETTINGS = StoreSettings(keep_backups=2)


def reopened(state_dir: Path, settings: StoreSettings = SETTINGS) -> None:
    open_catalog(settings, state_dir).close()


def sql(state_dir: Path, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(state_dir / "catalogue.sqlite")
    try:
        rows = connection.execute(statement).fetchall()
        connection.commit()
        return rows
    finally:
        connection.close()


def test_a_catalogue_outlives_its_daemon(tmp_path: Path) -> None:
    first = open_catalog(SETTINGS, tmp_path / "new" / "state")
    (book_id,) = save(first, a_book(a_root(first)))
    first.close()

    second = open_catalog(SETTINGS, tmp_path / "new" / "state")

    assert second.book(book_id) is not None
    second.close()


def test_a_daemon_that_starts_does_not_load_the_migrations_library(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from shishod.store.catalog import open_catalog;"
        " from shishod.store.settings import StoreSettings; open_catalog(StoreSettings(), Path(sys.argv[1])).close();"
        " assert 'alembic' not in sys.modules"
    )
    for _ in ("made", "found"):
        subprocess.run([sys.executable, "-c", program, tmp_path], check=True)


def test_the_catalogue_is_for_its_owner_only(tmp_path: Path) -> None:
    reopened(tmp_path)

    assert (tmp_path / "catalogue.sqlite").stat().st_mode & 0o077 == 0


def test_a_connection_that_was_opened_while_nothing_could_be_written_is_parted_with(tmp_path: Path) -> None:
    """SQLite opens such a file for reading alone, and the connection stays so when the disk is well again."""
    catalogue = open_catalog(SETTINGS, tmp_path)
    root = a_root(catalogue)
    with catalogue._database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")  # refused in the same words

    with pytest.raises(Unreachable, match="readonly"):
        save(catalogue, a_book(root, b"a.epub"))

    assert save(catalogue, a_book(root, b"a.epub")) == [1]
    catalogue.close()


def test_a_newer_catalogue_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    reopened(tmp_path)
    sql(tmp_path, "UPDATE alembic_version SET version_num = '9999'")
    before = (tmp_path / "catalogue.sqlite").read_bytes()

    with pytest.raises(SettingsError, match=r"newer shishod \(revision 9999; this one knows " + REVISION + r"\)"):
        reopened(tmp_path)

    assert (tmp_path / "catalogue.sqlite").read_bytes() == before
    assert not (tmp_path / "backups").exists()


def test_a_refused_start_lets_go_of_the_lock(tmp_path: Path) -> None:
    reopened(tmp_path)
    sql(tmp_path, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SettingsError):
        reopened(tmp_path)

    sql(tmp_path, f"UPDATE alembic_version SET version_num = '{REVISION}'")
    reopened(tmp_path)


def test_an_older_catalogue_is_copied_and_then_brought_up(tmp_path: Path) -> None:
    sql(tmp_path, "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")  # before the first revision

    catalogue = open_catalog(SETTINGS, tmp_path, Clock(now=lambda: NOW))

    assert save(catalogue, a_book(a_root(catalogue))) == [1]
    catalogue.close()
    (copy,) = (tmp_path / "backups").iterdir()
    tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
    assert sqlite3.connect(copy).execute(tables).fetchall() == [("alembic_version",)]
    assert sql(tmp_path, "SELECT version_num FROM alembic_version") == [(REVISION,)]


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    sql(tmp_path, "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    sql(tmp_path, "CREATE TABLE tags (in_the_way INTEGER)")  # met half-way through

    with pytest.raises(SettingsError, match="already exists"):
        reopened(tmp_path)

    tables = sql(tmp_path, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    assert tables == [("alembic_version",), ("tags",)]


def test_only_the_newest_backups_are_kept(tmp_path: Path) -> None:
    for day in range(4):
        (tmp_path / "catalogue.sqlite").unlink(missing_ok=True)
        sql(tmp_path, "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        time = NOW + timedelta(days=day)
        open_catalog(SETTINGS, tmp_path, Clock(now=lambda time=time: time)).close()  # type: ignore[misc]

    kept = sorted(path.name for path in (tmp_path / "backups").iterdir())
    assert kept == ["catalogue-20261123T120000.sqlite", "catalogue-20261124T120000.sqlite"]


def test_a_database_of_somebody_else_is_refused(tmp_path: Path) -> None:
    sql(tmp_path, "CREATE TABLE books (isbn TEXT)")

    with pytest.raises(SettingsError, match="a table books that shishod did not make"):
        reopened(tmp_path)

    assert sql(tmp_path, "SELECT name FROM sqlite_master") == [("books",)]


def test_a_file_that_is_no_database_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.sqlite"
    file.write_bytes(b"My dear diary, today" * 500)

    with pytest.raises(SettingsError, match=r"not a database.*Nothing was changed"):
        reopened(tmp_path)

    assert file.read_bytes() == b"My dear diary, today" * 500


def test_a_second_daemon_on_one_catalogue_is_refused(catalogue: SqlCatalog, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from shishod.store.catalog import open_catalog;"
        " from shishod.store.settings import StoreSettings; open_catalog(StoreSettings(), Path(sys.argv[1]))"
    )
    second = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=False)

    assert second.returncode != 0
    assert "another shishod (process" in second.stderr
    assert save(catalogue, a_book(a_root(catalogue))) == [1]


def test_a_catalogue_that_was_closed_is_free_for_the_next(tmp_path: Path) -> None:
    for _ in range(2):
        reopened(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(SettingsError, match=r"cannot be kept in .*file/state.*Nothing was changed"):
        reopened(tmp_path / "file" / "state")


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("not a url", "is not a database URL"),
        ("mysql://nas/books", "mysql is not supported"),
        ("postgresql://nas:port/books", "is not a database URL"),
        ("sqlite://", "in memory is lost"),
        ("sqlite:///:memory:", "in memory is lost"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused(tmp_path: Path, url: str, complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        reopened(tmp_path, StoreSettings(url=url))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql//ann:hush@nas/books",
        "ann:hush@nas",
        "postgresql://ann:hush@nas:port/books",
        "postgresql://ann:hu/hush@nas:port/books",
        "postgresql://ann:hu@hush@nas:port/books",
        "postgresql://nas:port/books?user=ann&password=hush",
    ],
)
def test_what_is_said_of_a_wrong_url_leaves_its_password_out(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="nas") as refused:
        reopened(tmp_path, StoreSettings(url=url))

    assert "hush" not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://ann:hush@nas:5432/books", "postgresql://***@nas:5432/books"),
        ("postgresql://ann:h@u/s:h@nas/books", "postgresql://***@nas/books"),
        ("postgresql+psycopg://nas/books?user=ann&password=hush", "postgresql+psycopg://nas/books?***"),
        ("postgresql://ann:hu?sh@nas/books", "postgresql://***"),
        ("postgresql://nas/books?password=hu@sh", "postgresql://***"),
        ("postgresql://nas/books", "postgresql://nas/books"),
        ("sqlite:////srv/a@b/books.db", "sqlite:////srv/a@b/books.db"),
        ("", ""),
    ],
)
def test_a_url_is_told_without_who_logs_in(url: str, told: str) -> None:
    assert StoreSettings(url=url).told_url() == told


def test_a_password_in_the_query_of_a_url_is_not_told(tmp_path: Path) -> None:
    url = f"postgresql:///books?host={tmp_path}&user=me&password=hush"

    with pytest.raises(Unreachable, match="does not answer") as caught:
        reopened(tmp_path, StoreSettings(url=url))

    assert "hush" not in str(caught.value)


def test_a_sqlite_url_names_another_file(tmp_path: Path) -> None:
    reopened(tmp_path, StoreSettings(url=f"sqlite:///{tmp_path}/elsewhere/books.db"))

    assert (tmp_path / "elsewhere" / "books.db").exists()
    assert not (tmp_path / "catalogue.sqlite").exists()


def test_a_server_that_takes_the_call_and_says_nothing_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert engine.CONNECT_S == 10
    monkeypatch.setattr(engine, "CONNECT_S", 2)  # the least that the driver knows
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://me@127.0.0.1:{silent.getsockname()[1]}/books"
        with pytest.raises(Unreachable, match=r"does not answer: .*timeout"):
            reopened(tmp_path, StoreSettings(url=url))


def test_a_server_that_is_away_is_tried_later_and_its_password_not_told(tmp_path: Path) -> None:
    url = f"postgresql://me:secret@/books?host={tmp_path}"

    with pytest.raises(Unreachable, match="does not answer") as caught:
        reopened(tmp_path, StoreSettings(url=url))

    assert "secret" not in str(caught.value)
    assert caught.value.retry_after_s == 5.0


def test_a_newer_catalogue_on_postgresql_is_refused_too(tmp_path: Path, cluster: Cluster) -> None:
    settings = StoreSettings(url=cluster.new_database())
    catalogue = open_catalog(settings, tmp_path)
    with catalogue._writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    catalogue.close()

    with pytest.raises(SettingsError, match="newer shishod"):
        reopened(tmp_path, settings)

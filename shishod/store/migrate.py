"""The schema made ready on start: made new, found as it should be, brought up after a backup, or refused."""

import sqlite3
from datetime import datetime
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, delete, insert, inspect, select
from sqlalchemy.exc import DatabaseError, OperationalError

from shishod.errors import SettingsError, ShishodError, Unreachable
from shishod.store.backup import back_up
from shishod.store.border import cause_of, is_full
from shishod.store.engine import Database
from shishod.store.tables import SCHEMA
from shishod.store.transitions import hold_to_steps

REVISION = "0011"
"""What this program's tables are; the newest file in migrations."""

MIGRATIONS = str(Path(__file__).with_name("migrations"))

_VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


def ready_schema(database: Database, keep_backups: int, now: datetime) -> Path | None:
    """Make the tables fit this program; returns the backup where one was made.

    Raises SettingsError for a database that is newer, is not ours, or cannot be read; it is left as it was found.
    """
    try:
        with database.writer.connect() as connection, connection.begin():
            found = revision_of(connection)
            if found is None:
                _make(connection)
        if found is None or found == REVISION:
            return None
        return _upgrade(database, found, keep_backups, now)
    except (DatabaseError, sqlite3.Error) as error:
        raise _unusable(database, error) from error


def _unusable(database: Database, error: Exception) -> ShishodError:
    """A server may come back by itself; a file does not."""
    cause = cause_of(error)
    if database.path is None and isinstance(error, OperationalError):
        return Unreachable(
            f"the catalogue ({database.describe}) does not answer: {cause}. Nothing was changed."
            " See whether PostgreSQL runs: pg_isready",
            retry_after_s=5.0,
        )
    if is_full(error):
        return Unreachable(
            f"the catalogue ({database.describe}) cannot be opened, its disk has no room left: {cause}. Nothing was"
            f" changed. Make room in {database.path and database.path.parent}",
            retry_after_s=5.0,
        )
    return SettingsError(
        f"the catalogue ({database.describe}) cannot be opened: {cause}. Nothing was changed."
        " If the file is damaged, put the newest copy from the folder backups beside it in its place"
    )


def revision_of(connection: Connection) -> str | None:
    """The revision that the tables are at, "" before the first one, None in an empty database."""
    tables = set(inspect(connection).get_table_names())
    if _VERSION.name in tables:
        return connection.scalar(select(_VERSION.c.version_num)) or ""
    ours = tables & SCHEMA.tables.keys()
    if ours:
        raise SettingsError(
            f"the database has a table {min(ours)} that shishod did not make. Nothing was changed."
            " Give the catalogue a database of its own in store.url"
        )
    return None


def _make(connection: Connection) -> None:
    """A test holds that this and the migrations give the same schema; this one spares a start the import of alembic."""
    SCHEMA.create_all(connection, checkfirst=False)  # none of ours is there
    hold_to_steps(connection)
    _VERSION.create(connection)
    connection.execute(insert(_VERSION).values(version_num=REVISION))


def _upgrade(database: Database, found: str, keep_backups: int, now: datetime) -> Path | None:
    """Run what is missing, each migration and its mark in one transaction, after a backup."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(MIGRATIONS, version_locations=[MIGRATIONS])
    if found and found not in {script.revision for script in scripts.walk_revisions()}:
        raise SettingsError(
            f"the catalogue ({database.describe}) was written by a newer shishod (revision {found}; this one knows"
            f" {REVISION}). Nothing was changed. Install the newer version again, or put back a copy from the folder"
            " backups beside the catalogue"
        )
    copy = back_up(database, keep_backups, now)
    for script in reversed(list(scripts.iterate_revisions(REVISION, found or "base"))):
        with database.writer.connect() as connection, connection.begin():
            with Operations.context(MigrationContext.configure(connection)):
                script.module.upgrade()
            connection.execute(delete(_VERSION))
            connection.execute(insert(_VERSION).values(version_num=script.revision))
    return copy

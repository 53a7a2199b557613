"""A look at a catalogue that changes nothing: whether it can be used, is whole, and what it remembers of its roots."""

import errno
import os
import sqlite3
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from shishod.model.library import RootIdentity, RootState
from shishod.model.state import State
from shishod.store.border import cause_of
from shishod.store.engine import connect, database_url
from shishod.store.migrate import REVISION, revision_of
from shishod.store.roots import identity_of
from shishod.store.settings import StoreSettings
from shishod.store.tables import folders, media_files, roots, scans

PATIENCE_S = 15.0  # for the comparison of every page of a large file
STEPS = 100_000  # of SQLite's own machine between two looks at the time


@dataclass(frozen=True, slots=True)
class RootMemory:
    """What a catalogue remembers of one root; `files` are those that are not missing."""

    path: bytes
    state: RootState
    reason: str
    identity: RootIdentity | None
    files: int
    folders: int


@dataclass(frozen=True, slots=True)
class Checkup:
    """`fault` is why nothing else could be told, `revision` "" where there is no catalogue yet.

    `newest` is the latest moment that a scan has written down.
    """

    path: Path | None  # of the SQLite file
    fault: str = ""
    damage: tuple[str, ...] = ()
    revision: str = REVISION
    newest: datetime | None = None
    roots: tuple[RootMemory, ...] = ()

    @property
    def too_new(self) -> bool:
        """Whether another, newer shishod has written it."""
        return self.revision > REVISION


def check_up(settings: StoreSettings, state_dir: Path, deep: bool = True) -> Checkup:
    """Open the catalogue for reading alone. With `deep` every page of a SQLite file is compared, for so long at most.

    Raises SettingsError for a `store.url` that cannot be used.
    """
    url = database_url(settings, state_dir)
    path = Path(os.path.abspath(str(url.database))) if url.get_backend_name() == "sqlite" else None
    engine = _only_reading(path) if path is not None else connect(url, settings).engine
    try:
        with engine.connect() as connection:
            return _examined(connection, path, deep)
    except FileNotFoundError:
        return Checkup(path, revision="")
    except (SQLAlchemyError, sqlite3.Error) as error:
        return Checkup(path, fault=cause_of(error))
    except OSError as error:
        return Checkup(path, fault=f"it cannot be read: {error.strerror}")
    finally:
        engine.dispose()


def _only_reading(path: Path) -> Engine:
    """The file is never opened beside SQLite: closing it would take away the locks by which SQLite, in this process,
    tells others that it is in use, and the next who reads it would remove the log of a daemon that goes on writing
    (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """

    def opened() -> sqlite3.Connection:
        path.stat()  # SQLite says of whatever keeps it from a file that it is unable to open it
        if not os.access(path, os.R_OK, effective_ids=True):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=5.0, check_same_thread=False)
        end_s = time.monotonic() + PATIENCE_S
        connection.set_progress_handler(lambda: int(time.monotonic() > end_s), STEPS)
        return connection

    return create_engine("sqlite://", creator=opened)


def _examined(connection: Connection, path: Path | None, deep: bool) -> Checkup:
    damage = _damage(connection) if path is not None and deep else ()
    if damage:
        return Checkup(path, damage=damage)
    found = revision_of(connection) or ""
    if found != REVISION:
        return Checkup(path, revision=found)
    newest = connection.execute(select(func.max(scans.c.requested_at))).scalar()
    return Checkup(path, newest=newest, roots=_roots(connection))


def _damage(connection: Connection) -> tuple[str, ...]:
    try:
        said = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA quick_check(3)")]
    except SQLAlchemyError as error:
        if "interrupted" in cause_of(error):
            return ()  # it is large: what was compared so far is whole
        raise
    return () if said == ["ok"] else tuple(said)


def _roots(connection: Connection) -> tuple[RootMemory, ...]:
    there = media_files.c.state != State.MISSING.value
    files = select(func.count()).where(media_files.c.root_id == roots.c.id, there).scalar_subquery()
    held = select(func.count()).where(folders.c.root_id == roots.c.id).scalar_subquery()
    rows = connection.execute(select(roots, files.label("files"), held.label("folders")).where(roots.c.enrolled))
    return tuple(
        RootMemory(r["path"], RootState(r["state"]), r["reason"], identity_of(r), r["files"], r["folders"])
        for r in rows.mappings()
    )

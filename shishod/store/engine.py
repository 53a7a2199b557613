"""Connections: how each database is opened, so that writers queue, readers never wait and nothing is half written."""

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from shishod.errors import SettingsError, Unreachable
from shishod.store.footing import Footing
from shishod.store.settings import StoreSettings
from shishod.work.guard import Guarded

CACHE_KB = 8192  # of pages, in each connection: what it has no room for, the kernel keeps once for all of them
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    f"cache_size=-{CACHE_KB}",
    "journal_size_limit=67108864",
    "wal_autocheckpoint=4000",  # pages: what is written again meanwhile is copied into the file once
)
CONNECT_S = 10  # a server that takes the call and says nothing is given up


@dataclass(frozen=True, slots=True)
class Database:
    """Shared: by every thread. `writer` takes the write lock as it begins, so that no transaction is refused later.

    `turn` is held for a transaction that writes: on SQLite our threads wait for each other here, where the next one
    is woken at once; SQLite itself would have them sleep and look again.
    """

    engine: Engine
    writer: Engine
    writers: int
    path: Path | None  # of the SQLite file
    describe: str  # for people, without a password
    turn: AbstractContextManager[object]
    footing: Footing | None = None  # of the SQLite file, once it is open

    def stand(self) -> None:
        """For who has the turn, before anything is written. Raises Unreachable where it would be written in vain."""
        if self.footing is not None:
            self.footing.confirm(self.engine)

    def stand_again(self) -> None:
        """For who reads and has no turn: a file that was removed is put back first."""
        if self.footing is not None and self.footing.moved():
            with suppress(Unreachable), self.turn:  # what is still open can be read
                self.stand()

    def give_back(self) -> None:
        """Have the connections to SQLite that nobody uses part with the pages they keep, CACHE_KB in each."""
        if self.path is None or not isinstance(pool := self.engine.pool, QueuePool):
            return
        with ExitStack() as held:
            for _ in range(pool.checkedin()):
                raw = held.enter_context(self.engine.connect()).connection.dbapi_connection
                if raw is not None:
                    raw.execute("PRAGMA shrink_memory")

    @contextmanager
    def synced(self, connection: Connection, durably: bool) -> Iterator[None]:
        """Have what is committed meanwhile reach the disk. PostgreSQL does so always; SQLite where it is told to."""
        raw = connection.connection.dbapi_connection if durably and self.path is not None else None
        if raw is None:
            yield
            return
        raw.execute("PRAGMA synchronous=FULL")
        try:
            yield
        finally:
            raw.execute("PRAGMA synchronous=NORMAL")


def database_url(settings: StoreSettings, state_dir: Path) -> URL:
    """The URL that the settings mean. Raises SettingsError on one that cannot be used."""
    if not settings.url:
        return URL.create("sqlite", database=str(state_dir / "catalogue.sqlite"))
    try:
        url = make_url(settings.url)
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        raise SettingsError(
            f'store.url: "{settings.told_url()}" is not a database URL; write it as postgresql://user@host/database'
        ) from None  # whose words hold the password
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise SettingsError(f"store.url: {url.get_backend_name()} is not supported; use PostgreSQL, or leave it empty")
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise SettingsError("store.url: a catalogue in memory is lost at each stop; name a file, or leave it empty")
    return url


def file_of(url: URL) -> Path | None:
    """The file of a SQLite database."""
    return Path(os.path.abspath(str(url.database))) if url.get_backend_name() == "sqlite" else None


def connect(url: URL, settings: StoreSettings) -> Database:
    """Prepare the engine; nothing is opened before the first statement."""
    if (path := file_of(url)) is not None:
        return _sqlite(url, path, settings)
    return _postgresql(url, settings)


def _sqlite(url: URL, path: Path, settings: StoreSettings) -> Database:
    arguments: dict[str, Any] = {"timeout": settings.busy_timeout}
    if sys.version_info >= (3, 12):
        arguments["autocommit"] = sqlite3.LEGACY_TRANSACTION_CONTROL
    mode = "rw" if path.exists() else "rwc"  # what is removed later is not to come back empty
    opened = url.set(database=f"file:{quote(str(path))}", query={"uri": "true", "mode": mode})
    engine = create_engine(
        opened,
        connect_args=arguments,
        pool_size=8,
        max_overflow=-1,
        pool_timeout=settings.busy_timeout,
        pool_use_lifo=True,  # the few that are in use at once keep the pages, not all of them in turn
    )
    event.listen(engine, "connect", _prepare(settings))
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _part_with)
    return Database(
        engine, engine.execution_options(sqlite_begin="BEGIN IMMEDIATE"), 1, path, f"SQLite {path}", Guarded(None)
    )


def _prepare(settings: StoreSettings) -> Callable[[sqlite3.Connection, object], None]:
    pragmas = (*_PRAGMAS, f"busy_timeout={int(settings.busy_timeout * 1000)}")

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # BEGIN is ours to say
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    return prepare


def _part_with(context: ExceptionContext) -> None:
    """A connection that was opened while its file could not be written to can never write: the pool opens others."""
    code = getattr(context.original_exception, "sqlite_errorcode", 0)  # the module's own errors have none
    if code & 0xFF == sqlite3.SQLITE_READONLY:
        context.is_disconnect = True


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


def _postgresql(url: URL, settings: StoreSettings) -> Database:
    try:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            pool_size=settings.writers + 4,
            max_overflow=16,
            pool_timeout=settings.busy_timeout,
            connect_args={"application_name": "shishod", "keepalives_idle": 30, "connect_timeout": CONNECT_S},
        )
    except ModuleNotFoundError as error:
        raise SettingsError(
            "store.url: the PostgreSQL driver is not installed. Run: pip install 'psycopg[binary]'"
        ) from error
    return Database(engine, engine, settings.writers, None, settings.told_url(), nullcontext())

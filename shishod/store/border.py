"""Where the database's errors become ours, once."""

import sqlite3
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from sqlalchemy import Connection
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shishod.clock import CLOCK, Clock
from shishod.errors import BookRejected, Unreachable
from shishod.store.engine import Database

T = TypeVar("T")
_NO_ROOM = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_FSYNC")
_TOO_LARGE = "54"  # PostgreSQL's class for a row that no index page can hold


class Noun:
    """What every part of the catalogue is built on: one database, and transactions whose errors are ours."""

    def __init__(self, database: Database, clock: Clock = CLOCK) -> None:
        self._database = database
        self._clock = clock
        self.displaced = ""  # why nothing may be written any more, once another daemon has the catalogue
        self._epoch = 0  # grows with every transaction that may have written of folders
        self._roots_epoch = 0  # and this with every one that may have written of roots
        self._answers: dict[Hashable, tuple[tuple[int, int], Any]] = {}  # with the epochs they were given in

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A connection of our own with one consistent view; never hold it while waiting for anything else."""
        database = self._database
        database.stand_again()
        with reachable(database), database.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _writing(
        self, *, of_the_disk: bool = True, of_roots: bool = True, durably: bool = False
    ) -> Iterator[Connection]:
        """One transaction, all or nothing. One that is not `of_the_disk` leaves what is remembered of folders alone,
        and one that is not `of_roots` what is known of libraries and roots.

        What is written `durably` is on the disk when this ends, and survives a power cut.
        """
        database = self._database
        with reachable(database), database.turn:
            self._confirm_ours()
            database.stand()
            try:
                connected = database.writer.connect()
                with connected as connection, database.synced(connection, durably), connection.begin():
                    yield connection
                    self._confirm_ours()
            finally:
                self._epoch += of_the_disk
                self._roots_epoch += of_roots

    def _asked_once(self, question: Hashable, ask: Callable[[], T]) -> T:
        """An answer that stays until anything is written, but for what scans say of themselves; every walk asks.

        Only where the catalogue is ours alone.
        """
        now = self._epoch, self._roots_epoch
        kept_in, kept = self._answers.get(question, (None, None))
        if kept_in == now:
            return cast(T, kept)
        found = ask()
        if self._database.path is not None:
            self._answers[question] = now, found
        return found

    def _confirm_ours(self) -> None:
        """Raises Unreachable where the catalogue is another daemon's: what we hold of it may be old."""
        if self.displaced:
            raise Unreachable(self.displaced)


@contextmanager
def reachable(database: Database) -> Iterator[None]:
    """Turn what a later try may cure, or an operator, into Unreachable; a mistake of ours stays what it is."""
    try:
        yield
    except (DBAPIError, PoolTimeout, sqlite3.Error) as error:
        if not _may_pass(error):
            raise
        raise Unreachable(_told(database, error), retry_after_s=5.0) from error


def is_full(error: Exception) -> bool:
    """Whether a disk, a quota or a limit leaves no room, as SQLite tells it."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(origin, sqlite3.Error) and getattr(origin, "sqlite_errorname", "") in _NO_ROOM


def is_locked(error: Exception) -> bool:
    """Whether another process writes, as SQLite tells it."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(origin, sqlite3.Error) and getattr(origin, "sqlite_errorname", "").startswith("SQLITE_BUSY")


def _told(database: Database, error: Exception) -> str:
    """What is wrong, that nothing was lost, and what helps."""
    again = "What was being written was rolled back, and it is tried again by itself"
    if database.path is not None and is_full(error):
        folder = database.path.parent
        return (
            f"the catalogue cannot be written, its disk has no room left or a limit was reached: {cause_of(error)}."
            f" {again}. Make room in {folder} (df -h {folder})"
        )
    more = "If this stays: shishoctl doctor"
    if database.path is not None and is_locked(error):
        more = f"Some other program holds it, and this names it: fuser -v {database.path}"
    return f"the catalogue ({database.describe}) did not answer: {cause_of(error)}. {again}. {more}"


def _may_pass(error: Exception) -> bool:
    """Locked, full, gone or damaged; but not a statement that no database would take."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(origin, sqlite3.Error):
        return isinstance(origin, sqlite3.OperationalError) or type(origin) is sqlite3.DatabaseError
    return isinstance(error, OperationalError | InterfaceError | InternalError | PoolTimeout)


@contextmanager
def accepting() -> Iterator[None]:
    """Turn what the database refuses for its content into BookRejected."""
    try:
        yield
    except (IntegrityError, DataError, OverflowError) as error:
        raise BookRejected(f"the database refused a row: {cause_of(error)}") from error
    except OperationalError as error:
        if not str(getattr(error.orig, "sqlstate", "") or "").startswith(_TOO_LARGE):
            raise
        raise BookRejected(f"a value is too long for the database: {cause_of(error)}") from error


def cause_of(error: Exception) -> str:
    """The driver's own first line, without the statement and its values."""
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    return said.strip().partition("\n")[0]

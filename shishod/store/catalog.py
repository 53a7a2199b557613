"""SqlCatalog: the ports Catalog, ScanHistory and Shelf on one database."""

import os
from dataclasses import replace
from pathlib import Path

from shishod import log
from shishod.clock import CLOCK, Clock
from shishod.errors import Displaced, SettingsError, Unreachable
from shishod.store.ageing import Ageing
from shishod.store.alone import ServerLock
from shishod.store.answers import KeptAnswers
from shishod.store.backup import Upkeep
from shishod.store.claims import Claiming
from shishod.store.clockwork import Clockwork
from shishod.store.covers import Covers
from shishod.store.engine import Database, connect, database_url, file_of
from shishod.store.findings import WebReads
from shishod.store.footing import Footing
from shishod.store.history import History
from shishod.store.limits import SharedNotes
from shishod.store.migrate import ready_schema
from shishod.store.moves import Moves
from shishod.store.passing import Passed
from shishod.store.pictures import Pictures
from shishod.store.place import PlaceLock, refuse_network
from shishod.store.problems import ProblemReads
from shishod.store.purge import Purging
from shishod.store.records import FileRecords
from shishod.store.reunion import Reuniting
from shishod.store.review import Reviewing
from shishod.store.roots import Roots
from shishod.store.scanlog import ScanLogs
from shishod.store.settings import StoreSettings
from shishod.store.shelf import ShelfReads
from shishod.store.words import WordReads

_log = log.get(__name__)


class SqlCatalog(
    Roots,
    Passed,
    Claiming,
    Ageing,
    Clockwork,
    Moves,
    Reuniting,
    Covers,
    Purging,
    WordReads,
    FileRecords,
    History,
    ScanLogs,
    ShelfReads,
    Reviewing,
    ProblemReads,
    Upkeep,
    WebReads,
    Pictures,
    KeptAnswers,
    SharedNotes,
):
    """Shared: by every thread of the daemon. Each call takes its own connection and is one transaction.

    On SQLite the caller sees to it that one thread at a time saves (`writers` is 1); another writer would wait.
    """

    def __init__(self, database: Database, clock: Clock = CLOCK, lock: PlaceLock | None = None) -> None:
        super().__init__(database, clock)
        self._lock = lock
        self._alone: ServerLock | None = None
        self.writers = database.writers
        self.on_server = database.path is None

    def removed(self) -> str:
        """What to do while the SQLite file that is in use does not lie there, "" while it does; asks for one stat."""
        footing = self._database.footing
        return "" if footing is None else footing.trouble()

    def keep_alone(self) -> None:
        """Be the one daemon of this catalogue, or see that it still is; on SQLite the lock of the file says so already.

        Raises Displaced where another is, Unreachable where nobody answers. Once it was ours and is another's, nothing
        is written into it any more.
        """
        if not self.on_server:
            return
        if self._alone is None:
            self._alone = ServerLock(self._database.engine, self._database.describe)
            return
        try:
            self._alone.renew()
        except Displaced:
            self.displaced = (
                f"another daemon has taken over the catalogue in {self._database.describe}, so this one writes nothing"
                " into it and stops. What was recorded until then stands; that daemon finds the rest"
            )
            raise

    def give_back(self) -> None:
        """Part with what is kept in memory only so as to be quick; safe from any thread, and there is no hurry."""
        self._database.give_back()

    def close(self) -> None:
        """Give back every connection, and the SQLite file to the next daemon."""
        database = self._database
        if database.footing is not None:
            with database.turn:
                _leave(database, database.footing)
        if self._alone is not None:
            self._alone.release()
        database.engine.dispose()
        if self._lock is not None:
            self._lock.release()


def open_catalog(settings: StoreSettings, state_dir: Path, clock: Clock = CLOCK) -> SqlCatalog:
    """Open the catalogue, made or migrated as needed. Raises SettingsError, with nothing changed, where it cannot."""
    url = database_url(settings, state_dir)
    path = file_of(url)
    lock = None if path is None else _take(path)
    database = connect(url, settings)
    try:
        ready_schema(database, settings.keep_backups, clock.now())
        if path is not None and lock is not None:
            database = replace(database, footing=Footing(path, lock))
    except BaseException:
        database.engine.dispose()
        if lock is not None:
            lock.release()
        raise
    return SqlCatalog(database, clock, lock)


def _leave(database: Database, footing: Footing) -> None:
    """The last moment at which a file that was removed can be written anew."""
    try:
        database.stand()
    except Unreachable as error:
        _log.error("what was recorded since the catalogue was replaced or removed is lost", error=str(error))
    footing.close()


def _take(path: Path) -> PlaceLock:
    """Make sure of the place of a SQLite file before SQLite touches it."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        refuse_network(path.parent)
        lock = PlaceLock(path)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise SettingsError(
            f"the catalogue cannot be kept in {path.parent}: {error.strerror}. Nothing was changed."
            " Make the folder writable for this user, or name another with --state-dir"
        ) from error
    return lock

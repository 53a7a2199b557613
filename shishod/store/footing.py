"""Footing: the file that a SQLite catalogue was opened as, and what is done when somebody removes it under us."""

import os
import sqlite3
from pathlib import Path

from sqlalchemy import Engine

from shishod import log
from shishod.errors import Unreachable
from shishod.store.place import PlaceLock

_log = log.get(__name__)


class Footing:
    """Shared: by all who write, each while it has the turn.

    A file that is removed lives on while it is open, and all that is written into it goes with the process: so it is
    kept open, and written anew where it was.
    """

    def __init__(self, path: Path, lock: PlaceLock) -> None:
        self._path = path
        self._lock = lock
        self._open = _opened(path)
        self._file = _file(path)

    def moved(self) -> bool:
        """Whether the file is not where it was; safe from any thread."""
        try:
            return _file(self._path) != self._file
        except OSError:
            return True

    def trouble(self) -> str:
        """What is wrong with the place and what helps, "" where all is well; safe from any thread."""
        if not self.moved():
            return ""
        if os.path.lexists(self._path):
            return self._taken()
        return (
            f"the catalogue's file {self._path} was removed while it is in use, and is not there again yet. What it"
            " held is still here: do not stop shishod before it is, or save it with `shishoctl backup --to FILE`, then"
            " `systemctl stop shishod`, `shishod restore FILE` and `systemctl start shishod`"
        )

    def _taken(self) -> str:
        return (
            f"another file lies in the place of the catalogue {self._path}. Nothing is written over it, and what is"
            " found meanwhile is recorded later. To go on with that file: systemctl restart shishod; to go on with"
            " what is shown now, move it away"
        )

    def confirm(self, engine: Engine) -> None:
        """See to it that what is written now is found after a restart. Raises Unreachable where it would not be."""
        try:
            now = _file(self._path)
        except PermissionError:  # whoever may not look there is told nothing by it, and the file is still open
            return
        if now == self._file:
            return
        if now is not None:
            raise Unreachable(self._taken())
        try:
            self._write_anew()
        except (OSError, sqlite3.Error) as error:
            raise Unreachable(
                f"the catalogue {self._path} was removed and cannot be written anew ({error}). All of it is still held"
                f" open: do not stop shishod, make the folder {self._path.parent} again, and it is put back by itself"
            ) from error
        engine.dispose()
        _log.warning(
            "the catalogue was removed under us; it is there again with all that it held", path=str(self._path)
        )

    def _write_anew(self) -> None:
        partial = self._path.with_suffix(".partial")
        self._path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        self._lock.renew()
        self._open.execute("VACUUM INTO ?", (str(partial),))
        partial.chmod(0o600)
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        for ending in ("-wal", "-shm"):  # a log that was left behind is of another file than the new one
            self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        os.replace(partial, self._path)
        self._open.close()
        self._open, self._file = _opened(self._path), _file(self._path)

    def close(self) -> None:
        """Let go of the file."""
        self._open.close()


def _opened(path: Path) -> sqlite3.Connection:
    """A connection that holds the file and, as it has read, its log."""
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
    return connection


def _file(path: Path) -> tuple[int, int] | None:
    """Which file lies there, None when none does. Raises OSError where the folder does not say."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino

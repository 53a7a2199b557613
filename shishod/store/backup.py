"""Copies of a SQLite catalogue beside it, and what else it wants from time to time."""

import os
from datetime import datetime
from pathlib import Path

from shishod.store.border import Noun, reachable
from shishod.store.engine import Database

_TEND = ("PRAGMA analysis_limit=400", "PRAGMA optimize")  # a bounded look at each index


class Upkeep(Noun):
    """What is done each night, while everything else goes on."""

    def keep_up(self, copies: int) -> Path | None:
        """Copy the catalogue, tell its planner what tables hold, and take the log in; None on PostgreSQL.

        Nobody waits for the copy, and a writer for the rest only as long as for another writer. Raises Unreachable
        when SQLite cannot, as with no room, and OSError when the folder cannot be written.
        """
        database = self._database
        with reachable(database):
            copy = back_up(database, copies, self._clock.now())
            if copy is None:
                return None
            with database.turn:
                _say(database, *_TEND)
            _say(database, "PRAGMA wal_checkpoint(PASSIVE)")
        return copy


def back_up(database: Database, keep: int, now: datetime) -> Path | None:
    """Copy the catalogue to the folder `backups` beside it and keep the newest copies; None on PostgreSQL."""
    if database.path is None:
        return None
    folder = database.path.with_name("backups")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stem = database.path.stem
    copy = folder / f"{stem}-{now:%Y%m%dT%H%M%S}.sqlite"
    partial = copy.with_suffix(".partial")
    try:
        partial.unlink(missing_ok=True)
        _say(database, "VACUUM INTO ?", values=(str(partial),))
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(partial, copy)
    finally:
        partial.unlink(missing_ok=True)
    for old in sorted(folder.glob(f"{stem}-*.sqlite"))[:-keep]:
        old.unlink()
    return copy


def _say(database: Database, *statements: str, values: tuple[str, ...] = ()) -> None:
    """Outside any transaction, where alone VACUUM and a checkpoint may run."""
    connection = database.engine.raw_connection()
    try:
        for statement in statements:
            connection.cursor().execute(statement, values)
    finally:
        connection.close()

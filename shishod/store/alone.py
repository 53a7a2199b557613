"""Alone: the lock that keeps a catalogue on a server to one daemon, as the lock of a file does for SQLite."""

from contextlib import suppress

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from shishod.errors import Displaced, Unreachable
from shishod.store.border import cause_of

_OURS = 0x73686973  # a number of ours among the locks of the database; the second tells catalogues in it apart
_TAKE = f"SELECT pg_try_advisory_lock({_OURS}, hashtext(current_schema()))"


class ServerLock:
    """Held by a connection of its own: the server lets go of it when that ends, however the daemon does."""

    def __init__(self, engine: Engine, describe: str) -> None:
        self._engine = engine
        self._describe = describe
        self._connection: Connection | None = None
        self.renew()

    def renew(self) -> None:
        """Take it, or see that it is still held; once more where the server has lost it. Raises Unreachable, and
        Displaced where another has it."""
        try:
            if self._connection is not None:
                self._connection.exec_driver_sql("SELECT 1")
                return
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            taken = self._connection.exec_driver_sql(_TAKE).scalar()
        except (DBAPIError, OperationalError) as error:
            self.release()
            raise Unreachable(f"the catalogue ({self._describe}) does not answer: {cause_of(error)}") from error
        if not taken:
            self.release()
            raise Displaced(
                f"another daemon keeps its catalogue in {self._describe}. Nothing was changed. Stop that one first, or"
                " give this one a database of its own in store.url"
            )

    def release(self) -> None:
        """Let go; a second call does nothing. What is merely closed holds the lock until the server sees that."""
        connection, self._connection = self._connection, None
        if connection is not None:
            if not connection.invalidated:
                with suppress(DBAPIError):  # then it is lost, and the lock with it
                    connection.exec_driver_sql("SELECT pg_advisory_unlock_all()")
            connection.invalidate()
            connection.close()

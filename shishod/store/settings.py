"""The settings of the store."""

from pydantic import Field

from shishod.settings import RoomSettings, Seconds


class StoreSettings(RoomSettings):
    """Where the catalogue lies and how patiently it is asked."""

    url: str = ""
    """Database of the catalogue; empty means SQLite in the state folder, else for example postgresql://user@host/shishod."""

    keep_backups: int = Field(default=7, ge=1)
    """How many copies of a SQLite catalogue are kept, of those made at schedule.backup and before an upgrade."""

    busy_timeout: Seconds = 30.0
    """How long a statement waits for a lock or a connection before the work is put off."""

    writers: int = Field(default=4, ge=1, le=32)
    """How many threads may save at once on PostgreSQL; SQLite always has one."""

"""The settings of the store."""

import re

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

    def told_url(self) -> str:
        """The URL for people, however it was meant: without names and passwords, which may stand in its query too."""
        if self.url.startswith("sqlite:"):
            return self.url
        begins = re.match(r"[\w+]+:?//", self.url)
        scheme = begins[0] if begins else ""
        place, query, asked = self.url.removeprefix(scheme).partition("?")
        if "@" in asked:  # of a password with a question mark, or of one in the query: nobody can tell
            return f"{scheme}***"
        _, login, place = place.rpartition("@")
        return scheme + ("***@" if login else "") + place + ("?***" if query else "")

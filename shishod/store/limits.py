"""Notes that several instances share: a text under a name, changed by one at a time, on the database's own clock."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, func, select, update

from shishod.store.border import Noun
from shishod.store.dialect import if_missing, write
from shishod.store.webtables import web_notes

T = TypeVar("T")
_note = web_notes.c


class SharedNotes(Noun):
    """The notes of all who share a catalogue. What PostgreSQL keeps, it also times, so no host's clock matters."""

    def change_note(self, name: str, change: Callable[[str, float], tuple[str, T]]) -> T:
        """Replace the text of a name ("" at first) by what `change` makes of it and of the time in seconds.

        Raises Unreachable when the database does not answer.
        """
        with self._writing(of_the_disk=False) as connection:
            write(connection, web_notes, [{"name": name, "text": ""}], if_missing)
            said = connection.scalar(select(_note.text).where(_note.name == name).with_for_update()) or ""
            text, told = change(said, _now_s(connection))  # asked for after the row is ours
            connection.execute(update(web_notes).where(_note.name == name).values(text=text))
        return told


def _now_s(connection: Connection) -> float:
    if connection.dialect.name == "postgresql":
        return float(connection.scalar(select(func.extract("epoch", func.clock_timestamp()))) or 0)
    return float(connection.scalar(select((func.julianday("now") - 2440587.5) * 86400.0)) or 0)

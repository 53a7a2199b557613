"""Notes that several instances share: a text under a name, changed by one at a time, on the database's own clock."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, bindparam, func, select, update

from shishod.store.border import Noun
from shishod.store.dialect import if_missing, write
from shishod.store.webtables import web_notes

T = TypeVar("T")
_note = web_notes.c
_ours = select(_note.text).where(_note.name == bindparam("held")).with_for_update().cte("ours")
_HOLD = {
    "postgresql": select(_ours.c.text, func.extract("epoch", func.clock_timestamp())),
    "sqlite": select(_ours.c.text, (func.julianday("now") - 2440587.5) * 86400.0),
}
_WRITE = update(web_notes).where(_note.name == bindparam("held"))


class SharedNotes(Noun):
    """The notes of all who share a catalogue. What PostgreSQL keeps, it also times, so no host's clock matters."""

    def change_note(self, name: str, change: Callable[[str, float], tuple[str, T]]) -> T:
        """Replace the text of a name ("" at first) by what `change` makes of it and of the time in seconds.

        Raises Unreachable when the database does not answer.
        """
        with self._writing(of_the_disk=False) as connection:
            while (held := _held(connection, name)) is None:
                write(connection, web_notes, [{"name": name, "text": ""}], if_missing)
            text, told = change(*held)
            connection.execute(_WRITE, {"held": name, "text": text})
        return told


def _held(connection: Connection, name: str) -> tuple[str, float] | None:
    """The text, which is ours from now on, and the time since when; None where there is none. A row that is locked in a
    WITH is waited for before the rest is looked at, so the time is not that of the asking."""
    row = connection.execute(_HOLD[connection.dialect.name], {"held": name}).one_or_none()
    return None if row is None else (row[0], float(row[1]))

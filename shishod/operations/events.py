"""What a face may ask of events: the latest, and those after a number."""

from typing import Any

from shishod.model.event import Event
from shishod.work.bulletin import Bulletin

Row = dict[str, Any]


def event_row(event: Event) -> Row:
    """An event as JSON."""
    return {"number": event.number, "at": event.at.isoformat(), "kind": event.kind, **event.facts}


class EventDesk:
    """Shared: by every face. Nobody who tells of anything waits for whoever listens here."""

    def __init__(self, bulletin: Bulletin) -> None:
        self._bulletin = bulletin

    def since(self, number: int, limit: int) -> tuple[list[Row], int]:
        """Events after a number, the oldest first, and the number to go on after.

        Numbers begin anew with each start: one that has not been yet is of an earlier start, and all is told since.
        """
        if number > self._bulletin.newest():
            number = 0
        events = self._bulletin.since(number, limit)
        return [event_row(one) for one in events], events[-1].number if events else max(number, 0)

    def newest(self) -> int:
        """The number of the last event."""
        return self._bulletin.newest()

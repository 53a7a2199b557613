"""The errand KEEP: what is done for the catalogue each night, by one worker while the others go on."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from shishod import log
from shishod.errors import Unreachable
from shishod.model.ticket import Errand, Priority, Ticket
from shishod.work.queue import TicketQueue

_log = log.get(__name__)


class Kept(Protocol):
    """The part of a catalogue that wants upkeep."""

    def keep_up(self, copies: int) -> Path | None: ...


class Upkeep:
    """Shared: by the schedule that asks and the worker that does it."""

    def __init__(
        self, queue: TicketQueue, catalog: Kept, copies: int, tidy: Callable[[], object] = lambda: None
    ) -> None:
        self._queue = queue
        self._catalog = catalog
        self._copies = copies
        self._tidy = tidy

    def request(self) -> None:
        """Ask for it; once, however often it is asked for before it is done."""
        self._queue.request(Ticket("catalogue", Errand.KEEP, Priority.LOW))

    def carry(self, _tickets: Sequence[Ticket]) -> None:
        """The errand. What fails tonight is tried again the next night; scans go on meanwhile and afterwards."""
        self._copy()
        self._tidy()

    def _copy(self) -> None:
        try:
            copy = self._catalog.keep_up(self._copies)
        except (Unreachable, OSError) as error:
            _log.warning("the catalogue could not be copied; the copies before it are kept", error=str(error))
            return
        if copy is not None:
            _log.info("the catalogue was copied", copy=str(copy), bytes=copy.stat().st_size)

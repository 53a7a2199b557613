"""Refresher: the errand REFRESH, which has books asked for again of which what is known is old, a few at a time."""

from collections.abc import Sequence
from typing import Protocol

from shishod import log
from shishod.clock import CLOCK, Clock
from shishod.errors import Unreachable
from shishod.model.ageing import Ages, Refreshes
from shishod.model.ticket import Errand, Priority, Ticket
from shishod.work.queue import TicketQueue

_log = log.get(__name__)
PAGE = 500
REST_S = 30.0


class Asker(Protocol):
    """Whoever asks the web catalogues for books."""

    def willing(self) -> bool:
        """Whether there is anybody to ask; costs nothing."""

    def ask(self, book_ids: Sequence[int]) -> None:
        """Ask for ENRICH tickets of these books, behind all that is more urgent; at once. Each ends in `mark_fresh`."""


class Nobody:
    """There is no web catalogue to ask."""

    def willing(self) -> bool:
        return False

    def ask(self, book_ids: Sequence[int]) -> None:
        """Never called, as it is not willing."""


class Refresher:
    """Owned by the worker of its errand. A batch is asked for once nobody who can be asked is at the one before it, and
    never sooner than REST_S after that; whatever is left when the daemon ends is still STALE, and found by the next."""

    def __init__(
        self,
        catalog: Refreshes,
        queue: TicketQueue,
        asker: Asker,
        ages: Ages,
        *,
        batch: int = 50,
        gap_s: float = REST_S,
        clock: Clock = CLOCK,
    ) -> None:
        self._catalog = catalog
        self._queue = queue
        self._asker = asker
        self._ages = ages
        self._batch = batch
        self._gap_s = gap_s
        self._clock = clock
        self._after = 0  # the last book that was asked for

    def request(self) -> None:
        """Ask for a refresh; one that is going on begins anew."""
        self._queue.request(Ticket(Errand.REFRESH, Errand.REFRESH, Priority.LOW, load=True))

    def carry(self, tickets: Sequence[Ticket]) -> None:
        """The errand: one batch, and the wish for the next. Without anybody to ask nothing grows STALE."""
        if not self._asker.willing():
            return
        try:
            if any(ticket.load for ticket in tickets):
                self._after = 0
                self._log_stale(self._grow())
            self._next()
        except Unreachable as error:
            _log.warning("books could not be refreshed; the next refresh goes on with them", error=str(error))

    def _next(self) -> None:
        if self._queue.waiting()[Errand.ENRICH] > self._queue.later()[Errand.ENRICH]:  # one that rests delays no other
            self._again()
            return
        books = self._catalog.stale(self._after, self._batch)
        if not books:
            return
        self._after = books[-1]
        self._asker.ask(books)
        self._again()

    def _again(self) -> None:
        when_s = self._clock.monotonic_s() + self._gap_s
        self._queue.request(Ticket(Errand.REFRESH, Errand.REFRESH, Priority.VERY_LOW, when_s))

    def _grow(self) -> int:
        """Set STALE on what has aged; how many books it was."""
        now = self._clock.now()
        count, last = 0, None
        while page := self._catalog.aged(now - self._ages.shortest, last, PAGE):
            last = page[-1]
            old = [one.book_id for one in page if self._ages.stale(one.released, one.known_since, now)]
            if old:
                self._catalog.grow_stale(old)
            count += len(old)
        return count

    @staticmethod
    def _log_stale(count: int) -> None:
        if count:
            _log.info("what is known of books has grown old; it is asked for again", books=count)

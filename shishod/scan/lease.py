"""Lease: the files of some books as claimed in the catalogue, from before they are read until that is recorded."""

from collections.abc import Sequence

from shishod import log
from shishod.clock import Clock
from shishod.errors import Unreachable
from shishod.model.claims import Claims
from shishod.scan.order import BookOrder

_log = log.get(__name__)


class Lease:
    """Owned by the worker that reads. Only files that are remembered can be claimed: a new one has its first row when
    it is recorded, and two who record it make one row. One that moves here is claimed by nobody, for its row is still
    elsewhere."""

    def __init__(self, catalog: Claims, clock: Clock) -> None:
        self._catalog = catalog
        self._clock = clock
        self._since = clock.now()
        self._held: frozenset[int] = frozenset()

    def take(self, orders: Sequence[BookOrder]) -> list[bool]:
        """Claim what is to be read; whether each book is ours alone. Raises Unreachable."""
        wanted = [_claimed_for(order) for order in orders]
        everything = frozenset[int]().union(*wanted)
        if everything:
            self._since = self._clock.now()
            self._held = self._catalog.claim(everything, self._since)
        return [one <= self._held for one in wanted]

    def give_back(self) -> None:
        """What was not recorded is to be read by somebody else. Without a catalogue the lease ends by itself.

        Which that is the catalogue knows best: a row may have moved away, or become another's, while it was read.
        """
        if not self._held:
            return
        try:
            self._catalog.release(self._held, self._since)
        except Unreachable as error:
            _log.debug(
                "claims could not be given back; they end by themselves", files=len(self._held), error=str(error)
            )
        self._held = frozenset()


def _claimed_for(order: BookOrder) -> frozenset[int]:
    known = order.known or {}
    return frozenset(
        known[seen.path].id for seen in order.read if seen.path in known and seen.path not in order.origins
    )

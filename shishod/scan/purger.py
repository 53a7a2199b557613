"""Purger: the errand RECONCILE, which forgets what has been gone for longer than it is worth waiting for."""

from collections.abc import Sequence
from datetime import timedelta

from shishod import log
from shishod.clock import CLOCK, Clock
from shishod.errors import Unreachable
from shishod.model.catalog import Losses
from shishod.model.purge import PurgeOrder
from shishod.model.ticket import Ticket

_log = log.get(__name__)


class Purger:
    """Asks the catalogue, and no disk: a file that went MISSING was looked for, and its root has been seen since."""

    def __init__(self, catalog: Losses, grace_s: float, clock: Clock = CLOCK) -> None:
        self._catalog = catalog
        self._grace = timedelta(seconds=grace_s)
        self._clock = clock

    def purge(self, _tickets: Sequence[Ticket]) -> None:
        """The errand: however often it was asked for, it is done once."""
        try:
            done = self._catalog.purge(PurgeOrder(self._clock.now() - self._grace))
        except Unreachable as error:
            _log.warning("nothing was purged; the next night tries again", error=str(error))
            return
        if done.files or done.books or done.names:
            _log.info(
                "what was gone for long is forgotten",
                files=done.files,
                books=done.books,
                names=done.names,
                kept_edited=done.kept_edited,
                kept_away=done.kept_away,
            )

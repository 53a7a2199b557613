"""Glance: what a status shows of the catalogue; while a scan writes there, as it was some seconds ago.

While a scan is alive the supervisor's tick has the next glance taken every two seconds by a thread of its own, whether
or not anybody asks; a status tells the last that is not too old, and waits for a new one only where none is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from shishod.clock import Clock
from shishod.model.catalog import ScanHistory, Shelf
from shishod.model.library import Root
from shishod.model.progress import ScanSnapshot
from shishod.operations.ports import Roots, Scans
from shishod.operations.report import Row
from shishod.work.lately import Lately

STALE_S = 4.0  # two ticks: what one begins is there before what the one before it began is too old
COUNTS_KEPT_S = 1.0  # many watchers of one status cost one count
LAST_SCANS = 3


@dataclass(frozen=True, slots=True)
class Glance:
    """The roots, what `Shelf.counts` counts, the newest scans that have ended, and what could not be recorded yet."""

    roots: Sequence[Root] = ()
    counts: Row = field(default_factory=dict)
    ended: Sequence[ScanSnapshot] = ()
    counted_s: float = 0.0
    behind: str = ""

    @property
    def files(self) -> dict[int, int]:
        """How many media files are there, by root."""
        return dict(self.counts.get("by_root", {}))


class Glances:
    """Shared: by every face. Each word with a database costs a thread its turn, and a scan leaves few to be had; so
    while one is alive a status waits for none that answers the tick in time.
    """

    def __init__(  # noqa: PLR0917 - in the order in which they are asked
        self,
        catalog: Roots,
        history: ScanHistory,
        shelf: Shelf,
        scans: Scans,
        arrears: Callable[[], str],
        clock: Clock,
    ) -> None:
        self._catalog = catalog
        self._history = history
        self._shelf = shelf
        self._scans = scans
        self._arrears = arrears
        self._clock = clock
        self._lately = Lately(self._look, STALE_S, clock.monotonic_s)

    def take(self, *, hurried: bool) -> Glance:
        """What is there now, counted at most a second ago; in a hurry, what was seen four seconds ago at most, and so
        counted five. Raises Unreachable."""
        return self._lately.ask(hurried=hurried)

    def at_hand(self) -> Glance | None:
        """What was seen four seconds ago at most; None where nothing was, and returns at once."""
        return self._lately.at_hand()

    def tick(self) -> None:
        """Keep the last glance fresh while a scan is alive; returns at once."""
        if self._scans.active():
            self._lately.refresh()

    def last(self) -> Glance:
        """What was seen last, for when the catalogue does not answer."""
        return self._lately.last() or Glance()

    def _look(self) -> Glance:
        roots = self._catalog.roots()
        history = self._history.scans(limit=LAST_SCANS + len(self._scans.active()))
        ended = [scan for scan in history if scan.status.ended][:LAST_SCANS]
        now_s, old = self._clock.monotonic_s(), self._lately.last()
        if (
            old is not None
            and 0 <= now_s - old.counted_s < COUNTS_KEPT_S
            and {root.id for root in roots} <= old.files.keys()
        ):
            return Glance(roots, old.counts, ended, old.counted_s, self._arrears())
        return Glance(roots, self._shelf.counts(), ended, now_s, self._arrears())

"""Arrears: what could not be read or recorded, for no fault of the files, and when it is tried again."""

from dataclasses import dataclass, field

from shishod import log
from shishod.clock import CLOCK, Clock
from shishod.model.ticket import Errand, FolderSubject, Priority, Ticket
from shishod.model.tier import Look
from shishod.scan.lifecycle import WalkOrder
from shishod.work.guard import Guarded
from shishod.work.queue import TicketQueue

_log = log.get(__name__)
FIRST_S = 5.0
LONGEST_S = 300.0


@dataclass(slots=True)
class _Owed:
    """The roots that something is owed to, each with how often; and how often, and until when, trying was given up."""

    roots: dict[int, int] = field(default_factory=dict)
    reason: str = ""
    tries: int = 0
    until_s: float = 0.0


class Arrears:
    """Shared: by the walkers and workers that could not record something, and the faces that tell of it.

    A root that is owed something is walked again by itself, after 5 s and then twice as long each time, at most five
    minutes. Between two tries nothing is read for a catalogue that takes nothing. A walk of the whole root that goes
    well pays its debt: the folders of what was not recorded were never signed.
    """

    def __init__(self, queue: TicketQueue, clock: Clock = CLOCK) -> None:
        self._queue = queue
        self._clock = clock
        self._owed: Guarded[_Owed] = Guarded(_Owed())

    def owe(self, root_id: int, reason: str = "") -> None:
        """Something of this root could not be recorded, for this reason, or was not tried; it will be."""
        now_s = self._clock.monotonic_s()
        with self._owed as owed:
            fresh = bool(reason) and now_s >= owed.until_s
            if fresh:
                wait_s = min(FIRST_S * 2**owed.tries, LONGEST_S)
                owed.tries, owed.until_s, owed.reason = min(owed.tries + 1, 16), now_s + wait_s, reason
            owed.roots[root_id] = owed.roots.get(root_id, 0) + 1
            until_s = owed.until_s
        if fresh:
            _log.warning(
                "books could not be read or recorded; they are tried again", seconds=round(wait_s), error=reason
            )
        again = WalkOrder(Look.QUICK, tree=True)
        self._queue.request(Ticket(FolderSubject(root_id, b""), Errand.WALK, Priority.MEDIUM, until_s, again))

    def hindrance(self) -> str:
        """Why it is too early to try again; "" when it is not."""
        with self._owed as owed:
            return owed.reason if owed.roots and self._clock.monotonic_s() < owed.until_s else ""

    def try_now(self) -> None:
        """Somebody wants a scan: perhaps he has made room."""
        with self._owed as owed:
            owed.until_s = 0.0

    def debt(self, root_id: int) -> int:
        """How often something of a root could not be recorded since all was; `pay` wants it back."""
        with self._owed as owed:
            return owed.roots.get(root_id, 0)

    def pay(self, root_id: int, debt: int) -> None:
        """A walk that began with this debt has recorded all that it found, unless more is owed since."""
        with self._owed as owed:
            if not debt or owed.roots.get(root_id) != debt:
                return
            del owed.roots[root_id]
            over = not owed.roots
            if over:
                owed.tries, owed.until_s, owed.reason = 0, 0.0, ""
        if over:
            _log.info("all that could not be read or recorded has been")

    def reason(self) -> str:
        """What keeps us from recording, and when it is tried again; "" while nothing does."""
        now_s = self._clock.monotonic_s()
        with self._owed as owed:
            if not owed.roots:
                return ""
            wait_s = max(owed.until_s - now_s, 0)
            return f"{owed.reason.rstrip('.')}. The next try is {f'in {wait_s:.0f} s' if wait_s else 'under way'}"

"""Pauses: when an errand of the pauses may go on, and from where."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from shishod.clock import Clock
from shishod.model.ticket import Errand, Priority, Ticket
from shishod.work.queue import TicketQueue

REST_S = 5.0  # while a scan runs
_URGENCY = {Errand.COVER: Priority.VERY_LOW, Errand.HASH: Priority.LEAST}  # somebody may be looking at the books


def shared_s(now_s: float, rest_s: float) -> float:
    """A moment within a rest from now, the same for all who ask before it comes: what they ask for is one ticket."""
    return (now_s // rest_s + 1) * rest_s


def please(errand: Errand, when_s: float) -> Ticket:
    """Ask that all be done that an errand finds, from the first of it, for any may have changed."""
    return Ticket(errand, errand, _URGENCY[errand], when_s, load=True)


class Pauses:
    """Owned by the worker of its errand, which does a handful, rests, and asks for itself again."""

    def __init__(self, errand: Errand, queue: TicketQueue, busy: Callable[[], bool], clock: Clock) -> None:
        self.after = 0  # the last that it has come to
        self._errand = errand
        self._queue = queue
        self._busy = busy
        self._clock = clock
        self._free_s = 0.0  # when what was done has used up its time

    def now_s(self) -> float:
        return self._clock.monotonic_s()

    def begins(self, tickets: Sequence[Ticket]) -> bool:
        """Whether the next handful may be done now; else it is asked for again for when it may, by all as one."""
        if any(ticket.load for ticket in tickets):
            self.after = 0
        now_s = self.now_s()
        if now_s >= self._free_s and not self._busy():
            return True
        self._queue.request(please(self._errand, max(self._free_s, shared_s(now_s, REST_S))))
        return False

    def rest(self, until_s: float) -> None:
        """Go on behind the last, and not before."""
        self.spent(until_s)
        self._queue.request(replace(please(self._errand, until_s), load=None))

    def spent(self, until_s: float) -> None:
        """Whoever asks next may not begin before."""
        self._free_s = until_s

    def anew(self) -> None:
        """From the first, as soon as may be."""
        self._queue.request(please(self._errand, self.now_s()))

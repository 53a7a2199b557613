"""TicketQueue: each thing once, the urgent first, nothing lost."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from shishod.model.ticket import Errand, Ticket

Key = tuple[Errand, Any]
ALL = frozenset(Errand)
LATER_S = 10.0  # what may only begin after that is no work at hand


@dataclass(slots=True)
class _Place:
    """A ticket's place in its line. A better place replaces it; what is left in a heap is then passed over.

    `since_s` is when it may begin, or began to wait.
    """

    ticket: Ticket
    since_s: float
    order: int
    gone: bool = False


@dataclass(slots=True)
class _Line:
    """The tickets of one errand: those that may be claimed by rank, the others by the time when they may."""

    ready: list[tuple[float, int, _Place]] = field(default_factory=list)
    later: list[tuple[float, int, _Place]] = field(default_factory=list)
    count: int = 0  # those that wait for another turn, and so are in neither heap, included


def _first(heap: list[tuple[float, int, _Place]]) -> tuple[float, int, _Place] | None:
    while heap and heap[0][2].gone:
        heapq.heappop(heap)
    return heap[0] if heap else None


class TicketQueue:
    """Shared: by every thread that wants work done and every worker that does it.

    A ticket asked for while it waits is raised, never lowered, never doubled. A ticket asked for while it is in hand
    waits for one more turn, so that a change made during a scan is not lost. One that is wanted later stays wanted at
    its moment, however often the same work is done before: a retry that is due then is not due now. Waiting makes a
    ticket more urgent by one priority every `ageing_s`, so that the humblest is served in the end. Every call costs a
    few heap steps at most.
    """

    def __init__(self, monotonic_s: Callable[[], float] = time.monotonic, ageing_s: float = 60.0) -> None:
        self._monotonic_s = monotonic_s
        self._ageing_s = ageing_s
        self._lock = threading.Lock()
        self._claimers: dict[frozenset[Errand], threading.Condition] = {}  # who waits, by what they would take
        self._room = threading.Condition(self._lock)
        self._lines = {errand: _Line() for errand in Errand}
        self._places: dict[Key, _Place] = {}  # those that may begin
        self._later: dict[Key, dict[float, _Place]] = {}  # by the moment when they may; then they join the others
        self._in_hand: dict[Key, Ticket] = {}
        self._orders = itertools.count()
        self._holds: set[str] = set()  # by whose word nothing is given out
        self._closed = False

    def request(self, ticket: Ticket) -> bool:
        """Ask for a ticket's work; returns whether it is newly waiting. After `close` nothing is taken."""
        with self._lock:
            if self._closed:
                return False
            now = self._monotonic_s()
            self._come_due_locked(ticket.errand, now)
            if ticket.not_before_s > now:
                return self._put_off_locked(ticket)
            return self._want_locked(ticket, now, next(self._orders))

    def claim(self, errands: Collection[Errand] | None = None, timeout_s: float | None = None) -> Ticket | None:
        """The most urgent ticket of these errands; None after `timeout_s` (0: at once), or when the queue is closed."""
        tickets = self.claim_some(1, errands, timeout_s)
        return tickets[0] if tickets else None

    def claim_some(
        self,
        limit: int | Mapping[Errand, int],
        errands: Collection[Errand] | None = None,
        timeout_s: float | None = None,
    ) -> list[Ticket]:
        """Wait as `claim` does for the first, and take with it what follows of its errand, priority and company.

        `limit` is by weight and may differ by errand; an errand that it does not name is taken one at a time.
        """
        wanted = ALL if errands is None else frozenset(errands)
        deadline_s = None if timeout_s is None else time.monotonic() + timeout_s
        with self._lock:
            asked = self._claimers.setdefault(wanted, threading.Condition(self._lock))
            while not self._closed:
                now = self._monotonic_s()
                if tickets := self._take_locked(limit, wanted, now):
                    return tickets
                wait_s = self._patience_locked(() if self._holds else wanted, now, deadline_s)
                if wait_s is not None and wait_s <= 0:
                    asked.notify()  # whoever waits longer must see to what is due later, if this thread was told of it
                    break
                asked.wait(wait_s)
        return []

    def finish(self, ticket: Ticket) -> None:
        """Lay down a claimed ticket, done or not; if it was asked for meanwhile, it waits again.

        Twice does no harm, not even where somebody else has the same work in hand by then.
        """
        with self._lock:
            if self._in_hand.get(ticket.key) is not ticket:
                return
            del self._in_hand[ticket.key]
            if (place := self._places.get(ticket.key)) is not None:
                self._line_up_locked(place)

    def drop(self, predicate: Callable[[Ticket], bool]) -> list[Ticket]:
        """Take waiting tickets off the queue, as a cancelled scan does; what was joined meanwhile stays."""
        with self._lock:
            later = (place for moments in self._later.values() for place in moments.values())
            waiting = [(place, place.ticket) for place in (*self._places.values(), *later)]
        chosen = [(place, ticket) for place, ticket in waiting if predicate(ticket)]
        dropped = []
        with self._lock:
            for place, ticket in chosen:
                if place.ticket is not ticket:
                    continue
                if self._places.get(ticket.key) is place:
                    self._forget_locked(ticket)
                elif self._later.get(ticket.key, {}).get(place.since_s) is place:
                    self._forget_later_locked(place)
                else:
                    continue
                place.gone = True
                dropped.append(ticket)
        return dropped

    def wait_for_room(self, errand: Errand, room: int, timeout_s: float | None = None) -> bool:
        """Wait until fewer than `room` tickets of an errand wait; False when it took too long or the queue closed."""
        with self._lock:
            line = self._lines[errand]
            self._room.wait_for(lambda: self._closed or line.count < room, timeout_s)
            return not self._closed and line.count < room

    def waiting(self) -> dict[Errand, int]:
        """How many tickets wait, of every errand; those that wait for another turn included."""
        with self._lock:
            now = self._monotonic_s()
            for errand in self._lines:
                self._come_due_locked(errand, now)
            return {errand: line.count for errand, line in self._lines.items()}

    def comes_due(self, key: Key, until_s: float) -> bool:
        """Whether this work is put off to a moment that comes by then."""
        with self._lock:
            return any(moment <= until_s for moment in self._later.get(key, ()))

    def later(self, apart_s: float = LATER_S) -> dict[Errand, int]:
        """How many of those that wait may not begin before `apart_s` have passed."""
        with self._lock:
            due = self._monotonic_s() + apart_s
            return {
                errand: sum(1 for since_s, _, place in line.later if since_s > due and not place.gone)
                for errand, line in self._lines.items()
            }

    def in_hand(self) -> list[Ticket]:
        with self._lock:
            return list(self._in_hand.values())

    def hold(self, why: str) -> None:
        """Give nothing out until every hold is lifted; what is in hand is finished, and what is asked for waits."""
        with self._lock:
            self._holds.add(why)

    def lift(self, why: str) -> None:
        """Take back one hold; the last that is lifted wakes everybody."""
        with self._lock:
            self._holds.discard(why)
            if not self._holds:
                for asked in self._claimers.values():
                    asked.notify_all()

    def holds(self) -> frozenset[str]:
        with self._lock:
            return frozenset(self._holds)

    def close(self) -> None:
        """Send every claimer home with nothing, now and from now on; tickets in hand are finished as ever."""
        with self._lock:
            self._closed = True
            for asked in self._claimers.values():
                asked.notify_all()
            self._room.notify_all()

    def _rank(self, place: _Place) -> float:
        # Urgency at a time t is priority - (t - since) / ageing. As t is the same for all who wait, this order is too.
        return place.ticket.priority * self._ageing_s + place.since_s

    def _want_locked(self, ticket: Ticket, since_s: float, order: int) -> bool:
        """Put a ticket that may begin in its line, or join the one of the same work that waits there."""
        old = self._places.get(ticket.key)
        if old is None:
            place = _Place(ticket, since_s, order)
            self._lines[ticket.errand].count += 1
        else:
            joined = old.ticket.joined(ticket)
            if joined.priority >= old.ticket.priority and since_s >= old.since_s:
                old.ticket = joined
                return False
            old.gone = True
            place = _Place(joined, min(old.since_s, since_s), min(old.order, order))
        self._places[ticket.key] = place
        if ticket.key not in self._in_hand:
            self._line_up_locked(place)
        return old is None

    def _put_off_locked(self, ticket: Ticket) -> bool:
        """Keep a ticket until its moment; those of one moment are one."""
        moments = self._later.setdefault(ticket.key, {})
        old = moments.get(ticket.not_before_s)
        if old is not None:
            old.ticket = old.ticket.joined(ticket)
            return False
        place = _Place(ticket, ticket.not_before_s, next(self._orders))
        moments[ticket.not_before_s] = place
        line = self._lines[ticket.errand]
        line.count += 1
        heapq.heappush(line.later, (place.since_s, place.order, place))
        self._wake_locked(ticket.errand)
        return True

    def _line_up_locked(self, place: _Place) -> None:
        errand = place.ticket.errand
        heapq.heappush(self._lines[errand].ready, (self._rank(place), place.order, place))
        self._wake_locked(errand)

    def _wake_locked(self, errand: Errand) -> None:
        for wanted, asked in self._claimers.items():
            if errand in wanted:
                asked.notify()

    def _come_due_locked(self, errand: Errand, now: float) -> None:
        line = self._lines[errand]
        while (due := _first(line.later)) is not None and due[0] <= now:
            heapq.heappop(line.later)
            self._forget_later_locked(due[2])
            self._want_locked(due[2].ticket, due[0], due[1])

    def _take_locked(self, limit: int | Mapping[Errand, int], wanted: frozenset[Errand], now: float) -> list[Ticket]:
        heads = []
        for errand in () if self._holds else wanted:
            self._come_due_locked(errand, now)
            if (head := _first(self._lines[errand].ready)) is not None:
                heads.append(head)
        if not heads:
            return []
        best = min(heads)[2].ticket
        most, company = limit if isinstance(limit, int) else limit.get(best.errand, 1), best.company
        ready = self._lines[best.errand].ready
        tickets: list[Ticket] = []
        taken = 0.0
        while taken < most and (head := _first(ready)) is not None:
            ticket = head[2].ticket
            if ticket is not best and (ticket.priority != best.priority or ticket.company != company):
                break
            heapq.heappop(ready)
            self._forget_locked(ticket)
            self._in_hand[ticket.key] = ticket
            tickets.append(ticket)
            taken += ticket.weight
        return tickets

    def _forget_locked(self, ticket: Ticket) -> None:
        del self._places[ticket.key]
        self._lines[ticket.errand].count -= 1
        self._room.notify_all()

    def _forget_later_locked(self, place: _Place) -> None:
        moments = self._later[place.ticket.key]
        del moments[place.since_s]
        if not moments:
            del self._later[place.ticket.key]
        self._lines[place.ticket.errand].count -= 1
        self._room.notify_all()

    def _patience_locked(self, wanted: Collection[Errand], now: float, deadline_s: float | None) -> float | None:
        waits = [due[0] - now for errand in wanted if (due := _first(self._lines[errand].later)) is not None]
        if deadline_s is not None:
            waits.append(deadline_s - time.monotonic())
        return min(waits, default=None)

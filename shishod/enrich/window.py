"""The sliding window of a provider: who may ask when, as a value that threads, processes and hosts can share."""

import json
import math
import struct
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

SLOWED = 0.8  # of its pace is left to a provider that has said it is asked too often
SLOWEST = 20 / 35
HELD_UP_S = 1.0  # at most, by a machine that has much else to do
_NEVER = -math.inf  # where a packed slot has not begun or ended
SETBACK_S = 1.0  # a clock that is further back than this was set back


class Limit(NamedTuple):
    """So many requests in any span of so many seconds."""

    permits: int
    window_s: float


class Slot(NamedTuple):
    """One request, by its number: not before `at_s`; `began_s` and `ended_s` are None until it is sent and answered."""

    number: int
    at_s: float
    began_s: float | None = None
    ended_s: float | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What a provider allows, and how it is kept.

    Only `share` of it is taken. A request that never ended counts as ended `lease_s` after it began, and longer than
    that nobody may wait for an answer. What was slowed down is back at its pace after `recovery_s`.
    """

    limits: tuple[Limit, ...]
    share: float = 0.875
    lease_s: float = 60.0
    recovery_s: float = 1800.0

    @property
    def longest(self) -> int:
        return max(limit.permits for limit in self.limits)


@dataclass(frozen=True, slots=True)
class Window:
    """Requests in the order in which they were asked for, on the clock of whoever keeps them.

    A place in it is free again a whole window after its answer came, for the provider may have counted it as late as
    that. This is all the margin that delays on the way are given, and it is as long as they are: none can bring two
    windows' requests into one, and where answers take no longer than the spared part of a window they cost no pace.
    Over that, places follow each other by the window over `share`. Who is late for one while others ask, by no more
    than a busy machine holds anybody up for, has it all the same, so that this is caught up with.
    """

    slots: tuple[Slot, ...] = ()
    next_number: int = 0
    barred_until_s: float = 0.0
    pace: float = 1.0
    slowed_s: float = 0.0
    seen_s: float = 0.0
    refusals: int = 0

    def slot(self, number: int) -> Slot | None:
        """The request of a number, while it is remembered."""
        at = bisect_left(self.slots, (number,))
        return self.slots[at] if at < len(self.slots) and self.slots[at].number == number else None


def pace_at(window: Window, rules: Rules, now_s: float) -> float:
    """The part of its usual pace that a provider is asked at: after a refusal it grows back in even steps."""
    grown = (1 - SLOWEST) * max(0.0, now_s - window.slowed_s) / rules.recovery_s
    return min(1.0, window.pace + grown)


def reserve(window: Window, rules: Rules, now_s: float) -> tuple[Window, int, float]:
    """Take the next place, first come, first served: the window with it, its number, and how long it is to wait."""
    window = _brought_up(window, now_s)
    number, pace = window.next_number, pace_at(window, rules, now_s)
    earliest_s = now_s - _held_up_s(window, rules, now_s)
    at_s = max([earliest_s, window.barred_until_s, *(one.at_s for one in window.slots[-1:])])
    for limit in rules.limits:
        if (before := window.slot(number - limit.permits)) is not None:
            at_s = max(at_s, before.at_s + limit.window_s / (rules.share * pace))
    slots = (*window.slots, Slot(number, at_s))
    window = replace(window, slots=slots, next_number=number + 1)
    if at_s > now_s:
        return _trimmed(window, rules, now_s), number, at_s - now_s
    window, further_s = begin(window, rules, number, now_s)
    return window, number, further_s or 0.0


def begin(window: Window, rules: Rules, number: int, now_s: float) -> tuple[Window, float | None]:
    """Send the request of this number: 0 where it may go now, else how long to wait before asking again.

    None where its place is lost, for it was not taken in time; another is to be reserved.
    """
    window = _brought_up(window, now_s)
    mine = window.slot(number)
    if mine is None or now_s >= _over_s(mine, rules):
        return window, None
    waits = (_wait_s(window, rules, limit, number, now_s) for limit in rules.limits)
    wait_s = max(window.barred_until_s - now_s, *waits)
    if wait_s > 0:
        return window, wait_s
    return _trimmed(_with(window, number, lambda one: one._replace(began_s=now_s)), rules, now_s), 0.0


def end(window: Window, rules: Rules, number: int, now_s: float, ago_s: float = 0.0) -> Window:
    """The request of this number was answered or failed so long ago, or will never be sent."""
    window = _brought_up(window, now_s)
    return _trimmed(_with(window, number, lambda one: one._replace(ended_s=now_s - ago_s)), rules, now_s)


def settle(window: Window, now_s: float) -> Window:
    """Every request was sent by somebody who is gone: none of them is awaited any more."""
    window = _brought_up(window, now_s)
    slots = tuple(one if one.ended_s is not None else one._replace(ended_s=now_s) for one in window.slots)
    return replace(window, slots=slots)


def refuse(window: Window, rules: Rules, now_s: float, wait_s: float) -> Window:
    """The provider was asked too often: nobody asks for so long, and then more slowly; once for answers that come
    together."""
    window = _brought_up(window, now_s)
    told = replace(window, barred_until_s=max(window.barred_until_s, now_s + wait_s), refusals=window.refusals + 1)
    if window.refusals and now_s - window.slowed_s < min(limit.window_s for limit in rules.limits):
        return told
    return replace(told, pace=max(SLOWEST, pace_at(window, rules, now_s) * SLOWED), slowed_s=now_s)


def use(window: Window, rules: Rules, now_s: float) -> tuple[int, float]:
    """How many places of the tightest limit are taken, and how long the next request would wait."""
    window = _brought_up(window, now_s)
    tightest = max(rules.limits, key=lambda limit: limit.window_s / limit.permits)
    taken = sum(1 for one in window.slots if _free_s(one, rules, tightest, now_s) > now_s)
    return min(taken, tightest.permits), reserve(window, rules, now_s)[2]


def shifted(window: Window, by_s: float) -> Window:
    """The same on a clock that shows so much more."""
    slots = tuple(
        Slot(one.number, one.at_s + by_s, *(None if at is None else at + by_s for at in (one.began_s, one.ended_s)))
        for one in window.slots
    )
    return replace(
        window,
        slots=slots,
        barred_until_s=window.barred_until_s + by_s,
        slowed_s=window.slowed_s + by_s,
        seen_s=window.seen_s + by_s,
    )


def packed(window: Window) -> str:
    """The window as JSON, with the slots in it as bytes: JSON takes ten times as long to spell their numbers."""
    told = {name: getattr(window, name) for name in Window.__slots__}
    numbers = [_NEVER if value is None else value for one in window.slots for value in one]
    told["slots"] = struct.pack(f"<{len(numbers)}d", *numbers).hex()
    return json.dumps(told, separators=(",", ":"))


def unpacked(said: str) -> Window:
    """The window that `packed` wrote; an empty one of what cannot be read."""
    try:
        told = json.loads(said)
        return Window(**told | {"slots": tuple(_slots(bytes.fromhex(told["slots"])))})
    except (ValueError, TypeError, KeyError, struct.error):
        return Window()


def _slots(numbers: bytes) -> Iterator[Slot]:
    for number, at_s, began_s, ended_s in struct.iter_unpack("<4d", numbers):
        yield Slot(int(number), at_s, None if began_s == _NEVER else began_s, None if ended_s == _NEVER else ended_s)


def _over_s(slot: Slot, rules: Rules) -> float:
    """When a request has ended, or counts as if it had."""
    if slot.ended_s is not None:
        return slot.ended_s
    return (slot.at_s if slot.began_s is None else slot.began_s) + rules.lease_s


def _free_s(slot: Slot, rules: Rules, limit: Limit, now_s: float) -> float:
    """When its place is free again: at the earliest, where its answer is still awaited; at once, where it was never
    sent."""
    over_s = _over_s(slot, rules)
    if slot.began_s is None and over_s <= now_s:
        return -math.inf
    return (now_s if slot.ended_s is None and now_s < over_s else over_s) + limit.window_s


def _wait_s(window: Window, rules: Rules, limit: Limit, number: int, now_s: float) -> float:
    """How long until there is a place for this number, and one for each that was asked for before it."""
    others = (one for one in window.slots if one.number < number or (one.began_s is not None and one.number > number))
    taken = sorted(at_s for one in others if (at_s := _free_s(one, rules, limit, now_s)) > now_s)
    return taken[len(taken) - limit.permits] - now_s if len(taken) >= limit.permits else 0.0


def _held_up_s(window: Window, rules: Rules, now_s: float) -> float:
    """By how much who asks now may be late: none where nothing is under way, for then nobody wanted to ask before."""
    under_way = any(one.ended_s is None and now_s < _over_s(one, rules) for one in window.slots)
    return HELD_UP_S if under_way else 0.0


def _with(window: Window, number: int, change: Callable[[Slot], Slot]) -> Window:
    at = bisect_left(window.slots, (number,))
    there = window.slots[at : at + 1]
    if not there or there[0].number != number:
        return window
    return replace(window, slots=(*window.slots[:at], change(*there), *window.slots[at + 1 :]))


def _brought_up(window: Window, now_s: float) -> Window:
    """A clock that was set back takes what was noted by it along."""
    if now_s < window.seen_s - SETBACK_S:
        window = shifted(window, now_s - window.seen_s)
    return replace(window, seen_s=max(now_s, window.seen_s))


def _trimmed(window: Window, rules: Rules, now_s: float) -> Window:
    """Without what no request to come, and none that still waits, can depend on."""
    oldest = bisect_left(window.slots, (window.next_number - rules.longest,))
    held = (one for one in window.slots[:oldest] if _is_held(one, rules, now_s))
    return replace(window, slots=(*held, *window.slots[oldest:]))


def _is_held(slot: Slot, rules: Rules, now_s: float) -> bool:
    return any(_free_s(slot, rules, limit, now_s) > now_s for limit in rules.limits)

"""Limiter: the one gate to a provider, in front of which everybody waits in turn."""

import math
import random
import time
from collections.abc import Callable
from functools import partial

from shishod.enrich.ledger import Ledger
from shishod.enrich.window import Rules, Window, begin, end, refuse, reserve, settle, use
from shishod.errors import Unreachable
from shishod.work.stop import StopSignal

JITTER_S = 0.05  # so that instances which were started together do not ask together


class Turn:
    """The right to send one request. Whoever has it ends it, whatever became of the request."""

    def __init__(self, limiter: "Limiter", number: int, waited_s: float) -> None:
        self._limiter = limiter
        self._number = number
        self.waited_s = waited_s

    def __enter__(self) -> "Turn":
        return self

    def __exit__(self, *_: object) -> None:
        self._limiter._end(self._number)

    def refused(self, wait_s: float) -> None:
        """The provider said that it is asked too often: nobody asks for `wait_s` seconds, and then more slowly."""
        self._limiter._refuse(wait_s)


class Limiter:
    """Shared: by every thread that asks one provider, and through its ledger by every process that does.

    Turns are given in the order in which they are asked for. Nothing is held while one waits, and a stop ends it.
    """

    def __init__(
        self,
        name: str,
        rules: Rules,
        ledger: Ledger,
        stop: StopSignal,
        *,
        jitter_s: float = JITTER_S,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._name = name
        self._rules = rules
        self._ledger = ledger
        self._stop = stop
        self._jitter_s = jitter_s
        self._dice = dice

    def turn(self, patience_s: float = math.inf) -> Turn | None:
        """Wait for the next turn; None when it is time to stop.

        Raises Unreachable, without a place having been taken, where that would take longer than `patience_s`, and where
        the ledger does.
        """
        asked_s = time.monotonic()
        number, wait_s = self._ledger.change(self._name, partial(self._reserve, patience_s))
        if number is None:
            raise Unreachable(f"{self._name} may not be asked now, by its own rules", retry_after_s=wait_s)
        further_s: float | None = wait_s
        if self._stop.wait(wait_s + self._jitter_s * self._dice()):
            self._end(number)
            return None
        while further_s != 0:
            further_s = self._ledger.change(self._name, partial(self._begin, number))
            if further_s is None:
                return self.turn(patience_s)
            if self._stop.wait(further_s):
                self._end(number)
                return None
        return Turn(self, number, time.monotonic() - asked_s)

    def settle(self) -> None:
        """Whoever asked before is gone; only for a ledger that nobody else can be using now."""
        self._ledger.change(self._name, lambda w, now, _: (settle(w, now), None))

    def use(self) -> tuple[int, int, float]:
        """How many places are taken and how many there are in the tightest window, and how long the next would wait."""
        tightest = max(self._rules.limits, key=lambda limit: limit.window_s / limit.permits)
        taken, wait_s = self._ledger.change(self._name, lambda w, now, _: (w, use(w, self._rules, now)))
        return taken, tightest.permits, wait_s

    def _reserve(
        self, patience_s: float, window: Window, now_s: float, _: float
    ) -> tuple[Window, tuple[int | None, float]]:
        after, number, wait_s = reserve(window, self._rules, now_s)
        return (window, (None, wait_s)) if wait_s > patience_s else (after, (number, wait_s))

    def _begin(self, number: int, window: Window, now_s: float, _: float) -> tuple[Window, float | None]:
        return begin(window, self._rules, number, now_s)

    def _end(self, number: int) -> None:
        self._ledger.change(self._name, lambda w, now, late: (end(w, self._rules, number, now, late), None))

    def _refuse(self, wait_s: float) -> None:
        self._ledger.change(self._name, lambda w, now, _: (refuse(w, self._rules, now, wait_s), None))

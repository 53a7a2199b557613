"""How often to do what costs something: polls by what they cost, cures of a storm by how long it lasts."""

import math
from dataclasses import dataclass

SHARE = 0.05  # of the time may be spent on polling a root
RAREST_S = 900.0  # but a new file must not wait longer than the longest that anybody was promised
CALM_S = 2.0  # how long an overflow must be over before the root is armed anew
CALM_AT_MOST_S = 15.0  # however long the storm lasts
LONGEST_S = 240.0  # between two cures of storms that will not end
QUIET_S = 600.0  # after so long a new storm is the first again

RETRY_S = 60.0
RAREST_RETRY_S = 3600.0


@dataclass(frozen=True, slots=True)
class LastLook:
    """A look at a whole root: when it ended, and how long it took."""

    ended_s: float
    took_s: float


class Polls:
    """One owner: the thread of a root. When to look at its folders next; times are monotonic seconds."""

    def __init__(self, least_s: float) -> None:
        self.least_s = least_s
        self.interval_s = least_s
        self._asked_s = -math.inf
        self.next_s = math.inf  # until polling begins

    def begin(self, now_s: float) -> None:
        """Poll from now on, an interval from now for the first time."""
        if math.isinf(self.next_s):
            self._asked_s, self.next_s = -math.inf, now_s + self.interval_s

    def end(self) -> None:
        self.next_s = math.inf

    def due(self, now_s: float, last: LastLook | None) -> bool:
        """Whether to ask for a look now, given the last that ended.

        A look that has not ended is not asked for twice, and a slow one not so often that it takes its share.
        """
        if now_s < self.next_s:
            return False
        ended = last is not None and last.ended_s >= self._asked_s
        if last is not None and ended:
            self.interval_s = interval_s(self.least_s, last.took_s)
        if not ended and now_s - self._asked_s < RAREST_S:
            self.next_s = now_s + self.least_s  # the first look is still under way, or waits for a scan
            return False
        if now_s < self._asked_s + self.interval_s:
            self.next_s = self._asked_s + self.interval_s
            return False
        self.next_s = now_s + self.least_s  # by then it may be known how long this one took
        return True

    def asked(self, now_s: float) -> None:
        """It was asked for; until it has ended nothing is due."""
        self._asked_s = now_s


def interval_s(least_s: float, took_s: float) -> float:
    """How long from one poll to the next when one takes so long."""
    return max(least_s, min(took_s / SHARE, RAREST_S))


class Storms:
    """One owner: the thread of a root. When to cure an overflow: once it is over, and ever later while it returns."""

    def __init__(self) -> None:
        self.count = 0
        self._began_s = -math.inf
        self._cured_s = -math.inf
        self._pause_s = CALM_S

    def cure_s(self, now_s: float, *, begun: bool) -> float:
        """When to arm anew after this overflow; `begun` while an earlier one of the same storm waits for its cure."""
        self.count += 1
        if not begun:
            self._began_s = now_s
            again = now_s - self._cured_s < QUIET_S
            self._pause_s = min(self._pause_s * 2, LONGEST_S) if again else CALM_S
        calm_s = min(now_s + CALM_S, self._began_s + CALM_AT_MOST_S)
        return max(calm_s, self._cured_s + self._pause_s)

    def cured(self, now_s: float) -> None:
        self._cured_s = now_s


class Retries:
    """One owner: the thread of a root. When to try again what the kernel had too little for: ever more rarely."""

    def __init__(self) -> None:
        self._next_s = -math.inf
        self._pause_s = RETRY_S

    def due(self, now_s: float) -> bool:
        """Whether to try now; the first try is a minute after this was first asked."""
        if math.isinf(self._next_s):
            self._next_s = now_s + self._pause_s
        if now_s < self._next_s:
            return False
        self._pause_s = min(self._pause_s * 2, RAREST_RETRY_S)
        self._next_s = now_s + self._pause_s
        return True

    def reset(self) -> None:
        """Something has changed: begin with short pauses again."""
        self._next_s, self._pause_s = -math.inf, RETRY_S

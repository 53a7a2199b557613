"""Manners: what an answer means, and how long to wait after it; pure functions and one small memory."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

from shishod.errors import ShishodError, Unreachable

TRIES = 6  # the first, and five more
LATER_S = 10.0  # where a provider is asked too often and does not say for how long to stay away
LONGEST_S = 86_400.0  # whatever it says
FAILURES = 5  # in a row, and a provider is left alone
REST_S = 60.0
LONG_S = 90.0  # what takes longer to wait for is come back to, and holds up no worker
SHUT = "it wants to be left alone for so long, as it was asked too often or is out of order"
LONGEST_REST_S = 3600.0


class Misconfigured(ShishodError):
    """Ask this provider nothing more until its settings are mended: it does not know us."""


class Declined(ShishodError):
    """Do not ask this again as it stands: the provider does not answer this question, and may answer the next."""


class Misshapen(Declined):
    """What it answered is none of its answers, as where it tells in JSON that it is down: ask again before long."""


class Unanswered(Unreachable):
    """It was asked as often as is decent, and this question was not answered once: the books up to `behind` may be at
    fault, and those behind it be answered."""

    behind: int | None = None


class Meaning(StrEnum):
    """What a status says of the request."""

    FOUND = "found"
    SAME = "same"
    MOVED = "moved"
    NOT_FOUND = "not_found"
    TOO_OFTEN = "too_often"
    FAULT = "fault"  # of the server, or on the way to it
    MISCONFIGURED = "misconfigured"
    DECLINED = "declined"


_MEANINGS = {
    200: Meaning.FOUND,
    304: Meaning.SAME,
    401: Meaning.MISCONFIGURED,
    403: Meaning.MISCONFIGURED,
    404: Meaning.NOT_FOUND,
    408: Meaning.FAULT,
    410: Meaning.NOT_FOUND,
    429: Meaning.TOO_OFTEN,
    **dict.fromkeys((301, 302, 303, 307, 308), Meaning.MOVED),
}


def meaning_of(status: int) -> Meaning:
    """What a status means where a provider has no meaning of its own for it."""
    return _MEANINGS.get(status, Meaning.FAULT if status >= 500 else Meaning.DECLINED)


def retry_after_s(said: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for, as a number or as a date; None where it says nothing."""
    text = (said or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_S)
    then = moment(text)
    return None if then is None else min(max(0.0, (then - now).total_seconds()), LONGEST_S)


def moment(said: str | None) -> datetime | None:
    """The moment that a header tells as a date; None where it tells none."""
    try:
        then = parsedate_to_datetime(said or "")
    except (ValueError, OverflowError):  # the latter for numbers that no calendar has
        return None
    return then if then.tzinfo else then.replace(tzinfo=UTC)


def stay_away_s(said_s: float | None, dice: float) -> float:
    """How long nobody asks a provider that was asked too often; `dice` is 0 to 1, and adds as many seconds at most."""
    return (LATER_S if said_s is None else said_s) + dice


def backoff_s(failures: int, dice: float) -> float:
    """How long to wait after the n-th failure in a row: 1, 2, 4, 8, 16 seconds and up to a tenth more."""
    return float(2 ** (failures - 1)) * (1 + 0.1 * dice)


class Breaker:
    """Owned by whoever guards it. After several failures in a row a provider rests, longer each time it fails again;
    one request then tries whether it is well."""

    def __init__(self) -> None:
        self._failures = 0
        self._until_s = 0.0
        self._shut_s = 0.0  # until when it wants to be left alone; 0 where it has answered since
        self.reason = ""

    def shut(self, until_s: float, now_s: float) -> bool:
        """Note that it wants to be left alone until then; whether that is worth a word: the first time since it
        answered, and where it is for long."""
        worth = not self._shut_s or until_s - now_s > LONG_S
        self._shut_s = until_s
        return worth

    def away_s(self, now_s: float) -> float:
        """For how long it still wants to be left alone, where that is longer than anybody waits for a turn; else 0."""
        left_s = self._shut_s - now_s
        return left_s if left_s > LONG_S else 0.0

    def rests_s(self, now_s: float) -> float:
        """For how long it still rests; 0 where it may be asked. Whoever is told 0 at the end of a rest is alone."""
        if self._failures < FAILURES:
            return 0.0
        left_s = self._until_s - now_s
        if left_s <= 0:
            self._until_s = now_s + REST_S  # the others wait for what becomes of this try
        return max(0.0, left_s)

    def left_s(self, now_s: float) -> float:
        """The same, for whoever only looks."""
        return max(0.0, self._until_s - now_s) if self._failures >= FAILURES else 0.0

    def failed(self, reason: str, now_s: float) -> bool:
        """Note a failure; whether a rest has begun with it that was not there before."""
        self._failures += 1
        self.reason = reason
        if self._failures < FAILURES:
            return False
        self._until_s = now_s + min(REST_S * 2.0 ** min(self._failures - FAILURES, 10), LONGEST_REST_S)
        return self._failures == FAILURES

    def well(self) -> bool:
        """Note that it answers; whether it had rested."""
        rested = self._failures >= FAILURES
        self._failures, self._shut_s, self.reason = 0, 0.0, ""
        return rested

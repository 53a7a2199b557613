"""PoliteClient: the way to one provider: what is kept answers first, then the limiter, then the wire."""

import json
import random
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from shishod import log
from shishod.clock import CLOCK, Clock
from shishod.enrich.limiter import Limiter
from shishod.enrich.manners import (
    LONG_S,
    SHUT,
    TRIES,
    Breaker,
    Declined,
    Meaning,
    Misconfigured,
    Misshapen,
    Unanswered,
    backoff_s,
    meaning_of,
    moment,
    retry_after_s,
    stay_away_s,
)
from shishod.enrich.wire import Reply, Wire, onward, split
from shishod.errors import Unreachable
from shishod.model.answers import Answer, Answers, digest_of, key_of
from shishod.work.guard import Guarded
from shishod.work.once import Once
from shishod.work.stop import StopSignal

_log = log.get(__name__)
DAY_S = 86_400.0
HOPS = 4
CONDITIONS = frozenset({"If-None-Match", "If-Modified-Since"})
MOST_BYTES = 8 * 2**20
Shape = Callable[[Any], bool]
"""Whether what JSON says is one of the answers that there can be to a question."""
PATIENCE_S = LONG_S


@dataclass(frozen=True, slots=True)
class Terms:
    """How a provider wants to be spoken to.

    `headers` and `secrets` (query parameters) are added below everything that is kept or logged. `means` tells of a
    status and its body what they mean, where this provider has words of its own. `volatile` are JSON keys that change
    with every answer and say nothing.
    """

    name: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    means: Callable[[int, bytes], Meaning] = lambda status, _: meaning_of(status)
    volatile: frozenset[str] = frozenset()
    search_s: float = 7 * DAY_S
    entity_s: float = 30 * DAY_S
    nothing_s: float = 7 * DAY_S


class How(NamedTuple):
    """How a question is put: how much of an answer is taken, how long a turn is waited for, whether a fault of the
    server means that there is nothing, and which shape an answer has."""

    most_bytes: int = MOST_BYTES
    patience_s: float = PATIENCE_S
    frail: bool = False
    shape: Shape = lambda _: True


class Health(NamedTuple):
    """How a provider is: `state` is ready, failing, resting or stopped; `rest_s` until it is asked again."""

    state: str
    reason: str
    rest_s: float
    outcomes: Mapping[str, int]
    waited_s: float


class PoliteClient:
    """Shared: by every thread that asks this provider; the same question is never asked by two at once."""

    def __init__(
        self,
        terms: Terms,
        wire: Wire,
        limiter: Limiter,
        answers: Answers,
        stop: StopSignal,
        *,
        clock: Clock = CLOCK,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self.terms = terms
        self._wire = wire
        self._limiter = limiter
        self._answers = answers
        self._stop = stop
        self._clock = clock
        self._dice = dice
        self._asking: Once[str, None] = Once()
        self._breaker: Guarded[Breaker] = Guarded(Breaker())
        self._outcomes: Guarded[Counter[str]] = Guarded(Counter())
        self._waited: Guarded[list[float]] = Guarded([0.0])
        self._answered: Guarded[list[int]] = Guarded([0])
        self._stopped = ""
        self._in_hand: Guarded[list[str]] = Guarded([])  # the questions that are being put
        self._left = False

    def serves(self, terms: Terms, hosts: Collection[str], user_agent: str) -> bool:
        """Whether it may go on under these terms, to these hosts and under this name, with what it knows of them."""
        return not self._stopped and terms == self.terms and self._wire.speaks(hosts, user_agent)

    def leave(self) -> None:
        """Another asks from now on: hang up as soon as the last question in hand has ended."""
        with self._in_hand as in_hand:
            self._left = True
            if not in_hand:
                self._wire.close()

    def ask(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        shape: Shape = lambda _: True,
        holds_s: float | None = None,
        since: datetime | None = None,
        frail: bool = False,
        spare: bool = False,
    ) -> Answer:
        """The answer to a GET, at best one that is kept: while it holds (`holds_s`, else as the terms say of an
        entity), or at least as new as `since`. Where a service is `frail`, a fault of it is that there is nothing.
        What is `spare` is asked once, and where no turn is free at once not at all.

        An Answer that is not `found` says that there is nothing. Raises Unreachable (later), Declined (not this), which
        is Misshapen where an answer has not its `shape` and is not kept, and Misconfigured (not at all).
        """
        url = f"{self.terms.url.rstrip('/')}/{path.lstrip('/')}"
        url += f"?{urlencode(sorted(query.items()), quote_via=quote)}" if query else ""
        key = key_of(self.terms.name, url)
        with self._asking.hold([key]):
            kept = self._answers.answer(key)
            if kept is not None and self._holds(kept, since):
                self._count("kept")
                return kept
            how = How(patience_s=0.0 if spare else PATIENCE_S, frail=frail, shape=shape)
            answer = self._asked(url, kept, self.terms.entity_s if holds_s is None else holds_s, how)
            with self._answered as answered:
                answered[0] += 1
            self._answers.keep_answer(key, self.terms.name, answer)
            return answer

    def picture(self, url: str, most_bytes: int) -> bytes | None:
        """The bytes of a picture, which are kept by whoever asks; None where there is none. Raises as `ask` does."""
        reply, meaning = self._sent(url, {}, How(most_bytes))
        return reply.body if meaning is Meaning.FOUND else None

    def kept_part(self, name: str, since: datetime | None = None) -> Answer | None:
        """A part of an earlier answer that was kept under a name of its own, while it holds."""
        kept = self._answers.answer(key_of(self.terms.name, name))
        return kept if kept is not None and self._holds(kept, since) else None

    def keep_part(self, name: str, said: Any, holds_s: float) -> None:
        """Keep a part of an answer under a name of its own; None is that there is nothing."""
        self._answers.keep_answer(key_of(self.terms.name, name), self.terms.name, self._answer(said, holds_s))

    def health(self) -> Health:
        """How the provider is, as far as is known without asking it."""
        with self._breaker as breaker:
            now_s = self._clock.monotonic_s()
            rest_s, reason = breaker.left_s(now_s), breaker.reason
            away_s = breaker.away_s(now_s)
        if away_s > rest_s:
            rest_s, reason = away_s, SHUT
        with self._outcomes as outcomes:
            counted = dict(outcomes)
        with self._waited as waited:
            waited_s = waited[0]
        state = "stopped" if self._stopped else "resting" if rest_s else "failing" if reason else "ready"
        return Health(state, self._stopped or reason, rest_s, counted, waited_s)

    def answered(self) -> int:
        """How many questions were answered since the start, if only with that there is nothing."""
        with self._answered as answered:
            return answered[0]

    def use(self) -> tuple[int, int, float]:
        """How many places of its window are taken, of how many, and how long until the next is free."""
        return self._limiter.use()

    def close(self) -> None:
        """Hang up."""
        self._wire.close()

    def _holds(self, kept: Answer, since: datetime | None) -> bool:
        return kept.fetched_at >= since if since is not None else self._clock.now() < kept.expires_at

    def _asked(self, url: str, kept: Answer | None, holds_s: float, how: How) -> Answer:
        asking = {"Accept": "application/json"}
        if kept is not None and kept.found:
            asking |= {"If-None-Match": kept.etag} if kept.etag else {}
            asking |= {"If-Modified-Since": kept.last_modified} if kept.last_modified else {}
        reply, meaning = self._sent(url, asking, how)
        if meaning is Meaning.SAME and kept is not None:
            now = self._clock.now()
            return Answer(
                200, kept.body, kept.digest, now, now + timedelta(seconds=holds_s), kept.etag, kept.last_modified
            )
        if meaning is Meaning.NOT_FOUND:
            return self._answer(None, self.terms.nothing_s)
        return self._answer(json.loads(reply.body), holds_s, reply.headers)

    def _answer(self, said: Any, holds_s: float, headers: Mapping[str, str] | None = None) -> Answer:
        now, told = self._clock.now(), headers or {}
        body = b"" if said is None else _packed(said)
        return Answer(
            404 if said is None else 200,
            body,
            digest_of(said, self.terms.volatile),
            now,
            now + timedelta(seconds=holds_s),
            *(tag if (tag := told.get(name, "")).isascii() else "" for name in ("etag", "last-modified")),
        )

    def _sent(self, url: str, asking: Mapping[str, str], how: How) -> tuple[Reply, Meaning]:
        """One question, for which the wire is kept open."""
        self._ready()
        with self._in_hand as in_hand:
            in_hand.append(url)
        try:
            return self._put(url, asking, how)
        finally:
            with self._in_hand as in_hand:
                in_hand.remove(url)
                if self._left and not in_hand:
                    self._wire.close()

    def _put(self, url: str, asking: Mapping[str, str], how: How) -> tuple[Reply, Meaning]:
        """It is put until it is answered, at most so many times."""
        reason = ""
        for tried in range(1, TRIES + 1):
            reply, meaning = Reply(0, {}, b""), Meaning.FAULT
            try:
                reply, meaning = self._hop(url, asking, how)
            except Unreachable as error:
                if self._stop.is_set() or (error.retry_after_s or 0) > 0:
                    raise
                reason = str(error)
            else:
                reason = f"{split(url).hostname} answers {reply.status}"
                meaning = Meaning.NOT_FOUND if how.frail and meaning is Meaning.FAULT else meaning
            if meaning is Meaning.FOUND and "Accept" in asking and not how.shape(json.loads(reply.body)):
                if not how.frail:
                    raise self._misshapen(f"{reason} with what is none of its answers")
                meaning = Meaning.NOT_FOUND
            if meaning not in (Meaning.FAULT, Meaning.TOO_OFTEN):
                return self._judged(reply, meaning, reason)
            self._count(meaning)
            if not how.patience_s:
                raise Unreachable(reason)
            if tried < TRIES and meaning is Meaning.FAULT and self._stop.wait(backoff_s(tried, self._dice())):
                raise Unreachable("the daemon stops; this is asked for again after its next start")
        raise self._failure(reason)

    def _hop(self, url: str, asking: Mapping[str, str], how: How) -> tuple[Reply, Meaning]:
        """One request, and those that it is sent on to; each takes a turn of its own, for each is counted."""
        target = url
        for _ in range(HOPS):
            turn = self._limiter.turn(how.patience_s if target == url else PATIENCE_S)
            if turn is None:
                raise Unreachable("the daemon stops; this is asked for again after its next start")
            with self._waited as waited:
                waited[0] += turn.waited_s
            with turn:
                reply = self._wire.send(
                    self._with_secrets(target), {**asking, **self._credentials(target)}, how.most_bytes
                )
                meaning = self.terms.means(reply.status, reply.body)
                if meaning is Meaning.MISCONFIGURED and not self._is_its_own(target):
                    meaning = Meaning.DECLINED  # who keeps its pictures was not told who is asking
                said_s = self._retry_after_s(reply)
                if meaning is Meaning.FAULT and said_s is not None:
                    meaning = Meaning.TOO_OFTEN  # it tells itself when to come again
                if meaning is Meaning.TOO_OFTEN:
                    self._stay_away(turn.refused, said_s)
            if meaning is not Meaning.MOVED:
                return _sound(reply, meaning, asking), meaning
            target = onward(target, reply.headers.get("location", ""))
            if not self._wire.allows(target):
                raise Declined(
                    f"{self.terms.name} sends on to {split(target).hostname or 'nowhere'}, which is no host of its own"
                )
        raise Declined(f"{self.terms.name} sends on and on; it was followed {HOPS} times")

    def _retry_after_s(self, reply: Reply) -> float | None:
        """What it says, a date by its own clock, for ours may be another."""
        now = moment(reply.headers.get("date")) or self._clock.now()
        return retry_after_s(reply.headers.get("retry-after"), now)

    def _stay_away(self, refused: Callable[[float], None], said_s: float | None) -> None:
        wait_s = stay_away_s(said_s, self._dice())
        refused(wait_s)
        now_s = self._clock.monotonic_s()
        with self._breaker as breaker:
            worth = breaker.shut(now_s + wait_s, now_s)
        if worth:
            text = "a provider wants to be left alone for a while; it is asked again by itself"
            _log.warning(text, provider=self.terms.name, wait_s=round(wait_s))

    def _judged(self, reply: Reply, meaning: Meaning, reason: str) -> tuple[Reply, Meaning]:
        self._count(meaning)
        if meaning is Meaning.MISCONFIGURED:
            self._stopped = (
                f"{reason}: it does not accept who is asking. It is asked no more until its settings (enrich:"
                f" {self.terms.name}:) and enrich: contact: are mended and read again (shishoctl reload)"
            )
            _log.error("a provider is not asked any more", provider=self.terms.name, error=self._stopped)
            raise Misconfigured(self._stopped)
        with self._breaker as breaker:
            rested = breaker.well()
        if rested:
            _log.info("a provider answers again", provider=self.terms.name)
        if meaning is Meaning.DECLINED:
            raise Declined(reason)
        return reply, meaning

    def _misshapen(self, reason: str) -> Misshapen:
        self._failed("misshapen", reason)
        return Misshapen(reason)

    def _failed(self, outcome: str, reason: str) -> float:
        """Count it as a failure, after some of which in a row it rests; for how long it does."""
        now_s = self._clock.monotonic_s()
        with self._breaker as breaker:
            begins, rest_s = breaker.failed(reason, now_s), breaker.left_s(now_s)
        self._count(outcome)
        if begins:
            text = "a provider does not answer as it should; it rests, and is tried again"
            _log.warning(text, provider=self.terms.name, error=reason)
        return rest_s

    def _failure(self, reason: str) -> Unreachable:
        rest_s = self._failed("unreachable", reason)
        return Unanswered(f"{reason}. What it was asked is asked for again by itself", retry_after_s=max(rest_s, 30.0))

    def _ready(self) -> None:
        if self._stopped:
            raise Misconfigured(self._stopped)
        with self._breaker as breaker:
            rest_s, reason = breaker.rests_s(self._clock.monotonic_s()), breaker.reason
        if rest_s > 0:
            raise Unreachable(reason, retry_after_s=rest_s)

    def _count(self, outcome: str) -> None:
        with self._outcomes as outcomes:
            outcomes[str(outcome)] += 1

    def _is_its_own(self, url: str) -> bool:
        return split(url).hostname == split(self.terms.url).hostname

    def _credentials(self, url: str) -> Mapping[str, str]:
        return self.terms.headers if self._is_its_own(url) else {}

    def _with_secrets(self, url: str) -> str:
        if not self.terms.secrets or not self._is_its_own(url):
            return url
        return f"{url}{'&' if '?' in url else '?'}{urlencode(self.terms.secrets)}"


def _packed(said: Any) -> bytes:
    """JSON in UTF-8; half a character, which JSON can say and UTF-8 cannot, is a question mark."""
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _sound(reply: Reply, meaning: Meaning, asking: Mapping[str, str]) -> Reply:
    """A found answer that was to be JSON and is not is a fault of the server, and so is that nothing has changed where
    that was not asked. Raises Unreachable."""
    if meaning is Meaning.SAME and not CONDITIONS & asking.keys():
        raise Unreachable("it answered that nothing has changed, which it was not asked")
    if meaning is Meaning.FOUND and "Accept" in asking:
        try:
            json.loads(reply.body)
        except (ValueError, RecursionError):
            raise Unreachable("it answered with what is no JSON") from None
    return reply

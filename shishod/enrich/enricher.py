"""Enricher: the errand ENRICH: what a provider is asked for, a handful at a time, and what is made of its answers."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shishod import log
from shishod.clock import CLOCK, Clock
from shishod.enrich.believing import believable, renewed, together
from shishod.enrich.guide import Ahead, Guide
from shishod.enrich.hanger import Hanger
from shishod.enrich.manners import Declined, Misconfigured, Misshapen, Unanswered
from shishod.enrich.matching import best, ranked
from shishod.enrich.polite import MOST_BYTES
from shishod.enrich.stretch import END, Stretch
from shishod.errors import Refused, ShishodError, Unreachable
from shishod.model.ageing import Ages
from shishod.model.covers import PictureDue, PictureHung
from shishod.model.finding import Asked, Books, Candidate, Found, Question, Scored, Standing, Wanted, WebShelf, sketch
from shishod.model.metadata import Reading, dump_reading
from shishod.model.ticket import Errand, Priority, Ticket
from shishod.work.queue import TicketQueue

_log = log.get(__name__)
HANDFUL = 10  # books, where a provider does not take several in one request
OFFERS = 100  # that are looked at: a provider is asked for five, and to compare takes time
CANDIDATES = 5  # kept for the operator to choose from
PAUSE_S = 3.0  # what is written within one is looked through together
AGAIN = timedelta(days=30)  # what was not found, or not surely enough, is asked for again
SOON = timedelta(days=1)  # what was answered with something else


class Enricher:
    """Shared: by the web workers, each with a provider of its own in hand, and by the faces.

    Nothing waits in memory: which books are to be asked for is found in the catalogue, a handful at a time, and each is
    written as soon as it is answered. So a crash costs the one book in hand, whose answers are kept. While one handful
    waits for its answers, a worker that is free may ask `ahead` for the next: within the same limits, where it need not
    wait for them, and only for answers to be kept.
    """

    def __init__(
        self,
        guides: Sequence[Guide],
        shelf: WebShelf,
        books: Books,
        queue: TicketQueue,
        *,
        keep: Callable[[PictureDue, bytes], PictureHung],
        thin_only: bool = True,
        ahead: bool = False,
        most_bytes: int = MOST_BYTES,
        ages: Ages | None = None,
        clock: Clock = CLOCK,
    ) -> None:
        self._guides = {guide.name: guide for guide in guides}
        self._shelf = shelf
        self._books = books
        self._queue = queue
        self._pictures = Hanger(shelf, keep, most_bytes, clock)
        self._thin_only = thin_only
        self._ahead = ahead
        self._ages = ages or Ages()
        self._clock = clock
        self._rests_until_s: dict[str, float] = {}  # each is written by the one worker that has its provider in hand
        self._in_vain: defaultdict[str, dict[int, int]] = defaultdict(dict)  # books, and what was answered by then

    @property
    def guides(self) -> Mapping[str, Guide]:
        """The providers that are on, by name."""
        return self._guides

    def reconfigure(self, guides: Sequence[Guide], *, thin_only: bool) -> None:
        """Ask these from now on; whoever rested may be asked at once where it is asked otherwise, by a new client. The
        client of whom nobody asks any more hangs up once its last question has ended."""
        before, self._guides = self._guides, {guide.name: guide for guide in guides}
        self._thin_only = thin_only
        kept = {one.name for one in guides if one.name in before and before[one.name].client is one.client}
        self._rests_until_s = {name: self._rests_until_s.get(name, 0.0) for name in kept}
        for name in before.keys() - kept:
            before[name].client.leave()
            self._in_vain.pop(name, None)

    def wake(self, *names: str, after: int = 0) -> None:
        """Ask that the providers, or these of them, be asked for all that is wanted behind a book; returns at once.

        One that rests is asked when it has rested, however often it is asked for before.
        """
        self._wake(names or tuple(self._guides), after, 0.0)

    def note(self, book_ids: Collection[int]) -> None:
        """Books were written: have them looked through with all that are before the end of this pause."""
        ends_s = (self._clock.monotonic_s() // PAUSE_S + 1) * PAUSE_S
        self._wake(tuple(self._guides), min(book_ids) - 1, ends_s)

    def _wake(self, names: Collection[str], after: int, not_before_s: float) -> None:
        now_s = self._clock.monotonic_s()
        for name in names:
            if self._rests_until_s.get(name, 0.0) <= now_s:
                self._queue.request(_ticket(name, Stretch(anew=after), not_before_s))

    def refresh(self, book_ids: Sequence[int]) -> None:
        """Have what is known of books asked for again; those that nobody was asked for are as fresh as they can be."""
        now = self._clock.now()
        due = self._shelf.make_due(book_ids, list(self._guides), now)
        self._shelf.mark_fresh(set(book_ids) - due, now)
        if due:
            self.wake(after=min(due) - 1)

    def carry(self, tickets: Sequence[Ticket]) -> None:
        """The errand: the next handful of a provider, and then it asks for itself again."""
        for ticket in tickets:
            asked = ticket.subject.provider if isinstance(ticket.subject, Ahead) else str(ticket.subject)
            guide = self._guides.get(asked)
            if guide is None:
                continue  # it is off since the settings were read again
            if isinstance(ticket.subject, Ahead):
                self._look_ahead(guide, ticket.load)
                continue
            try:
                again = self._handful(guide, ticket.load)
            except Unreachable as error:
                wait_s = error.retry_after_s or 60.0
                _log.debug("a provider cannot be asked now", provider=guide.name, error=str(error), wait_s=wait_s)
                onward = Stretch(error.behind if isinstance(error, Unanswered) else None, anew=0)
                again = _ticket(guide.name, onward, self._clock.monotonic_s() + wait_s)
                self._rests_until_s[guide.name] = again.not_before_s
            except Misconfigured:
                continue  # its client has said so; nothing is asked until its settings are mended
            if again is not None:
                self._queue.request(again)

    def find(self, guide: Guide, asked: Sequence[Asked]) -> list[Found]:
        """What a provider says of books, one answer each in their order; nothing is written.

        Raises Unreachable and Misconfigured, for it is asked for again then.
        """
        return [found for _, found in self._found(guide, asked)]

    def unanswered(self, guide: Guide, asked: Asked, why: str) -> Found:
        """What is told of a book that a provider could not be asked for; nothing is written."""
        return self._found_none(guide, asked.question, Standing.REFUSED, why)

    def choose(self, book_id: int, name: str, candidate_id: str) -> bool:
        """Believe the operator that the book is this one of a provider's, for ever; False for no such book.

        Raises Refused where the provider does not know it, or is not on.
        """
        guide = self._guide(name)
        asked = self._books.ask(book_id)
        if asked is None:
            return False
        before = asked.standings.get(name)
        told = next((one for one in before.candidates if one["id"] == candidate_id), {}) if before else {}
        candidate = Candidate(candidate_id, str(told.get("kind", "")), Reading())
        detail = guide.provider.detail(guide.desk(None), asked.question, candidate)
        if detail is None:
            raise Refused(
                f"{name} has nothing under {candidate_id}", "not-found", f"shishoctl match {book_id} lists what it has"
            )
        found = self._matched(guide, asked.question, Scored(detail, 1.0, ()), "you have chosen it")
        return self._books.learn(book_id, [replace(found, chosen=True, candidates=before.candidates if before else ())])

    def _guide(self, name: str) -> Guide:
        if name not in self._guides:
            on = ", ".join(self._guides) or "none"
            raise Refused(f'the provider "{name}" is not on', "not-found", f"those that are: {on} (enrich.providers)")
        return self._guides[name]

    def _handful(self, guide: Guide, stretch: Stretch) -> Ticket | None:
        """Ask for the next books of a stretch; the ticket for those that follow, None where there are none."""
        ids, asked = self._next(guide, stretch.start)
        size = _size(guide)
        news = [one for one in asked if not self._holds(guide, one)]
        for number, (one, found) in enumerate(self._found(guide, news)):
            self._write(guide, one, found)
            if number == 0 and self._ahead and len(ids) == size:
                self._queue.request(Ticket(Ahead(guide.name), Errand.ENRICH, Priority.VERY_LOW, load=ids[-1]))
        self._shelf.mark_fresh([one.question.book_id for one in news], self._clock.now())
        more = self._pictures.hang(guide)
        if len(ids) == size:
            return _ticket(guide.name, stretch.behind(ids[-1]))
        if more:
            return _ticket(guide.name, stretch.behind(END))
        left = stretch.behind(END).anew
        return None if left is None else _ticket(guide.name, Stretch(anew=left))

    def _next(self, guide: Guide, after: int) -> tuple[list[int], list[Asked]]:
        """The next books behind one that a provider is wanted for, and what is known of those that are not frozen."""
        kinds, needs = guide.provider.kinds, guide.provider.needs
        wanted = Wanted(guide.name, kinds, self._clock.now(), after, _size(guide), self._thin_only, needs)
        ids = self._shelf.books_wanted(wanted)
        return ids, [one for book_id in ids if (one := self._books.ask(book_id)) is not None and not one.frozen]

    def _look_ahead(self, guide: Guide, after: int) -> None:
        """Have the answers for the next handful kept, as far as that takes no turn from anybody."""
        _, asked = self._next(guide, after)
        try:
            for _ in self._found(replace(guide, spare=True), asked):
                pass
        except (Unreachable, Misconfigured) as error:
            _log.debug("a provider is asked no further ahead", provider=guide.name, error=str(error))

    def _holds(self, guide: Guide, asked: Asked) -> bool:
        """Whether what was answered still holds: the book was written, but what it is asked for by is the same."""
        before, now = asked.standings.get(guide.name), self._clock.now()
        if before is None or before.question != asked.question.digest or (before.due_at and before.due_at <= now):
            return False
        self._shelf.note_checked(asked.question.book_id, guide.name, before.question, before.due_at, now)
        return True

    def _found(self, guide: Guide, asked: Sequence[Asked]) -> Iterator[tuple[Asked, Found]]:
        """Each book with what was found, as soon as it is: those that are known there, then the others together."""
        known = [one for one in asked if self._is_known(guide, one)]
        for one in known:
            yield one, self._answered(guide, one, lambda one=one: self._again(guide, one))  # type: ignore[misc]
        rest = [one for one in asked if one not in known]
        for at in range(0, len(rest), guide.provider.batch):
            some = rest[at : at + guide.provider.batch]
            offers = self._offers(guide, some)
            for one, offer in zip(some, offers, strict=True):
                if isinstance(offer, Found):
                    yield one, offer
                else:
                    yield one, self._answered(guide, one, lambda one=one, offer=offer: self._judged(guide, one, offer))  # type: ignore[misc]

    def _offers(self, guide: Guide, asked: Sequence[Asked]) -> Sequence[list[Candidate] | Found]:
        """What it offers for each; where it does not answer what is asked together, it is asked for one after the
        other."""
        desk = guide.desk(_since(guide, asked, self._clock.now()))
        try:
            return guide.provider.search(desk, [one.question for one in asked])
        except Exception as error:  # noqa: BLE001 - what the web says may surprise us; the others must not pay
            refusal = self._refusal(guide, asked, error)
            if len(asked) == 1:
                return [self._refused(guide, asked[0], refusal)]
            return [offer for one in asked for offer in self._offers(guide, [one])]

    def _answered(self, guide: Guide, asked: Asked, answer: Callable[[], Found]) -> Found:
        try:
            return answer()
        except Exception as error:  # noqa: BLE001 - as above
            return self._refused(guide, asked, self._refusal(guide, [asked], error))

    def _refused(self, guide: Guide, asked: Asked, refusal: Exception) -> Found:
        if not isinstance(refusal, ShishodError):
            _log.error(
                "an answer could not be understood; its book is told as refused",
                provider=guide.name,
                book=asked.question.book_id,
                exc_info=refusal,
            )
            text = f"its answer could not be understood ({type(refusal).__name__}); this is a fault of shishod"
            return self._found_none(guide, asked.question, Standing.REFUSED, text)
        if not isinstance(refusal, (Misshapen, Unanswered)):
            return self._found_none(guide, asked.question, Standing.REFUSED, str(refusal))
        before, soon = asked.standings.get(guide.name), self._clock.now() + SOON
        if before is not None and before.standing is Standing.MATCHED:
            return replace(before, due_at=soon)  # nothing is told against it
        return replace(self._found_none(guide, asked.question, Standing.REFUSED, str(refusal)), due_at=soon)

    def _refusal(self, guide: Guide, asked: Sequence[Asked], error: Exception) -> Exception:
        """What is the matter with these books alone; raises what is the matter with the provider or the catalogue."""
        if isinstance(error, Unanswered):
            error.behind = asked[-1].question.book_id
            if len(asked) > 1 or self._is_at_fault(guide, error.behind):
                return error
        if isinstance(error, ShishodError) and not isinstance(error, Declined):
            raise error
        return error

    def _is_at_fault(self, guide: Guide, book_id: int) -> bool:
        """Whether a book was not answered for once more, and others were in between: else it is the provider's fault,
        and they are asked for next."""
        answered = guide.client.answered()
        return self._in_vain[guide.name].setdefault(book_id, answered) < answered

    @staticmethod
    def _is_known(guide: Guide, asked: Asked) -> bool:
        """Whether its id there is known for what it is now: it is not searched for again."""
        before = asked.standings.get(guide.name)
        if before is None or before.standing is not Standing.MATCHED:
            return False
        return before.chosen or before.question == asked.question.digest

    def _again(self, guide: Guide, asked: Asked) -> Found:
        """Ask for what is known there once more."""
        before, question = asked.standings[guide.name], asked.question
        candidate = Candidate(before.provider_id, before.provider_kind, Reading())
        detail = guide.provider.detail(guide.desk(_since(guide, [asked], self._clock.now())), question, candidate)
        if detail is None:
            return self._found_none(guide, question, Standing.NOT_FOUND, "it is not there any more")
        told = renewed(together(before.reading, before.humble), detail.reading)
        detail = replace(detail, reading=told, cover_url=detail.cover_url or before.cover_url)
        found = self._matched(guide, question, Scored(detail, before.score, ()), before.reason)
        return replace(found, chosen=before.chosen, candidates=before.candidates)

    def _judged(self, guide: Guide, asked: Asked, offer: Sequence[Candidate]) -> Found:
        """Which of the candidates it is, if any, and all that is said of that one."""
        question = asked.question
        scored = ranked(question, offer[:OFFERS])
        chosen = best(scored, guide.settings.threshold)
        kept = tuple(sketch(one) for one in scored[:CANDIDATES])
        if chosen is None:
            if not scored:
                why = guide.provider.lacks(question) or "nothing is found under its identifiers, title and authors"
                return self._found_none(guide, question, Standing.NOT_FOUND, why)
            why = f"the nearest is at {scored[0].score:.2f}, and {guide.settings.threshold:.2f} is asked for"
            return replace(
                self._found_none(guide, question, Standing.UNMATCHED, why), candidates=kept, score=scored[0].score
            )
        detail = guide.provider.detail(
            guide.desk(_since(guide, [asked], self._clock.now())), question, chosen.candidate
        )
        if detail is None:
            return self._found_none(guide, question, Standing.NOT_FOUND, "it is listed, and not there")
        why = "; ".join(one.text for one in chosen.evidence)
        return replace(self._matched(guide, question, chosen._replace(candidate=detail), why), candidates=kept)

    def _matched(self, guide: Guide, question: Question, scored: Scored, why: str) -> Found:
        said, now = scored.candidate.reading, self._clock.now()
        above, below = believable(said, guide.settings)
        picture = scored.candidate.cover_url if "cover" in guide.settings.fields else ""
        return Found(
            guide.name,
            Standing.MATCHED,
            question.digest,
            now,
            now + self._ages.fresh_for(said.date or question.date, now),
            scored.candidate.provider_id,
            scored.candidate.provider_kind,
            scored.score,
            reason=why,
            digest=hashlib.sha256(dump_reading(above) + dump_reading(below) + picture.encode()).hexdigest(),
            reading=above,
            humble=below,
            cover_url=picture,
            rank=guide.rank,
            etag=scored.candidate.etag,
        )

    def _found_none(self, guide: Guide, question: Question, standing: Standing, why: str) -> Found:
        now = self._clock.now()
        return Found(guide.name, standing, question.digest, now, now + AGAIN, reason=why, rank=guide.rank)

    def _write(self, guide: Guide, asked: Asked, found: Found) -> None:
        """Write what is new; of what says the same as before only that it still does."""
        before, book_id = asked.standings.get(guide.name), asked.question.book_id
        self._in_vain[guide.name].pop(book_id, None)
        if before is not None and _says_the_same(before, found):
            self._shelf.note_checked(book_id, guide.name, found.question, found.due_at, self._clock.now())
            return
        try:
            self._books.learn(book_id, [found])
        except Unreachable:
            raise
        except ShishodError as error:
            _log.error(
                "what was found of a book could not be written", book=book_id, provider=guide.name, error=str(error)
            )
            refused = self._found_none(guide, asked.question, Standing.REFUSED, str(error))
            self._books.learn(book_id, [refused])


def _size(guide: Guide) -> int:
    return max(guide.provider.batch, HANDFUL)


def _ticket(name: str, stretch: Stretch, not_before_s: float = 0.0) -> Ticket:
    return Ticket(name, Errand.ENRICH, Priority.VERY_LOW, not_before_s, load=stretch)


def _since(guide: Guide, asked: Sequence[Asked], now: datetime) -> datetime | None:
    """How new answers are to be: as new as the moment when they were due, so that a crash asks for none twice."""
    due = [one.standings[guide.name].due_at for one in asked if guide.name in one.standings]
    moments = [moment for moment in due if moment is not None and moment <= now]
    return min(moments) if moments and len(moments) == len(asked) else None


def _says_the_same(before: Found, found: Found) -> bool:
    names = ("standing", "provider_id", "digest", "chosen", "question", "rank", "reason")
    return all(getattr(before, name) == getattr(found, name) for name in names)

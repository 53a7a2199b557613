"""Taker: the errand COVER, a handful of covers at a time, as soon as books are recorded and none waits to be read."""

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import chain
from typing import NamedTuple

from shishod import log
from shishod.clock import CLOCK, Clock
from shishod.errors import Unreachable
from shishod.formats.limits import Limits
from shishod.model.covers import SMALL, CoverDue, Covers, CoverState, CoverTaken, is_small
from shishod.model.library import RootState
from shishod.model.ticket import Errand, Ticket
from shishod.scan.gallery import Gallery
from shishod.scan.pauses import Pauses
from shishod.scan.taking import Found, Large, Wanted, answers, lessen, take
from shishod.work.queue import TicketQueue
from shishod.work.runners import Failed, Runner
from shishod.work.runners.abreast import abreast

_log = log.get(__name__)
HANDFUL = 16
MOST = 512  # that are looked up for one turn
TURN_S = 0.4  # then it is asked whether there are books to be read; a handful that is begun is ended
_BELIEVED = (RootState.ONLINE, RootState.HELD)
_AWAY = Found(reason="root", passing=True)
_TEXTS = {
    "crash": "the process that took the cover ended over it",
    "memory": "taking the cover needs more memory than a reader may have (formats.memory)",
    "timeout": "taking the cover takes longer than reading a file may (formats.timeout)",
}


class _Part(NamedTuple):
    """What became of a handful: up to which book it came, how many bytes it took, and what keeps it."""

    after: int
    read: int
    whole: bool
    hindrance: str = ""


class Taker:
    """Owned by the one worker that takes covers; what it has not come to is found again by the next start.

    Of the disk's time it uses no more than `rate` bytes a second do, in as many processes at once as there are `hands`:
    each takes the next handful as soon as it is done with one, and none waits for another.
    """

    def __init__(
        self,
        catalog: Covers,
        runner: Runner,
        queue: TicketQueue,
        gallery: Gallery,
        *,
        limits: Limits,
        rate: int,
        busy: Callable[[], bool],
        hands: int = 1,
        clock: Clock = CLOCK,
    ) -> None:
        self._catalog = catalog
        self._runner = runner
        self._gallery = gallery
        self._take_one = partial(take, limits=limits)
        self._lessen = partial(lessen, limits=limits)
        self._rate = rate
        self._hands = hands
        self._clock = clock
        self._pauses = Pauses(Errand.COVER, queue, busy, clock)
        self._hindrance = ""  # what kept covers from being taken the last time, as it was said
        self.drained_at: datetime | None = None  # when last none was left that could be taken

    def take(self, tickets: Sequence[Ticket]) -> None:
        """The errand: take the next few, and ask for the rest when their share of the disk's time is used up."""
        if not self._rate or not self._pauses.begins(tickets):
            return
        began_s, began_at = self._pauses.now_s(), self._clock.now()
        try:
            due = self._catalog.covers_due(self._pauses.after, MOST)
            if not due:
                self.drained_at = began_at
                return
            with suppress(OSError):  # who cannot write into it says so
                self._gallery.make()
            read, hindrance = self._carry(due, began_s + TURN_S)
        except Unreachable as error:
            _log.debug("covers could not be taken; the end of the next scan tries again", error=str(error))
            return
        until_s = began_s + read / self._rate
        if hindrance:
            level = logging.DEBUG if hindrance == self._hindrance else logging.WARNING
            _log.log(level, "no more covers can be taken now; they are after the next scan", error=hindrance)
            self._pauses.spent(until_s)
        else:
            self._pauses.rest(until_s)
        self._hindrance = hindrance

    def _carry(self, due: Sequence[CoverDue], until_s: float) -> tuple[int, str]:
        """Take covers, store what became of them and go on behind the last; how many bytes that took, and what keeps
        the others from being taken now."""
        roots = {root.id: root.path for root in self._catalog.roots() if root.state in _BELIEVED}
        waiting = deque((at, due[at : at + HANDFUL]) for at in range(0, len(due), HANDFUL))
        hands = abreast(lambda _: self._take_turns(roots, waiting, until_s), range(self._hands), self._hands)
        parts = [part for _, part in sorted(chain.from_iterable(hands))]
        for part in parts:
            self._pauses.after = part.after or self._pauses.after
            if not part.whole:
                break  # the next turn begins where this one ended
        read = sum(part.read for part in parts)  # whatever is taken behind that is stored too
        return read, next((part.hindrance for part in parts if part.hindrance), "")

    def _take_turns(
        self, roots: Mapping[int, bytes], waiting: deque[tuple[int, Sequence[CoverDue]]], until_s: float
    ) -> list[tuple[int, _Part]]:
        """What one hand makes of handfuls, by their places, until its share of the time or of the bytes is used up."""
        done: list[tuple[int, _Part]] = []
        left = self._rate * TURN_S / self._hands
        while left > 0 and self._pauses.now_s() < until_s:
            try:
                at, some = waiting.popleft()
            except IndexError:
                break
            part = self._part(roots, some)
            done.append((at, part))
            if not part.whole:
                break
            left -= part.read
        return done

    def _part(self, roots: Mapping[int, bytes], due: Sequence[CoverDue]) -> _Part:
        wanted = {one: self._wanted(roots[one.file.root_id], one) for one in due if one.file.root_id in roots}
        said_of = self._runner.run(self._take_one, list(wanted.values()), to_the_end=False)
        told = dict(zip(wanted, said_of, strict=True))
        taken, after, read, hindrance = list[CoverTaken](), 0, 0, ""
        for one in due:
            said = told.get(one, _AWAY)
            if isinstance(said, Failed) and said.reason == "unread":
                break
            found = self._judged(said, wanted.get(one))
            if found.halts:
                hindrance = found.text
                break
            after = one.book_id
            read += found.size
            if found.passing:
                _log.debug("a cover was not taken; it stays due", path=one.file.path, reason=found.reason)
                continue
            if found.digest is not None and found.held:
                with suppress(OSError):
                    self._gallery.renew(found.digest, found.form)
            taken.append(CoverTaken(one, *found[:4], found.reason, found.text))
        self._catalog.write_covers(taken, self._clock.now())
        return _Part(after, read, after == due[-1].book_id, hindrance)

    def _judged(self, said: Found | Failed, wanted: Wanted | None) -> Found:
        """What a runner could not do is the file's fault, unless it took too long and its disk does not answer."""
        if isinstance(said, Found):
            return said
        if said.reason in ("stopped", "unable"):
            return Found(text=said.text, halts=True)
        if said.reason == "timeout" and wanted and self._runner.run(answers, [wanted]) != [True]:
            return Found(text="a file could not be read in time; its root may be stalled", halts=True)
        return Found(reason=said.reason, text=_TEXTS.get(said.reason, said.text))

    def _wanted(self, root: bytes, one: CoverDue) -> Wanted:
        return Wanted(root, one.file.seen, one.file.reader, one.member, self._gallery)

    def picture(self, state: CoverState, small: bool) -> str | None:
        """The file to show of a cover, the small form where there is one. None, and it is taken anew, where it is gone.

        A small form is made when it is first asked for. Safe from any thread.
        """
        if state.digest is None:
            return None
        if not self._gallery.holds(state.digest, state.form):
            self._catalog.retake([state.digest])
            self._pauses.anew()
            return None
        form = SMALL if small and self._has_small(state, state.digest) else state.form
        return self._gallery.path(state.digest, form) if self._gallery.holds(state.digest, form) else None

    def _has_small(self, state: CoverState, digest: bytes) -> bool:
        """Whether a picture has a small form of its own. One that cannot be shown at all is not, to anybody."""
        if state.width and state.height and is_small(state.width, state.height):
            return False
        if not self._gallery.holds(digest, SMALL):
            (said,) = self._runner.run(self._lessen, [Large(self._gallery, digest, state.form)])
            found = self._judged(said, None)
            if found.reason and not found.passing:
                self._catalog.spoil(digest, found.reason, found.text)
                self._gallery.remove(digest, state.form)
        return self._gallery.holds(digest, SMALL)

    def tidy(self) -> None:
        """Remove pictures that no book shows any more, and have those taken again that somebody removed."""
        try:
            swept = self._gallery.sweep(self._catalog.covers_shown(), self._clock.now().timestamp())
            again = self._catalog.retake(swept.lost) if swept.lost else 0
        except (Unreachable, OSError) as error:
            _log.warning("covers could not be tidied up; it is tried again the next night", error=str(error))
            return
        if again:
            self._pauses.anew()
        if swept.removed or again:
            _log.info("covers were tidied up", removed=swept.removed, taken_again=again)

"""Taker: the errand COVER, a handful of covers at a time, in the pauses that scans leave."""

from collections.abc import Callable, Sequence
from functools import partial

from shishod import log
from shishod.clock import CLOCK, Clock
from shishod.errors import Unreachable
from shishod.formats.limits import Limits
from shishod.model.covers import SMALL, CoverDue, Covers, CoverState, CoverTaken
from shishod.model.library import RootState
from shishod.model.ticket import Errand, Ticket
from shishod.scan.gallery import Gallery
from shishod.scan.pauses import Pauses
from shishod.scan.taking import Found, Wanted, answers, take
from shishod.work.queue import TicketQueue
from shishod.work.runners import Failed, Runner

_log = log.get(__name__)
HANDFUL = 16  # of which a scan that begins meanwhile waits for none
_BELIEVED = (RootState.ONLINE, RootState.HELD)
_AWAY = Found(reason="root", passing=True)
_TEXTS = {
    "crash": "the process that took the cover ended over it",
    "memory": "taking the cover needs more memory than a reader may have (formats.memory)",
    "timeout": "taking the cover takes longer than reading a file may (formats.timeout)",
}


class Taker:
    """Owned by the one worker that takes covers; what it has not come to is found again by the next start.

    At most half of its time is spent on them, and of the disk's no more than `rate` bytes a second.
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
        clock: Clock = CLOCK,
    ) -> None:
        self._catalog = catalog
        self._runner = runner
        self._gallery = gallery
        self._take_one = partial(take, limits=limits)
        self._rate = rate
        self._clock = clock
        self._pauses = Pauses(Errand.COVER, queue, busy, clock)

    def take(self, tickets: Sequence[Ticket]) -> None:
        """The errand: take the next few, and ask for the rest when their share of the time is used up."""
        if not self._rate or not self._pauses.begins(tickets):
            return
        began_s = self._pauses.now_s()
        try:
            due = self._catalog.covers_due(self._pauses.after, HANDFUL)
            if not due:
                return
            read = self._carry(due)
        except Unreachable as error:
            _log.debug("covers could not be taken; the end of the next scan tries again", error=str(error))
            return
        now_s = self._pauses.now_s()
        self._pauses.rest(now_s + max(now_s - began_s, read / self._rate))

    def _carry(self, due: Sequence[CoverDue]) -> int:
        """Take covers, store what became of them and go on behind the last; how many bytes that took."""
        roots = {root.id: root.path for root in self._catalog.roots() if root.state in _BELIEVED}
        wanted = {one: self._wanted(roots[one.file.root_id], one) for one in due if one.file.root_id in roots}
        said_of = self._runner.run(self._take_one, list(wanted.values()), to_the_end=False) if wanted else []
        told = dict(zip(wanted, said_of, strict=True))
        taken, read, hindrance = list[CoverTaken](), 0, ""
        for one in due:
            said = told.get(one, _AWAY)
            if isinstance(said, Failed) and said.reason == "unread":
                break  # the next handful begins with it
            found = self._judged(said, wanted.get(one))
            if found.halts:
                hindrance = found.text
                break
            self._pauses.after = one.book_id
            read += found.size
            if found.passing:
                _log.debug("a cover was not taken; it stays due", path=one.file.path, reason=found.reason)
            else:
                taken.append(CoverTaken(one, *found[:4], found.reason, found.text))
        self._catalog.write_covers(taken, self._clock.now())
        if hindrance:
            _log.warning("no more covers can be taken now; they are after the next scan", error=hindrance)
            raise Unreachable(hindrance)
        return read

    def _judged(self, said: Found | Failed, wanted: Wanted | None) -> Found:
        """What a runner could not do is the file's fault, unless it took too long and its disk does not answer."""
        if isinstance(said, Found):
            return said
        if said.reason == "stopped":
            return Found(text=said.text, halts=True)
        if said.reason == "timeout" and wanted and self._runner.run(answers, [wanted]) != [True]:
            return Found(text="a file could not be read in time; its root may be stalled", halts=True)
        return Found(reason=said.reason, text=_TEXTS.get(said.reason, said.text))

    def _wanted(self, root: bytes, one: CoverDue) -> Wanted:
        return Wanted(root, one.file.seen, one.file.reader, one.member, self._gallery)

    def picture(self, state: CoverState, small: bool) -> str | None:
        """The file to show of a cover, the small form where there is one. None, and it is taken anew, where it is gone.

        Safe from any thread.
        """
        if state.digest is None:
            return None
        if not self._gallery.holds(state.digest, state.form):
            self._catalog.retake([state.digest])
            self._pauses.anew()
            return None
        if small and self._gallery.holds(state.digest, SMALL):
            return self._gallery.path(state.digest, SMALL)
        return self._gallery.path(state.digest, state.form)

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

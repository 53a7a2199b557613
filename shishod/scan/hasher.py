"""Hasher: the errand HASH, a handful of files at a time, in the pauses that scans leave."""

from collections.abc import Callable, Collection, Sequence

from shishod import log
from shishod.clock import CLOCK, Clock
from shishod.errors import Unreachable
from shishod.model.catalog import Catalog
from shishod.model.library import RootState
from shishod.model.moves import Hashed
from shishod.model.state import KnownFile
from shishod.model.ticket import Errand, FolderSubject, Priority, Ticket
from shishod.scan.group import anchor
from shishod.scan.hashing import RULE, Sample, bytes_of, sampled
from shishod.scan.lifecycle import WalkOrder
from shishod.scan.pauses import Pauses
from shishod.scan.reunion import Reuniter
from shishod.work.queue import TicketQueue
from shishod.work.runners import Failed, Runner

_log = log.get(__name__)
HANDFUL = 256
_BELIEVED = (RootState.ONLINE, RootState.HELD)


class Hasher:
    """Owned by the one worker that hashes. What it has not come to is found again by the next start."""

    def __init__(
        self,
        catalog: Catalog,
        runner: Runner,
        queue: TicketQueue,
        *,
        rate: int,
        busy: Callable[[], bool],
        clock: Clock = CLOCK,
    ) -> None:
        self._catalog = catalog
        self._reuniter = Reuniter(catalog)
        self._runner = runner
        self._queue = queue
        self._rate = rate
        self._pauses = Pauses(Errand.HASH, queue, busy, clock)

    def hash(self, tickets: Sequence[Ticket]) -> None:
        """The errand: hash the next few, and ask for the rest when their share of the disk's time is used up."""
        if not self._rate or not self._pauses.begins(tickets):
            return
        began_s = self._pauses.now_s()
        try:
            files = self._catalog.unhashed(RULE, self._pauses.after, HANDFUL)
            if not files:
                return
            read, hindrance = self._read(files)
        except Unreachable as error:
            _log.debug("files could not be hashed; the end of the next scan tries again", error=str(error))
            return
        until_s = began_s + read / self._rate
        if hindrance:
            _log.debug("files could not be hashed; the end of the next scan tries again", error=hindrance)
            self._pauses.spent(until_s)
            return
        self._pauses.after = files[-1].id
        self._pauses.rest(until_s)

    def _read(self, files: Sequence[KnownFile]) -> tuple[int, str]:
        """Hash files and store what was found; how many bytes that took, and what keeps others from being hashed."""
        roots = {root.id: root for root in self._catalog.roots() if root.state in _BELIEVED}
        ready = [(roots[one.root_id].path, one) for one in files if one.root_id in roots]
        samples = [Sample(path, one.seen) for path, one in ready]
        told = self._runner.run(sampled, samples, to_the_end=False) if samples else []
        found = [
            Hashed(one.id, one.size, one.mtime_ns, one.ctime_ns, said)
            for (_, one), said in zip(ready, told, strict=True)
            if isinstance(said, bytes)
        ]
        self._catalog.write_hashes(found)
        self._reunite({one.book_id for _, one in ready if one.book_id is not None})
        failures = [said.reason if isinstance(said, Failed) else "" for said in told]
        late = "a file could not be read in time; its root may be stalled" if "timeout" in failures else ""
        read = (bytes_of(one.size) for (_, one), failure in zip(ready, failures, strict=True) if failure != "unread")
        return sum(read), late

    def _reunite(self, book_ids: Collection[int]) -> None:
        """What is gone may be what was hashed just now: a copy whose source went before its content was known."""
        for root_id, folder in sorted(self._reuniter.reunite(book_ids)):
            subject = FolderSubject(root_id, anchor(folder))
            self._queue.request(Ticket(subject, Errand.WALK, Priority.MEDIUM, load=WalkOrder()))

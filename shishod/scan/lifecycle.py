"""Scan: its id, progress, cancelling and history."""

import uuid
from array import array
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from shishod import log
from shishod.clock import CLOCK, Clock
from shishod.errors import Refused, Unreachable
from shishod.model.catalog import ScanHistory
from shishod.model.eta import Pace
from shishod.model.event import Teller, to_nobody
from shishod.model.progress import ScanSnapshot, ScanStatus, WhenBusy, spans
from shishod.model.scanlog import Keeping, Sayer, unheard
from shishod.model.ticket import Errand, FolderSubject, Priority, Ticket
from shishod.model.tier import Look, Tier
from shishod.paths import display, is_under
from shishod.scan.admission import anchored, is_whole, refuse_beside, refuse_beyond
from shishod.scan.journal import Journal, ending
from shishod.work import heap
from shishod.work.guard import Guarded
from shishod.work.queue import TicketQueue

_log = log.get(__name__)
FIELDS = fields(ScanSnapshot)
_DEPTH = {Look.NONE: 0, Look.PEEK: 1, Look.QUICK: 2, Look.FULL: 3}
_PRIORITY = {"operator": Priority.HIGH, "start": Priority.MEDIUM, "schedule": Priority.LOW}


class Scan:
    """Shared: by the walk that feeds it, the workers that finish its files, and the faces that watch it."""

    def __init__(self, snapshot: ScanSnapshot, subjects: Sequence[FolderSubject], sayer: Sayer = unheard) -> None:
        self.id = snapshot.id
        self._sayer = sayer
        self.subjects = frozenset(subjects)
        self._state: Guarded[dict[str, Any]] = Guarded({field.name: getattr(snapshot, field.name) for field in FIELDS})
        self._walks = len(self.subjects)
        self._to_see = len(self.subjects)
        self._failures: list[str] = []
        self._touched = array("q")
        self._unrecorded = ""
        self._cancelled = False
        self._pace = Pace()
        self._reading = b""

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def snapshot(self) -> ScanSnapshot:
        """The scan as it stands: immutable, its counts belonging together."""
        with self._state as state:
            now = dict(state)
        now["processed"] = now["succeeded"] + now["failed"] + now["skipped"]
        now["current"] = "" if now["status"].ended else display(self._reading)
        return ScanSnapshot(**now)

    def add(self, **counts: int) -> None:
        """Count on; `processed` follows from its three parts."""
        with self._state as state:
            for name, count in counts.items():
                state[name] += count

    def note(self, **fields: Any) -> None:
        """Say what it is doing, or what became of it."""
        with self._state as state:
            state.update(fields)

    def reading(self, path: bytes) -> None:
        """What it is at: told for every file, and asked for by few."""
        self._reading = path

    def touch(self, book_id: int) -> None:
        """A book was recorded for it: who puts files in order is told once all of them are read, and not before."""
        with self._state:
            self._touched.append(book_id)

    def touched(self) -> list[tuple[int, int]]:
        """The books that were recorded for it, as spans of their numbers: the first and the last of each."""
        with self._state:
            numbers = sorted(set(self._touched))
        return spans(numbers)

    def say(self, level: str, text: str, /, **facts: Any) -> None:
        """A line of its log; `level` is one of LEVELS."""
        self._sayer(self.id, level, text, **facts)

    def pace(self, now_s: float) -> dict[str, Any]:
        """Where it stands, how fast it goes on, and how long it will take yet; None where that cannot be known."""
        now = self.snapshot()
        with self._state:
            self._pace = self._pace.seen(now.processed, now_s)
            pace = self._pace
        eta_s = pace.eta_s(now.total - now.processed) if now.discovered else None
        rate = None if pace.rate is None else round(pace.rate, 1)
        return {"phase": _phase(now), "rate": rate, "eta_s": None if eta_s is None else round(eta_s, 1)}

    def cancel(self) -> None:
        self._cancelled = True

    def expect_walk(self) -> None:
        """One more walk belongs to it: files that had not settled are looked at again."""
        with self._state:
            self._walks += 1

    def walk_seen(self) -> None:
        """One of its walks has seen its last folder; after the last of them the total is known."""
        with self._state as state:
            self._to_see -= 1
            state["discovered"] = self._to_see <= 0

    def walk_ended(self, failure: str | None) -> bool:
        """One of its walks is over, with all its tickets; True when it was the last."""
        with self._state:
            self._walks -= 1
            if failure:
                self._failures.append(failure)
            return self._walks == 0

    def hinder(self, reason: str) -> None:
        """Something that it read could not be recorded."""
        self._unrecorded = reason

    def outcome(self) -> tuple[ScanStatus, str]:
        """How it ended, and what was left undone."""
        skipped = self.snapshot().skipped
        files = "1 file was" if skipped == 1 else f"{skipped} files were"
        left = (f"{files} not ready or could not be recorded; the next scan tries again",) if skipped else ()
        hindered = (self._unrecorded,) if self._unrecorded else ()
        reason = "; ".join(dict.fromkeys((*hindered, *self._failures, *left)))
        if self._cancelled:
            return ScanStatus.CANCELLED, reason
        if hindered or (self._failures and len(self._failures) >= len(self.subjects)):
            return ScanStatus.FAILED, reason
        return ScanStatus.COMPLETED, reason


def _phase(now: ScanSnapshot) -> str:
    """What a scan is at, in one word."""
    if now.status is ScanStatus.QUEUED:
        return "waiting"
    if not now.discovered:
        return "walking"
    return "reading" if now.processed < now.total else "ending"


@dataclass(frozen=True, slots=True)
class WalkOrder:
    """The load of a WALK ticket: how deep to look, and who wants to know.

    `vouched` are paths of files that have settled; `tree` walks all that is below. A scan stands in `scans` once for
    each of its walks that this ticket has become. `reread` are files, and folders whose files, are read whatever is
    known of them. `again` is a scan's second look, of which the first has counted what is as it was. What is `alone` is
    walked by itself, as a tree is: together with others it was given up.
    """

    look: Look = Look.FULL
    tree: bool = False
    scans: tuple[Scan, ...] = ()
    vouched: frozenset[bytes] = frozenset()
    unasked: bool = True  # somebody wants it who is no scan: the watch, or a file that was not ready
    reread: frozenset[bytes] = frozenset()
    again: bool = False
    alone: bool = False

    @property
    def cancelled(self) -> bool:
        """Whether everybody who wanted it has given up."""
        return not self.unasked and all(scan.cancelled for scan in self.scans)

    def joined(self, newer: "WalkOrder") -> "WalkOrder":
        return WalkOrder(
            max(self.look, newer.look, key=_DEPTH.__getitem__),
            self.tree or newer.tree,
            self.scans + newer.scans,
            self.vouched | newer.vouched,
            self.unasked or newer.unasked,
            self.reread | newer.reread,
            all(one.again for one in (self, newer) if one.scans),
            self.alone or newer.alone,
        )

    def company(self, subject: FolderSubject) -> Hashable:
        """Folders of one root that are wanted alike are one walk: most of what a walk costs does not depend on how much
        it looks at, and a library that is copied brings thousands of folders at once."""
        if self.tree or self.alone:
            return subject
        scans = frozenset(self.scans)
        return subject.root_id, self.look, scans, self.unasked, self.reread, self.again and bool(scans)

    def rereads(self, path: bytes) -> bool:
        """Whether a file is read whatever is known of it."""
        return bool(self.reread) and any(is_under(path, one) for one in self.reread)


class Scans:
    """Shared: by whoever asks for a scan, and whoever watches one."""

    def __init__(
        self,
        queue: TicketQueue,
        history: ScanHistory,
        cache_stats: Callable[[], dict[str, int]],
        clock: Clock = CLOCK,
        keep: Keeping = Keeping(),  # noqa: B008 - it is frozen
    ) -> None:
        self.tell: Teller = to_nobody
        self.stalled: Callable[[], frozenset[int]] = frozenset  # the Sweeper's word, once there is one
        self._queue = queue
        self._history = history
        self._cache_stats = cache_stats
        self._clock = clock
        self._keep = keep
        self.journal = Journal(history, clock)
        self._alive: Guarded[dict[str, Scan]] = Guarded({})

    def request(
        self,
        tier: Tier,
        subjects: Sequence[FolderSubject],
        trigger: str,
        scope: tuple[str, ...],
        reread: Mapping[FolderSubject, frozenset[bytes]] | None = None,
        *,
        when_busy: WhenBusy = WhenBusy.JOIN,
    ) -> ScanSnapshot:
        """Start a scan and return at once; one that is alive and covers the same ground is returned instead, unless
        `when_busy` asks for one more behind it, or for none: then Refused is raised, as where too many wait already.

        One that is to `reread` files is always a scan of its own. Where it names single files of a folder, what lies
        below the folder is not looked at.
        """
        if reread is not None:
            reread = anchored(reread)
            subjects = tuple(reread)
        if tier.look is Look.NONE or not subjects:
            raise Refused("there is nothing to scan: no folder was named, or the tier looks at none")
        joins = reread is None and when_busy is WhenBusy.JOIN
        with self._alive as alive:
            going = [scan for scan in alive.values() if not scan.snapshot().status.ended]
            if when_busy is WhenBusy.REFUSE:
                refuse_beside(going, subjects)
            for scan in going if joins else ():
                before = scan.snapshot()
                if before.status is not ScanStatus.QUEUED and trigger == "operator":
                    continue  # it may be past what has changed since
                deep = _DEPTH[before.tier.look] >= _DEPTH[tier.look]
                if deep and not (scan.cancelled or before.status.ended) and scan.subjects >= frozenset(subjects):
                    return before
            if trigger == "operator":
                refuse_beyond(going)
            wanted = ScanSnapshot(uuid.uuid4().hex, tier, ScanStatus.QUEUED, trigger, scope, self._clock.now())
            scan = alive[wanted.id] = Scan(wanted, subjects, self.journal.say)
        try:
            self._history.write_scan(wanted)
        except Unreachable:
            self._forget(scan)
            raise
        order = WalkOrder(tier.look, tree=True, scans=(scan,), unasked=False)
        stalled = self.stalled()
        for subject in sorted(scan.subjects):
            if subject.root_id in stalled:
                self.walk_ended(scan, "a root is stalled: a call into it has not returned")
                continue
            paths = frozenset() if reread is None else reread[subject]
            tree = reread is None or is_whole(subject, paths)
            load = replace(order, tree=tree, reread=paths)
            self._queue.request(Ticket(subject, Errand.WALK, _PRIORITY.get(trigger, Priority.MEDIUM), load=load))
        return wanted

    def started(self, scan: Scan) -> None:
        """Its first walk has begun."""
        before = scan.snapshot()
        if before.status is ScanStatus.QUEUED:
            scan.note(status=ScanStatus.RUNNING, started_at=self._clock.now())
            self._write(scan)
            self.tell("scan-started", scan=scan.id, tier=str(before.tier), trigger=before.trigger)
            _log.info("scan started", scan=scan.id, tier=before.tier, trigger=before.trigger, scope=before.scope)
            scan.say("info", "scan started", tier=before.tier, trigger=before.trigger, scope=before.scope)

    def walk_ended(self, scan: Scan, failure: str | None) -> None:
        """One walk of it is over; the last one ends the scan and writes it down."""
        if not scan.walk_ended(failure) or scan.snapshot().status.ended:
            return
        status, reason = scan.outcome()
        stats = tuple(sorted(self._cache_stats().items()))
        scan.note(status=status, reason=reason, ended_at=self._clock.now(), discovered=True, cache=stats)
        self._end(scan)

    def cancel(self, scan_id: str) -> ScanSnapshot:
        """Stop a scan within one file; what it has recorded stays. Raises Refused when there is none to stop."""
        with self._alive as alive:
            scan = alive.get(scan_id)
        if scan is None:
            ended = self._history.scan(scan_id)
            if ended is None:
                raise Refused(f"there is no scan {scan_id}", kind="not-found", hint="list them: shishoctl status")
            raise Refused(f"scan {scan_id} has ended already: {ended.status}")
        scan.cancel()
        _log.info("scan is being cancelled", scan=scan.id)
        scan.say("info", "scan is being cancelled")
        for ticket in self._queue.drop(lambda one: one.errand is Errand.WALK and scan in one.load.scans):
            others = tuple(one for one in ticket.load.scans if one is not scan)
            if others or ticket.load.unasked:
                self._queue.request(replace(ticket, load=replace(ticket.load, scans=others)))
            for _ in range(len(ticket.load.scans) - len(others)):
                self.walk_ended(scan, None)
        return scan.snapshot()

    def snapshot(self, scan_id: str) -> ScanSnapshot | None:
        """One scan, alive or from the history; None when it was never asked for."""
        with self._alive as alive:
            scan = alive.get(scan_id)
        return scan.snapshot() if scan is not None else self._history.scan(scan_id)

    def pace(self, scan_id: str) -> dict[str, Any]:
        """How a scan that is alive goes on: its `phase`, its `rate` in files a second, and `eta_s`; {} for another."""
        with self._alive as alive:
            scan = alive.get(scan_id)
        return {} if scan is None else scan.pace(self._clock.monotonic_s())

    def active(self) -> tuple[ScanSnapshot, ...]:
        """The scans that have not ended, the oldest first."""
        with self._alive as alive:
            scans = list(alive.values())
        return tuple(now for now in (scan.snapshot() for scan in scans) if not now.status.ended)

    def close(self) -> None:
        """The daemon stops: what is still alive was interrupted, and the next start goes on from what it recorded."""
        with self._alive as alive:
            scans = list(alive.values())
        for scan in scans:
            scan.cancel()
            if not scan.snapshot().status.ended:
                scan.note(status=ScanStatus.INTERRUPTED, ended_at=self._clock.now(), reason="the daemon was stopped")
            self._end(scan)

    def _forget(self, scan: Scan) -> bool:
        with self._alive as alive:
            return alive.pop(scan.id, None) is not None

    def _write(self, scan: Scan) -> bool:
        """Write a scan down; that the database does not answer is no reason for it to stop, or never to end."""
        try:
            self._history.write_scan(scan.snapshot())
        except Unreachable as error:
            _log.warning("a scan could not be written down; it is told from memory", scan=scan.id, error=str(error))
            return False
        return True

    def _write_ended(self) -> None:
        """Those that could not be written when they ended, now that the database answers."""
        with self._alive as alive:
            ended = [one for one in alive.values() if one.snapshot().status.ended]
        for one in ended:
            if self._write(one):
                self._forget(one)

    def _prune(self) -> None:
        try:
            self._history.forget_scans(self._keep.scans, *self._keep.since(self._clock.now()))
        except Unreachable as error:
            _log.debug("old scans could not be forgotten; the next end of one tries again", error=str(error))

    def _tell_end(self, scan: Scan, last: ScanSnapshot) -> None:
        counts = {name: getattr(last, name) for name in ("books_new", "books_changed", "missing", "failed", "held")}
        facts = {"tier": str(last.tier), "trigger": last.trigger, "status": str(last.status), "reason": last.reason}
        self.tell("scan-ended", scan=last.id, **facts, **counts, books=scan.touched())

    def _end(self, scan: Scan) -> None:
        with self._alive as alive:
            if scan.id not in alive:
                return
        last = scan.snapshot()
        told = ending(last)
        scan.say("warning" if last.reason else "info", "scan ended", **told)
        self.journal.flush()
        if self._write(scan):  # before it is forgotten, so that nobody finds an older row meanwhile
            if not self._forget(scan):
                return
            self._write_ended()
        self._prune()
        self._tell_end(scan, last)
        if not self.active():
            heap.give_back()
        _log.info("scan ended", scan=scan.id, **told)

"""A house in one thread: the real queue, catalogue, walk and intake, worked by hand and with a clock to wind."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shishod.clock import Clock
from shishod.formats.limits import Limits
from shishod.model.catalog import BookQuery
from shishod.model.library import Library, Root
from shishod.model.progress import ScanSnapshot
from shishod.model.state import KnownFile, State
from shishod.model.ticket import Errand, FolderSubject, Priority, Ticket
from shishod.model.tier import Tier
from shishod.scan.cache import ScanCache
from shishod.scan.gallery import Gallery
from shishod.scan.guard import MountGuard
from shishod.scan.hasher import Hasher
from shishod.scan.inhand import InHand
from shishod.scan.inspection import Assignment
from shishod.scan.intake import Intake
from shishod.scan.lifecycle import Scans, WalkOrder
from shishod.scan.reconcile import Reconciler
from shishod.scan.record import CatalogRecorder
from shishod.scan.settings import ScanSettings
from shishod.scan.survey import Rooms
from shishod.scan.sweeper import FOLDERS, Sweeper
from shishod.scan.taker import Taker
from shishod.scan.trace import Tracer
from shishod.store.catalog import SqlCatalog
from shishod.store.settings import StoreSettings
from shishod.work.pool import WorkerPool
from shishod.work.queue import TicketQueue
from shishod.work.runners import Failed
from shishod.work.runners.inline import InlineRunner
from shishod.work.stop import StopSignal
from tests.store.copied import open_copy

AT_ONCE = ScanSettings(settle=timedelta(0), settle_network=timedelta(0))  # type: ignore[arg-type]
PATIENT = StoreSettings()
CHUNK = {Errand.INSPECT: 4}


class HandClock(Clock):
    """Both clocks of the house. Nothing waits for real: what is due later is due when the clock was wound."""

    def __init__(self) -> None:
        self._passed_s = 0.0
        super().__init__(lambda: datetime.now(UTC) + timedelta(seconds=self._passed_s), lambda: self._passed_s)

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def wind(self, seconds: float) -> None:
        self._passed_s += seconds


class NotingRunner(InlineRunner):
    """Reads in place and notes what; `before` sees each assignment first, as a process that is late would.

    Files in `fails` cost their worker, as the runner of processes tells it; a root may be made not to answer.
    """

    def __init__(self) -> None:
        super().__init__()
        self.read: list[bytes] = []
        self.before: Callable[[Assignment], object] = lambda _: None
        self.fails: dict[bytes, Failed] = {}
        self.root_answers = True

    def run(
        self,
        function: Callable[[Any], Any],
        things: Sequence[Any],
        *,
        to_the_end: bool = True,
        told: Callable[[int], object] | None = None,
    ) -> list[Any]:
        if not isinstance(things[0], Assignment):
            return super().run(function, things) if self.root_answers else [Failed("timeout", "30 s")] * len(things)
        answers: list[Any] = []
        for one in things:
            self.read.append(one.seen.path)
            self.before(one)
            answers.append(self.fails.get(one.seen.path) or super().run(function, [one])[0])
            if told is not None:
                told(len(answers) - 1)
            if not to_the_end and isinstance(answers[-1], Failed) and answers[-1].reason == "timeout":
                break
        return answers + [Failed("unread", "one before it hung")] * (len(things) - len(answers))


class House:
    """The scan room with its true neighbours on a temporary library and a real database."""

    def __init__(
        self,
        state: Path,
        libraries: Mapping[str, Path],
        settings: ScanSettings = AT_ONCE,
        store: StoreSettings = PATIENT,
    ) -> None:
        self.clock = HandClock()
        self.stop = StopSignal()
        self.catalog: SqlCatalog = open_copy(store, state, self.clock)
        self.catalog.enrol([Library(name, (os.fsencode(path),)) for name, path in libraries.items()], self.clock.now())
        self.queue = TicketQueue(self.clock.monotonic_s)
        self.runner = NotingRunner()
        self.cache = ScanCache(self.catalog)
        self.scans = Scans(self.queue, self.catalog, self.cache.stats, self.clock)
        self.recorder = CatalogRecorder(self.catalog, self.cache, self.clock)
        self.guard = MountGuard(self.catalog, self.clock)
        self.reconciler = Reconciler(self.catalog, self.guard, settings, self.runner, self.clock)
        tracer = Tracer(self.catalog, self.runner)
        self.rooms = Rooms(
            *(self.queue, self.catalog, self.guard, self.reconciler, tracer, self.scans),
            *(settings, self.stop.is_set, self.clock),
        )
        self.sweeper = Sweeper(self.rooms)
        self.scans.stalled = self.sweeper.stalled
        self.intake = Intake(
            catalog=self.catalog,
            recorder=self.recorder,
            runner=self.runner,
            guard=self.guard,
            sweeper=self.sweeper,
            limits=Limits(),
            in_hand=InHand(state / "in-hand"),
            clock=self.clock,
        )
        self.hasher = Hasher(
            self.catalog, self.runner, self.queue, rate=settings.hash_rate, busy=lambda: False, clock=self.clock
        )
        self.taker = Taker(
            self.catalog,
            self.runner,
            self.queue,
            Gallery(str(state / "covers")),
            limits=Limits(),
            rate=settings.cover_rate,
            busy=lambda: self.scanning,
            clock=self.clock,
        )
        self.scanning = False
        self.errands = {
            Errand.WALK: self.sweeper.walk,
            Errand.INSPECT: self.intake.inspect,
            Errand.HASH: self.hasher.hash,
            Errand.COVER: self.taker.take,
        }

    def root(self, number: int = 0) -> Root:
        return self.catalog.roots()[number]

    def subjects(self) -> list[FolderSubject]:
        return [FolderSubject(root.id, b"") for root in self.catalog.roots()]

    def turn(self, *errands: Errand, most: int = 4) -> bool:
        """Carry out one handful of what is ready now, of any errand or of these; False when nothing is."""
        tickets = self.queue.claim_some({Errand.INSPECT: most, Errand.WALK: FOLDERS}, errands or None, 0)
        try:
            if tickets:
                self.errands[tickets[0].errand](tickets)
        finally:
            for ticket in tickets:
                self.queue.finish(ticket)
        return bool(tickets)

    def work(self, *errands: Errand) -> None:
        """Carry out all that is ready now, of any errand or of these."""
        while self.turn(*errands):
            pass

    def pause(self) -> None:
        """Time enough between two scans for everything to be hashed."""
        self.clock.wind(10)
        self.work()

    def request(self, tier: Tier = Tier.FULL, trigger: str = "operator") -> ScanSnapshot:
        return self.scans.request(tier, self.subjects(), trigger, ("all",))

    def scan(self, tier: Tier = Tier.FULL) -> ScanSnapshot:
        """A whole scan from its request to its last row."""
        asked = self.request(tier)
        self.work(Errand.WALK, Errand.INSPECT)
        ended = self.scans.snapshot(asked.id)
        assert ended is not None
        return ended

    def hint(self, folder: str = "", *names: str) -> None:
        """What the watch asks for when files in a folder have settled."""
        order = WalkOrder(vouched=frozenset(os.fsencode(os.path.join(folder, name)) for name in names))
        subject = FolderSubject(self.root().id, os.fsencode(folder))
        self.queue.request(Ticket(subject, Errand.WALK, Priority.HIGH, load=order))

    def files(self, number: int = 0) -> dict[str, KnownFile]:
        """What the catalogue remembers of a root, by path."""
        return {os.fsdecode(one.path): one for one in self.catalog.files_below(self.root(number).id, b"")}

    def states(self) -> dict[str, State]:
        return {path: known.state for path, known in self.files().items()}

    def books(self, library: str | None = None) -> list[dict[str, Any]]:
        rows, _ = self.catalog.books(BookQuery(library=library, limit=1000))
        return [self.catalog.book(row["id"]) or {} for row in rows]

    def titles(self, library: str | None = None) -> list[str]:
        return sorted(book["title"] for book in self.books(library))

    def reads(self) -> list[str]:
        """The files read since this was last asked, in the order of names."""
        read, self.runner.read = sorted(os.fsdecode(path) for path in self.runner.read), []
        return read

    @contextmanager
    def staffed(self, workers: int = 4) -> Iterator[WorkerPool]:
        """The same house with real threads; gives those that walk."""
        pools = [
            WorkerPool("scan", self.queue, {Errand.INSPECT: self.intake.inspect}, workers, self.stop, CHUNK),
            WorkerPool("walk", self.queue, {Errand.WALK: self.sweeper.walk}, 2, self.stop, {Errand.WALK: FOLDERS}),
        ]
        for pool in pools:
            pool.start()
        try:
            yield pools[1]
        finally:
            self.stop.set()
            joined = [pool.join(10) for pool in pools]
            assert all(joined)

    def close(self) -> None:
        self.catalog.close()

"""build(): where the house is put together; the only file that knows every class."""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from shishod import formats, log
from shishod.clock import CLOCK
from shishod.control.server import ControlServer
from shishod.daemon.config import Settings
from shishod.daemon.parts import Part
from shishod.daemon.upkeep import Upkeep
from shishod.errors import Refused
from shishod.metrics import Sample
from shishod.model.library import RootState
from shishod.model.progress import ScanSnapshot
from shishod.model.ticket import BookSubject, Errand, FolderSubject, Priority, Ticket
from shishod.model.tier import Look, Tier
from shishod.mounts import asleep
from shishod.operations import LossRules, Operations, Probes, WaitingRow, WorkerRow
from shishod.paths import display, join
from shishod.scan.cache import ScanCache
from shishod.scan.edits import Editor
from shishod.scan.gallery import Gallery
from shishod.scan.group import anchor
from shishod.scan.guard import MountGuard
from shishod.scan.hasher import Hasher
from shishod.scan.intake import Intake
from shishod.scan.lifecycle import Scans, WalkOrder
from shishod.scan.pauses import please
from shishod.scan.purger import Purger
from shishod.scan.reconcile import Reconciler
from shishod.scan.record import CatalogRecorder
from shishod.scan.rehearsal import Rehearsal
from shishod.scan.stall import StallCheck
from shishod.scan.survey import Rooms
from shishod.scan.sweeper import Sweeper
from shishod.scan.taker import Taker
from shishod.scan.trace import Tracer
from shishod.schedule import Schedule
from shishod.store.catalog import SqlCatalog, open_catalog
from shishod.watch.mounttable import MountTable
from shishod.watch.pace import LastLook
from shishod.watch.root import Asks
from shishod.watch.watcher import Watcher
from shishod.work.pool import Hand, WorkerPool
from shishod.work.queue import TicketQueue
from shishod.work.runners import Runner
from shishod.work.runners.inline import InlineRunner
from shishod.work.runners.processes import ProcessRunner
from shishod.work.stop import StopSignal

_log = log.get(__name__)
PRELOAD = (
    "shishod.scan.inspection",
    "shishod.scan.hashing",
    "shishod.scan.taking",
    "shishod.scan.visit",
    "shishod.formats.thumbnails",
    *formats.PRELOAD,
)
FIRST_PAUSE_S = 1.0  # after the start, for what an earlier run did not come to
WALKERS = 4  # so that one dead share leaves three


class Daemon:
    """Everything that runs, wired and not yet started. `parts` are in the order of their start."""

    def __init__(self, settings: Settings, load: Callable[[], Settings] | None, *, idle: bool = False) -> None:
        self.settings = settings
        self.stop = StopSignal()
        self._load = load
        self._idle = idle
        self.catalog = _catalog(settings)
        self.queue = TicketQueue(ageing_s=settings.work.ageing)
        self.runner = _runner(settings)
        self.cache = ScanCache(self.catalog)
        self.scans = Scans(self.queue, self.catalog, self.cache.stats, keep=settings.scan.history)
        self.recorder = CatalogRecorder(self.catalog, self.cache)
        self.editor = Editor(self.catalog, self.recorder)
        self.guard = MountGuard(self.catalog)
        reconciler = Reconciler(self.catalog, self.guard, settings.scan, self.runner)
        tracer = Tracer(self.catalog, self.runner)
        rooms = Rooms(
            self.queue, self.catalog, self.guard, reconciler, tracer, self.scans, settings.scan, self.stop.is_set
        )
        self.sweeper = Sweeper(rooms)
        self.rehearsal = Rehearsal(rooms, self.runner, self.sweeper.stalled)
        self.scans.stalled = self.sweeper.stalled
        self.intake = Intake(
            catalog=self.catalog,
            recorder=self.recorder,
            runner=self.runner,
            guard=self.guard,
            sweeper=self.sweeper,
            limits=settings.formats.limits(),
        )
        chunk = {Errand.INSPECT: settings.work.chunk}
        work = settings.work.worker_count()
        purger = Purger(self.catalog, settings.scan.missing_grace)
        self.taker = self._taker()
        upkeep = Upkeep(self.queue, self.catalog, settings.store.keep_backups, self.taker.tidy)
        errands = {
            Errand.INSPECT: self.intake.inspect,
            Errand.RECONCILE: purger.purge,
            Errand.KEEP: upkeep.carry,
        }
        self.workers = WorkerPool("scan", self.queue, errands, work, self.stop, chunk)
        self.pauses = self._pauses()
        self.walkers = WorkerPool("walk", self.queue, {Errand.WALK: self.sweeper.walk}, WALKERS, self.stop)
        self.stall_check = StallCheck(self.sweeper, self.walkers, settings.scan.stall_after)
        self.watcher = Watcher(
            self.catalog.roots(),
            settings.watch,
            Asks(self._walk_folder, self._walk_root, self._poll_root, self._looked),
            suffixes=formats.NOTICED,
            when_armed=None if settings.scan.on_start == "off" else self._first_scan,
        )
        self.mounts = MountTable(self._mounts_changed)
        self.schedule = Schedule(
            settings.schedule, self._scheduled, request_purge=self._request_purge, request_backup=upkeep.request
        )
        self.reload: Callable[[], Mapping[str, Any]] = self.apply
        self.control = ControlServer(self._operations(), settings.socket_path(), settings.control)

    def _taker(self) -> Taker:
        settings = self.settings
        return Taker(
            self.catalog,
            self.runner,
            self.queue,
            Gallery(str(settings.state_path() / "covers")),
            limits=settings.formats.limits(),
            rate=int(settings.scan.cover_rate),
            busy=self._working,
        )

    def _pauses(self) -> WorkerPool:
        """One worker for both errands, so that they do not get in each other's way."""
        rate = int(self.settings.scan.hash_rate)
        hashing = Hasher(self.catalog, self.runner, self.queue, rate=rate, busy=self._working)
        errands = {Errand.HASH: hashing.hash, Errand.COVER: self.taker.take}
        return WorkerPool("pause", self.queue, errands, 1, self.stop)

    @property
    def parts(self) -> Sequence[Part]:
        """In the order of their start; what is asked for work comes up before what asks for it."""
        return (
            Part("runner", self._warm, lambda _: self.runner.close(), lambda: True),
            Part("workers", self.workers.start, self.workers.join, self.workers.alive),
            Part("walkers", self.walkers.start, self.walkers.join, self.walkers.alive),
            Part("pauses", self.pauses.start, self.pauses.join, self.pauses.alive),
            Part("scans", self._begin, lambda _: self.scans.close(), lambda: True),
            Part("schedule", self._start_schedule, lambda _: self.schedule.stop(), self._schedule_alive, None, True),
            Part("mounts", self.mounts.start, self.mounts.stop, self.mounts.alive, None, True),
            Part("control", self.control.start, self.control.stop, self.control.alive, self.control.last_beat_s),
            Part("watch", self._watch, self.watcher.stop, self._watch_alive, self._watch_beat_s, True),  # last: it arms
        )

    @property
    def on_tick(self) -> Sequence[Callable[[], object]]:
        """What the supervisor calls at every turn."""
        return (self.stall_check, self.schedule.tick, self.control.tick)

    def close(self) -> None:
        """After every part has stopped: give the catalogue back."""
        self.catalog.close()

    def progress(self) -> tuple[ScanSnapshot, ...]:
        """The scans that are alive, for a terminal that draws them."""
        return self.scans.active()

    def status_line(self) -> str:
        """One line for `systemctl status`: roots, watches, what is going on or the last scan."""
        roots = self.catalog.roots()
        away = [root for root in roots if root.state is not RootState.ONLINE]
        armed = sum(row.armed for row in self.watcher.status())
        said = f"{len(roots)} root" + "s" * (len(roots) != 1)
        said += "".join(f", {display(root.path)} is {root.state}" for root in away)
        return f"{said}; {armed} folder{'s' * (armed != 1)} watched; {self._activity()}"

    def news(self) -> object:
        """What tells that the status line may be another: it is other itself then. Asks nobody but the memory."""
        return self.scans.active(), self.watcher.status()

    def _activity(self) -> str:
        if active := self.scans.active():
            scan = active[0]
            return f"{scan.tier} scan {scan.status}: {scan.processed} of {scan.total} files"
        last = next(iter(self.catalog.scans(limit=1)), None)
        if last is None or last.ended_at is None:
            return "no scan yet"
        return f"last scan {last.tier} {last.status} {last.ended_at.astimezone():%Y-%m-%d %H:%M:%S}"

    def apply(self) -> Mapping[str, Any]:
        """Read the configuration again: what can be applied at once, and what waits for a restart."""
        if self._load is None:
            raise Refused("this daemon was started without a configuration file, so there is nothing to read again")
        new, old = self._load(), self.settings
        changed = [name for name in type(new).model_fields if getattr(new, name) != getattr(old, name)]
        self.schedule.reconfigure(new.schedule)
        log.setup(new.log.level, new.log.style)
        live = [name for name in changed if name in ("schedule", "log")]
        self.settings = old.model_copy(update={name: getattr(new, name) for name in live})
        return {"applied": live, "restart_needed": [name for name in changed if name not in live]}

    def _reload_now(self) -> Mapping[str, Sequence[str]]:
        return self.reload()

    def _warm(self) -> None:
        """Have a process made ready while the others start: nobody waits for it but the first who reads."""
        threading.Thread(target=self.runner.warm, name="run-warm", daemon=True).start()

    def _begin(self) -> None:
        if interrupted := self.catalog.interrupt_scans(CLOCK.now()):
            _log.info("scans were interrupted; what they recorded stands", scans=interrupted)
        if reopened := self.catalog.reopen_outdated(formats.versions()):
            _log.info("readers are newer than what they have read; it is read anew", folders=reopened)
        if not self._idle:
            first_s = CLOCK.monotonic_s() + FIRST_PAUSE_S
            self.queue.request(please(Errand.HASH, first_s))
            self.queue.request(please(Errand.COVER, first_s))

    def _working(self) -> bool:
        """Whether a scan runs, or books wait to be read."""
        waiting = self.queue.waiting()
        return bool(self.scans.active() or waiting[Errand.INSPECT])

    def _start_schedule(self) -> None:
        if not self._idle:
            self.schedule.start()

    def _schedule_alive(self) -> bool:
        return self._idle or self.schedule.alive()

    def _watch(self) -> None:
        if self._idle:
            return
        self.watcher.start()

    def _first_scan(self) -> None:
        """All roots are armed: what changes from now on is heard, so what was there before is looked at now."""
        self._scan_all(Tier(self.settings.scan.on_start), "start")

    def _watch_alive(self) -> bool:
        return self._idle or self.watcher.alive()

    def _watch_beat_s(self) -> float:
        return CLOCK.monotonic_s() if self._idle else self.watcher.last_beat_s()

    def _scheduled(self, tier: Tier, trigger: str) -> None:
        self._scan_all(tier, trigger)

    def _scan_all(self, tier: Tier, trigger: str) -> None:
        roots = self.catalog.roots()
        if tier is Tier.QUICK:
            roots = tuple(root for root in roots if not asleep(root.path))  # an automount is woken by full scans alone
        if roots:
            scope = tuple(dict.fromkeys(root.library for root in roots))
            self.scans.request(tier, [FolderSubject(root.id, b"") for root in roots], trigger, scope)

    def _request_purge(self) -> None:
        self.queue.request(Ticket(Errand.RECONCILE, Errand.RECONCILE, Priority.LOW))

    def _walk_folder(self, root_id: int, folder: bytes, names: frozenset[bytes]) -> None:
        """A settled change, from the watch."""
        order = WalkOrder(vouched=frozenset(join(folder, name) for name in names))
        subject = FolderSubject(root_id, anchor(folder))
        self.queue.request(Ticket(subject, Errand.WALK, Priority.HIGH, load=order))

    def _walk_root(self, root_id: int, reason: str) -> None:
        """The watch missed something, or has only begun."""
        _log.debug("a root is looked over", root_id=root_id, reason=reason)
        order = WalkOrder(Look.QUICK, tree=True)
        self.queue.request(Ticket(FolderSubject(root_id, b""), Errand.WALK, Priority.MEDIUM, load=order))

    def _poll_root(self, root_id: int) -> None:
        """The kernel does not tell of this root, or not of all of it."""
        order = WalkOrder(Look.PEEK, tree=True)
        self.queue.request(Ticket(FolderSubject(root_id, b""), Errand.WALK, Priority.MEDIUM, load=order))

    def _looked(self, root_id: int) -> LastLook | None:
        looked = self.sweeper.looked(root_id)
        return None if looked is None else LastLook(*looked)

    def _mounts_changed(self, table: bytes) -> None:
        self.watcher.check_soon()
        for root_id in self.guard.glance(table):
            if not self._idle:
                self._walk_root(root_id, "its mount changed")

    def _operations(self) -> Operations:
        probes = Probes(
            watch=self.watcher.status,
            workers=self._worker_rows,
            waiting=self._waiting_rows,
            queue=self.queue.waiting,
            schedule=self.schedule.next_runs,
            loops=lambda: {part.name: part.alive() for part in self.parts},
            cache=self.cache.stats,
            arrears=self.sweeper.arrears.reason,
            rehearse=self.rehearsal.run,
            picture=self.taker.picture,
            edit=self.editor.edit,
            counters=self._counters,
            reload=self._reload_now,
        )
        scan = self.settings.scan
        return Operations(
            catalog=self.catalog,
            history=self.catalog,
            shelf=self.catalog,
            scans=self.scans,
            probes=probes,
            rules=LossRules(scan.missing_grace, scan.hold_scans, scan.hold_apart),
        )

    def _worker_rows(self) -> Sequence[WorkerRow]:
        now_s = CLOCK.monotonic_s()
        hands = (*self.walkers.hands(), *self.workers.hands(), *self.pauses.hands())
        return [WorkerRow(hand.worker, _doing(hand), now_s - hand.since_s) for hand in hands if hand.tickets]

    def _waiting_rows(self) -> Sequence[WaitingRow]:
        """Files that have changed for long, as the watch and the walks know them, the longest first."""
        now, now_s = CLOCK.now(), CLOCK.monotonic_s()
        long_ago = now - timedelta(seconds=self.settings.scan.waiting_after)
        since: dict[tuple[int, bytes], datetime] = {}
        for root_id, growing in self.watcher.waiting():
            since[root_id, growing.path] = now - timedelta(seconds=now_s - growing.since_s)
        passed_over = set()
        for one in self.sweeper.survey.unsettled.files(now):
            place = one.root_id, one.path
            since[place] = min(one.since, since.get(place, now))
            if one.passed_over:
                passed_over.add(place)
        rows = [WaitingRow(*at, when) for at, when in since.items() if when <= long_ago or at in passed_over]
        return sorted(rows, key=lambda row: row.since)

    def _counters(self) -> Sequence[Sample]:
        run, written = self.runner.stats(), self.recorder.stats()
        lost = sum(run.get(reason, 0) for reason in ("timeout", "crash", "memory"))
        return [
            Sample("shishod_parser_processes", run.get("processes", 0)),
            Sample("shishod_parser_restarts_total", lost),
            Sample("shishod_db_batches_total", written["batches"]),
            Sample("shishod_db_books_total", written["things"]),
            *(Sample("shishod_scan_files_total", n, {"outcome": what}) for what, n in self.intake.stats().items()),
        ]


def build(settings: Settings, load: Callable[[], Settings] | None = None, *, idle: bool = False) -> Daemon:
    """Wire the house. Raises SettingsError where it cannot be lived in. `idle` neither watches nor scans by itself."""
    return Daemon(settings, load, idle=idle)


def _catalog(settings: Settings) -> SqlCatalog:
    catalog = open_catalog(settings.store, settings.state_path())
    catalog.enrol(settings.as_libraries(), CLOCK.now())
    return catalog


def _runner(settings: Settings) -> Runner:
    if settings.work.runner == "inline":
        return InlineRunner(PRELOAD)
    limits = settings.formats.limits()
    return ProcessRunner(
        settings.work.process_count(),
        limit_s=limits.file_s,
        memory_bytes=limits.memory_bytes,
        preload=PRELOAD,
        idle_s=settings.work.idle_retire,
    )


def _doing(hand: Hand) -> str:
    ticket = hand.tickets[0]
    subject = ticket.subject
    if isinstance(subject, Errand):
        return str(subject)
    about = display(subject.path if isinstance(subject, FolderSubject) else b"")
    if isinstance(subject, BookSubject):
        about = display(subject.key)
    more = f" and {len(hand.tickets) - 1} more" if len(hand.tickets) > 1 else ""
    return f"{ticket.errand} {about or 'the root'}{more}"

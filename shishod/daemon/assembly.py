"""build(): where the house is put together; the only file that knows every class."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from shishod import formats, log
from shishod.ailment import Ailment
from shishod.clock import CLOCK
from shishod.control.server import ControlServer
from shishod.daemon.alone import Alone, gives_up
from shishod.daemon.archive import archived
from shishod.daemon.config import Settings
from shishod.daemon.hooks import Hooks
from shishod.daemon.late import Late
from shishod.daemon.parts import Part
from shishod.daemon.pausing import PauseNote
from shishod.daemon.requests import Requests, clock_asks, refresher
from shishod.daemon.restraint import Restraint
from shishod.daemon.rows import counters, spreads, waiting_rows, worker_rows
from shishod.daemon.runners import gallery_of, make_ready, runners
from shishod.daemon.steward import Steward
from shishod.daemon.upkeep import Upkeep
from shishod.daemon.web import Waking, web_of
from shishod.errors import Refused
from shishod.model.library import RootState
from shishod.model.progress import ScanSnapshot
from shishod.model.ticket import Errand
from shishod.model.tier import Tier
from shishod.operations import LossRules, Operations, Probes
from shishod.paths import display
from shishod.scan.cache import ScanCache
from shishod.scan.edits import Editor
from shishod.scan.explain import Explainer
from shishod.scan.guard import MountGuard
from shishod.scan.hasher import Hasher
from shishod.scan.inhand import InHand
from shishod.scan.intake import Intake
from shishod.scan.lifecycle import Scans
from shishod.scan.pauses import please
from shishod.scan.purger import Purger
from shishod.scan.reconcile import Reconciler
from shishod.scan.record import CatalogRecorder
from shishod.scan.rehearsal import Rehearsal
from shishod.scan.stall import StallCheck
from shishod.scan.survey import Rooms
from shishod.scan.sweeper import FOLDERS, Sweeper
from shishod.scan.taker import Taker
from shishod.scan.trace import Tracer
from shishod.schedule import Schedule
from shishod.store.catalog import SqlCatalog, open_catalog
from shishod.watch.mounttable import MountTable
from shishod.watch.pace import LastLook
from shishod.watch.root import Asks
from shishod.watch.watcher import Watcher
from shishod.work.bulletin import Bulletin
from shishod.work.pool import WorkerPool
from shishod.work.queue import TicketQueue
from shishod.work.stop import StopSignal

_log = log.get(__name__)
FIRST_PAUSE_S = 1.0  # after the start, for what an earlier run did not come to
WALKERS = 4  # so that one dead share leaves three


class Daemon:
    """Everything that runs, wired and not yet started. `parts` are in the order of their start."""

    def __init__(
        self, settings: Settings, load: Callable[[], Settings] | None, config: Path | None, *, idle: bool = False
    ) -> None:
        self.settings = settings
        self.stop = StopSignal()
        self._load, self._config, self._born = load, config, CLOCK.now()
        self._idle = idle
        self.catalog = _catalog(settings)
        self.queue = TicketQueue(ageing_s=settings.work.ageing)
        self.alone = Alone(self.catalog.keep_alone, gives_up(self.queue, self.stop))
        self.runner, self.painter, ground = runners(settings, self.catalog.roots())
        self.cache = ScanCache(self.catalog)
        self.scans = Scans(self.queue, self.catalog, self.cache.stats, keep=settings.scan.keeping())
        self.recorder = CatalogRecorder(self.catalog, self.cache)
        self.web = web_of(settings, self.catalog, self.recorder, self.painter, (self.queue, self.stop))
        self.recording = Waking(self.recorder, self.web.note) if self.web else self.recorder
        self.editor = Editor(self.catalog, self.recording)
        self.guard = MountGuard(self.catalog, ground=ground)
        reconciler = Reconciler(self.catalog, self.guard, settings.scan, self.runner)
        tracer = Tracer(self.catalog, self.runner)
        rooms = Rooms(
            self.queue, self.catalog, self.guard, reconciler, tracer, self.scans, settings.scan, self.stop.is_set
        )
        self.sweeper = Sweeper(rooms)
        self.rehearsal = Rehearsal(rooms, self.runner, self.sweeper.stalled)
        self.explainer = Explainer(rooms, self.runner, self.sweeper.stalled, self.catalog)
        self.scans.stalled = self.sweeper.stalled
        self.intake = self._intake()
        self.bulletin = Bulletin()
        self.scans.tell = self.guard.tell = self.intake.tell = self.bulletin.tell
        self.hooks = Hooks(settings.hooks, self.bulletin)
        chunk = {Errand.INSPECT: settings.work.chunk, Errand.WALK: FOLDERS}
        self.taker = self._taker()
        upkeep = Upkeep(self.queue, self.catalog, settings.store.keep_backups, self._tidy)
        self.refresher = refresher(settings.scan, self.catalog, self.queue, self.web)
        errands = {
            Errand.INSPECT: self.intake.inspect,
            Errand.RECONCILE: Purger(self.catalog, settings.scan.missing_grace).purge,
            Errand.KEEP: upkeep.carry,
            Errand.REFRESH: self.refresher.carry,
        }
        self.workers = WorkerPool("scan", self.queue, errands, settings.work.bounds().usual, self.stop, chunk)
        self.steward = self._steward()
        self.pauses = self._pauses()
        self.walkers = WorkerPool("walk", self.queue, {Errand.WALK: self.sweeper.walk}, WALKERS, self.stop, chunk)
        self.stall_check = StallCheck(self.sweeper, self.walkers, settings.scan.stall_after)
        self.restraint = self._restraint()
        self.requests = ask = Requests(self.queue, self.catalog, self.scans, self.restraint, self._left_out)
        self.watcher = Watcher(
            self.catalog.roots(),
            settings.watch,
            Asks(ask.walk_folder, ask.walk_root, ask.poll_root, self._looked, self.runner.expect),
            suffixes=formats.NOTICED,
            when_armed=None if settings.scan.on_start == "off" else self._first_scan,
        )
        self.mounts = MountTable(self._mounts_changed)
        self.schedule = Schedule(settings.schedule, clock_asks(self.requests, self.refresher, upkeep, self.catalog))
        self._late = Late("schedule", self._start_schedule, self.schedule.stop, self.schedule.alive)
        self.reload: Callable[[], Mapping[str, Any]] = self.apply
        self.control = ControlServer(self._operations(), settings.socket_path(), settings.control)

    def _intake(self) -> Intake:
        return Intake(
            catalog=self.catalog,
            recorder=self.recording,
            runner=self.runner,
            guard=self.guard,
            sweeper=self.sweeper,
            limits=self.settings.formats.limits(),
            in_hand=InHand(self.settings.state_path() / "in-hand"),
        )

    def _restraint(self) -> Restraint:
        def looked_s(root_id: int) -> float | None:
            looked = self.sweeper.looked(root_id)
            return looked and looked[0]

        return Restraint(
            self.settings.schedule,
            self.catalog.roots,
            quiet=lambda: self.schedule.quiet(),  # noqa: PLW0108 - it is made later
            busy=self._working,
            looked_s=looked_s,
        )

    def _left_out(self) -> Sequence[str]:
        return self.settings.schedule.leave_out

    def _steward(self) -> Steward:
        work = self.settings.work
        return Steward(
            self.queue,
            self.workers,
            self.settings.pressure,
            work.bounds(),
            fixed=work.workers or None,
            done=lambda: sum(self.intake.stats().values()),
            note=PauseNote(self.settings.state_path() / "paused.json"),
        )

    def _taker(self) -> Taker:
        settings = self.settings
        return Taker(
            self.catalog,
            self.painter,
            self.queue,
            gallery_of(settings),
            limits=settings.formats.limits(),
            rate=int(settings.scan.cover_rate),
            busy=lambda: self.sweeper.reads() or self.steward.strained(),
            hands=settings.work.process_count(),
        )

    def _pauses(self) -> WorkerPool:
        """One worker for both errands, so that they do not get in each other's way."""
        rate = int(self.settings.scan.hash_rate)
        hashing = Hasher(self.catalog, self.runner, self.queue, rate=rate, busy=self._working)
        errands = {Errand.HASH: hashing.hash, Errand.COVER: self.taker.take}
        return WorkerPool("pause", self.queue, errands, 1, self.stop)

    def _pools(self) -> Sequence[WorkerPool]:
        return (self.walkers, self.workers, self.pauses, *((self.web.pool,) if self.web else ()))

    def _tidy(self) -> None:
        self.taker.tidy()
        if self.web is not None:
            self.web.tidy()

    @property
    def parts(self) -> Sequence[Part]:
        """In the order of their start; what is asked for work comes up before what asks for it."""
        return (
            *((Part("alone", self.alone.start, self.alone.stop, self.alone.alive),) if self.catalog.on_server else ()),
            Part("runner", lambda: None, self._end_runners, lambda: True),
            Part("workers", self.workers.start, self.workers.join, self.workers.alive),
            Part("walkers", self.walkers.start, self.walkers.join, self.walkers.alive),
            Part("pauses", self.pauses.start, self.pauses.join, self.pauses.alive),
            *((Part("web", self._start_web, self.web.stop, self.web.pool.alive),) if self.web else ()),
            Part("scans", self._begin, lambda _: self.scans.close(), lambda: True),
            Part("mounts", self.mounts.start, self.mounts.stop, self.mounts.alive, None, True),
            Part("hooks", self.hooks.start, self.hooks.stop, self.hooks.alive, None, True),
            Part("control", self.control.start, self.control.stop, self.control.alive, self.control.last_beat_s),
            Part("watch", self._watch, self.watcher.stop, self._watch_alive, self._watch_beat_s, True),  # it arms
            Part("schedule", self._late.start, self._late.stop, self._schedule_alive, None, True),
        )

    @property
    def on_tick(self) -> Sequence[Callable[[], object]]:
        """What the supervisor calls at every turn."""
        return (self.stall_check, self.schedule.tick, self.control.tick, self.steward.tick, self.restraint.tick)

    def close(self) -> None:
        """After every part has stopped: give the catalogue back."""
        self.intake.close()
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
            return f"{scan.tier} scan {scan.status}: {scan.processed} of {scan.total} file{'s' * (scan.total != 1)}"
        last = next(iter(self.catalog.scans(limit=1)), None)
        if last is None or last.ended_at is None:
            return "no scan yet"
        return f"last scan {last.tier} {last.status} {last.ended_at.astimezone():%Y-%m-%d %H:%M:%S}"

    def apply(self) -> Mapping[str, Any]:
        """Read the configuration again: what can be applied at once, and what waits for a restart."""
        if self._load is None:
            raise Refused("this daemon was started without a configuration file, so there is nothing to read again")
        born = CLOCK.now()
        new, old = self._load(), self.settings
        self._born = born
        changed = [name for name in type(new).model_fields if getattr(new, name) != getattr(old, name)]
        asks_anew = self.web is not None and ("enrich" in changed or self.web.stopped())
        enriching = ["enrich"] if asks_anew and self.web and self.web.reconfigure(new.enrich) else []
        self.schedule.reconfigure(new.schedule)
        self.restraint.reconfigure(new.schedule)
        log.setup(new.log.level, new.log.style)
        live = [name for name in changed if name in ("schedule", "log")] + enriching
        self.settings = old.model_copy(update={name: getattr(new, name) for name in live})
        return {"applied": live, "restart_needed": [name for name in changed if name not in live]}

    def _reload_now(self) -> Mapping[str, Sequence[str]]:
        return self.reload()

    def _doctor(self) -> Sequence[Ailment]:
        """It examines itself: only it sees what its sandbox shows."""
        from shishod.daemon.doctor import Patient, examine

        ours, web = self.settings, self.web.states() if self.web else {}
        return examine(Patient(settings=ours, now=CLOCK.now(), config=self._config, started_at=self._born, web=web))

    def warm(self) -> None:
        """Have a process made ready, once all else is: nobody waits for it but the first who reads."""
        make_ready(self.runner)

    def _end_runners(self, _: float) -> None:
        self.runner.close()
        self.painter.close()

    def _begin(self) -> None:
        if interrupted := self.catalog.interrupt_scans(CLOCK.now()):
            _log.info("scans were interrupted; what they recorded stands", scans=interrupted)
        if stuck := self.catalog.reclaim():
            _log.info("files were in hand when the daemon ended; they are read anew", files=stuck)
        if reopened := self.catalog.reopen_outdated(formats.versions()):
            _log.info("readers are newer than what they have read; it is read anew", folders=reopened)
        if not self._idle:
            first_s = CLOCK.monotonic_s() + FIRST_PAUSE_S
            self.queue.request(please(Errand.HASH, first_s))
            self.queue.request(please(Errand.COVER, first_s))

    def _start_web(self) -> None:
        assert self.web is not None
        self.web.start(idle=self._idle)

    def _working(self) -> bool:
        """Whether a scan runs, books wait to be read, or the machine is busy with other things."""
        return bool(self.scans.active() or self.sweeper.reads() or self.steward.strained())

    def _start_schedule(self) -> None:
        if not self._idle:
            self.schedule.start()

    def _schedule_alive(self) -> bool:
        return self._idle or self._late.alive()

    def _watch(self) -> None:
        if self._idle:
            return
        self.watcher.start()

    def _first_scan(self) -> None:
        """All roots are armed: what changes from now on is heard, so what was there before is looked at now."""
        self.requests.scan_all(Tier(self.settings.scan.on_start), "start")

    def _watch_alive(self) -> bool:
        return self._idle or self.watcher.alive()

    def _watch_beat_s(self) -> float:
        return CLOCK.monotonic_s() if self._idle else self.watcher.last_beat_s()

    def _looked(self, root_id: int) -> LastLook | None:
        looked = self.sweeper.looked(root_id)
        return None if looked is None else LastLook(*looked)

    def _mounts_changed(self, table: bytes) -> None:
        self.watcher.check_soon()
        for root_id in self.guard.glance(table):
            if not self._idle:
                self.requests.walk_root(root_id, "its mount changed")

    def _operations(self) -> Operations:
        scan = self.settings.scan
        probes = Probes(
            watch=self.watcher.status,
            workers=lambda: worker_rows(*self._pools()),
            waiting=lambda: waiting_rows(self.watcher, self.sweeper.survey.unsettled, scan.waiting_after),
            queue=self.queue.waiting,
            later=self.queue.later,
            schedule=self.schedule.next_runs,
            moved=self.schedule.reasons,
            loops=lambda: {part.name: part.alive() for part in self.parts},
            cache=self.cache.stats,
            sandbox=self.runner.confinement,
            arrears=lambda: self.catalog.removed() or self.sweeper.arrears.reason(),
            rehearse=self.rehearsal.run,
            picture=self.taker.picture,
            covered=lambda: self.taker.drained_at,
            look=self.explainer.look,
            explain=self.explainer.explain,
            edit=self.editor.edit,
            bulletin=self.bulletin,
            said=self.scans.journal.flush,
            doctor=self._doctor,
            copy=lambda: self.catalog.keep_up(self.settings.store.keep_backups),
            pack=lambda copy: archived(copy, self.settings.state_path() / "covers"),
            counters=lambda: [
                *counters(self.runner.stats(), self.recorder.stats(), self.intake.stats()),
                *spreads(self.walkers.took, self.workers.took, self.pauses.took, self.intake.took, self.recorder.took),
                *(self.web.samples() if self.web else ()),
            ],
            web=self.web,
            freeze=self.catalog.freeze,
            reload=self._reload_now,
            steering=self.steward,
        )
        return Operations(
            catalog=self.catalog,
            history=self.catalog,
            shelf=self.catalog,
            scans=self.scans,
            probes=probes,
            rules=LossRules(scan.missing_grace, scan.hold_scans, scan.hold_apart),
            review=self.settings.review,
        )


def build(
    settings: Settings,
    load: Callable[[], Settings] | None = None,
    config: Path | None = None,
    *,
    idle: bool = False,
) -> Daemon:
    """Wire the house. Raises SettingsError where it cannot be lived in. `idle` neither watches nor scans by itself."""
    return Daemon(settings, load, config, idle=idle)


def _catalog(settings: Settings) -> SqlCatalog:
    catalog = open_catalog(settings.store, settings.state_path())
    catalog.keep_alone()
    catalog.enrol(settings.as_libraries(), CLOCK.now())
    return catalog

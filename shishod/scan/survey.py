"""Survey: what one walk finds, planned and asked for, batch by batch."""

import errno
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice

from shishod import formats, log
from shishod.clock import CLOCK, Clock
from shishod.formats.video import FILMS
from shishod.model.catalog import Catalog, by_folder
from shishod.model.library import Root, RootState
from shishod.model.metadata import load_reading
from shishod.model.progress import Problem
from shishod.model.sighting import Sighting, settled
from shishod.model.signature import KnownFolder, pack
from shishod.model.state import KnownFile, State
from shishod.model.ticket import BookSubject, Errand, FolderSubject, Priority, Ticket
from shishod.model.tier import Look, Tier
from shishod.paths import join, json_path, parent, suffix
from shishod.scan.claims import Claims
from shishod.scan.group import anchor
from shishod.scan.guard import MountGuard
from shishod.scan.lifecycle import Scans, WalkOrder
from shishod.scan.mounts import is_network, stable_inodes
from shishod.scan.moves import Traces
from shishod.scan.order import BookOrder
from shishod.scan.passing import Passing, remembering
from shishod.scan.pauses import please, shared_s
from shishod.scan.plan import Judgement, Plan, plan
from shishod.scan.reconcile import Reconciler
from shishod.scan.rules import Unruly
from shishod.scan.settings import ScanSettings
from shishod.scan.shows import note_retold
from shishod.scan.start import start_of
from shishod.scan.sweep import InspectLoad, Place, Sweep
from shishod.scan.tags import Tells, question_of, tells_of
from shishod.scan.trace import Batch, Tracer
from shishod.scan.unsettled import Unsettled
from shishod.scan.walk import UNLISTED, Gone, Neighbourhood, Trouble, Walk
from shishod.work.queue import TicketQueue

_log = log.get(__name__)
PAUSE_S = 1.0
REST_S = 0.5  # before hashing, for the covers that are taken first
TURN_S = 0.2  # before a folder is looked at again whose book another ticket holds
PATIENCE_S = 60.0  # what has grown for long is looked at more rarely, but not more rarely than this
LONG_S = 10.0  # whoever waits longer may wait a second more
UNREAD = 1 / 16  # what a book weighs of which no file is to be read
ROOM = 1024  # tickets that may wait before the walk pauses
BATCH = 128  # neighbourhoods that are planned together
FIRST = 16  # of a walk: who reads waits for them
ACTS_ON = Tier.FULL.acts_on  # as QUICK does: the tiers that walk differ in how deep they look


@dataclass(frozen=True, slots=True)
class Rooms:
    """What a sweep works with: the shared parts of the house."""

    queue: TicketQueue
    catalog: Catalog
    guard: MountGuard
    reconciler: Reconciler
    tracer: Tracer
    scans: Scans
    settings: ScanSettings
    stopped: Callable[[], bool]
    clock: Clock = CLOCK


class Survey:
    """Shared: by the walkers, each with a sweep of its own, and by the workers that want a folder looked at again."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._claims = Claims()
        self.passing = Passing(rooms.catalog, rooms.clock)
        self.unsettled = Unsettled()

    def release(self, order: BookOrder) -> None:
        """A book's ticket is done: another may be asked for."""
        self._claims.release(order)

    def descend(self, sweep: Sweep, *folders: bytes) -> Walk:
        rooms, root = self._rooms, sweep.root
        if root.identity is None and (files := rooms.catalog.inherit(root.id, sweep.admission.identity)):
            _log.info("a root has moved; all that is known of it stays", **sweep.about, files=files)
        starts = _starts(sweep, folders)
        terms, known = self.passing.terms(sweep, starts), rooms.catalog.folders(root.id, *starts)
        now = rooms.clock.now()
        walk = Walk(
            root=sweep.admission.real,
            known=known,
            look=Look.FULL if terms.anew or sweep.order.reread else sweep.order.look,
            suffixes=formats.SUFFIXES,
            started_ns=time.time_ns(),
            step=sweep.step,
            pulse=sweep.pulse,
            device=sweep.admission.identity.device,
            due=frozenset(known) if terms.anew else rooms.catalog.folders_due(root.id, now) | _reread(sweep, known),
            ways=terms.ways,
            doubles=terms.doubles,
            told=terms.told,
        )
        sweep.aside.refusal = walk.refusal
        sweep.retold = walk.retold
        if sweep.order.look is Look.QUICK and is_network(sweep.admission.identity.fstype):
            walk.look = Look.FULL  # folder times cannot be trusted across a wire
        found = chain.from_iterable(map(walk.tree if sweep.order.tree else walk.folder, starts))
        noted: set[bytes] = set()
        size = FIRST
        while True:
            looked_at = rooms.clock.now()
            if not (batch := list(islice(found, size))):
                break
            size = BATCH
            self.passing.heed(sweep, batch)
            if walk.retold > noted:
                note_retold(rooms.catalog, root.id, walk.retold - noted, now)
                noted = set(walk.retold)
            places = [one for one in batch if isinstance(one, Neighbourhood)]
            self._plan(sweep, places, looked_at)
            self._well_again(root, walk, places)
            for one in batch:
                if isinstance(one, Gone) and not one.reason:
                    sweep.lose_folder(one.folder)
                elif isinstance(one, Trouble):
                    self._trouble(sweep, one)
            while sweep.step():
                if rooms.queue.wait_for_room(Errand.INSPECT, ROOM, PAUSE_S):
                    break
        self.passing.walked(sweep, walk)
        if not sweep.order.again:
            sweep.count(unchanged=walk.unchanged, folders=walk.folders)
        return walk

    def _plan(self, sweep: Sweep, places: Sequence[Neighbourhood], looked_at: datetime) -> None:
        """`looked_at` is before any of them was listed: what was recorded since may be more than they show."""
        if not places:
            return
        root = sweep.root
        known = by_folder(self._rooms.catalog.files_in(root.id, [one for place in places for one in place.listed]))
        books = {one.book_id for files in known.values() for one in files if one.book_id is not None}
        bereaved = self._rooms.catalog.bereaved(books) if books else ()
        how = self._judgement(sweep, looked_at)
        places = [remembering(place, known) if place.unsure else place for place in places]
        traces = self._rooms.tracer.trace(_batch(sweep, places, known, how))
        sweep.sources |= {one.root_id for one in traces.moved.values()} - {root.id}
        sweep.part(traces.orphans)
        tells = self._tells(places, known, traces) if known or traces.moved else {}
        for place in places:
            here = [one for folder in place.listed for one in known.get(folder, ())] if known else []
            self._request(sweep, place, plan(root, place, here, how, bereaved, traces=traces, tells=tells))

    def _tells(
        self, places: Sequence[Neighbourhood], known: Mapping[bytes, Sequence[KnownFile]], traces: Traces
    ) -> dict[bytes, Tells]:
        """What was read of the files of these places, where it decides; of most places nothing is asked.

        It is asked by file: a file may have gone from one book to another since it was looked up.
        """
        held: dict[int, bytes] = {}
        for place in places:
            if any(question_of(place.seen)):
                held |= {one.id: one.path for folder in place.listed for one in known.get(folder, ())}
                came = ((seen.path, traces.moved.get(seen.path)) for seen in place.seen)
                held |= {one.id: path for path, one in came if one is not None}
        packed = self._rooms.catalog.readings(held) if held else {}
        return {held[number]: tells_of(load_reading(one)) for number, one in packed.items()}

    def _judgement(self, sweep: Sweep, looked_at: datetime) -> Judgement:
        now_ns, settle_ns = time.time_ns(), int(self._settle_s(sweep) * 1e9)
        vouched = sweep.order.vouched

        def has_settled(seen: Sighting) -> bool:
            return (seen.path in vouched and seen.size > 0) or settled(seen, now_ns, settle_ns)

        def read_anew(path: bytes) -> bool:
            return sweep.order.rereads(path) or (parent(path) in sweep.retold and suffix(path) in FILMS)

        stable = stable_inodes(sweep.admission.identity.fstype)
        return Judgement(looked_at, ACTS_ON, stable, formats.version_of, has_settled, read_anew)

    def _request(self, sweep: Sweep, place: Neighbourhood, made: Plan) -> None:
        orders = [order for order in made.orders if self._claims.take(order)]
        held = bool(made.strays) and self._claims.hold(sweep.root.id, made.strays)
        regrouped = len(orders) < len(made.orders) or bool(made.twins) or held
        if made.forgotten:
            self._rooms.catalog.forget_files([one.id for one in made.forgotten])
        back = self._take_back(sweep, made)
        opened = sweep.open(
            place.folders + place.below,
            tickets=len(orders),
            spoiled=regrouped
            or made.early
            or bool(made.unsettled or made.missing or place.unsure)
            or place.bereft
            or not back,
            question=question_of(place.seen),
        )
        unchanged = 0 if sweep.order.again else made.unchanged
        if orders or made.moved or unchanged:
            sweep.count(moved=made.moved, total=sum([len(order.read) for order in orders]), unchanged=unchanged)
        sweep.part(made.parted)
        sweep.recorded |= bool(orders or made.links)
        if made.links:
            self._rooms.catalog.link(sweep.root.id, made.links, self._rooms.clock.now())
        if made.missing:
            sweep.lose(self.passing.lost(sweep, made.missing))
        growing_s = self._note_unsettled(sweep, place, made)
        if made.unsettled or regrouped:
            wait_s = self._settle_s(sweep) + min(growing_s / 8, PATIENCE_S)
            taken = {order.key for order in orders}
            left = frozenset(seen.path for order in made.orders if order.key not in taken for seen in order.read)
            left = left if sweep.order.reread else frozenset()
            if regrouped or left or _soon_ready(made.unsettled, growing_s, self._settle_s(sweep)):
                self.await_folder(sweep, place.anchor, wait_s if made.unsettled else TURN_S, left)
            else:
                self._keep_looking(sweep, place.anchor, wait_s)
        for order in orders:
            self._inspect(opened, order)

    def _take_back(self, sweep: Sweep, made: Plan) -> bool:
        """Files that are there again are INDEXED as they were; False when some were purged at this very moment."""
        if not made.returned:
            return True
        ids = [one.id for one in made.returned]
        marked = self._rooms.catalog.mark(ids, State.INDEXED, self._rooms.clock.now())
        sweep.count(returned=marked)
        return marked == len(ids)

    def _note_unsettled(self, sweep: Sweep, place: Neighbourhood, made: Plan) -> float:
        """Remember what is still being written; returns for how long the first of it has been."""
        if not (made.unsettled or self.unsettled.any()):
            return 0.0  # nearly always
        now = self._rooms.clock.now()
        by_scan = bool(sweep.order.scans)
        since = self.unsettled.note(sweep.root.id, place.listed, made.unsettled, now, by_scan=by_scan)
        return (now - since).total_seconds()

    def _inspect(self, place: Place, order: BookOrder) -> None:
        load = InspectLoad(order, ((place, order),))
        priority = Priority.HIGH
        if place.sweep.order.scans:  # of a scan: what is new before what is merely other than it was
            priority = Priority.MEDIUM if order.book_id is None else Priority.LOW
        subject, weight = BookSubject(order.root.id, order.key), 1.0 if order.read else UNREAD
        self._rooms.queue.request(Ticket(subject, Errand.INSPECT, priority, load=load, weight=weight))

    def await_folder(
        self,
        sweep: Sweep,
        folder: bytes,
        wait_s: float,
        reread: frozenset[bytes] = frozenset(),
        *,
        waits: bool = False,
    ) -> None:
        """Walk a folder again when its files may be ready; a scan waits for that once, not while a file grows.

        `reread` are files that are to be read whatever is known of them, and could not be yet. What `waits` is known to
        be ready, and each scan waits for it.
        """
        scans = sweep.order.scans if waits or sweep.order.tree or reread else ()
        for scan in scans:
            scan.expect_walk()
        self.look_again(sweep, folder, wait_s, WalkOrder(scans=scans, reread=reread, again=True))

    def _keep_looking(self, sweep: Sweep, folder: bytes, wait_s: float) -> None:
        """Walk a folder again and again while a file is not ready: in one row, however many scans and events met it."""
        key = (Errand.WALK, FolderSubject(sweep.root.id, folder))
        if not self._rooms.queue.comes_due(key, self._rooms.clock.monotonic_s() + wait_s):
            self.look_again(sweep, folder, wait_s)

    def _settle_s(self, sweep: Sweep) -> float:
        return settle_s(sweep, self._rooms.settings)

    def look_again(self, sweep: Sweep, folder: bytes, wait_s: float, order: WalkOrder | None = None) -> None:
        """Walk one folder once more after a while: something in it was not ready."""
        when = self._rooms.clock.monotonic_s() + wait_s
        if wait_s > LONG_S:
            when = math.ceil(when)  # many files that failed one after another are one walk
        subject = FolderSubject(sweep.root.id, folder)
        self._rooms.queue.request(Ticket(subject, Errand.WALK, Priority.MEDIUM, when, order or WalkOrder()))

    def look_elsewhere(self, sweep: Sweep) -> None:
        """Once its books are recorded: folders, of whatever root, that hold a part of them or another path to what is
        lost; and roots that are held for what came here. In the next pause what was recorded is hashed.
        """
        if sweep.recorded:
            rested_s = self._rooms.clock.monotonic_s() + REST_S
            self._rooms.queue.request(please(Errand.HASH, shared_s(rested_s, REST_S)))
        if sweep.parted:
            self._rooms.catalog.reopen(sweep.parted)
        for root_id, folder in sorted(sweep.parted):
            subject = FolderSubject(root_id, anchor(folder))
            self._rooms.queue.request(Ticket(subject, Errand.WALK, Priority.MEDIUM, load=WalkOrder()))
        if not sweep.sources:
            return
        held = {root.id for root in self._rooms.catalog.roots() if root.state is RootState.HELD} & sweep.sources
        for root_id in sorted(held):
            order = WalkOrder(Look.QUICK, tree=True)
            self._rooms.queue.request(Ticket(FolderSubject(root_id, b""), Errand.WALK, Priority.MEDIUM, load=order))

    def _trouble(self, sweep: Sweep, trouble: Trouble) -> None:
        if isinstance(trouble.error, FileNotFoundError | NotADirectoryError):
            return  # it left while we walked; its parent's next listing decides
        reason = trouble.error.strerror or type(trouble.error).__name__
        sweep.count(problems=1)
        where = json_path(join(sweep.root.path, trouble.folder))
        sweep.say("warning", "a folder could not be listed; its books are left as they are", **where, reason=reason)
        scan_id = sweep.order.scans[0].id if sweep.order.scans else None
        text = f"the folder could not be listed: {reason} (errno {trouble.error.errno}); its books are left as they are"
        if isinstance(trouble.error, Unruly):
            text, reason = f"{reason}; until it is mended, nothing in and below its folder changes", "override"
        now = self._rooms.clock.now()
        problem = Problem(sweep.root.id, trouble.folder, "list", reason.lower(), text, now, scan_id)
        self._rooms.catalog.note_problems([problem])
        if trouble.error.errno != errno.ENODEV:  # what lay there under another mount is still to be compared with
            self._rooms.catalog.sign(sweep.root.id, [KnownFolder(trouble.folder, 0, UNLISTED, pack([]))])

    def _well_again(self, root: Root, walk: Walk, places: Sequence[Neighbourhood]) -> None:
        """Forget the trouble of folders that are listed now."""
        listed = [folder for place in places for folder in place.listed]
        if well := [path for path in listed if path in walk.due]:
            self._rooms.catalog.clear_problems(root.id, well)


def _starts(sweep: Sweep, folders: Iterable[bytes]) -> list[bytes]:
    """Where the walks of these folders begin, in the order in which a tree is walked: what a folder says of all below
    it is learnt before that is looked at. Each that a slow disk tells is a sign of life."""
    starts = set()
    for folder in folders:
        starts.add(start_of(sweep.admission.real, folder, sweep.root.ways))
        sweep.pulse.beats += 1
    return sorted(starts, key=lambda one: one.split(b"/"))


def _soon_ready(unsettled: Sequence[Sighting], growing_s: float, settle_s: float) -> bool:
    """Whether a scan is to wait for files: not for those that have grown for long, nor for empty ones."""
    return growing_s <= settle_s and any(one.size for one in unsettled)


def _reread(sweep: Sweep, known: Iterable[bytes]) -> frozenset[bytes]:
    """The folders with files that are to be read whatever is known of them."""
    if not sweep.order.reread:
        return frozenset()  # of a hundred thousand folders, none need be asked
    files = {parent(path) for path in sweep.order.reread}
    return frozenset(folder for folder in known if folder in files or sweep.order.rereads(folder))


def settle_s(sweep: Sweep, settings: ScanSettings) -> float:
    """How long the files of a sweep must have been left alone before they are read."""
    if (own_s := sweep.root.ways.settle_s) is not None:
        return own_s
    return settings.settle_network if is_network(sweep.admission.identity.fstype) else settings.settle


def _batch(
    sweep: Sweep, places: Sequence[Neighbourhood], known: Mapping[bytes, Sequence[KnownFile]], how: Judgement
) -> Batch:
    return Batch(
        admission=sweep.admission,
        folders={folder.path: folder.device for place in places for folder in place.folders},
        seen={one.path: one for place in places for one in place.seen},
        known=[one for files in known.values() for one in files],
        settled=how.settled,
        beat=sweep.step,
    )

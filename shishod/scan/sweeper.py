"""Sweeper: the errand WALK, from a ticket to the last signature."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

from shishod import log
from shishod.errors import LibraryAbsent, ShishodError, Unreachable
from shishod.model.library import Root, RootState
from shishod.model.ticket import Errand, FolderSubject, Priority, Ticket
from shishod.model.tier import Look
from shishod.paths import display, join, json_path, parent
from shishod.scan.arrears import Arrears
from shishod.scan.lifecycle import WalkOrder
from shishod.scan.mounts import current_mount
from shishod.scan.pauses import please, shared_s
from shishod.scan.reunion import Reuniter
from shishod.scan.survey import Rooms, Survey
from shishod.scan.sweep import InspectLoad, Sweep
from shishod.work.guard import Guarded

_log = log.get(__name__)
TURN_S = 0.2  # between two looks whether the walk before has ended
FOLDERS = 16  # that are walked together, where many have changed at once; more would wait too long for a slow disk
TREES = 2  # walks of trees at once; the other walkers are for what is dropped meanwhile
DOUBT_S = 60.0


class Sweeper:
    """Shared: by the walkers, by the workers that report finished books, and by the stall check."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._walking: Guarded[dict[FolderSubject, Sweep]] = Guarded({})
        self._stuck: Guarded[dict[int, list[Stuck]]] = Guarded({})
        self.survey = Survey(rooms)
        self._reuniter = Reuniter(rooms.catalog)
        self.arrears = Arrears(rooms.queue, rooms.clock)
        self._trees: Guarded[dict[FolderSubject, Sweep]] = Guarded({})  # from their walk to their last book
        self._looks: Guarded[dict[int, tuple[float, float]]] = Guarded({})

    def walk(self, tickets: Sequence[Ticket]) -> None:
        """The errand: tickets of one company are one walk, and every scan that waits for it hears how it ended."""
        order: WalkOrder = reduce(WalkOrder.joined, [ticket.load for ticket in tickets])
        subject = _subject(tickets[0])
        if order.tree and self._busy(subject):  # until the books of the walk before it are done
            later_s = shared_s(self._rooms.clock.monotonic_s(), TURN_S)
            self._rooms.queue.request(replace(tickets[0], not_before_s=later_s))
            return
        for scan in dict.fromkeys(order.scans):
            self._rooms.scans.started(scan)
        try:
            root = next((one for one in self._rooms.catalog.roots() if one.id == subject.root_id), None)
        except Unreachable as error:
            self.arrears.owe(subject.root_id, str(error))
            self._tell(order, str(error))
            return
        if root is None:
            self._tell(order, "the root is no longer in the configuration")
            return
        if root.id in self.stalled():
            self._tell(order, f"{display(root.path)} is stalled: a call into it has not returned")
            return
        sweep = Sweep(root, order, self._rooms.catalog, self._rooms.stopped)
        if order.tree and order.scans:
            self.arrears.try_now()
        sweep.debt = self.arrears.debt(root.id)
        with self._walking as walking:
            walking[subject] = sweep
        with self._trees as trees:
            if order.tree:
                trees[subject] = sweep
        self._sweep(tickets, sweep)

    def _busy(self, subject: FolderSubject) -> bool:
        """Whether a tree must wait: for its own books, or because others would leave no walker for what is dropped."""
        with self._trees as trees:
            before = trees.get(subject)
        busy = before is not None and not (before.ended or before.abandoned)
        return busy or self._trees_walked() >= TREES

    def _sweep(self, tickets: Sequence[Ticket], sweep: Sweep) -> None:
        subject = _subject(tickets[0])
        failure: str | None = "the walk broke off; the log says why"
        apart = len(tickets) > 1  # whether what is in the way may be in the way of one folder alone
        began_s = self._rooms.clock.monotonic_s()
        try:
            sweep.admission = self._rooms.guard.admit(sweep.root)
            walk = self.survey.descend(sweep, *(_subject(ticket).path for ticket in tickets))
            failure = None
        except (ShishodError, OSError) as error:
            if isinstance(error, Unreachable):
                self.arrears.owe(sweep.root.id, str(error))
                apart = False
            elif isinstance(error, LibraryAbsent):
                self.arrears.pay(sweep.root.id, sweep.debt)  # its return is a walk of all of it
                apart = False
            elif not apart:
                told = {**json_path(join(sweep.root.path, subject.path)), "error": str(error)}
                _log.warning("a walk was given up; the next scan tries again", **sweep.about, **told)
            failure = str(error)
        finally:
            self._is_back(subject, sweep)
            if sweep.order.tree and not subject.path:
                self._note_look(sweep, began_s)
            if failure is not None and apart and not sweep.abandoned:
                self._each_alone(tickets)
            elif failure is not None:
                self._end(sweep, failure)
        if failure is not None:
            return
        sweep.refreshed = walk.refreshed
        sweep.whole = sweep.order.tree and not subject.path
        for scan in sweep.order.scans if sweep.order.tree or sweep.order.reread else ():
            scan.walk_seen()
        if sweep.walked():
            self.settle(sweep)

    def _is_back(self, subject: FolderSubject, sweep: Sweep) -> None:
        """The walk has returned, from wherever it was; one that was given up may have a successor."""
        with self._walking as walking:
            if walking.get(subject) is sweep:
                del walking[subject]
        if sweep.abandoned:
            self._unstick(sweep)

    def _each_alone(self, tickets: Sequence[Ticket]) -> None:
        """One of the folders keeps all from being walked together: only that one is to be given up.

        Whoever waits for them hears how those walks end. Books that were found already are counted for him still.
        """
        for ticket in tickets:
            self._rooms.queue.request(replace(ticket, load=replace(ticket.load, alone=True)))

    def looked(self, root_id: int) -> tuple[float, float] | None:
        """When the last walk of a whole root ended, and how long it took if it was a mere peek, else 0; monotonic."""
        with self._looks as looks:
            return looks.get(root_id)

    def _note_look(self, sweep: Sweep, began_s: float) -> None:
        ended_s = self._rooms.clock.monotonic_s()
        with self._looks as looks:
            looks[sweep.root.id] = ended_s, ended_s - began_s if sweep.order.look is Look.PEEK else 0.0

    def _end(self, sweep: Sweep, failure: str | None) -> None:
        sweep.ended = True
        with self._trees as trees:
            for subject in [one for one, other in trees.items() if other is sweep]:
                del trees[subject]
        self._tell(sweep.order, failure)

    def _tell(self, order: WalkOrder, failure: str | None) -> None:
        for scan in order.scans:
            if failure is not None:
                scan.say("error", "a walk was given up", reason=failure)
            self._rooms.scans.walk_ended(scan, failure)

    def note_read(self) -> None:
        """Books were read. With none left to be, covers are taken while the last are recorded."""
        if not self._rooms.queue.waiting()[Errand.INSPECT]:
            self._rooms.queue.request(please(Errand.COVER, self._rooms.clock.monotonic_s()))

    def finished(self, load: InspectLoad, *, well: bool) -> None:
        """A book's ticket is done; the sweep that waited for it last is settled here."""
        for place, order in load.places:
            self.survey.release(order)
            served = load.serves(order)
            if not served:
                self.survey.await_folder(place.sweep, parent(order.read[0].path), 0.0)
            if place.sweep.finished(place, well=well and served):
                self.settle(place.sweep)

    def settle(self, sweep: Sweep) -> None:
        """Every folder was seen and every book finished: judge what was not there, sign, and end."""
        failure: str | None = "its end broke off; the log says why"
        try:
            if not sweep.cancelled:
                self._judge_losses(sweep)
                for folder in sorted(sweep.doubted):
                    self.survey.await_folder(sweep, folder, 0.0)
            sweep.sign()
            self.survey.look_elsewhere(sweep)
            failure = None
            if sweep.whole and not sweep.cancelled:
                self.survey.passing.seen_whole(sweep)
                self.arrears.pay(sweep.root.id, sweep.debt)
        except (ShishodError, OSError) as error:
            if isinstance(error, Unreachable):
                self.arrears.owe(sweep.root.id, str(error))
            failure = str(error)
        finally:
            self._end(sweep, failure)
            if sweep.recorded:  # while a scan of another root goes on, its end asks again
                self._rooms.queue.request(please(Errand.COVER, self._rooms.clock.monotonic_s()))

    def _judge_losses(self, sweep: Sweep) -> None:
        for folder in sorted(self.survey.passing.settle(sweep)):
            self.survey.await_folder(sweep, folder, 0.0)
        missing, gone = sweep.losses()
        lost: frozenset[int] = frozenset()
        if missing or gone:
            verdict = self._rooms.reconciler.lost(sweep.admission, missing, gone, whole=sweep.whole)
            sweep.count(**{"missing" if verdict.believed else "held": verdict.lost})
            if verdict.lost:
                if verdict.believed:
                    sweep.say("info", "files are gone", count=verdict.lost)
                else:  # the journal hears it once, when it is held
                    sweep.tell("warning", "files are gone, and their loss is held", count=verdict.lost)
            sweep.vanished = verdict.vanished
            sweep.part(verdict.duplicates)
            lost = verdict.bereft
            for folder in sorted(verdict.reopened):
                self.survey.await_folder(sweep, folder, 0.0)
            if not verdict.believed:
                return
        sweep.part(self._reuniter.reunite(lost | sweep.made))
        if sweep.whole:
            self._rooms.reconciler.release(sweep.admission)
        elif self._rooms.reconciler.returned(sweep.admission):
            self._look_over(sweep.root)

    def walking(self) -> dict[FolderSubject, Sweep]:
        """The sweeps whose walk has not ended, by what was asked for."""
        with self._walking as walking:
            return dict(walking)

    def reads(self) -> bool:
        """Whether books wait to be read, or are looked for in a tree."""
        return bool(self._rooms.queue.waiting()[Errand.INSPECT] or self._trees_walked())

    def _trees_walked(self) -> int:
        return sum(sweep.order.tree and not sweep.abandoned for sweep in self.walking().values())

    def abandon(self, subject: FolderSubject, sweep: Sweep) -> None:
        """A walk does not return from a call into its root: the root is stalled until it does.

        Whoever waits for a walk of this root is told so, now and until then.
        """
        reason = "a call into it has not returned; is the share's server alive?"
        with self._stuck as stuck:
            stuck.setdefault(subject.root_id, []).append(Stuck(sweep, _mount_id(sweep)))
        order = sweep.order
        sweep.abandon()
        failure = f"{display(sweep.root.path)} is stalled: {reason}"
        self._tell(order, failure)
        for ticket in self._rooms.queue.drop(lambda one: _walks(one, subject.root_id)):
            self._tell(ticket.load, failure)
        self._note_stalled(sweep.root, reason)

    def doubt(self, sweep: Sweep) -> None:
        """A reading process hung in a root that does not answer: nothing is sent there for a while."""
        until_s = self._rooms.clock.monotonic_s() + DOUBT_S
        with self._stuck as stuck:
            stuck.setdefault(sweep.root.id, []).append(Stuck(None, None, until_s))
        self._note_stalled(sweep.root, "files in it cannot be read, and it does not say how full it is")

    def _note_stalled(self, root: Root, reason: str) -> None:
        try:
            self._rooms.guard.note(root, RootState.STALLED, reason)
        except Unreachable as error:
            told = {"library": root.library, "root": display(root.path), "error": str(error)}
            _log.warning("a stalled root could not be noted", **told)

    def stalled(self) -> frozenset[int]:
        """The roots that hold a thread of ours, or are in doubt, and are still mounted as they were then."""
        now_s = self._rooms.clock.monotonic_s()
        with self._stuck as stuck:
            for root_id in list(stuck):
                stuck[root_id] = [one for one in stuck[root_id] if one.lasts(now_s)]
                if not stuck[root_id]:
                    del stuck[root_id]
            return frozenset(stuck)

    def _unstick(self, sweep: Sweep) -> None:
        with self._stuck as stuck:
            stuck[sweep.root.id] = [one for one in stuck.get(sweep.root.id, ()) if one.sweep is not sweep]
        _log.info("a stalled root answers again; it is scanned", **sweep.about)
        self._look_over(sweep.root)

    def _look_over(self, root: Root) -> None:
        order = WalkOrder(Look.QUICK, tree=True)
        self._rooms.queue.request(Ticket(FolderSubject(root.id, b""), Errand.WALK, Priority.MEDIUM, load=order))


@dataclass(frozen=True, slots=True, eq=False)
class Stuck:
    """Why a root is left alone: a thread that hangs in it, on that mount, or a doubt that ends by itself."""

    sweep: Sweep | None
    mount_id: int | None
    until_s: float = math.inf

    def lasts(self, now_s: float) -> bool:
        return now_s < self.until_s and (self.sweep is None or _mount_id(self.sweep) == self.mount_id)


def _mount_id(sweep: Sweep) -> int | None:
    """The mount that a root lies on, by the mount table alone; its path as it was given may lead through a link."""
    mount = current_mount(sweep.root.path)
    return mount.id if mount else None


def _walks(ticket: Ticket, root_id: int) -> bool:
    return ticket.errand is Errand.WALK and _subject(ticket).root_id == root_id


def _subject(ticket: Ticket) -> FolderSubject:
    assert isinstance(ticket.subject, FolderSubject)  # nobody makes other WALK tickets
    return ticket.subject

"""The errand INSPECT, told in order: recall, inspect, merge, record. It calls the steps; it contains none."""

import os
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from shishod import log
from shishod.clock import CLOCK, Clock
from shishod.errors import LibraryAbsent, Unreachable
from shishod.formats.beside import role_of
from shishod.formats.limits import Limits
from shishod.metrics import Spread
from shishod.model.book import FileRole
from shishod.model.catalog import BookMemory, Catalog, Recorder
from shishod.model.event import Teller, to_nobody
from shishod.model.sighting import RACY_NS
from shishod.model.state import KnownFile
from shishod.model.ticket import Ticket
from shishod.model.updates import RelationshipUpdates, SavedBook
from shishod.paths import join, json_path, parent
from shishod.scan.answer import assignments, refused, told_of, unmerged
from shishod.scan.drafting import Desk
from shishod.scan.group import anchor
from shishod.scan.guard import Admission, MountGuard
from shishod.scan.inhand import InHand
from shishod.scan.inspection import Assignment, Inspection, Outcome
from shishod.scan.lease import Lease
from shishod.scan.order import YOUNG_RETRIES, BookOrder, compose
from shishod.scan.recall import as_they_are, overtaken, recorded_meanwhile, rows_of
from shishod.scan.sweep import InspectLoad, Sweep
from shishod.scan.sweeper import Sweeper
from shishod.scan.tags import tells_of
from shishod.work.guard import Guarded
from shishod.work.runners import Failed, Runner

_log = log.get(__name__)


class Intake:
    """What a scan worker does with a handful of books."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        recorder: Recorder,
        runner: Runner,
        guard: MountGuard,
        sweeper: Sweeper,
        limits: Limits,
        in_hand: InHand,
        clock: Clock = CLOCK,
    ) -> None:
        self._catalog = catalog
        self._recorder = recorder
        self._runner = runner
        self._guard = guard
        self._sweeper = sweeper
        self._limits = limits
        self._in_hand = in_hand
        self._clock = clock
        self._outcomes: Guarded[Counter[str]] = Guarded(Counter())
        self.tell: Teller = to_nobody
        self.took = Spread("shishod_parse_seconds", "format")

    def stats(self) -> dict[str, int]:
        """How many files were to be read since the start, by outcome."""
        with self._outcomes as outcomes:
            return {str(one): outcomes[one] for one in Outcome}

    def close(self) -> None:
        """The daemon ends as it should."""
        self._in_hand.close()

    def inspect(self, tickets: Sequence[Ticket]) -> None:
        """The errand: every ticket ends finished, well or not, whatever its files do."""
        loads = [ticket.load for ticket in tickets]
        finished = 0
        lease = Lease(self._catalog, self._clock)
        try:
            loads = self._free(self._present(loads), lease)
            loads = self._still_so(loads)
            memories = self._recall([load.order for load in loads])
            done = self._inspect(loads)
            self._sweeper.note_read()
            books = [self._merge(load.order, memories, seen) for load, seen in zip(loads, done, strict=True)]
            saved = self._record(books)
            self._again(loads, done, books, saved)
            self._in_hand.recorded(one for load in loads for one in assignments(load))
            self._count([one for seen in done for one in seen])
            for load, seen, book, outcome in zip(loads, done, books, saved, strict=True):
                finished += 1
                self._report(load, seen, book, outcome)
        except Unreachable as error:
            for load in loads[finished:]:
                self._sweeper.arrears.owe(load.order.root.id, str(error))
                self._hinder(load, str(error))
        finally:
            lease.give_back()
            for load in loads[finished:]:
                self._skip(load)

    def _free(self, loads: list[InspectLoad], lease: Lease) -> list[InspectLoad]:
        """The books whose files nobody else reads; the others are finished unwell, and looked at again."""
        ours = lease.take([load.order for load in loads])
        for load in (load for load, one in zip(loads, ours, strict=True) if not one):
            self._skip(load)
        return [load for load, one in zip(loads, ours, strict=True) if one]

    def _present(self, loads: Sequence[InspectLoad]) -> list[InspectLoad]:
        """The books that are still wanted and whose root is still there; the others are finished unwell."""
        present = []
        absent: set[int] = set()
        stalled = self._sweeper.stalled()
        asked: set[int] = set()
        for load in loads:
            sweep = load.places[-1][0].sweep
            number = load.order.root.id
            if number not in asked:
                asked.add(number)
                if not self._confirmed(sweep.admission):
                    absent.add(number)
            if hindrance := self._sweeper.arrears.hindrance():
                self._sweeper.arrears.owe(number)
                self._hinder(load, hindrance)
                self._skip(load)
            elif number in absent or number in stalled or all(place.sweep.cancelled for place, _ in load.places):
                self._skip(load)
            else:
                present.append(load)
        return present

    def _confirmed(self, admission: Admission) -> bool:
        try:
            self._guard.confirm(admission)
        except (LibraryAbsent, Unreachable):
            return False
        return True

    def _still_so(self, loads: list[InspectLoad]) -> list[InspectLoad]:
        """The books whose files are what they were planned as, the kept ones as those are by now; the folders of the
        others are looked at again."""
        rows = rows_of([load.order for load in loads], self._catalog)
        met = recorded_meanwhile([load.order for load in loads if _may_have_been_read(load)], self._catalog)
        ours = []
        for load in loads:
            read = {(load.order.root.id, seen.path) for seen in load.order.read} if met else ()
            if not met.isdisjoint(read):
                self._leave(load)
            elif overtaken(load.order, rows):
                self._plan_again(load)
            else:
                ours.append(load)
        return self._as_they_are(ours, rows)

    def _as_they_are(self, loads: Sequence[InspectLoad], rows: Mapping[int, KnownFile]) -> list[InspectLoad]:
        orders = as_they_are([load.order for load in loads], rows, self._catalog)
        return [
            load if order is load.order else replace(load, order=order)
            for load, order in zip(loads, orders, strict=True)
        ]

    def _recall(self, orders: Sequence[BookOrder]) -> Mapping[int, BookMemory]:
        wanted = {book_id for order in orders for book_id in order.remembered}
        return self._catalog.memories(wanted) if wanted else {}

    def _inspect(self, loads: Sequence[InspectLoad]) -> list[list[Inspection]]:
        """One list of Inspections a book; the files of all of them go to the runner as one chunk."""
        work = [one for number, load in enumerate(loads) for one in assignments(load, number)]
        for sweep, load in {load.places[-1][0].sweep: load for load in loads}.items():
            sweep.reading(load.order.key)
        sweeps = {load.order.root.id: load.places[-1][0].sweep for load in loads}
        answers = self._in_hand.read(work, lambda some: self._read(some, sweeps)) if work else []
        self._owe(loads, work, answers)
        done = iter(zip(work, answers, strict=True))
        return [[told_of(*next(done)) for _ in load.order.read] for load in loads]

    def _read(self, work: Sequence[Assignment], sweeps: Mapping[int, Sweep]) -> list[Inspection | Failed]:
        """What the runner tells of each file. Once one hangs, its root is asked for a sign of life before the next."""
        told: list[Inspection | Failed] = []
        by_path = {sweep.admission.real: sweep for sweep in sweeps.values()}
        while len(told) < len(work):
            rest = work[len(told) :]
            answers = self._runner.run(
                Desk(self._limits), rest, to_the_end=False, told=partial(_note_read, rest, by_path)
            )
            tried = next((at for at, one in enumerate(answers) if _reason(one) == "unread"), len(answers))
            told += answers[:tried]
            if not (told and _reason(told[-1]) == "timeout" and self._is_dead(work[len(told) - 1].root)):
                continue
            self._sweeper.doubt(by_path[work[len(told) - 1].root])
            told[-1] = Failed("unread", "its root does not answer")
            told += [Failed("unread", "its root does not answer")] * (len(work) - len(told))
        return told

    def _owe(
        self, loads: Sequence[InspectLoad], work: Sequence[Assignment], answers: Sequence[Inspection | Failed]
    ) -> None:
        """What there was nothing to read it in is tried again by itself, and whoever waits for it hears why."""
        unable = {work[at].share[0]: one.text for at, one in enumerate(answers) if _reason(one) == "unable"}
        for number, reason in unable.items():
            self._sweeper.arrears.owe(loads[number].order.root.id, reason)
            self._hinder(loads[number], reason)

    def _is_dead(self, root: bytes) -> bool:
        return isinstance(self._runner.run(os.statvfs, [root])[0], Failed)

    def _merge(
        self, order: BookOrder, memories: Mapping[int, BookMemory], done: Sequence[Inspection]
    ) -> RelationshipUpdates | None:
        now, jitter = self._clock.now(), random.random()  # noqa: S311 - spreads retries, keeps no secret
        try:
            return compose(order, memories, done, now, jitter)
        except Exception as error:  # noqa: BLE001 - what files say may surprise us; the neighbours must not pay
            _log.exception(
                "a book could not be put together; it is listed as a problem", book=join(order.root.path, order.key)
            )
            return compose(order, {}, [unmerged(one, error) for one in done], now, jitter)

    def _record(self, books: Sequence[RelationshipUpdates | None]) -> list[SavedBook]:
        wanted = [book for book in books if book is not None]
        saved = list(self._recorder.record(wanted))
        failures = [refused(book, one.error) for book, one in zip(wanted, saved, strict=True) if one.error is not None]
        if failures:
            self._recorder.record(failures)  # so that it is listed with its reason, and not read again at every scan
        told = iter(saved)
        return [SavedBook(None) if book is None else next(told) for book in books]

    def _again(
        self,
        loads: list[InspectLoad],
        done: Sequence[Sequence[Inspection]],
        books: list[RelationshipUpdates | None],
        saved: list[SavedBook],
    ) -> None:
        """Merge and record once more the books of which the user has said something meanwhile."""
        while late := [number for number, one in enumerate(saved) if one.overtaken]:
            for number in late:
                if (book_id := saved[number].book_id) is not None:
                    loads[number] = replace(loads[number], order=replace(loads[number].order, book_id=book_id))
            rows = rows_of([loads[number].order for number in late], self._catalog)
            for number, load in zip(late, self._as_they_are([loads[number] for number in late], rows), strict=True):
                loads[number] = load
            memories = self._recall([loads[number].order for number in late])
            for number in late:
                books[number] = self._merge(loads[number].order, memories, done[number])
            for number, outcome in zip(late, self._record([books[number] for number in late]), strict=True):
                saved[number] = outcome

    def _count(self, done: Sequence[Inspection]) -> None:
        """What became of files, and how long each reader took over them."""
        with self._outcomes as outcomes:
            outcomes.update([one.outcome for one in done])
        took: dict[str, list[float]] = {}
        for one in done:
            if one.read_ms is not None:
                took.setdefault(one.reader or "unknown", []).append(one.read_ms / 1000)
        for reader, seconds in took.items():
            self.took.observe(reader, *seconds)

    def _report(
        self, load: InspectLoad, done: Sequence[Inspection], book: RelationshipUpdates | None, saved: SavedBook
    ) -> None:
        """Tell what became of a book's files, have what was not ready looked at again, and finish its ticket."""
        sweep = load.places[-1][0].sweep
        if saved.outdated:
            self._plan_again(load)
            return
        is_refused = saved.error is not None
        if is_refused:
            sweep.say("error", "a book was refused by the catalogue", **_where(load, load.order.key), error=saved.error)
        outcomes = [one.outcome for one in done]
        read, failed = outcomes.count(Outcome.READ), outcomes.count(Outcome.FAILED)
        unready = read + failed < len(done) or any(one.racy for one in done)
        if is_refused:
            read, failed = 0, read + failed
        sweep.count(
            succeeded=read,
            failed=failed,
            skipped=len(load.order.read) - read - failed,
            bytes_read=sum(one.seen.size for one in done if one.outcome is Outcome.READ),
            books_new=int(saved.created),
            books_changed=int(saved.book_id is not None and not saved.created),
        )
        for place, order in load.places[:-1]:
            place.sweep.count(skipped=len(order.read))
        sweep.part(saved.rest)
        if saved.book_id is not None and not is_refused:
            sweep.touch(saved.book_id)
        if saved.created and saved.book_id is not None:
            sweep.make(saved.book_id)
        self._tell(load, saved)
        if unready or any(one.error is not None for one in (book.files if book is not None else ())):
            self._look_again(load, done, book)
        unready |= len(load.order.keep) < len(load.places[-1][1].keep)  # of one that it kept the row is gone
        unready |= book is not None and self._asked(load, done, book)
        self._sweeper.finished(load, well=not is_refused and not unready)

    def _tell(self, load: InspectLoad, saved: SavedBook) -> None:
        if saved.book_id is not None and saved.error is None:
            root = load.order.root
            scan = next((one.id for place, _ in load.places for one in place.sweep.order.scans), "")
            read = load.order.read
            place = json_path(join(root.path, read[0].path if len(read) == 1 else load.order.key))
            kind = "book-new" if saved.created else "book-changed"
            self.tell(kind, book=saved.book_id, library=root.library, **place, scan=scan)

    def _look_again(self, load: InspectLoad, done: Sequence[Inspection], book: RelationshipUpdates | None) -> None:
        sweep = load.places[-1][0].sweep
        for one in done:
            if one.outcome is Outcome.CHANGED or one.racy:
                wait_s = RACY_NS / 1e9 if one.racy else 1.0
                self._sweeper.survey.look_again(sweep, parent(one.seen.path), wait_s)
        now = self._clock.now()
        for file in book.files if book is not None else ():
            if file.error is None:
                continue
            said = {"reason": file.error.reason, "text": file.error.text}
            sweep.say("warning", "a file could not be read", **_where(load, file.seen.path), **said)
            if file.error.retry_at is not None and file.error.retry_at - now <= YOUNG_RETRIES[-1]:
                wait_s = (file.error.retry_at - now).total_seconds() + 0.1
                self._sweeper.survey.look_again(sweep, parent(file.seen.path), wait_s)

    def _asked(self, load: InspectLoad, done: Sequence[Inspection], book: RelationshipUpdates) -> bool:
        """Whether what was read may make other books of the place: then it is looked at again when all is read."""
        place = load.places[-1][0]
        if not any(place.question):
            return False
        told = done[-1].drafted if done else None
        if told is not None and not told.asked:
            return False
        wanted = {seen.path for seen in load.order.read if role_of(seen.path) is FileRole.MEDIA}
        if told is not None:
            place.sweep.doubt(anchor(parent(next(one.seen.path for one in book.files if one.seen.path in wanted))))
            return True
        read = {one.seen.path: one.said for one in book.files if one.said is not None and one.seen.path in wanted}
        others = sum(role_of(one.path) is FileRole.MEDIA for one in load.order.keep)
        again = not read.keys().isdisjoint(load.order.known or {})
        if not read or not place.question.asked([tells_of(said) for said in read.values()], others, again=again):
            return False
        place.sweep.doubt(anchor(parent(next(iter(read)))))
        return True

    @staticmethod
    def _hinder(load: InspectLoad, reason: str) -> None:
        """Whoever waits for a book hears why it could not be recorded."""
        for place, _ in load.places:
            place.sweep.hinder(reason)

    def _leave(self, load: InspectLoad) -> None:
        """Somebody else has recorded files of a book: whoever waits has none of them to wait for, and sees the rest."""
        for place, order in load.places:
            place.sweep.count(total=-len(order.read))
        folder = parent(load.order.read[0].path)
        self._sweeper.survey.await_folder(load.places[-1][0].sweep, folder, 0.0, waits=True)
        self._sweeper.finished(load, well=False)

    def _plan_again(self, load: InspectLoad) -> None:
        folder = parent((load.order.read or load.order.keep)[0].path)
        self._sweeper.survey.await_folder(load.places[-1][0].sweep, folder, 0.0)
        self._skip(load)

    def _skip(self, load: InspectLoad) -> None:
        for place, order in load.places:
            place.sweep.count(skipped=len(order.read))
        self._sweeper.finished(load, well=False)


def _may_have_been_read(load: InspectLoad) -> bool:
    """Whether a book that is new was met by a walk of one folder, which whoever reads its files may have asked for."""
    return load.order.is_plain and not load.places[-1][0].sweep.order.tree


def _where(load: InspectLoad, path: bytes) -> dict[str, str]:
    return json_path(join(load.order.root.path, path))


def _note_read(work: Sequence[Assignment], sweeps: Mapping[bytes, Sweep], at: int) -> None:
    """A file was read: who follows the scan is told which."""
    sweeps[work[at].root].reading(work[at].seen.path)


def _reason(answer: Inspection | Failed) -> str:
    return answer.reason if isinstance(answer, Failed) else ""

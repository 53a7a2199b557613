"""Explainer: why a path stands as it does, told by the parts of a scan that decide it."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from shishod.model.catalog import HeldBook
from shishod.model.contest import Outcome, contest
from shishod.model.explanation import Explanation, Gathering, Thing
from shishod.model.library import Root
from shishod.model.record import FileRecord, Records
from shishod.model.state import KnownFile, State, judge
from shishod.paths import is_under, join, parent
from shishod.scan.edits import told_by
from shishod.scan.looking import Looked, look
from shishod.scan.outlook import outlook
from shishod.scan.survey import Rooms
from shishod.work.runners import Runner


class Kept(Records, Protocol):
    """The parts of the Catalog that an explanation needs."""

    def every_root(self) -> tuple[Root, ...]: ...
    def held_book(self, book_id: int) -> HeldBook | None: ...
    def grounds(self, book_ids: Collection[int]) -> Mapping[int, tuple[bytes, str]]: ...
    def files_in(self, root_id: int, folders: Collection[bytes]) -> list[KnownFile]: ...


COMPARED = ("size", "mtime_ns", "ctime_ns", "inode", "device")  # the last two only where they are kept


class Explainer:
    """Shared: by the faces. `look` may touch a disk and is for a thread that may hang; `explain` asks the catalogue."""

    def __init__(self, rooms: Rooms, runner: Runner, stalled: Callable[[], frozenset[int]], kept: Kept) -> None:
        self._rooms = rooms
        self._runner = runner
        self._stalled = stalled
        self._kept = kept

    def look(self, root: Root, path: bytes) -> Looked:
        """What a scan would make of a path now; `silent` where its root cannot be asked."""
        return look(self._rooms, self._runner, self._stalled(), root, path)

    def explain(self, root: Root, path: bytes, looked: object) -> Explanation:
        """All of it. `looked` is what `look` said, or the reason why nobody could look."""
        there = looked if isinstance(looked, Looked) else Looked(Thing.UNSAID, str(looked))
        record = self._kept.record(root.id, path)
        folder, trouble = self._kept.folder_record(root.id, path)
        if there.thing is Thing.UNSAID and folder is not None:
            there = replace(there, thing=Thing.FOLDER)
        held = None if record is None or record.known.book_id is None else self._kept.held_book(record.known.book_id)
        now, grace = self._rooms.clock.now(), timedelta(seconds=self._rooms.settings.missing_grace)
        return Explanation(
            root=root,
            path=path,
            thing=there.thing,
            next=outlook(root, record, there, grace),
            silent=there.silent,
            refusal=there.refusal,
            record=record,
            seen=there.seen,
            judged=judged(path, record, there, now),
            differs=differing(record, there),
            gathered=self._gathered(root, path, there, record),
            claimed=there.claimed,
            links=self._links(record),
            outcomes=() if held is None else outcomes_of(held),
            trouble=trouble,
            asked=() if held is None else tuple(held.standings.values()),
            frozen=held is not None and held.frozen,
        )

    def _gathered(self, root: Root, path: bytes, there: Looked, record: FileRecord | None) -> tuple[Gathering, ...]:
        """The book of a file, or the books of a folder: as a scan would make them now, else as they are recorded."""
        if there.plan is not None:
            groups = [(one.rule, tuple(seen.path for seen in one.files)) for one in there.plan.groups]
            wanted = [(rule, files) for rule, files in groups if _about(path, there.thing, files)]
            folders = {parent(file) for _, files in wanted for file in files}
            books = {one.path: one.book_id for one in self._kept.files_in(root.id, folders)}
            return tuple(Gathering(rule, files, _most(map(books.get, files))) for rule, files in wanted)
        if there.thing is Thing.FOLDER:
            known = self._kept.files_in(root.id, [path])
        else:
            known = [] if record is None else [record.known]
        ids = sorted({one.book_id for one in known if one.book_id is not None})
        rules = self._kept.grounds(ids)
        made = [(rules.get(one, (b"", ""))[1], self._kept.files_of(one), one) for one in ids]
        return tuple(Gathering(rule, tuple(one.path for one in files), book_id) for rule, files, book_id in made)

    def _links(self, record: FileRecord | None) -> tuple[bytes, ...]:
        if record is None:
            return ()
        roots = {one.id: one.path for one in self._kept.every_root()}
        return tuple(join(roots[one.root_id], one.path) for one in self._kept.same_file(record.known))


def outcomes_of(held: HeldBook) -> tuple[Outcome, ...]:
    """Of each field of a book what is believed, and what lost."""
    parts, path = told_by(held)
    return contest(parts, held.words, path, held.findings)


def _about(path: bytes, thing: Thing, files: Collection[bytes]) -> bool:
    return any(is_under(file, path) for file in files) if thing is Thing.FOLDER else path in files


def _most(books: Iterable[int | None]) -> int | None:
    """The book that most of some files are of."""
    counts = Counter(one for one in books if one is not None)
    return max(counts, key=lambda one: (counts[one], -one), default=None)


def differing(record: FileRecord | None, there: Looked) -> tuple[str, ...]:
    """What of a file is not as it is remembered, of that which counts on its filesystem."""
    if record is None or there.seen is None:
        return ()
    counts = COMPARED if there.stable_inodes else COMPARED[:3]
    return tuple(name for name in counts if getattr(record.known, name) != getattr(there.seen, name))


def judged(path: bytes, record: FileRecord | None, there: Looked, now: datetime) -> State | None:
    """The state that a scan would name now; None where nobody could look, or nothing is there to be judged."""
    if there.plan is not None and path in there.plan.states:
        return there.plan.states[path]
    if there.seen is not None:
        return judge(None if record is None else record.known, there.seen, now, stable_inodes=there.stable_inodes)
    gone = there.thing is Thing.NOTHING or there.refusal is not None
    return State.MISSING if gone and record is not None else None

"""plan(): from one neighbourhood and what is remembered of it, to the books with work to do; a pure function."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from shishod.formats.beside import role_of
from shishod.model.book import FileRole
from shishod.model.library import Root
from shishod.model.moves import Folder
from shishod.model.sighting import Sighting
from shishod.model.state import LAID_ASIDE, READ, KnownFile, State, judge, unchanged
from shishod.model.updates import Origin
from shishod.paths import parent
from shishod.scan.group import SILENCE, Group, group
from shishod.scan.moves import Place, Traces, is_link, majority, same_file, same_time, settled_in
from shishod.scan.order import BookOrder, numbers_of
from shishod.scan.tags import Tells
from shishod.scan.walk import Neighbourhood

NO_TRACES = Traces()
Owner = tuple[Group, int | None, tuple[int, ...]]  # a group, the book it was, the books that it absorbs


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a scan looks at files: what it acts on, which inodes count, which readers are current, what has settled."""

    now: datetime
    acts_on: frozenset[State]
    stable_inodes: bool
    version_of: Callable[[str], int]
    settled: Callable[[Sighting], bool]
    reread: Callable[[bytes], bool] = lambda _: False  # whether a file is read whatever is known of it


@dataclass(slots=True)
class Plan:
    """What a neighbourhood asks for. `missing` files are not there, which is yet to be believed.

    `unsettled` files are still being written; their folder is looked at again. `strays` lie beside media and belong
    to no book; those that are remembered and that no order sheds are `forgotten`. `links` are further paths to files
    that are known by these ids, `twins` to files that are yet to be recorded. `parted` are folders elsewhere that hold
    the lesser part of a book that came here. `early` is True where a link was met before what it links to was looked at
    as it is now: what is remembered of both is of the past, and is compared again.
    """

    orders: list[BookOrder] = field(default_factory=list)
    missing: list[KnownFile] = field(default_factory=list)
    returned: list[KnownFile] = field(default_factory=list)
    unsettled: list[Sighting] = field(default_factory=list)
    strays: list[Sighting] = field(default_factory=list)
    forgotten: list[KnownFile] = field(default_factory=list)
    links: list[tuple[Sighting, int]] = field(default_factory=list)
    twins: list[Sighting] = field(default_factory=list)
    parted: set[Folder] = field(default_factory=set)
    early: bool = False
    unchanged: int = 0
    moved: int = 0
    groups: Sequence[Group] = field(default=(), compare=False)  # every book of the place, with work to do or without
    states: Mapping[bytes, State] = field(default_factory=dict, compare=False)  # of what is there, as it was judged


def plan(
    root: Root,
    place: Neighbourhood,
    known: Sequence[KnownFile],
    how: Judgement,
    bereaved: Collection[int] = (),
    *,
    traces: Traces = NO_TRACES,
    tells: Mapping[bytes, Tells] = SILENCE,
) -> Plan:
    """Judge every file of a neighbourhood that was listed completely, and gather what is to be done by book.

    `bereaved` books still count on a file that is known to be MISSING; they are merged without it. `traces` tell what
    files were that moved here, `tells` what was read of them and of those that were here.
    """
    if not (known or place.seen):
        return Plan()
    if not known and traces.silent_on(place.seen):
        return _plan_new(root, place, how, tells)
    planner = _Planner(root, {one.path: one for one in known}, how, bereaved)
    planner.note_missing({one.path for one in place.seen}, set(place.listed), traces)
    planner.settle_in(place.seen, traces)
    present = [seen for seen in place.seen if not planner.linked(seen, traces) and planner.judged(seen)]
    planner.made.groups = groups = group(place.anchor, present, root.kind, place.override, tells)
    planner.note_strays(present, groups)
    owners = planner.owners(groups, place.listed, traces)
    planner.note_leavers(owners)
    if not (planner.made.missing or place.unsure or place.bereft):
        planner.compare_grounds(traces)
    for one, book_id, absorbs in owners:
        planner.order(one, book_id, absorbs)
    return planner.made


def _plan_new(root: Root, place: Neighbourhood, how: Judgement, tells: Mapping[bytes, Tells]) -> Plan:
    """The plan of a place where nothing was ever seen, as all are in a first scan: what has settled is to be read."""
    present = [seen for seen in place.seen if how.settled(seen)]
    made = Plan(states={seen.path: State.NEW for seen in present})
    if len(present) < len(place.seen):
        made.unsettled = [seen for seen in place.seen if seen.path not in made.states]
    made.groups = groups = group(place.anchor, present, root.kind, place.override, tells)
    ordered = groups if len(groups) == 1 else sorted(groups, key=lambda one: one.key)
    made.orders = [
        BookOrder(root, one.key, one.kind, one.rule, one.files, (), {}, planned_at=how.now) for one in ordered
    ]
    if sum([len(one.files) for one in groups]) < len(present):
        taken = {seen.path for one in groups for seen in one.files}
        made.strays = [seen for seen in present if seen.path not in taken]
    return made


class _Planner:
    """The plan of one neighbourhood while it grows; lives for one call."""

    def __init__(self, root: Root, known: dict[bytes, KnownFile], how: Judgement, bereaved: Collection[int]) -> None:
        self.root = root
        self.known = known
        self.how = how
        self._states: dict[bytes, State] = {}
        self.made = Plan(states=self._states)
        self._bereaved = bereaved
        self._grounds: Mapping[int, tuple[bytes, str]] = {}
        self._bereft: set[int | None] = set()
        self._was = {one.id: numbers_of(one) for one in known.values()}
        self._came: dict[bytes, KnownFile] = {}  # what moved here, as it was
        self._left: Mapping[int, bytes] = {}  # books that had files here which moved, and their keys
        self._freed: set[bytes] = set()  # what was a duplicate, and stands for itself now

    def settle_in(self, seen: Iterable[Sighting], traces: Traces) -> None:
        """What moved here is remembered as if it had always been here."""
        for one in seen:
            if (before := traces.moved.get(one.path)) is not None:
                self._came[one.path] = before
                self._was[before.id] = numbers_of(before)
                self.known[one.path] = settled_in(one, before, self.root.id, doubted=one.path in traces.doubted)

    def linked(self, seen: Sighting, traces: Traces) -> bool:
        """Whether a file is one more path to a content that another row speaks for; it is no part of a book here."""
        if role_of(seen.path) is not FileRole.MEDIA:
            return False  # one cover may be linked into the folders of many books, and covers each
        if seen.path in traces.twins:
            self.made.twins.append(seen)
            return True
        before = self.known.get(seen.path)
        original = traces.links.get(seen.path)
        if original is None and before is not None and before.duplicate_of is not None:
            original = traces.originals.get(before.duplicate_of)
        if original is not None and is_link(seen, original):
            stands = before is not None and before.book_id == original.book_id and before.state in READ
            if before is not None and stands and unchanged(before, seen):
                self.made.unchanged += 1
            else:
                self.made.links.append((seen, original.id))
                self.made.early |= not same_time(seen, original)
                self._bereft |= {before.book_id} - {original.book_id} if before is not None else set()
            return True
        if before is not None and before.duplicate_of is not None:
            same = same_file(seen, before) and seen.path not in traces.doubted  # the other name went: its ctime changed
            freed = settled_in(seen, before, self.root.id) if same else before
            self.known[seen.path] = replace(freed, duplicate_of=None)
            self._freed.add(seen.path)
        return False

    def owners(self, groups: Sequence[Group], listed: Collection[bytes], traces: Traces) -> "list[Owner]":
        """Which book each group is. A book whose larger part lies elsewhere is none of them."""
        votes: dict[int, list[bytes]] = {}
        for one in groups:
            for seen in one.files:
                before = self.known.get(seen.path)
                if before is not None and before.book_id is not None and role_of(seen.path) is FileRole.MEDIA:
                    votes.setdefault(before.book_id, []).append(seen.path)
        here = Place(self.root.id, listed, self._came, self._freed)
        elsewhere = here.elsewhere(votes, traces.shares)
        foreign = majority(here, votes, elsewhere)
        scattered = {book_id for book_id, folders in elsewhere.items() if folders}
        for book_id in scattered - foreign:
            self.made.parted |= set(elsewhere[book_id])
        return _owners(groups, self.known, foreign, scattered)

    def note_missing(self, seen: Collection[bytes], listed: Collection[bytes], traces: Traces) -> None:
        """Law 4: missing is what a completely listed folder does not hold; what moved is not."""
        leaving = traces.leaving
        gone = [one for one in self.known.values() if one.path not in seen and parent(one.path) in listed]
        self.made.missing = [one for one in gone if one.state is not State.MISSING and one.id not in leaving]
        left = {one.book_id for one in gone if one.id in leaving}
        self._left = {book_id: key for book_id, (key, _) in traces.grounds.items() if book_id in left}

    def note_strays(self, present: Iterable[Sighting], groups: Iterable[Group]) -> None:
        """What lies beside and is nobody's: a row of it would speak for a book that it is not of."""
        taken = {seen.path for one in groups for seen in one.files}
        self.made.strays = [seen for seen in present if seen.path not in taken]
        self.made.forgotten = [self.known[one.path] for one in self.made.strays if one.path in self.known]
        self._bereft |= {one.book_id for one in self.made.forgotten}

    def note_leavers(self, owners: Iterable[Owner]) -> None:
        """A book that loses a file to another is merged without it."""
        for one, book_id, _ in owners:
            before = (self.known.get(seen.path) for seen in one.files)
            self._bereft |= {known.book_id for known in before if known is not None and known.book_id != book_id}

    def compare_grounds(self, traces: Traces) -> None:
        """What makes a book is compared where all is there: without a file that is yet to be missed it is another."""
        self._grounds = traces.grounds

    def judged(self, seen: Sighting) -> bool:
        """Whether the file counts as there: a new one does not before it has settled."""
        before = self.known.get(seen.path)
        state = judge(before, seen, self.how.now, stable_inodes=self.how.stable_inodes)
        if before is not None and (
            self.how.reread(seen.path) or self._outdated(before, state) or _unheard(before, state)
        ):
            state = State.CHANGED
        if state in (State.NEW, State.CHANGED) and not self.how.settled(seen):
            self.made.unsettled.append(seen)
            if before is None or before.state is State.MISSING:
                return False
            state = before.state
        self._states[seen.path] = state
        return True

    def _outdated(self, before: KnownFile, state: State) -> bool:
        """Whether a newer version of the reader has appeared since; a broken file may be read by it too."""
        if not before.reader or state not in (*READ, State.ERROR):
            return False
        return self.how.version_of(before.reader) > before.parser_version

    def order(self, one: Group, book_id: int | None, absorbs: tuple[int, ...]) -> None:
        """What one book asks for, if anything."""
        read = tuple(seen for seen in one.files if self._states[seen.path] in self.how.acts_on)
        rest = [self.known[seen.path] for seen in one.files if self._states[seen.path] not in self.how.acts_on]
        keep = tuple(before for before in rest if before.state is not State.ERROR)
        back = [before for before in keep if before.state is State.MISSING]
        anew = {seen.path for seen in read}
        origins = {
            seen.path: _origin(self._came[seen.path], same=seen.path not in anew)
            for seen in one.files
            if seen.path in self._came
        }
        self.made.moved += len(origins)
        self.made.unchanged += len(rest) - len(back) - sum(before.path in origins for before in rest)
        moved_in = bool(origins) or any(before.book_id != book_id or before.path in self._freed for before in keep)
        failed_before = {seen.path: self.known[seen.path] for seen in read if seen.path in self.known}
        sheds = tuple(stray for stray in self.made.forgotten if stray.book_id == book_id is not None)
        left = frozenset(other for other, key in self._left.items() if key == one.key and other != book_id)
        order = BookOrder(
            *(self.root, one.key, one.kind, one.rule, read, keep, failed_before, book_id, absorbs),
            *(sheds, origins, left, self.how.now, {before.id: self._was[before.id] for before in keep}),
        )
        whole_again = any(before.position == LAID_ASIDE for before in keep)
        bereaved = book_id in self._bereaved and len(back) < len(keep)
        bereft = book_id is not None and book_id in self._bereft
        other = read or moved_in or absorbs or whole_again
        if other or (keep and (bereaved or bereft or self._restated(one, book_id))):
            self.made.orders.append(order)
            if sheds:
                self.made.forgotten = [stray for stray in self.made.forgotten if stray not in sheds]
        else:
            self.made.returned += back

    def _restated(self, one: Group, book_id: int | None) -> bool:
        """Whether these files are one book for another reason, or by another name, than when it was written."""
        was = None if book_id is None else self._grounds.get(book_id)
        if was is None or was == (one.key, one.rule):
            return False
        return any(role_of(seen.path) is FileRole.MEDIA and self._states[seen.path] in READ for seen in one.files)


def _unheard(before: KnownFile, state: State) -> bool:
    """Whether a file was read for no book, so that what it said was not kept: it lay beside one that was broken."""
    return state is State.INDEXED and before.book_id is None


def _origin(known: KnownFile, *, same: bool) -> Origin:
    return Origin(known.id, known.root_id, known.path, same)


def _owners(
    groups: Iterable[Group],
    by_path: Mapping[bytes, KnownFile],
    foreign: Collection[int] = (),
    scattered: Collection[int] = (),
) -> list[Owner]:
    """Which remembered book each group is: the one that most of its media belonged to, each book once.

    A book that loses its last file here to a group is absorbed by it, unless it has others elsewhere.
    """
    claims: list[tuple[int, int, int]] = []
    ordered = sorted(groups, key=lambda one: one.key)
    for number, one in enumerate(ordered):
        votes = Counter(
            before.book_id
            for seen in one.files
            if (before := by_path.get(seen.path)) is not None and before.book_id is not None
            if role_of(seen.path) is FileRole.MEDIA and before.book_id not in foreign
        )
        claims += [(-count, book_id, number) for book_id, count in votes.items()]
    given: dict[int, int] = {}
    taken: set[int] = set()
    for _, book_id, number in sorted(claims):
        if number not in given and book_id not in taken:
            given[number] = book_id
            taken.add(book_id)
    absorbed: dict[int, list[int]] = {}
    for _, book_id, number in sorted(claims):
        if book_id not in taken and book_id not in scattered:
            taken.add(book_id)
            absorbed.setdefault(number, []).append(book_id)
    return [(one, given.get(number), tuple(absorbed.get(number, ()))) for number, one in enumerate(ordered)]

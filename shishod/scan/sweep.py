"""Sweep: one walk from its first folder to its last finished ticket, and what may be signed then."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from shishod import log
from shishod.errors import Unreachable
from shishod.model.catalog import Catalog
from shishod.model.library import Root
from shishod.model.moves import Folder
from shishod.model.signature import KnownFolder
from shishod.model.state import KnownFile
from shishod.scan.aside import Aside
from shishod.scan.entries import Pulse
from shishod.scan.guard import Admission
from shishod.scan.lifecycle import WalkOrder
from shishod.scan.order import BookOrder
from shishod.scan.tags import NO_QUESTION, Question
from shishod.work.guard import Guarded

_log = log.get(__name__)
SIGN_AT = 256  # finished folders are signed in batches


@dataclass(slots=True)
class Place:
    """A neighbourhood in work: its folders are signed when its last ticket is finished and nothing spoiled them.

    The `question` is what only the tags of its files decide.
    """

    sweep: "Sweep"
    folders: tuple[KnownFolder, ...]
    waiting: int = 0
    spoiled: bool = False
    question: Question = NO_QUESTION


@dataclass(frozen=True, slots=True)
class InspectLoad:
    """The load of an INSPECT ticket: the newest order for the book, and every place that waits for it with its own."""

    order: BookOrder
    places: tuple[tuple[Place, BookOrder], ...]

    def serves(self, order: BookOrder) -> bool:
        """Whether what is done for all does what one place has asked for: a newer order may have seen less."""
        if order is self.order:
            return True
        here = {one.path for one in self.order.read} | {one.path for one in self.order.keep}
        return all(one.path in here for one in order.read)

    def joined(self, newer: "InspectLoad") -> "InspectLoad":
        return InspectLoad(newer.order, self.places + newer.places)


@dataclass(slots=True)
class _Books:
    walking: bool = True
    places: int = 0
    ready: list[KnownFolder] = field(default_factory=list)
    missing: list[KnownFile] = field(default_factory=list)
    gone: list[bytes] = field(default_factory=list)


class Sweep:
    """Shared: by the thread that walks and the workers that finish its books."""

    admission: Admission  # from the moment that its root was believed
    debt = 0  # of its root, when it began

    def __init__(self, root: Root, order: WalkOrder, catalog: Catalog, stopped: Callable[[], bool]) -> None:
        self.root = root
        self.order = order
        self.pulse = Pulse()
        self.abandoned = False
        self.ended = False
        self.refreshed: Sequence[KnownFolder] = ()  # folders whose files are as they were, under a new time
        self.whole = False  # the walk began at the root and entered everything
        self.vanished: Collection[bytes] = ()  # folders whose loss is believed
        self.aside = Aside()  # what is there and does not count
        self.recorded = False  # whether it asked for any book, or met a link
        self.sources: set[int] = set()  # other roots that files came from
        self.made: set[int] = set()  # books that are new
        self.retold: Collection[bytes] = ()  # folders whose show is told otherwise than when their episodes were read
        self.parted: set[Folder] = set()  # folders that hold the rest of a book of which some came here
        self.doubted: set[bytes] = set()  # folders to be grouped anew, once what their files say is recorded
        self._stopped = stopped
        self._catalog = catalog
        self._books: Guarded[_Books] = Guarded(_Books())

    @property
    def cancelled(self) -> bool:
        """Whether everybody who wanted it has given up, or the daemon is stopping."""
        return self.abandoned or self._stopped() or self.order.cancelled

    def step(self) -> bool:
        """The walk is alive and goes on; False ends it."""
        self.pulse.beats += 1
        return not self.cancelled

    def count(self, **counts: int) -> None:
        for scan in dict.fromkeys(self.order.scans):
            scan.add(**counts)

    def part(self, folders: Collection[Folder]) -> None:
        """Have these folders looked at once all is recorded: a book that they hold a part of is another now."""
        if folders:
            with self._books:
                self.parted |= set(folders)

    def make(self, book_id: int) -> None:
        """One of its books is new."""
        with self._books:
            self.made.add(book_id)

    def touch(self, book_id: int) -> None:
        """One of its books was recorded."""
        for scan in dict.fromkeys(self.order.scans):
            scan.touch(book_id)

    def doubt(self, folder: bytes) -> None:
        """Its files may be other books by what they say."""
        with self._books:
            self.doubted.add(folder)

    def abandon(self) -> None:
        """Its thread hangs: whoever waits is told elsewhere, and what it still brings is nobody's."""
        self.abandoned = True
        self.order = replace(self.order, scans=())

    def hinder(self, reason: str) -> None:
        """Something that it found could not be recorded."""
        for scan in self.order.scans:
            scan.hinder(reason)

    @property
    def about(self) -> dict[str, object]:
        """What every line of the journal about it tells: whose it is, and which scans wait for it."""
        scans = [scan.id for scan in dict.fromkeys(self.order.scans)]
        return {"library": self.root.library, "root": self.root.path, **({"scan": scans} if scans else {})}

    def say(self, level: str, text: str, /, **facts: object) -> None:
        """A line for the journal, and for the log of each scan that waits for it."""
        _log.say(level, text, **self.about, **facts)
        self.tell(level, text, **facts)

    def tell(self, level: str, text: str, /, **facts: object) -> None:
        """A line for the log of each scan that waits for it."""
        for scan in dict.fromkeys(self.order.scans):
            scan.say(level, text, **facts)

    def reading(self, path: bytes) -> None:
        for scan in self.order.scans:
            scan.reading(path)

    def open(
        self, folders: tuple[KnownFolder, ...], *, tickets: int, spoiled: bool, question: Question = NO_QUESTION
    ) -> Place:
        """A neighbourhood with so many tickets to come; with none it is finished at once."""
        place = Place(self, folders, tickets, spoiled, question)
        with self._books as books:
            books.places += 1
        if not tickets:
            self._close(place)
        return place

    def lose(self, missing: Sequence[KnownFile]) -> None:
        with self._books as books:
            books.missing += missing

    def lose_folder(self, folder: bytes) -> None:
        with self._books as books:
            books.gone.append(folder)

    def losses(self) -> tuple[list[KnownFile], list[bytes]]:
        """Files and folders that were not there."""
        with self._books as books:
            return list(books.missing), list(books.gone)

    def finished(self, place: Place, *, well: bool) -> bool:
        """One ticket of a place is done; True when that leaves the whole sweep with nothing to wait for."""
        with self._books:
            place.waiting -= 1
            place.spoiled |= not well
            last = place.waiting == 0
        return self._close(place) if last else False

    def walked(self) -> bool:
        """The walk has seen its last folder; True when no ticket of it is left either."""
        with self._books as books:
            books.walking = False
            return not books.places

    def _close(self, place: Place) -> bool:
        with self._books as books:
            books.places -= 1
            if not place.spoiled:
                books.ready.extend(place.folders)
            batch = books.ready if len(books.ready) >= SIGN_AT else []
            if batch:
                books.ready = []
            over = not books.walking and not books.places
        if batch:
            self._sign_early(batch)
        return over

    def _sign_early(self, batch: Sequence[KnownFolder]) -> None:
        try:
            self._catalog.sign(self.root.id, batch)
        except Unreachable as error:
            told = {"count": len(batch), "error": str(error)}
            _log.warning("folders could not be signed; the next scan compares them", **self.about, **told)

    def sign(self) -> None:
        """Remember every finished folder, and forget those whose loss was believed."""
        with self._books as books:
            rows = books.ready + list(self.refreshed)
            books.ready = []
        gone = {*self.vanished, *self.aside.left}
        if rows or gone:
            self._catalog.sign(self.root.id, rows, gone)

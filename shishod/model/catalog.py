"""The ports to storage: what the rooms may ask of a catalogue, and nothing about how it answers."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from shishod.model.book import BookKind, NameKind
from shishod.model.claims import Claims
from shishod.model.covers import CoverState
from shishod.model.finding import Found
from shishod.model.library import Hold, Library, Root, RootIdentity, RootState
from shishod.model.metadata import Finding, UserWord
from shishod.model.moves import Whereabouts
from shishod.model.passing import PassedOver
from shishod.model.progress import Problem, ScanSnapshot
from shishod.model.purge import Purged, PurgeOrder
from shishod.model.reunion import Reunions
from shishod.model.review import Reviews
from shishod.model.scanlog import ScanLog
from shishod.model.signature import KnownFolder
from shishod.model.state import KnownFile, State
from shishod.model.updates import RelationshipUpdates, SavedBook

NameIds = Mapping[tuple[NameKind, str], int]  # (kind, normal_name) -> committed id, within one library


@dataclass(frozen=True, slots=True)
class BookMemory:
    """What is held of a book that a merge needs: each file's packed Reading by file id, the user's own words, and what
    web catalogues say of it, the most believed first."""

    book_id: int
    key: bytes
    readings: Mapping[int, bytes]
    words: tuple[UserWord, ...] = ()
    revision: int | None = None  # of its row, when this was true
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldBook:
    """A book as it is held, with what its files said; all that it takes to merge it without a look at a disk.

    `readings` are packed, by path, of the files that the book is told by.
    """

    book_id: int
    root: Root
    key: bytes
    kind: BookKind
    rule: str
    revision: int
    readings: Mapping[bytes, bytes]
    words: tuple[UserWord, ...] = ()
    findings: tuple[Finding, ...] = ()
    standings: Mapping[str, Found] = field(default_factory=dict)  # by provider, believed or not
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """A committed batch: one outcome a book in the order given, and the ids of names that it made or found."""

    books: tuple[SavedBook, ...]
    names: NameIds


class Catalog(Whereabouts, Reunions, PassedOver, Claims, Protocol):
    """What the scan remembers and writes. Every method is one short transaction; all raise Unreachable when the
    database does not answer. Safe to call from any thread; `save*`, `mark*` and `sign` are called by one writer at a
    time on SQLite."""

    writers: int  # how many threads may save at once: 1 on SQLite

    def enrol(self, libraries: Sequence[Library], now: datetime) -> tuple[Root, ...]:
        """Make the libraries and roots of the settings known; what is gone from them stays, not listed."""

    def roots(self) -> tuple[Root, ...]:
        """The roots of the last `enrol`, as they stand."""

    def note_root(
        self, root_id: int, state: RootState, reason: str, identity: RootIdentity | None, now: datetime
    ) -> None:
        """Store what a root turned out to be; `identity` None keeps the stored one."""

    def hold(self, root_id: int, held: Hold, reason: str) -> None:
        """Note that so much of a root vanished at once that it was not believed."""

    def note_walked(self, root_id: int, now: datetime) -> None:
        """A root was looked over as a whole and all that it lost was believed: nothing is held or accepted any more.

        What is MISSING in it since before may be purged, until it is away again.
        """

    def accept(self, root_id: int) -> None:
        """The operator's word that the next disappearance of this root is real."""

    def folders(self, root_id: int, *under: bytes) -> Mapping[bytes, KnownFolder]:
        """Every remembered folder at or below any of `under`, or of the whole root where none is named, by path.

        A folder whose files were saved but which was never signed has mtime_ns 0 and an empty `packed`.
        """

    def files_in(self, root_id: int, folders: Collection[bytes]) -> list[KnownFile]:
        """The remembered files that lie directly in one of the folders, in path order."""

    def remembered(self, root_id: int, paths: Collection[bytes]) -> frozenset[bytes]:
        """Those of these files that are remembered, whatever became of them."""

    def files_below(self, root_id: int, folder: bytes) -> list[KnownFile]:
        """The remembered files at any depth below a folder; the root is b""."""

    def sample_files(self, root_id: int, limit: int) -> list[KnownFile]:
        """Some files of a root that are not MISSING, spread over it; the same ones while nothing changes."""

    def count_present(self, root_id: int) -> int:
        """How many files of a root are not MISSING, those that lie beside media included."""

    def count_lost_since(self, root_id: int, since: datetime) -> int:
        """How many files of a root went MISSING at or after a moment, and are so still."""

    def folders_due(self, root_id: int, now: datetime) -> frozenset[bytes]:
        """Folders that hold a file which waits to be read, whose retry is due, or whose claim is nobody's any more."""

    def memories(self, book_ids: Collection[int]) -> dict[int, BookMemory]:
        """What is held of these books; an id that is gone is left out."""

    def readings(self, file_ids: Collection[int]) -> dict[int, bytes]:
        """What was read of these files, packed, whatever book they are of; what was never read is left out."""

    def held_book(self, book_id: int) -> HeldBook | None:
        """One book with all that a merge of it needs, as of one moment; None when there is none."""

    def names(self, library_id: int, kind: NameKind) -> dict[str, int]:
        """Every name of a kind in a library, normal form to id, aliases included: one query."""

    def save(self, books: Sequence[RelationshipUpdates], names: NameIds, now: datetime) -> Saved:
        """Write the books as one transaction, all or nothing; raises BookRejected when any row is refused."""

    def save_each(self, books: Sequence[RelationshipUpdates], names: NameIds, now: datetime) -> Saved:
        """Write the books in one transaction with a savepoint each, so that only the refused are left out."""

    def mark(self, file_ids: Collection[int], state: State, now: datetime) -> int:
        """Set a state on files as they are judged; returns how many rows changed."""

    def lose(self, root_id: int, files: Mapping[int, bytes], reopen: Collection[bytes], now: datetime) -> int:
        """Set MISSING on files, by id, that are still remembered under these paths, and take the signature of folders
        back, as one transaction; how many files it was.

        A folder without a signature is compared by the next scan, so a book that lost a file is merged anew even if
        this is the last that the daemon does.
        """

    def reopen_outdated(self, versions: Mapping[str, int]) -> int:
        """Take back the signature of folders with a file that its reader, by name, would read anew; how many.

        A file that a lower version of its reader has read or could not read; MISSING ones are judged on their return.
        """

    def grounds(self, book_ids: Collection[int]) -> Mapping[int, tuple[bytes, str]]:
        """The key and the rule that each of these books was last written with."""

    def bereaved(self, book_ids: Collection[int]) -> frozenset[int]:
        """Those of the books that count on a file which is MISSING; saving a book lays its missing files aside."""

    def forget_files(self, file_ids: Collection[int]) -> None:
        """Forget files that lie beside media and belong to no book any more; a medium is never forgotten like this."""

    def sign(self, root_id: int, folders: Sequence[KnownFolder], gone: Collection[bytes] = ()) -> None:
        """Remember folders as finished, and forget those that are gone with all below them.

        One with an empty `packed` is remembered only if it is not yet: it exists, and nothing in it is vouched for.
        """

    def note_problems(self, problems: Sequence[Problem]) -> None:
        """Remember what a scan could not do; one row a path and stage."""

    def clear_problems(self, root_id: int, paths: Collection[bytes]) -> None:
        """Forget problems of paths that are well again."""


class ScanHistory(ScanLog, Protocol):
    """Scans as rows: written when they start, now and then, and when they end; and what they said."""

    def write_scan(self, snapshot: ScanSnapshot) -> None:
        """Insert or update one scan by its id."""

    def interrupt_scans(self, now: datetime) -> int:
        """Mark scans that a dead daemon left alive as INTERRUPTED; returns how many."""

    def scans(self, limit: int = 50, before: str | None = None) -> list[ScanSnapshot]:
        """The newest first; `before` is the id to go on from."""

    def scan(self, scan_id: str) -> ScanSnapshot | None:
        """One scan, or None."""


@dataclass(frozen=True, slots=True)
class BookQuery:
    """What to list: words that must all occur, and filters; `after` is the last id of the page before."""

    words: str = ""
    library: str | None = None
    kind: str | None = None
    state: str | None = None
    after: int = 0
    limit: int = 50
    complete: bool | None = None  # None for either
    wanted: tuple[str, ...] = ()  # the fields that make one complete
    web: str | None = None  # how it stands with any web catalogue


class Shelf(Reviews, Protocol):
    """What the faces read. Rows are ready for JSON (paths as `path` and, where needed, `path_b64`; times ISO 8601)."""

    def books(self, query: BookQuery) -> tuple[list[dict[str, Any]], int | None]:
        """A page of books in id order, and the id to go on after, None at the end."""

    def book(self, book_id: int) -> dict[str, Any] | None:
        """One book with all that is known of it: files, people, series, chapters, sources."""

    def cover_of(self, book_id: int) -> CoverState | None:
        """What there is to show of a book's cover; None where none is located."""

    def problems(self, limit: int = 100, after: int = 0) -> tuple[list[dict[str, Any]], int | None]:
        """Files in ERROR and folders that could not be listed, each with its reason."""

    def counts(self) -> dict[str, Any]:
        """`books` and their `files` in all, media by state (`by_state`) and those that are not MISSING `by_root`, how
        many other files lie `beside` them, how many covers are still to be taken (`covers_due`), and how many
        `problems` would be listed."""


class Losses(Protocol):
    """What is gone, and how it is forgotten."""

    def missing(
        self, limit: int = 100, after: int = 0, library: str | None = None
    ) -> tuple[list[dict[str, Any]], int | None]:
        """A page of missing files in id order and the id to go on after; `since` is a datetime, `kept` a reason."""

    def purge(self, order: PurgeOrder) -> Purged:
        """Forget what the order means, names that no book mentions included, as one transaction."""


class Recorder(Protocol):
    """The one door to the catalogue: one book, all or nothing."""

    def record(self, books: Sequence[RelationshipUpdates]) -> Sequence[SavedBook]:
        """Return when the books are committed or refused, one outcome each in the order given."""


def by_folder(files: Iterable[KnownFile]) -> dict[bytes, list[KnownFile]]:
    """Remembered files by the folder they lie in."""
    folders: dict[bytes, list[KnownFile]] = {}
    for known in files:
        folders.setdefault(known.path.rpartition(b"/")[0], []).append(known)
    return folders

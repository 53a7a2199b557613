"""What Operations needs of the rooms below: small protocols, and the probes that each room answers for itself."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from shishod.ailment import Ailment
from shishod.errors import Refused
from shishod.metrics import Sample
from shishod.model.covers import CoverState
from shishod.model.explanation import Explanation
from shishod.model.foresight import Foresight
from shishod.model.library import Root
from shishod.model.progress import ScanSnapshot, WhenBusy
from shishod.model.purge import Purged, PurgeOrder
from shishod.model.state import KnownFile
from shishod.model.ticket import Errand, FolderSubject
from shishod.model.tier import Tier
from shishod.model.words import Scope, WordedBook, Wording
from shishod.operations.enrichment import WebRoom
from shishod.operations.steering import Steering, Unsteered
from shishod.work.bulletin import Bulletin


class Scans(Protocol):
    """What the faces may ask of the scans; safe from any thread."""

    def request(
        self,
        tier: Tier,
        subjects: Sequence[FolderSubject],
        trigger: str,
        scope: tuple[str, ...],
        reread: Mapping[FolderSubject, frozenset[bytes]] | None = None,
        *,
        when_busy: WhenBusy = WhenBusy.JOIN,
    ) -> ScanSnapshot:
        """Start a scan, or join the one alive that already covers it; or read these files whatever is known of them.
        Raises Refused where one is alive and `when_busy` says so."""

    def pace(self, scan_id: str) -> dict[str, Any]:
        """`phase`, `rate` in files a second and `eta_s` of a scan that is alive; {} for another."""

    def cancel(self, scan_id: str) -> ScanSnapshot:
        """Stop a scan after the file in hand. Raises Refused for one that is unknown or has ended."""

    def snapshot(self, scan_id: str) -> ScanSnapshot | None:
        """A scan, alive or ended; None when it was never asked for."""

    def active(self) -> tuple[ScanSnapshot, ...]:
        """The scans that have not ended."""


class Roots(Protocol):
    """The part of the Catalog that the faces need."""

    def roots(self) -> tuple[Root, ...]: ...
    def accept(self, root_id: int) -> None: ...
    def missing(
        self, limit: int = 100, after: int = 0, library: str | None = None
    ) -> tuple[list[dict[str, Any]], int | None]: ...
    def purge(self, order: PurgeOrder) -> Purged: ...
    def files_of(self, book_id: int) -> list[KnownFile]: ...
    def worded(self, scope: Scope) -> list[WordedBook]: ...


class WatchRow(Protocol):
    """How one root is watched: `mode` is one of WATCH_MODES; `remedy` is what the operator can do."""

    @property
    def root_id(self) -> int: ...
    @property
    def mode(self) -> str: ...
    @property
    def armed(self) -> int: ...
    @property
    def needed(self) -> int | None: ...
    @property
    def poll_s(self) -> float | None: ...
    @property
    def reason(self) -> str: ...
    @property
    def remedy(self) -> str: ...
    @property
    def overflows(self) -> int: ...


class WorkerRow(NamedTuple):
    """A worker with work in hand, what it is about, and for how long."""

    worker: str
    what: str
    since_s: float


class WaitingRow(NamedTuple):
    """A file that is not read yet because it still changes or is empty, and since when."""

    root_id: int
    path: bytes
    since: datetime
    empty: bool = False


def _nothing_to_rehearse(*_: object) -> Foresight:
    raise Refused("this daemon has nothing to scan with")


def _nothing_to_explain(*_: object) -> Explanation:
    raise Refused("this daemon has nothing to explain paths with")


def _nothing_to_show(*_: object) -> None:
    return None


def _nobody_to_edit(*_: object) -> bool:
    raise Refused("this daemon keeps no words of yours")


def _nothing_to_pack(_: Path) -> Iterator[bytes]:
    raise Refused("this daemon keeps nothing that could be packed")


def _nobody_to_freeze(*_: object) -> int:
    raise Refused("this daemon freezes no books")


def _nothing_to_reload() -> Mapping[str, Sequence[str]]:
    raise Refused("this daemon was started without a configuration file, so there is nothing to read again")


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """What the other rooms say of themselves: short calls, safe from any thread, that touch no library."""

    watch: Callable[[], Sequence[WatchRow]] = tuple
    workers: Callable[[], Sequence[WorkerRow]] = tuple
    waiting: Callable[[], Sequence[WaitingRow]] = tuple
    queue: Callable[[], Mapping[Errand, int]] = dict
    later: Callable[[], Mapping[Errand, int]] = dict  # of these, what is not to begin for a while
    schedule: Callable[[], Mapping[str, datetime]] = dict
    moved: Callable[[], Mapping[str, str]] = dict  # why a job's next run is not where it was set
    loops: Callable[[], Mapping[str, bool]] = dict
    cache: Callable[[], Mapping[str, int]] = dict
    sandbox: Callable[[], str] = str  # what holds the processes in that read files
    arrears: Callable[[], str] = str  # why something could not be recorded yet, "" when all is
    rehearse: Callable[[Root, bytes, Tier, Callable[[], bool]], Foresight] = _nothing_to_rehearse
    look: Callable[[Root, bytes], object] = _nothing_to_show  # at a path below a root; may hang on its disk
    explain: Callable[[Root, bytes, object], Explanation] = _nothing_to_explain  # the path by that, or by why not
    edit: Callable[[int, Wording], bool] = _nobody_to_edit  # False for a book that is not there
    counters: Callable[[], Sequence[Sample]] = tuple
    copy: Callable[[], Path | None] = lambda: None  # a new copy of the catalogue; None where a server keeps it
    pack: Callable[[Path], Iterator[bytes]] = _nothing_to_pack
    bulletin: Bulletin = field(default_factory=Bulletin)
    said: Callable[[], object] = lambda: None  # have what living scans have said written down
    doctor: Callable[[], Sequence[Ailment]] = tuple
    picture: Callable[[CoverState, bool], str | None] = _nothing_to_show  # the file of a cover, small or not
    covered: Callable[[], datetime | None] = _nothing_to_show  # when last no cover was left to be taken
    reload: Callable[[], Mapping[str, Sequence[str]]] = _nothing_to_reload
    steering: Steering = field(default_factory=Unsteered)
    web: WebRoom | None = None  # where a provider is on
    freeze: Callable[[Sequence[int], bool], int] = _nobody_to_freeze

"""Reconciler: what is believed of files that are not there, and what is held until somebody says so."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2b

from shishod import log
from shishod.clock import CLOCK, Clock
from shishod.model.catalog import Catalog
from shishod.model.library import Follow, Hold, Root, RootState
from shishod.model.moves import Folder
from shishod.model.state import KnownFile, State
from shishod.paths import base, display, join, parent
from shishod.scan.group import anchor, joins
from shishod.scan.guard import Admission, MountGuard, held_reason
from shishod.scan.listing import UNSAID, Listing, list_names
from shishod.scan.settings import ScanSettings
from shishod.work.runners import Runner
from shishod.work.turns import Turns

_log = log.get(__name__)
BURST = timedelta(minutes=10)  # what the watch reports lost folder by folder within this is one loss
EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a loss is believed, and how many files it is about."""

    believed: bool
    lost: int
    allowed: int
    reopened: frozenset[bytes] = frozenset()  # anchors of books that lost a part
    vanished: frozenset[bytes] = frozenset()  # folders that are really gone
    duplicates: frozenset[Folder] = frozenset()  # where other paths to the lost are, in whatever root
    bereft: frozenset[int] = frozenset()  # books that the lost were of


def weigh(lost: int, present: int, settings: ScanSettings, *, accepted: bool = False, before: int = 0) -> Verdict:
    """A mass disappearance on a mounted root is held: more files than both limits at once.

    `before` files were lost just now, and belong to the same disappearance.
    """
    allowed = max(settings.hold_files, (present + before) * settings.hold_percent // 100)
    return Verdict(accepted or lost == 0 or lost + before <= allowed, lost, allowed)


def digest_of(paths: Iterable[bytes]) -> bytes:
    """Stands for a set of paths, whatever their order."""
    return blake2b(b"\0".join(sorted(paths)), digest_size=16).digest()


def held_on(held: Hold | None, paths: Sequence[bytes], now: datetime, apart: timedelta) -> Hold:
    """The hold after another scan of the whole root found so much gone.

    A scan that finds the same set counts when it comes `apart` after the one that counted before; another set begins
    the count anew. What is gone is gone since the first of them.
    """
    digest = digest_of(paths)
    if held is not None and held.digest == digest:
        if held.counted_at is not None and now - held.counted_at < apart:
            return held
        return replace(held, equal=held.equal + 1, counted_at=now)
    spread = paths[:: max(1, -(-len(paths) // EXAMPLES))]
    return Hold(len(paths), held.since if held else now, tuple(spread), digest, 0, now)


class Reconciler:
    """Marks what is not there as MISSING, or holds it when it is too much to be believed."""

    def __init__(
        self, catalog: Catalog, guard: MountGuard, settings: ScanSettings, runner: Runner, clock: Clock = CLOCK
    ) -> None:
        self._catalog = catalog
        self._guard = guard
        self._settings = settings
        self._runner = runner
        self._clock = clock
        self._weighing = Turns()

    def lost(
        self, admission: Admission, missing: Sequence[KnownFile], gone: Collection[bytes], *, whole: bool = False
    ) -> Verdict:
        """Decide on one walk's losses, and write them when they are believed. Additions are in the catalogue already.

        `gone` are folders that their parents no longer hold. What has come back since the walk is no loss. The folders
        whose books lost a part are reopened in the same transaction, so that those books are merged anew whatever
        happens next. `whole` walks alone may release a hold. Raises LibraryAbsent when the root has left meanwhile.

        One is weighed after the other: two at once would both be small, or one loss would be counted twice.
        """
        lost, vanished = self._really_lost(admission, missing, gone)  # may wait for a disk, and nobody with it
        with self._weighing.alone():
            return self._decide(admission, missing, lost, vanished, whole=whole)

    def _decide(
        self,
        admission: Admission,
        missing: Sequence[KnownFile],
        lost: Mapping[int, bytes],
        vanished: frozenset[bytes],
        *,
        whole: bool,
    ) -> Verdict:
        root, now = self._root(admission), self._clock.now()
        here = self._still_known(root, lost)
        lost = {one.id: one.path for one in here}
        self._guard.confirm(admission)
        verdict = self._weigh(root, sorted(lost.values()), now, whole=whole)
        if not verdict.believed:
            return verdict
        reopened = frozenset(anchor(parent(one.path)) for one in missing if one.id in lost)
        reopened |= frozenset(anchor(folder) for folder in vanished if joins(folder))
        if lost:
            self._catalog.lose(root.id, lost, reopened, now)
        duplicates = self._catalog.duplicates_of(lost) if lost else frozenset()
        bereft = frozenset(one.book_id for one in here if one.book_id is not None)
        return replace(verdict, reopened=reopened, vanished=vanished, duplicates=duplicates, bereft=bereft)

    def _still_known(self, root: Root, lost: Mapping[int, bytes]) -> list[KnownFile]:
        """What was found elsewhere since the walk is remembered there by now; what another walk lost, as MISSING."""
        return [
            one
            for one in self._catalog.files(lost)
            if (one.root_id, one.path) == (root.id, lost[one.id]) and one.state is not State.MISSING
        ]

    def _root(self, admission: Admission) -> Root:
        return next(one for one in self._catalog.roots() if one.id == admission.root.id)

    def _weigh(self, root: Root, paths: Sequence[bytes], now: datetime, *, whole: bool) -> Verdict:
        """Whether a loss is believed; what is not is held, by the root's own row."""
        before = self._catalog.count_lost_since(root.id, (root.held.since if root.held else now) - BURST)
        few = len(paths) + before <= self._settings.hold_files  # whatever they are a part of; all would be counted
        present = 0 if few else self._catalog.count_present(root.id)
        verdict = weigh(len(paths), present, self._settings, accepted=root.accepted, before=before)
        if not whole and root.held and paths and not root.accepted:
            return replace(verdict, believed=False)  # a part of what is held, for all that this walk can know
        if verdict.believed:
            return verdict
        held = held_on(root.held, paths, now, timedelta(seconds=self._settings.hold_apart))
        if not whole:
            held = replace(held, digest=b"", counted_at=None)
        if held.equal >= self._settings.hold_scans > 0:
            _log.warning(
                "what was held is believed: so many scans found the same",
                **_of(held),
                root=display(root.path),
                library=root.library,
            )
            return replace(verdict, believed=True)
        self._hold(root, held)
        return verdict

    def _hold(self, root: Root, held: Hold) -> None:
        if root.state is not RootState.HELD:
            _log.warning(
                "too much vanished at once to be believed; it is held until it is back or accepted",
                **_of(held),
                root=display(root.path),
                library=root.library,
            )
        if held != root.held or root.state is not RootState.HELD:
            self._catalog.hold(root.id, held, held_reason(root, held.count))

    def _really_lost(
        self, admission: Admission, missing: Sequence[KnownFile], gone: Collection[bytes]
    ) -> tuple[dict[int, bytes], frozenset[bytes]]:
        """The files that a fresh look does not find either, by id, and the folders that are gone with all in them."""
        here = self._listings(admission, {parent(path) for path in (*(one.path for one in missing), *gone)})
        lost = {one.id: one.path for one in missing if here[parent(one.path)].lacks(base(one.path), one.device)}
        vanished = set()
        for folder in gone:
            listing = here[parent(folder)]
            if not listing.lacks_folder(base(folder), listing.device):
                continue
            below = self._catalog.files_below(admission.root.id, folder)
            if all(listing.lacks_folder(base(folder), one.device) for one in below):
                vanished.add(folder)
            lost |= {
                one.id: one.path
                for one in below
                if one.state is not State.MISSING and listing.lacks_folder(base(folder), one.device)
            }
        return lost, frozenset(vanished)

    def _listings(self, admission: Admission, folders: Collection[bytes]) -> dict[bytes, Listing]:
        """Fresh listings, asked for where it may hang; a folder that cannot be listed tells nothing."""
        wanted, real = sorted(folders), admission.real
        follow = admission.root.ways.follow_symlinks is not Follow.NONE
        look = partial(list_names, root_device=admission.identity.device, follow=follow)
        told = self._runner.run(look, [join(real, folder) if folder else real for folder in wanted]) if wanted else ()
        return {folder: one if isinstance(one, Listing) else UNSAID for folder, one in zip(wanted, told, strict=True)}

    def release(self, admission: Admission) -> None:
        """A walk of the whole root lost nothing unbelievable: whatever was held or accepted is over."""
        root = self._root(admission)
        if root.held is not None:
            _log.info("nothing is held any more", root=display(root.path), library=root.library)
        self._catalog.note_walked(root.id, self._clock.now())

    def returned(self, admission: Admission) -> bool:
        """Whether some of what is held is there again, so that the whole root is worth a look."""
        root = self._root(admission)
        examples = root.held.examples if root.held else ()
        here = self._listings(admission, {parent(path) for path in examples})
        return any(here[parent(path)].holds(base(path)) for path in examples)


def _of(held: Hold) -> dict[str, object]:
    return {"files": held.count, "since": held.since.isoformat(), "example": display(held.examples[0])}

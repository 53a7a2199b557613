"""Rehearsal: a scan whose every word to the catalogue is caught, so that it tells what it would do and does nothing."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from shishod.errors import LibraryAbsent
from shishod.model.catalog import Catalog
from shishod.model.foresight import Foresight
from shishod.model.library import Hold, Root
from shishod.model.state import KnownFile
from shishod.model.tier import Tier
from shishod.paths import display
from shishod.scan.guard import MountGuard
from shishod.scan.lifecycle import WalkOrder
from shishod.scan.plan import Plan
from shishod.scan.reconcile import Reconciler
from shishod.scan.survey import Rooms, Survey
from shishod.scan.sweep import Sweep
from shishod.scan.trace import Tracer
from shishod.scan.walk import Neighbourhood, Trouble, Walk
from shishod.work.runners import Runner

READS = frozenset(
    {
        *("roots", "every_root", "folders", "folders_due", "files_in", "sample_files", "shares", "memories"),
        *("names", "readings", "count_present", "count_lost_since", "bereaved", "by_inode", "by_hash", "hashed_sizes"),
        *("hashes", "duplicates_of", "grounds", "odd_paths", "eyes", "claimants", "held_book", "remembered"),
    }
)
WRITES = frozenset(
    {
        *("note_root", "note_walked", "sign", "note_problems", "clear_problems", "forget_files", "link", "reopen"),
        *("mark", "inherit", "pass_over", "compare_below", "note_eyes", "reunite"),
    }
)


class Rehearsal:
    """Shared: by the faces. Each run has a catalogue of its own to talk to."""

    def __init__(self, rooms: Rooms, runner: Runner, stalled: Callable[[], frozenset[int]]) -> None:
        self._rooms = rooms
        self._runner = runner
        self._stalled = stalled

    def run(self, root: Root, folder: bytes, tier: Tier, wanted: Callable[[], bool]) -> Foresight:
        """What a scan of a folder and all below it would find now. Reads no file; may wait long for a disk.

        `wanted` ends it early by returning False. Raises Unreachable where the catalogue does not answer.
        """
        found = Foresight(root.id, folder)
        if root.id in self._stalled():
            found.absent = f"{display(root.path)} is stalled: a call into it has not returned"
            return found
        catalog = cast(Catalog, Caught(self._rooms.catalog, found))
        guard = MountGuard(catalog, self._rooms.clock, self._rooms.guard.ground)
        rooms = replace(self._rooms, catalog=catalog, guard=guard, tracer=Tracer(catalog, self._runner))
        sweep = Sweep(root, WalkOrder(tier.look, tree=True), catalog, lambda: self._rooms.stopped() or not wanted())
        reconciler = Reconciler(catalog, guard, self._rooms.settings, self._runner, self._rooms.clock)
        try:
            sweep.admission = guard.admit(root)
            walk = _Telling(rooms, found).descend(sweep, folder)
            found.unchanged += walk.unchanged
            missing, gone = sweep.losses()
            moved = cast(Caught, catalog).moved
            reconciler.lost(sweep.admission, [one for one in missing if one.id not in moved], gone, whole=not folder)
        except (LibraryAbsent, OSError) as error:
            found.absent = str(error)
        return found


class _Telling(Survey):
    """A survey that tells what it planned and asks for nothing."""

    def __init__(self, rooms: Rooms, found: Foresight) -> None:
        super().__init__(rooms)
        self._found = found

    def _request(self, sweep: Sweep, place: Neighbourhood, made: Plan) -> None:
        known = {one.path for one in self._rooms.catalog.files_in(sweep.root.id, place.listed)}
        for order in made.orders:
            remembered = order.known or {}
            came = [one for one in order.keep if one.path not in known]
            came += [remembered[one.path] for one in order.read if one.path in remembered and one.path not in known]
            self._found.add("moved", (one.path for one in came))
            cast(Caught, self._rooms.catalog).moved |= {one.id: (sweep.root.id, one.path) for one in came}
            self._found.add("new", (one.path for one in order.read if one.path not in remembered))
            self._found.add("changed", (one.path for one in order.read if one.path in known))
        self._found.add("returned", (one.path for one in made.returned))
        self._found.add("waiting", (one.path for one in made.unsettled))
        self._found.unchanged += made.unchanged
        sweep.lose(made.missing)

    def _trouble(self, _sweep: Sweep, trouble: Trouble) -> None:
        if not isinstance(trouble.error, FileNotFoundError | NotADirectoryError):
            self._found.add("unreadable", [trouble.folder])

    def _well_again(self, root: Root, walk: Walk, places: Sequence[Neighbourhood]) -> None:
        """Nothing is forgotten."""


class Caught:
    """The catalogue as it is. What is written to it is caught here, and told where it is a loss."""

    def __init__(self, catalog: Catalog, found: Foresight) -> None:
        self._catalog = catalog
        self._found = found
        self.moved: dict[int, tuple[int, bytes]] = {}  # where files would be remembered

    def __getattr__(self, verb: str) -> Any:
        if verb in WRITES:
            return lambda *_args, **_named: 0
        if verb in READS:
            return getattr(self._catalog, verb)
        raise AttributeError(f"a rehearsal does not know whether {verb} writes")

    def files_below(self, root_id: int, folder: bytes) -> list[KnownFile]:
        """Without those that would be remembered elsewhere by then."""
        return [one for one in self._catalog.files_below(root_id, folder) if one.id not in self.moved]

    def files(self, file_ids: Collection[int]) -> list[KnownFile]:
        """As they would be once what moved is recorded."""
        return [
            replace(one, root_id=self.moved[one.id][0], path=self.moved[one.id][1]) if one.id in self.moved else one
            for one in self._catalog.files(file_ids)
        ]

    def lose(self, root_id: int, files: Mapping[int, bytes], reopen: Collection[bytes], now: datetime) -> int:
        """A loss that would be believed."""
        del root_id, reopen, now
        self._found.add("missing", sorted(files.values()))
        return len(files)

    def hold(self, root_id: int, held: Hold, reason: str) -> None:
        """A loss that would not; a hold keeps but examples of its paths."""
        del root_id, reason
        self._found.add("held", held.examples)
        self._found.counts["held"] = held.count

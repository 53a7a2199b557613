"""Looking: what a scan would make of one path at this moment, seen with the scan's own eyes and nothing done."""

import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

from shishod import formats
from shishod.errors import BrokenFile, LibraryAbsent
from shishod.formats.beside import role_of, stem
from shishod.model.book import FileRole
from shishod.model.catalog import Catalog
from shishod.model.explanation import Claimed, Refusal, Thing
from shishod.model.foresight import Foresight
from shishod.model.ignore import RULE_FILES
from shishod.model.library import Root
from shishod.model.sighting import Sighting
from shishod.model.tier import Look
from shishod.mounts import stable_inodes
from shishod.paths import base, display, join, parent
from shishod.scan.entries import Lister, Pulse, unlisted
from shishod.scan.guard import Admission, MountGuard
from shishod.scan.lifecycle import WalkOrder
from shishod.scan.links import doubled
from shishod.scan.mounts import MOUNTINFO, read_mounts
from shishod.scan.plan import Plan
from shishod.scan.rehearsal import Caught
from shishod.scan.start import start_of
from shishod.scan.survey import Rooms, Survey, settle_s
from shishod.scan.sweep import Sweep
from shishod.scan.trace import Tracer
from shishod.scan.walk import Neighbourhood, Trouble, Walk
from shishod.work.runners import Runner

UNCLAIMED = Claimed()


@dataclass(frozen=True, slots=True)
class Looked:
    """What is there, and what a scan would plan for the place that it lies in; `silent` is why nobody could look."""

    thing: Thing
    silent: str = ""
    refusal: Refusal | None = None
    seen: Sighting | None = None
    plan: Plan | None = None
    claimed: Claimed = UNCLAIMED
    settle_s: float = 0.0
    stable_inodes: bool = True


def look(rooms: Rooms, runner: Runner, stalled: frozenset[int], root: Root, path: bytes) -> Looked:
    """Look at a path of a root. May hang on a share that dies at this moment, and on no other."""
    if root.id in stalled:
        return Looked(Thing.UNSAID, f"{display(root.path)} is stalled: a call into it has not returned")
    catalog = _Due(rooms.catalog, Foresight(root.id, b""))
    caught = cast(Catalog, catalog)
    guard = MountGuard(caught, rooms.clock)
    rooms = replace(rooms, catalog=caught, guard=guard, tracer=Tracer(caught, runner))
    try:
        admission = guard.admit(root)
        thing = _thing(join(admission.real, path) if path else admission.real)
        with open(MOUNTINFO, "rb") as table:
            doubles = doubled(admission.real, read_mounts(table.read()), root.ways.ignore)
        lister = Lister(admission.real, formats.SUFFIXES, root.ways, Pulse(), doubles, {})
        if (refusal := refused(lister, path, folder=thing is Thing.FOLDER)) is not None:
            return Looked(thing, refusal=refusal)
        folder = path if thing is Thing.FOLDER else parent(path)
        catalog.due = frozenset({start_of(admission.real, folder, root.ways)})
        return _planned(_Looking(rooms), runner, admission, path, thing)
    except LibraryAbsent as error:
        return Looked(Thing.UNSAID, str(error))
    except OSError as error:
        return Looked(Thing.UNSAID, error.strerror or str(error))


def _planned(survey: "_Looking", runner: Runner, admission: Admission, path: bytes, thing: Thing) -> Looked:
    root = admission.root
    folder = path if thing is Thing.FOLDER else parent(path)
    sweep = Sweep(root, WalkOrder(Look.FULL), survey.catalog, lambda: survey.has_seen(folder))
    sweep.admission = admission
    survey.descend(sweep, folder)
    place, plan = survey.place_of(folder)
    listed = () if place is None else place.seen
    seen = next((one for one in listed if one.path == path), None)
    refusal, claimed = None, UNCLAIMED
    if thing is Thing.FILE:
        named = formats.reader_by_name(path)
        (told,) = runner.run(sniffed, [join(admission.real, path)])
        claimed = Claimed(told if isinstance(told, str) else "", named.name if named else "")
        if seen is None:
            stems = {stem(base(one.path)) for one in listed if _is_medium_in(folder, one)}
            why = unlisted(base(path), formats.SUFFIXES, stems)
            refusal = Refusal(why, path) if why else None
    silent = survey.trouble if place is None else ""
    stable = stable_inodes(admission.identity.fstype)
    return Looked(thing, silent, refusal, seen, plan, claimed, settle_s(sweep, survey.rooms.settings), stable)


def refused(lister: Lister, path: bytes, *, folder: bool) -> Refusal | None:
    """What speaks against a path, or against the first folder above it that a walk does not enter."""
    cuts = [at for at in range(len(path)) if path[at : at + 1] == b"/"] + [len(path)] * bool(path)
    for cut in cuts:
        at, inner = path[:cut], cut < len(path)
        if base(at) in RULE_FILES and not (inner or folder):
            return None  # it is listed for what it says
        reason = lister.refusal(at, folder=inner or folder)
        if not reason and at in lister.doubles:
            reason = f"it is the same folder as {display(lister.doubles[at]) or 'the root'}, and is entered there"
        if reason := reason or ((inner or folder) and lister.double(at)) or "":
            return Refusal(reason, at)
    return None


def sniffed(path: bytes) -> str:
    """The name of the reader for a file, "" where none is; runs where it may hang."""
    try:
        return formats.reader_for(path).name
    except (BrokenFile, OSError):
        return ""


def _thing(path: bytes) -> Thing:
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return Thing.NOTHING
    if stat.S_ISLNK(mode):
        try:
            mode = os.stat(path).st_mode
        except OSError:
            return Thing.LINK
    kinds: tuple[tuple[Callable[[int], bool], Thing], ...] = ((stat.S_ISREG, Thing.FILE), (stat.S_ISDIR, Thing.FOLDER))
    return next((thing for is_it, thing in kinds if is_it(mode)), Thing.OTHER)


def _is_medium_in(folder: bytes, seen: Sighting) -> bool:
    return parent(seen.path) == folder and role_of(seen.path) is FileRole.MEDIA


class _Due(Caught):
    """A catalogue that takes no word, and has some folders compared whatever their signature says."""

    due: frozenset[bytes] = frozenset()

    def folders_due(self, *_: object) -> frozenset[bytes]:
        return self.due


class _Looking(Survey):
    """A survey that keeps what it planned and asks for nothing."""

    def __init__(self, rooms: Rooms) -> None:
        super().__init__(rooms)
        self.rooms = rooms
        self.catalog = rooms.catalog
        self.trouble = ""
        self._found: list[tuple[Neighbourhood, Plan]] = []

    def has_seen(self, folder: bytes) -> bool:
        return self.place_of(folder)[0] is not None or self.rooms.stopped()

    def place_of(self, folder: bytes) -> tuple[Neighbourhood | None, Plan | None]:
        return next((one for one in self._found if folder in one[0].listed), (None, None))

    def _request(self, sweep: Sweep, place: Neighbourhood, made: Plan) -> None:
        del sweep
        self._found.append((place, made))

    def _trouble(self, _sweep: Sweep, trouble: Trouble) -> None:
        why = trouble.error.strerror or str(trouble.error)
        self.trouble = self.trouble or f"{display(trouble.folder) or 'its folder'} could not be listed: {why}"

    def _well_again(self, root: Root, walk: Walk, places: Sequence[Neighbourhood]) -> None:
        """Nothing is forgotten."""

"""Passing: what is on the disk and is not wanted in the catalogue, told apart from what is lost."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import NamedTuple

from shishod import formats, log
from shishod.clock import Clock
from shishod.formats.beside import ENDINGS
from shishod.model import ignore
from shishod.model.catalog import Catalog
from shishod.model.library import Root, Ways
from shishod.model.progress import Problem
from shishod.model.state import KnownFile, State
from shishod.paths import display, join, parent
from shishod.scan.entries import Oddity
from shishod.scan.group import anchor, joins
from shishod.scan.links import doubled
from shishod.scan.mounts import MOUNTINFO, read_mounts
from shishod.scan.sweep import Sweep
from shishod.scan.walk import Found, Gone, Neighbourhood, Reruled, Walk

_log = log.get(__name__)


class Terms(NamedTuple):
    """How a walk is to look at a root: by whose rules, past which doubles, what was told of it, and all anew or not."""

    ways: Ways
    doubles: dict[bytes, bytes]
    told: frozenset[bytes]
    anew: bool


class Passing:
    """Shared: by the walkers, and by whoever finishes the last book of a sweep; what it knows is in the sweep.

    A file that is passed over leaves the catalogue as a missing one does, but no such loss is too large to be believed
    and none is held: nothing has left the disk, the operator has said so, and taking the word back brings every book
    back without a file being read.
    """

    def __init__(self, catalog: Catalog, clock: Clock) -> None:
        self._catalog = catalog
        self._clock = clock

    def terms(self, sweep: Sweep, starts: Collection[bytes]) -> Terms:
        """For the walk that is about to begin. A walk of a whole root under new terms compares everything."""
        root, real = sweep.root, sweep.admission.real
        with open(MOUNTINFO, "rb") as table:
            doubles = doubled(real, read_mounts(table.read()), root.ways.ignore)
        eyes = _eyes(root)
        anew = sweep.order.tree and b"" in starts and self._catalog.eyes(root.id) != eyes
        sweep.aside.eyes = eyes if anew else b""
        sweep.aside.told = self._catalog.odd_paths(root.id)
        return Terms(root.ways, doubles, sweep.aside.told, anew)

    def heed(self, sweep: Sweep, found: Sequence[Found]) -> None:
        """What a walk found that is neither a book nor a loss; before anything found with it is signed."""
        for one in found:
            if isinstance(one, Reruled):
                self._catalog.compare_below(sweep.root.id, one.folder)
            elif isinstance(one, Gone) and one.reason:
                sweep.aside.folders.append((one.folder, one.reason))
        if odd := [one for one in found if isinstance(one, Oddity)]:
            self._tell(sweep, odd)

    def _tell(self, sweep: Sweep, odd: Sequence[Oddity]) -> None:
        news = [one for one in odd if one.path not in sweep.aside.told and one.path not in sweep.aside.odd]
        sweep.aside.odd |= {one.path for one in odd}
        for one in news:
            told = {"path": display(join(sweep.root.path, one.path)), "reason": one.text}
            _log.warning("something in a library was left as it is", **sweep.about, **told)
        if news:
            scan_id = sweep.order.scans[0].id if sweep.order.scans else None
            now, root_id = self._clock.now(), sweep.root.id
            sweep.count(problems=len(news))
            self._catalog.note_problems(
                [Problem(root_id, one.path, one.stage, one.reason, one.text, now, scan_id) for one in news]
            )

    def lost(self, sweep: Sweep, missing: Sequence[KnownFile]) -> list[KnownFile]:
        """Those of the files that a walk did not see which are not there; the others are put aside."""
        lost = []
        for one in missing:
            if reason := sweep.aside.refusal(one.path):
                sweep.aside.files.append((one, reason))
            else:
                lost.append(one)
        return lost

    def walked(self, sweep: Sweep, walk: Walk) -> None:
        """Forget what was odd and is not any more."""
        if well := set(walk.well) - sweep.aside.odd:
            self._catalog.clear_problems(sweep.root.id, well)

    def settle(self, sweep: Sweep) -> frozenset[bytes]:
        """Write what is passed over from now on; the anchors of books that lost a part by it, to be looked at again."""
        root, files = sweep.root, list(sweep.aside.files)
        for folder, reason in sweep.aside.folders:
            below = self._catalog.files_below(root.id, folder)
            files += [(one, reason) for one in below if one.state is not State.MISSING]
        folders = [folder for folder, _ in sweep.aside.folders]
        reopened = {anchor(parent(one.path)) for one, _ in sweep.aside.files}
        reopened |= {anchor(folder) if joins(folder) else parent(folder) for folder in folders}
        if files:
            reasons = {one.id: (one.path, reason) for one, reason in files}
            self._catalog.pass_over(root.id, reasons, reopened, self._clock.now())
            sweep.count(missing=len(reasons))
            _log.info(
                "files are passed over from now on; they come back as they were when nothing speaks against them",
                **sweep.about,
                files=len(reasons),
                example=display(files[0][0].path),
                reason=files[0][1],
            )
        sweep.aside.left = folders
        return frozenset(reopened) if files else frozenset()

    def seen_whole(self, sweep: Sweep) -> None:
        """A whole root was compared under its terms of today."""
        if sweep.aside.eyes:
            self._catalog.note_eyes(sweep.root.id, sweep.aside.eyes)


def remembering(place: Neighbourhood, known: Mapping[bytes, Sequence[KnownFile]]) -> Neighbourhood:
    """A neighbourhood with what is remembered of files that are there and did not say what they are."""
    if not place.unsure:
        return place
    here = [one for folder in place.listed for one in known.get(folder, ())]
    silent = [one for one in here if one.path in place.unsure and one.state is not State.MISSING]
    return replace(place, seen=(*place.seen, *(one.seen for one in silent)))


def _eyes(root: Root) -> bytes:
    """Stands for all that decides which files count: our own lists, what can be read, and the library's ways."""
    ways = root.ways
    lists: tuple[Collection[bytes], ...] = (
        *(ignore.HIDDEN, ignore.UNFINISHED, ignore.LEFT_BEHIND, ignore.RULE_FILES),
        *(formats.SUFFIXES, ENDINGS),
    )
    said = [[*map(sorted, lists)], ways.ignore, str(ways.follow_symlinks), ways.min_size]
    return blake2b(repr(said).encode("utf-8", "surrogatepass"), digest_size=16).digest()

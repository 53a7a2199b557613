"""Tracer: what is known of files that turn up under new names, asked for a whole batch at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from shishod.model.catalog import Catalog
from shishod.model.library import Root, RootState
from shishod.model.moves import Folder
from shishod.model.sighting import Sighting
from shishod.model.state import KnownFile
from shishod.mounts import stable_inodes
from shishod.paths import parent
from shishod.scan.guard import Admission
from shishod.scan.hashing import Sample, sampled
from shishod.scan.moves import Pair, Traces, form_of, is_another, is_link, paired, same_file, share_inodes, twins_of
from shishod.scan.visit import Fate, Remembered, Visit, visit
from shishod.work.runners import Runner

Found = tuple[Mapping[bytes, KnownFile], Mapping[bytes, KnownFile]]  # moved and linked, by path
SAMPLES = 32  # files that are hashed between two signs of life


@dataclass(frozen=True, slots=True)
class Batch:
    """What a walk has just listed: the `folders` with the filesystem each lies on, and the files `seen` in them.

    `known` are the files remembered there; `settled` says whether a file may be opened; `beat` is a sign of life.
    """

    admission: Admission
    folders: Mapping[bytes, int]
    seen: Mapping[bytes, Sighting]
    known: Sequence[KnownFile]
    settled: Callable[[Sighting], bool]
    beat: Callable[[], object]

    def fate(self, known: KnownFile) -> Fate | None:
        """What this walk's own listing says of a remembered file, None when it did not look there."""
        folder = parent(known.path)
        if known.root_id != self.admission.root.id or self.folders.get(folder) != known.device:
            return None
        now = self.seen.get(known.path)
        if now is None:
            return Fate.GONE
        return Fate.THERE if now.inode == known.inode else Fate.ELSE


class Tracer:
    """Shared: by the walkers. The disk is asked through the Runner alone, for it may hang, and be another root's."""

    def __init__(self, catalog: Catalog, runner: Runner) -> None:
        self._catalog = catalog
        self._runner = runner

    def trace(self, batch: Batch) -> Traces:
        """Which of the files that nobody knew by their names are known by other names, and how books are spread."""
        names = {one.path for one in batch.known}
        new = [one for path, one in batch.seen.items() if path not in names]
        moved: dict[bytes, KnownFile] = {}
        links: dict[bytes, KnownFile] = {}
        renamed: dict[bytes, KnownFile] = {}
        for find in (self._by_inode, self._by_form, self._by_content) if new else ():  # the surest first
            taken = {known.id for known in moved.values()}
            rest = [one for one in new if one.path not in moved and one.path not in links]
            found, more = find(batch, rest)
            found = {path: known for path, known in found.items() if known.id not in taken}
            moved |= found
            links |= more
            renamed |= found if find != self._by_content else {}
        over, orphans = self._linked_over(batch)
        links |= over
        duplicates = {one.duplicate_of for one in batch.known if one.duplicate_of is not None}
        originals = {one.id: one for one in self._catalog.files(duplicates)} if duplicates else {}
        books = {one.book_id for one in (*batch.known, *moved.values()) if one.book_id is not None}
        shares, grounds = (self._catalog.shares(books), self._catalog.grounds(books)) if books else ({}, {})
        stable = stable_inodes(batch.admission.identity.fstype)
        freed = _freed(batch, links, originals) if originals else {}
        heirs = self._heirs(batch, [batch.seen[path] for path in freed]) if freed else {}
        links |= heirs
        alone = [one for one in (*new, *(batch.seen[path] for path in freed)) if one.path not in links]
        twins = twins_of(alone, moved) if stable else frozenset()
        same = renamed | {path: known for path, known in freed.items() if path not in heirs and path not in twins}
        doubted = self._doubted(batch, same)
        return Traces(moved, links, originals, shares, grounds, twins, doubted, orphans)

    def _by_inode(self, batch: Batch, new: Sequence[Sighting]) -> Found:
        """Files that were renamed, and those that have one more name now: the same inode, size and time."""
        alike = self._alike(batch, new)
        moved = paired(((seen, known) for seen, known, fate in alike if fate is Fate.GONE), batch.admission.root.id)
        return moved, {path: known for path, known in _linked(alike).items() if path not in moved}

    def _heirs(self, batch: Batch, freed: Sequence[Sighting]) -> Mapping[bytes, KnownFile]:
        """Those of the names, whose original is gone, that are further paths to another name that took its place."""
        return _linked(self._alike(batch, freed))

    def _alike(self, batch: Batch, new: Sequence[Sighting]) -> list[tuple[Sighting, KnownFile, Fate]]:
        """The remembered files that each may be by its inode, and what became of those."""
        alike: dict[int, list[KnownFile]] = {}
        for known in self._catalog.by_inode({one.inode for one in new}):
            alike.setdefault(known.inode, []).append(known)
        if not alike:
            return []
        here, roots = batch.admission, self._roots()
        pairs = [
            (seen, known)
            for seen in new
            for known in alike.get(seen.inode, ())
            if same_file(seen, known)
            and (known.root_id, known.path) != (here.root.id, seen.path)  # recorded by another walk just now
            and seen.device == known.device
            and (known.root_id == here.root.id or share_inodes(here.identity, roots[known.root_id].identity))
        ]
        fates = self._fates(batch, [known for _, known in pairs if roots[known.root_id].enrolled], roots)
        return [(seen, known, fates.get(known.id, Fate.GONE)) for seen, known in pairs]  # a former root has no say

    def _linked_over(self, batch: Batch) -> tuple[Mapping[bytes, KnownFile], frozenset[Folder]]:
        """Names that were given to the content of another file, as `ln -f` and programs that save room do.

        And the folders of further paths to what had such a name. Where there are any, it is read anew.
        """
        others = {
            known.id: one for known in batch.known if (one := batch.seen.get(known.path)) and is_another(one, known)
        }
        if not others or not stable_inodes(batch.admission.identity.fstype):
            return {}, frozenset()
        orphans = self._catalog.duplicates_of(others)
        _, links = self._by_inode(batch, [*others.values()]) if not orphans else ({}, {})
        return links, orphans

    @staticmethod
    def _by_form(batch: Batch, new: Sequence[Sighting]) -> Found:
        """Files whose names changed in case or Unicode form alone, on filesystems whose inodes say nothing."""
        left: dict[tuple[object, ...], list[KnownFile]] = {}
        for known in batch.known:
            if batch.fate(known) is Fate.GONE:
                left.setdefault(form_of(known), []).append(known)
        pairs = [(seen, known) for seen in new if left for known in left.get(form_of(seen), ())]
        return paired(pairs, batch.admission.root.id), {}

    def _by_content(self, batch: Batch, new: Sequence[Sighting]) -> Found:
        """Files that were copied and deleted: the same sample, hashed before, of the same size."""
        ready = [one for one in new if one.size and batch.settled(one)]
        sizes = self._catalog.hashed_sizes({one.size for one in ready}) if ready else frozenset()
        hashes = self._hashed(batch, [one for one in ready if one.size in sizes])
        alike = self._catalog.by_hash({one: seen.size for seen, one in hashes.items()}) if hashes else {}
        pairs: list[Pair] = [(seen, known) for seen, one in hashes.items() for known in alike.get(one, ())]
        if not pairs:
            return {}, {}
        fates = self._fates(batch, [known for _, known in pairs], self._roots())
        return paired((one for one in pairs if fates.get(one[1].id) is Fate.GONE), batch.admission.root.id), {}

    def _doubted(self, batch: Batch, same: Mapping[bytes, KnownFile]) -> frozenset[bytes]:
        """Those of the files that were taken for others whose content nobody can vouch for.

        Their ctime has changed, as by a rename; had they been written to, and the time set back, it would have, too.
        """
        suspects = {path: known for path, known in same.items() if batch.seen[path].ctime_ns != known.ctime_ns}
        before = self._catalog.hashes({known.id for known in suspects.values()}) if suspects else {}
        now = self._hashed(batch, [batch.seen[path] for path, known in suspects.items() if known.id in before])
        return frozenset(
            path
            for path, known in suspects.items()
            if known.id not in before or now.get(batch.seen[path]) != before[known.id]
        )

    def _hashed(self, batch: Batch, seen: Sequence[Sighting]) -> dict[Sighting, bytes]:
        found: dict[Sighting, bytes] = {}
        for start in range(0, len(seen), SAMPLES):
            some = seen[start : start + SAMPLES]
            told = self._runner.run(sampled, [Sample(batch.admission.real, one) for one in some])
            found |= {one: said for one, said in zip(some, told, strict=True) if isinstance(said, bytes)}
            batch.beat()
        return found

    def _roots(self) -> dict[int, Root]:
        return {root.id: root for root in self._catalog.every_root()}

    def _fates(self, batch: Batch, files: Iterable[KnownFile], roots: Mapping[int, Root]) -> dict[int, Fate]:
        """What became of remembered files, by id: told by this walk's listings, else by one visit to each root."""
        told = {known.id: (known, batch.fate(known)) for known in files}
        fates = {number: fate for number, (_, fate) in told.items() if fate is not None}
        asked: dict[int, list[KnownFile]] = {}
        for known, fate in told.values():
            if fate is None and _answers(roots[known.root_id]):
                asked.setdefault(known.root_id, []).append(known)
        visits = [
            Visit(roots[number], tuple(Remembered(one.path, one.device, one.inode) for one in some))
            for number, some in asked.items()
        ]
        for some, said in zip(asked.values(), self._runner.run(visit, visits) if visits else (), strict=True):
            batch.beat()
            if isinstance(said, list):
                fates |= {one.id: fate for one, fate in zip(some, said, strict=True)}
        return {known_id: fates.get(known_id, Fate.UNSAID) for known_id in told}


def _linked(alike: Iterable[tuple[Sighting, KnownFile, Fate]]) -> dict[bytes, KnownFile]:
    """Files that are further paths to remembered ones, which are there and stand for themselves."""
    there = ((seen, known) for seen, known, fate in alike if fate is Fate.THERE and known.duplicate_of is None)
    return {seen.path: known for seen, known in there if is_link(seen, known)}


def _freed(
    batch: Batch, links: Mapping[bytes, KnownFile], originals: Mapping[int, KnownFile]
) -> dict[bytes, KnownFile]:
    """Duplicates that speak for themselves now, for what they were further paths to is gone or another."""
    duplicates = ((known, batch.seen.get(known.path)) for known in batch.known if known.duplicate_of is not None)
    return {
        seen.path: known
        for known, seen in duplicates
        if seen is not None and seen.path not in links and same_file(seen, known)
        if not is_link(seen, originals.get(known.duplicate_of or 0))
    }


def _answers(root: Root) -> bool:
    """Whether a root may be asked; a former one always, for nobody looks after it."""
    return not root.enrolled or root.state in (RootState.ONLINE, RootState.HELD)

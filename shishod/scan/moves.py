"""Which remembered file a newly found one is: pure decisions about moves, hard links and shares of a book."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from shishod.formats.beside import role_of
from shishod.model.book import FileRole, normal_name
from shishod.model.library import RootIdentity
from shishod.model.moves import Folder
from shishod.model.sighting import Sighting
from shishod.model.state import READ, KnownFile, State
from shishod.mounts import stable_inodes
from shishod.paths import base, display, natural_key, parent, suffix
from shishod.scan.discs import anchor

Pair = tuple[Sighting, KnownFile]
_SHARED_FSID = frozenset({"overlay"})  # it tells the id of the filesystem below, whose inodes are others


@dataclass(frozen=True, slots=True)
class Traces:
    """What is known of the files of one batch that nobody knew by their names.

    `moved` are by path the files that they were. `links` are those whose content is still under its old name as well;
    `twins` those that are one content with another of them, which is to be recorded before they can be links to it;
    `doubted` are those that are known by their inode or name and may have another content than they had;
    `originals` the files that remembered duplicates are other paths to, by id; `orphans` are the folders of those whose
    original has another content now. `shares` tells for each book how many of
    its media lie where, `grounds` by which key and rule it was made.
    """

    moved: Mapping[bytes, KnownFile] = field(default_factory=dict)
    links: Mapping[bytes, KnownFile] = field(default_factory=dict)
    originals: Mapping[int, KnownFile] = field(default_factory=dict)
    shares: Mapping[int, Mapping[Folder, int]] = field(default_factory=dict)
    grounds: Mapping[int, tuple[bytes, str]] = field(default_factory=dict)
    twins: frozenset[bytes] = frozenset()
    doubted: frozenset[bytes] = frozenset()
    orphans: frozenset[Folder] = frozenset()

    def silent_on(self, seen: Iterable[Sighting]) -> bool:
        """Whether nothing is known of any of these files, by another name or as another path to one."""
        if not (self.moved or self.links or self.twins or self.grounds):
            return True
        return not any(one.path in self.moved or one.path in self.links or one.path in self.twins for one in seen)

    @property
    def leaving(self) -> frozenset[int]:
        """The rows that are on their way to another name."""
        return frozenset(known.id for known in self.moved.values())


def same_file(seen: Sighting, known: KnownFile) -> bool:
    """Whether the inode says so; an inode alone says nothing, for it is used again. A rename changes the ctime, and
    so does who writes into a file and sets its time back: which of them it was, only the content tells."""
    return (seen.inode, seen.size, seen.mtime_ns) == (known.inode, known.size, known.mtime_ns)


def is_another(seen: Sighting, known: KnownFile) -> bool:
    """Whether a name that is remembered has another medium now, by its inode."""
    return seen.inode != known.inode and role_of(seen.path) is FileRole.MEDIA


def share_inodes(here: RootIdentity, there: RootIdentity | None) -> bool:
    """Whether an inode number means the same in two roots: both lie on one filesystem that keeps its inodes."""
    if there is None or not stable_inodes(here.fstype) or not here.same_filesystem(there):
        return False
    return here.device == there.device or bool(here.fsid and there.fsid and here.fstype not in _SHARED_FSID)


def form_of(one: Sighting | KnownFile) -> tuple[object, ...]:
    """What two files have in common that differ in the case or Unicode form of their names and in nothing else."""
    return parent(one.path), normal_name(display(base(one.path))), one.size, one.mtime_ns


def paired(pairs: Iterable[Pair], root_id: int) -> dict[bytes, KnownFile]:
    """Give each file at most one memory and each memory to at most one file: the likeliest name first."""

    def unlikely(pair: Pair) -> tuple[object, ...]:
        seen, known = pair
        same = base(seen.path) == base(known.path), root_id == known.root_id, parent(seen.path) == parent(known.path)
        return (*(not one for one in same), known.state is State.MISSING, seen.path, known.id)

    found: dict[bytes, KnownFile] = {}
    taken: set[int] = set()
    for seen, known in sorted(pairs, key=unlikely):
        if seen.path not in found and known.id not in taken:
            found[seen.path] = known
            taken.add(known.id)
    return found


def settled_in(seen: Sighting, known: KnownFile, root_id: int, *, doubted: bool = False) -> KnownFile:
    """A file that moved as it would be remembered had it always been here.

    One that failed is tried once more, and one that ends in another way is read anew: its reader looks at that, too.
    One whose content is doubted keeps the time by which it is found changed, now or once it has settled.
    """
    alike = suffix(base(seen.path)) == suffix(base(known.path))
    read = alike and known.parser_version and known.state is not State.ERROR
    state = known.state if alike and known.state in READ else State.INDEXED if read else State.CHANGED
    return replace(
        known,
        path=seen.path,
        size=seen.size,
        mtime_ns=seen.mtime_ns,
        ctime_ns=known.ctime_ns if doubted else seen.ctime_ns,
        inode=seen.inode,
        device=seen.device,
        state=state,
        root_id=root_id,
        error_count=0,
        retry_at=None,
    )


def twins_of(new: Collection[Sighting], moved: Collection[bytes]) -> frozenset[bytes]:
    """The further names of files that are met for the first time under several: one that moved here, or else the first
    as people count, is the file. Only where inodes say something; what lies beside a book is nobody's twin."""
    if len({seen.inode for seen in new}) == len(new):
        return frozenset()
    met: dict[tuple[int, ...], list[Sighting]] = {}
    for seen in new:
        if seen.size and role_of(seen.path) is FileRole.MEDIA:
            met.setdefault((seen.device, seen.inode, seen.size, seen.mtime_ns), []).append(seen)
    twins: set[bytes] = set()
    for names in met.values():
        if len(names) > 1:
            _, *others = sorted(
                names, key=lambda one: (one.path not in moved, natural_key(display(one.path)), one.path)
            )
            twins.update(one.path for one in others if one.path not in moved)
    return frozenset(twins)


def same_time(seen: Sighting, known: KnownFile) -> bool:
    """Whether nothing at all befell a file since it was looked at, not even another name."""
    return (seen.mtime_ns, seen.ctime_ns) == (known.mtime_ns, known.ctime_ns)


def is_link(seen: Sighting, original: KnownFile | None) -> bool:
    """Whether a file is one more path to a remembered one, which is there and can speak for it."""
    return original is not None and original.state in READ and seen.inode == original.inode


@dataclass(frozen=True, slots=True)
class Place:
    """One neighbourhood as shares are counted in it: its root and folders, and what came into it from elsewhere."""

    root_id: int
    folders: Collection[bytes]
    came: Mapping[bytes, KnownFile]  # by path, as they were before
    freed: Collection[bytes]  # paths that were duplicates, and are no more

    def elsewhere(
        self, book_ids: Iterable[int], shares: Mapping[int, Mapping[Folder, int]]
    ) -> dict[int, dict[Folder, int]]:
        """Where else each of the books has media that have not come here, and how many."""
        came: dict[int | None, Counter[Folder]] = {}
        for path, known in self.came.items():
            if known.state is not State.MISSING and role_of(path) is FileRole.MEDIA:
                came.setdefault(known.book_id, Counter())[known.root_id, parent(known.path)] += 1
        here = {(self.root_id, folder) for folder in self.folders}
        return {
            book_id: {
                folder: count
                for folder, count in (Counter(shares.get(book_id, {})) - came.get(book_id, Counter())).items()
                if folder not in here
            }
            for book_id in book_ids
        }


def majority(
    place: Place, votes: Mapping[int, Sequence[bytes]], elsewhere: Mapping[int, Mapping[Folder, int]]
) -> frozenset[int]:
    """The books that stay elsewhere; `votes` are the paths of each book's here.

    What came here takes a book along that has less media elsewhere in all. What was here keeps one that has no more in
    any one other place; of places that have as many, the first keeps it, so that each book is kept in one.
    """
    foreign = set()
    for book_id, here in votes.items():
        if all(path in place.came or path in place.freed for path in here):
            stays = sum(elsewhere[book_id].values()) >= len(here)
        else:
            stays = _has_more(place, elsewhere[book_id], len(here))
        if stays:
            foreign.add(book_id)
    return frozenset(foreign)


def _has_more(place: Place, elsewhere: Mapping[Folder, int], here: int) -> bool:
    """Whether one other place has more of a book, or as much and comes before this one."""
    places: Counter[Folder] = Counter()
    for (root_id, folder), count in elsewhere.items():
        places[root_id, anchor(folder)] += count
    own = (place.root_id, min(place.folders))
    return any(count > here or (count == here and other < own) for other, count in places.items())

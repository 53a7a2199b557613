"""walk(): folders to Sightings; opens no file, and compares nothing that a signature vouches for."""

import errno
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from shishod.model.ignore import RULE_FILES
from shishod.model.library import Ways
from shishod.model.override import Override
from shishod.model.sighting import Sighting, fitting
from shishod.model.signature import KnownFolder, Remembered, halves, names_of, pack, unpacked
from shishod.model.tier import Look
from shishod.paths import base, is_under
from shishod.scan.entries import Lister, Oddity, Pulse, Row, kept
from shishod.scan.group import anchor, joins
from shishod.scan.mounts import Devices
from shishod.scan.shows import retold
from shishod.scan.skim import Skim

STEP_EVERY = 16  # folders between two signs of life
RACY_NS = 2_000_000_000  # a folder changed less than this before we looked may change again under the same time
UNLISTED = -1  # the device of a folder that could not be listed: no look finds it as it was
_NONE: list[bytes] = []
_PLAIN = Ways()


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """One folder and its disc folders, or one that is a book with all below it, of which at least one differs from what
    we remember.

    `folders` were listed completely, and are what will be signed once every book in them is finished. With them go
    `below`, the folders in them that are not remembered yet, unsigned: a signed folder is not listed again, so what it
    holds must be known by then. `lost` are discs that were remembered and are no longer there.
    """

    anchor: bytes
    folders: tuple[KnownFolder, ...]
    below: tuple[KnownFolder, ...]
    seen: tuple[Sighting, ...]
    lost: tuple[bytes, ...] = ()
    bereft: bool = False  # a folder that was remembered in it is gone: not to be signed before that is believed
    unsure: frozenset[bytes] = frozenset()  # are there and did not say what they are: not to be signed, and not missing
    override: Override | None = None  # the operator's word on what is one book in it

    @property
    def listed(self) -> tuple[bytes, ...]:
        """Every folder whose files are all in `seen`; a lost one has none."""
        return tuple(folder.path for folder in self.folders) + self.lost


@dataclass(frozen=True, slots=True)
class Gone:
    """A remembered folder that its parent, listed completely, no longer holds, or that is passed over for a reason."""

    folder: bytes
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reruled:
    """A folder whose files with rules are others: what lies below was compared under rules that no longer hold."""

    folder: bytes


@dataclass(frozen=True, slots=True)
class Trouble:
    """A folder that could not be listed: it says nothing about its files."""

    folder: bytes
    error: OSError


class _Listing(NamedTuple):
    """A folder listed completely: its kept files, and its folders by their paths, the last name first."""

    path: bytes
    rows: list[Row]
    folders: list[bytes]


Found = Neighbourhood | Gone | Reruled | Trouble | Oddity


@dataclass(slots=True)
class Walk:
    """One walk of a root or of a part of it: how to look, what is remembered, and what it counts on the way.

    `device` is the root's own; files carry what Devices makes of theirs, so that other numbers change nothing.
    `ways` are the operator's, `doubles` the folders that are entered elsewhere, `told` the oddities known already.
    `due` are folders to be compared whatever their signature says. `pulse` beats whenever the disk has answered;
    `step` is called every few folders and ends the walk by returning False. `refreshed` are folders whose files are
    as they were, to be signed with their new time.
    """

    root: bytes
    known: Mapping[bytes, KnownFolder]
    look: Look
    suffixes: Collection[bytes]
    started_ns: int
    step: Callable[[], bool]
    device: int
    due: frozenset[bytes] = frozenset()
    pulse: Pulse = field(default_factory=Pulse)
    ways: Ways = _PLAIN
    doubles: Mapping[bytes, bytes] = field(default_factory=dict)
    told: Collection[bytes] = ()
    unchanged: int = 0
    folders: int = 0
    refreshed: list[KnownFolder] = field(default_factory=list)
    retold: set[bytes] = field(default_factory=set)  # folders of shows that are told otherwise than they were
    _children: Mapping[bytes, list[bytes]] = field(init=False)
    _done: set[bytes] = field(default_factory=set)
    _devices: Devices = field(init=False)
    _lister: Lister = field(init=False)
    _due: set[bytes] = field(init=False)
    _anew: set[bytes] = field(default_factory=set)  # below files with rules that are others now

    def __post_init__(self) -> None:
        self._devices = Devices(self.device)
        self._lister = Lister(self.root, self.suffixes, self.ways, self.pulse, self.doubles, self.known, self.told)
        self._due = set(self.due)
        known = self.known if isinstance(self.known, Remembered) else Remembered(self.known)
        self._children = known.children

    def tree(self, start: bytes) -> Iterator[Found]:
        """Everything below a folder, each folder once, in the order of names."""
        self._lister.begin(start, trusting=self.look is not Look.FULL)
        yield from self._descend([start], new_only=False)

    def folder(self, start: bytes) -> Iterator[Found]:
        """One folder with its discs, and below it only what was never signed."""
        self._lister.begin(start, trusting=self.look is not Look.FULL)
        yield from self._descend([start], new_only=True)

    def refusal(self, path: bytes) -> str:
        """Why a file that is there is not taken; "" when it is not there, or nothing speaks against it."""
        return self._lister.refusal(path, folder=False)

    @property
    def well(self) -> Collection[bytes]:
        """Paths of oddities told before that are none any more."""
        return self._lister.well

    def _met(self) -> list[Oddity]:
        met, self._lister.odd = self._lister.odd, []
        return met

    def _descend(self, stack: list[bytes], *, new_only: bool) -> Iterator[Found]:  # noqa: PLR0912
        start = stack[0] if stack else b""
        known_at, due, pulse = self.known.get, self._due, self.pulse  # asked for every folder, of which there are many
        children, lister = self._children.get, self._lister
        trusting = self.look is not Look.FULL
        linked = lister.links is not None
        skim = self._skim() if self.known and not (new_only or linked) else None
        below: Sequence[bytes]
        while stack:
            if skim is not None and not self._skimmed(skim, stack):
                return
            path = stack.pop()
            self.folders += 1
            pulse.beats += 1
            if self.folders % STEP_EVERY == 0 and not self.step():
                return
            if path in self._done:
                continue  # seen with its neighbours
            known = known_at(path)
            try:
                if linked and (double := lister.double(path)):
                    yield from (*self._met(), *([Gone(path, double)] if self._signed(path) else ()))
                    continue
                if trusting and known is not None and path not in due and self._vouched(path, known):
                    below = children(path, _NONE)
                else:
                    rows, below = lister.entries(path)
                    if lister.odd:
                        yield from self._met()
                    if (
                        trusting
                        or known is None
                        or below != children(path, _NONE)
                        or pack(rows) != known.packed
                        or not self._as_signed(known)
                    ):
                        yield from self._differing(_Listing(path, rows, below), known)
                    else:
                        self.unchanged += len(rows)
            except (FileNotFoundError, NotADirectoryError) as error:
                # Who signed the folder above did not know of this one; its loss is asked after before it is believed.
                remembered = known is not None or path in self._children
                yield Gone(path) if remembered and path != start else Trouble(path, error)
                continue
            except OSError as error:
                yield Trouble(path, error)
                continue
            if new_only:  # but its discs are part of what was asked for
                below = [
                    sub for sub in below if not self._signed(sub) or sub in self._anew or (path == start and joins(sub))
                ]
            stack += below

    def _skim(self) -> Skim:
        apart = (self._due, self._done)
        return Skim(self._lister, self.known, self._children, self.device, self.look, apart, self.step)

    def _skimmed(self, skim: Skim, stack: list[bytes]) -> bool:
        """Pass by what is as it was; whether anything is left to look at, and anybody wants it."""
        folders, files = skim.past(stack)
        self.folders += folders
        self.unchanged += files
        return bool(stack) and self.step()

    def _as_signed(self, known: KnownFolder) -> bool:
        """Whether a folder whose names and files are those that were signed needs no second thought.

        Its own time may be another: a quick look finds that out, and only then is it worth a call.
        """
        return known.mtime_ns != 0 and known.device != UNLISTED and known.path not in self._due

    def _differing(self, listing: _Listing, known: KnownFolder | None) -> Iterator[Found]:
        gone = self._gone(listing)
        lost = tuple(one.folder for one in gone if joins(one.folder))
        now = self._refuse_replaced(listing)
        same = known is not None and known.device != UNLISTED and now.packed == known.packed
        if same and listing.path not in self._lister.unsure and not lost and listing.path not in self._due:
            self.unchanged += len(listing.rows)
            if not gone and (now != known or any(path not in self.known for path in listing.folders)):
                self.refreshed += [now, *self._unknown_below(listing)]
        else:
            yield from self._neighbourhood(listing, now, lost, bereft=bool(gone))
        yield from gone

    def _refuse_replaced(self, listing: _Listing) -> KnownFolder:
        """What is to be signed; raises OSError when it lies on another disk than it did and nothing in it is there."""
        known, now = self.known.get(listing.path), self._folder(listing)
        if known is None or known.device in (now.device, UNLISTED) or not known.packed:
            return now
        before = {name for name, *_ in unpacked(known.packed)} | {
            base(one) for one in self._children.get(known.path, ())
        }
        there = {row[0] for row in listing.rows} | {base(path) for path in listing.folders}
        if before and not before & there:
            raise OSError(errno.ENODEV, "another filesystem is mounted there than before, or none")
        return now

    def _signed(self, path: bytes) -> bool:
        known = self.known.get(path)
        return known is not None and bool(known.packed)

    def _gone(self, listing: _Listing) -> list[Gone]:
        if listing.path not in self._children:
            return []
        there = {*listing.folders, *self._lister.unsure.get(listing.path, ()), *self.doubles}
        left = [path for path in self._children[listing.path] if path not in there]
        return [Gone(path, self._lister.refusal(path, folder=True)) for path in left]

    def _compare_below(self, listing: _Listing) -> Iterator[Reruled]:
        """Where files with rules are others than they were, all that is remembered below is compared anew."""
        known = self.known.get(listing.path)
        before = {row for row in unpacked(known.packed) if row[0] in RULE_FILES} if known is not None else set()
        if before != {row for row in listing.rows if row[0] in RULE_FILES}:
            below = {path for path in self.known if path != listing.path and is_under(path, listing.path)}
            self._anew |= below
            self._due |= below
            yield Reruled(listing.path)

    def _vouched(self, path: bytes, known: KnownFolder) -> bool:
        """Whether the folder's time and a stat of each remembered file say that all is as it was; nothing is listed.

        A peek believes the folder's time alone.
        """
        absolute = self.root + b"/" + path if path else self.root
        status = os.stat(absolute)
        if known.mtime_ns != status.st_mtime_ns or known.device != self._lasting(status.st_dev, absolute):
            return False
        names = names_of(known.packed)
        if names and self.look is not Look.PEEK:
            try:
                if not self._skim().files_are_known([path], [halves(known.packed)]):
                    return False
            except OSError:
                return False  # the listing will say what it is
        self.unchanged += len(names)
        return True

    def _unknown_below(self, listing: _Listing) -> Iterator[KnownFolder]:
        return (KnownFolder(path, 0, 0, b"") for path in listing.folders if path not in self.known)

    def _neighbourhood(
        self, listing: _Listing, now: KnownFolder, lost: tuple[bytes, ...], *, bereft: bool
    ) -> Iterator[Found]:
        """A folder that differs, as it is to be signed, with the anchor and the discs that its files may be one book
        with."""
        home = self._lister.rules.home(listing.path)
        center, looked, further = self._around(listing) if home is None else (home, [listing], [home])
        while further:
            path = further.pop()
            self._done.add(path)
            if not self.step():
                return  # nobody wants it any more
            one = listing
            if path != listing.path:
                try:
                    if home is not None and self._lister.double(path):
                        continue
                    one = _Listing(path, *self._lister.entries(path))
                    self._refuse_replaced(one)
                except OSError as error:
                    yield Trouble(path, error)
                    return  # without one of its discs a book says less than before
                looked.append(one)
            if home is not None:
                further += one.folders
        folders = tuple([now if one is listing else self._folder(one) for one in looked])
        seen = [one for at, folder in zip(looked, folders, strict=True) for one in self._sightings(at, folder.device)]
        unsure: frozenset[bytes] = frozenset()
        if self._lister.unsure:
            unsure = frozenset(path for one in looked for path in self._lister.unsure.get(one.path, ()))
        below = tuple([folder for one in looked for folder in self._unknown_below(one)])
        # In the order of names, what comes before this folder was walked and counted already; what comes after was not.
        self.unchanged -= sum([len(one.rows) for one in looked if one.path.split(b"/") < listing.path.split(b"/")])
        for one in looked:
            yield from self._compare_below(one)
            told = retold(self.known.get(one.path), one.path, one.rows, self._children.get(one.path, ()))
            self.retold |= told
            self._anew |= told - {one.path}
            self._due |= told - {one.path}
        if self._lister.odd:
            yield from self._met()
        override = self._lister.rules.override(center)
        yield Neighbourhood(center, folders, below, tuple(seen), lost, bereft, unsure, override)
        for one in looked:
            if one.path > listing.path:
                yield from self._gone(one)
                yield from self._descend(list(one.folders), new_only=False)

    def _sightings(self, listing: _Listing, device: int) -> Iterator[Sighting]:
        """The files of a listing that are to be shown."""
        prefix = listing.path + b"/" if listing.path else b""
        least, suffixes = self.ways.min_size, self.suffixes
        for name, size, mtime_ns, ctime_ns, inode in listing.rows:
            if kept(name, size, least, suffixes):
                yield Sighting(prefix + name, size, mtime_ns, ctime_ns, inode, device)

    def _around(self, listing: _Listing) -> tuple[bytes, list[_Listing], list[bytes]]:
        """The anchor of a folder, what is listed of its neighbourhood, and the discs that are to be, the last first."""
        center = anchor(listing.path)
        if center == listing.path:
            return center, [listing], [path for path in listing.folders if joins(path)]
        above = _Listing(center, *self._lister.entries(center))
        looked = [listing] if joins(center) else [above, listing]  # a disc's own files go with its parent's
        return center, looked, [path for path in above.folders if joins(path)]

    def _folder(self, listing: _Listing) -> KnownFolder:
        """What is to be signed. Its time is asked after it was listed: one that changed since is too young to count."""
        absolute = self.root + b"/" + listing.path if listing.path else self.root
        status = os.stat(absolute)
        trusted = 0 if self.started_ns - status.st_mtime_ns < RACY_NS else fitting(status.st_mtime_ns)
        return KnownFolder(listing.path, trusted, self._lasting(status.st_dev, absolute), pack(listing.rows))

    def _lasting(self, device: int, absolute: bytes) -> int:
        return 0 if device == self.device else self._devices.number(device, absolute)

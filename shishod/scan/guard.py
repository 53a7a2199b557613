"""MountGuard: whether a root is still the one we know, and what is said of it when it is not."""

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from shishod import log
from shishod.clock import CLOCK, Clock
from shishod.errors import LibraryAbsent, Unreachable
from shishod.model.catalog import Catalog
from shishod.model.event import Teller, to_nobody
from shishod.model.ignore import ignored
from shishod.model.library import (
    EMPTIED,
    OTHER_FILESYSTEM,
    OTHER_FOLDER,
    OTHER_MARKER,
    OVERRULABLE,
    Root,
    RootIdentity,
    RootState,
)
from shishod.mounts import AUTOMOUNT, location, quiet_real, stable_inodes
from shishod.paths import display, is_under, join, json_path
from shishod.scan.mounts import MOUNTINFO, Mount, current_mount, identify, mount_of, read_mounts
from shishod.work.guard import Guarded
from shishod.work.runners.ground import Ground

_log = log.get(__name__)
SAMPLE = 20  # how many remembered files vouch for a root that is known by nothing else
_OURS = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)  # what is lacking here, and says nothing of a disk


@dataclass(frozen=True, slots=True)
class Admission:
    """A root that was found to be itself: where it really is, and the mount it was found on."""

    root: Root
    real: bytes
    identity: RootIdentity
    mount: Mount | None


class Evidence(Protocol):
    """What a doubtful root can be asked; each is asked only where it decides."""

    def known(self) -> int:
        """How many files the catalogue believes to be there."""

    def empty(self) -> bool:
        """Whether the root holds nothing at all."""

    def familiar(self) -> bool:
        """Whether at least half of a sample of remembered files is there."""


def doubt(before: RootIdentity | None, now: RootIdentity, evidence: Evidence) -> str:
    """Why what is there is not believed to be the root; "" when it is.

    A marker decides alone once it was seen, so that a library restored to a new disk is the same. Without one the same
    folder of the same filesystem is believed, even when it is empty: an emptied library is not an unmounted one. What
    is neither must show the files that are remembered.
    """
    if before is None or (before.marker and before.marker == now.marker):
        return ""
    if before.marker:
        said = f'says "{now.marker}"' if now.marker else "is gone"
        return f'{OTHER_MARKER} {said}; it said "{before.marker}"'
    same = before.same_filesystem(now)
    if same and (before.inode == now.inode or not stable_inodes(now.fstype)):
        return ""
    known = evidence.known()
    if known and evidence.empty():
        return f"{EMPTIED}, and the catalogue knows {known} file{'s' * (known != 1)} of it"
    if not known or evidence.familiar():
        return ""
    return OTHER_FOLDER if same else f"{OTHER_FILESYSTEM} ({_told(now)}; it was {_told(before)})"


def replaces(before: RootIdentity | None, now: RootIdentity, evidence: Evidence) -> bool:
    """Whether a root that was believed is remembered as it is now: not for an empty filesystem that lies over it, of
    which nobody knows anything, for files of the other may be on their way into the catalogue."""
    if before is None or before.same_filesystem(now) or (before.marker and before.marker == now.marker):
        return before != now
    return not evidence.empty()


def _told(one: RootIdentity) -> str:
    return f"{one.fstype} {one.source} {one.fsid:x}"


def _standing(real: bytes) -> tuple[RootIdentity, Mount | None]:
    """Who a root is and on which mount, of one moment; half of the one and half of the other fits no file in it."""
    mount = current_mount(real)
    while True:
        identity, before = identify(real), mount
        mount = current_mount(real)
        if mount == before:
            return identity, mount


class MountGuard:
    """Shared: by the walkers, the workers and the watch of the mount table.

    Law 5: a root that is absent, covered, empty where it was full, or another filesystem changes nothing. What it
    admits is the `ground` on which processes may read.
    """

    def __init__(self, catalog: Catalog, clock: Clock = CLOCK, ground: Ground | None = None) -> None:
        self._catalog = catalog
        self._clock = clock
        self.tell: Teller = to_nobody
        self.ground = ground or Ground()
        self._mounts: Guarded[dict[int, tuple[bytes, Mount | None]]] = Guarded({})

    def admit(self, root: Root) -> Admission:
        """Look at a root before a walk. Raises LibraryAbsent with the reason; may hang on a dead share.

        Raises Unreachable where it is we who may open nothing more: that says nothing of the root.
        """
        try:
            real = os.path.realpath(root.path, strict=True)
            if twin := self._twin(root, real):
                raise self._absent(root, twin)
            identity, mount = _standing(real)
            asked = _Asked(self._catalog, root, real)
            if not root.accepted and (reason := doubt(root.identity, identity, asked)):
                raise self._absent(root, reason)
            is_news = root.identity != identity if root.accepted else replaces(root.identity, identity, asked)
        except OSError as error:
            said = f"{error.strerror or error} (errno {error.errno})"
            if error.errno in _OURS:
                raise Unreachable(f"{display(root.path)} cannot be looked at: {said}; see LimitNOFILE=") from error
            raise self._absent(root, f"it cannot be looked at: {said}") from error
        if is_news or root.state in (RootState.OFFLINE, RootState.STALLED):
            state = RootState.HELD if root.held else RootState.ONLINE
            self.note(root, state, _held_reason(root), identity if is_news else None)
        with self._mounts as mounts:
            mounts[root.id] = real, mount
        self.ground.stand(root.path, (identity.device, identity.inode))
        return Admission(root, real, identity, mount)

    def confirm(self, admission: Admission) -> None:
        """Ask again, by the mount table alone. Raises LibraryAbsent when the root is no longer on the mount it was."""
        mount = current_mount(admission.real)
        if mount != admission.mount:
            raise self._absent(admission.root, "it was unmounted or mounted over while it was scanned")

    def glance(self, table: bytes) -> tuple[int, ...]:
        """Compare every root with a mount table that has changed: the ids of those that are to be looked at.

        A root whose mount is another is OFFLINE at once, until a walk has found out what is there now. An automount
        that has expired is let sleep: it is not unmounted, and no walk of ours wakes it. Touches no library.
        """
        now, changed = read_mounts(table), []
        self.ground.shake()
        for root in self._catalog.roots():
            with self._mounts as mounts:
                real, before = mounts.get(root.id, (b"", None))
            first = not real
            real = real if real and before is not None else quiet_real(root.path, now)
            mount = mount_of(real, now)
            if mount == before or (_automount(mount) and not first):
                continue
            with self._mounts as mounts:
                mounts[root.id] = real, mount
            if first:
                continue
            same = _automount(before) or (before is not None and before.same_place(mount))
            if root.state is not RootState.OFFLINE and not same:
                self.note(root, RootState.OFFLINE, _left(real, before, mount))
            changed.append(root.id)
        return tuple(changed)

    def note(self, root: Root, state: RootState, reason: str, identity: RootIdentity | None = None) -> None:
        """Store what a root turned out to be, and say so once when it is news."""
        if state in (RootState.OFFLINE, RootState.STALLED):
            self.ground.leave(root.path)
        if root.state is not state:
            self.tell("root-state", library=root.library, **json_path(root.path), state=str(state), reason=reason)
            told = {"library": root.library, "root": display(root.path), "reason": reason or "as it was"}
            if state is RootState.ONLINE:
                _log.info("the root is on line", **told)
            else:
                _log.warning("the root is not to be believed; its books are left as they are", state=state, **told)
        self._catalog.note_root(root.id, state, reason, identity, self._clock.now())

    def _absent(self, root: Root, reason: str) -> LibraryAbsent:
        if reason.startswith(OVERRULABLE):
            reason += f"; bring it back, or if this is right: shishoctl accept {display(root.path)}"
        self.note(root, RootState.OFFLINE, reason)
        return LibraryAbsent(f"{display(root.path)} is off line: {reason}; its books are left as they are")

    def _twin(self, root: Root, real: bytes) -> str:
        """Why a root is not admitted beside those that are named before it: they are the same folder by another way."""
        with open(MOUNTINFO, "rb") as table:
            mounts = read_mounts(table.read())
        mine = location(real, mounts)
        for other in self._catalog.roots():
            if other.id == root.id or mine is None:
                break
            theirs = location(quiet_real(other.path, mounts), mounts)
            if theirs is not None and theirs[0] == mine[0] and (said := _relation(mine[1], theirs[1])):
                return f"it {said} {display(other.path)}, which is watched already; take one of them out"
        return ""


def _relation(mine: bytes, theirs: bytes) -> str:
    if mine == theirs:
        return "is the same folder as"
    if is_under(mine, theirs.rstrip(b"/")):
        return "lies in"
    return "holds" if is_under(theirs, mine.rstrip(b"/")) else ""


def _automount(mount: Mount | None) -> bool:
    return mount is not None and mount.fstype == AUTOMOUNT


def _left(real: bytes, before: Mount | None, now: Mount | None) -> str:
    """What the mount table tells of a root whose mount is another than it was."""
    if before is not None and before.point != b"/" and (now is None or len(now.point) < len(before.point)):
        return f"{display(before.point)} was unmounted"
    return f"another filesystem was mounted over {display(now.point if now else real)}"


def _held_reason(root: Root) -> str:
    return "" if root.held is None else held_reason(root, root.held.count)


def held_reason(root: Root, count: int) -> str:
    """What the operator reads of a root whose loss is held."""
    return (
        f"{count} file{'s' * (count != 1)} vanished at once, more than is believed unasked; "
        f"bring them back, or run: shishoctl accept {display(root.path)}"
    )


class _Asked:
    """Evidence from the catalogue and the disk."""

    def __init__(self, catalog: Catalog, root: Root, real: bytes) -> None:
        self._catalog, self._root, self._real = catalog, root, real

    def known(self) -> int:
        return self._catalog.count_present(self._root.id)

    def empty(self) -> bool:
        with os.scandir(self._real) as listing:
            return all(ignored(entry.name) for entry in listing)

    def familiar(self) -> bool:
        sample: Sequence[bytes] = [one.path for one in self._catalog.sample_files(self._root.id, SAMPLE)]
        return sum(os.path.lexists(join(self._real, path)) for path in sample) * 2 >= len(sample)

"""Visiting: what has become of remembered files, by a fresh look into their folders; runs where it may hang."""

import os
from enum import Enum
from typing import NamedTuple

from shishod.model.library import Follow, Root, RootIdentity
from shishod.paths import base, join, parent
from shishod.scan.listing import Listing, list_names
from shishod.scan.mounts import identify, stable_inodes


class Fate(Enum):
    """What a fresh look says of a remembered file."""

    GONE = "gone"  # its folder was listed, and does not hold it
    THERE = "there"
    ELSE = "else"  # its name has another file now
    UNSAID = "unsaid"  # its root is not there, or does not say


class Remembered(NamedTuple):
    """A file as it was: its path in its root, and the filesystem and inode it had."""

    path: bytes
    device: int
    inode: int


class Visit(NamedTuple):
    """One root to be visited, and what is asked about in it."""

    root: Root
    files: tuple[Remembered, ...]


def visit(one: Visit) -> list[Fate]:
    """The fate of each file, in the order asked; a listing decides, not a stat. Raises nothing that a disk causes."""
    root = one.root
    try:
        now = identify(root.path)
    except (FileNotFoundError, NotADirectoryError):
        return [Fate.UNSAID if root.enrolled else Fate.GONE] * len(one.files)
    except OSError:
        return [Fate.UNSAID] * len(one.files)
    if not _itself(root, now):
        return [Fate.UNSAID] * len(one.files)
    real, follow = os.path.realpath(root.path), root.ways.follow_symlinks is not Follow.NONE
    listings: dict[bytes, Listing] = {}
    fates = []
    for file in one.files:
        folder = parent(file.path)
        if folder not in listings:
            listings[folder] = list_names(join(real, folder) if folder else real, now.device, follow=follow)
        fates.append(_fate(listings[folder], file, real, follow=follow))
    return fates


def _fate(listing: Listing, file: Remembered, real: bytes, *, follow: bool) -> Fate:
    if listing.lacks(base(file.path), file.device):
        return Fate.GONE
    if not listing.holds(base(file.path)):
        return Fate.UNSAID
    try:
        inode = os.stat(join(real, file.path), follow_symlinks=follow).st_ino
    except OSError:
        return Fate.UNSAID
    return Fate.THERE if inode == file.inode else Fate.ELSE


def _itself(root: Root, now: RootIdentity) -> bool:
    """Whether a root is the one that the guard admitted last; one that was never admitted has nothing to say."""
    before = root.identity
    if before is None:
        return False
    if before.marker or now.marker:
        return before.marker == now.marker
    return before.same_filesystem(now) and (before.inode == now.inode or not stable_inodes(now.fstype))

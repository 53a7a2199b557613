"""Moves: what is compared when a file turns up under a name that nobody knows; frozen values."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from shishod.model.library import Root, RootIdentity
from shishod.model.sighting import Sighting
from shishod.model.state import KnownFile

Folder = tuple[int, bytes]  # root, path


class Hashed(NamedTuple):
    """The hash of a file's sample, and what the file was when it was read."""

    file_id: int
    size: int
    mtime_ns: int
    ctime_ns: int
    content_hash: bytes


class Whereabouts(Protocol):
    """What the catalogue can say of files that moved: always of many at once. All raise Unreachable."""

    def every_root(self) -> tuple[Root, ...]:
        """Every root that has rows, those that the settings name no more included."""

    def inherit(self, root_id: int, identity: RootIdentity) -> int:
        """Give a root without files all that is remembered of a former root of its library that is the same folder.

        Returns how many files it was.
        """

    def by_inode(self, inodes: Collection[int]) -> list[KnownFile]:
        """The remembered files of any root that have one of these inodes."""

    def hashed_sizes(self, sizes: Collection[int]) -> frozenset[int]:
        """Those of the sizes that some file has whose hash is known."""

    def by_hash(self, sizes: Mapping[bytes, int]) -> dict[bytes, list[KnownFile]]:
        """The remembered files of any root with one of these hashes, each of a content of this size in bytes; by hash,
        the missing first, and not endlessly many."""

    def hashes(self, file_ids: Collection[int]) -> Mapping[int, bytes]:
        """The hashes of those of the files whose hash is known."""

    def files(self, file_ids: Collection[int]) -> list[KnownFile]:
        """These files, as far as they are remembered."""

    def shares(self, book_ids: Collection[int]) -> Mapping[int, Mapping[Folder, int]]:
        """How many media of each book are not MISSING, by folder; duplicates do not count."""

    def link(self, root_id: int, duplicates: Sequence[tuple[Sighting, int]], now: datetime) -> None:
        """Remember files as other paths to the content of files that are known by these ids, as it was last read."""

    def duplicates_of(self, file_ids: Collection[int]) -> frozenset[Folder]:
        """The folders that hold a duplicate of one of these files."""

    def reopen(self, folders: Collection[Folder]) -> None:
        """Take back the signature of folders of whatever root, so that the next look compares what is in them."""

    def unhashed(self, rule: int, after: int, limit: int) -> list[KnownFile]:
        """Files of the roots that can be believed whose hash by this rule is not known, in the order of their ids."""

    def write_hashes(self, hashes: Sequence[Hashed]) -> int:
        """Store hashes of files that are still as they were; how many."""

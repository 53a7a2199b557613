"""The hash of a file's sample: what a file is known by where its inode says nothing; pure but for the reading."""

import os
from collections.abc import Callable
from hashlib import blake2b
from typing import NamedTuple

from shishod.formats.source import opened
from shishod.model.sighting import Sighting, shown_by
from shishod.paths import join

PIECE = 64 * 1024
Read = Callable[[int, int], bytes]  # length, offset


def sampled_blake2b(read: Read, size: int) -> bytes:
    """The first, middle and last 64 KiB and the size; the whole of a file that is no longer than that."""
    digest = blake2b(size.to_bytes(8, "little"), digest_size=16)
    starts = (0,) if size <= PIECE else (0, max(0, (size - PIECE) // 2), size - PIECE)
    for start in starts:
        digest.update(read(PIECE, start))
    return digest.digest()


RULES: dict[int, Callable[[Read, int], bytes]] = {  # a rule is kept while hashes by it may be stored; 1 to 254
    1: sampled_blake2b,
}
RULE = 1  # what new hashes are made by


class Sample(NamedTuple):
    """One file to be hashed: where its root is, and what the walk or the catalogue knows of it."""

    root: bytes
    seen: Sighting


def sampled(one: Sample) -> bytes | None:
    """The hash with its rule before it, None when the file is not what was seen. May hang.

    Raises BrokenFile for what is no file or is empty by now, OSError as the disk says.
    """
    path = join(one.root, one.seen.path)
    with opened(path) as file:
        descriptor = file.fileno()
        if not shown_by(os.fstat(descriptor), one.seen):
            return None
        digest = RULES[RULE](lambda length, start: os.pread(descriptor, length, start), one.seen.size)
        return bytes([RULE]) + digest if shown_by(os.fstat(descriptor), one.seen) else None


def bytes_of(size: int) -> int:
    """How much is read of a file of this size."""
    return min(size, 3 * PIECE)

"""Sighting: one file as the filesystem showed it at one moment."""

import os
from typing import NamedTuple


class Sighting(NamedTuple):
    """`path` is relative to its root, in bytes; times are nanoseconds since the epoch.

    `device` is 0 on the root's own filesystem, whatever its number today, else the number of the one mounted below.
    """

    path: bytes
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int


COARSE_NS = 10_000_000  # a time that is a multiple of this was not told in nanoseconds
RACY_NS = 2_000_000_000  # the longest step that a filesystem has
EMPTY_NS = 600_000_000_000
LATEST_NS = (1 << 63) - 1  # in the year 2262
NO_TIME_NS = -(1 << 63)  # no file's: one that is remembered with it is found changed at the next look


def fitting(time_ns: int) -> int:
    """A file's time as it can be kept: one beyond 64 bits, as broken clocks write it, is the last that they hold."""
    return time_ns if -LATEST_NS <= time_ns <= LATEST_NS else LATEST_NS if time_ns > 0 else -LATEST_NS


def shown_by(status: os.stat_result, seen: Sighting) -> bool:
    """Whether a file is still what was seen, its inode aside: that counts only where it lasts."""
    return (
        status.st_size == seen.size
        and fitting(status.st_mtime_ns) == seen.mtime_ns
        and fitting(status.st_ctime_ns) == seen.ctime_ns
    )


def racy(seen: Sighting, now_ns: int) -> bool:
    """Whether a file that is looked at now may change again and show the same times, as Git says of its index.

    Only where times are told in coarse steps: FAT's are 2 s long, exFAT's 10 ms, those of an old ext a second.
    """
    return seen.ctime_ns % COARSE_NS == 0 and 0 <= now_ns - max(seen.mtime_ns, seen.ctime_ns) < RACY_NS


def settled(seen: Sighting, now_ns: int, settle_ns: int) -> bool:
    """Whether a file has been left alone for long enough to be read; a time in the future is no reason to wait."""
    return not 0 <= now_ns - max(seen.mtime_ns, seen.ctime_ns) < quiet_ns(seen, settle_ns)


def quiet_ns(seen: Sighting, settle_ns: int) -> int:
    """For how long a file must have been left alone before it is read, where `settle_ns` is asked of every file.

    An empty file is waited for longer: programs create a file first, and may come to fill it only much later.
    """
    return settle_ns if seen.size else max(settle_ns, EMPTY_NS)

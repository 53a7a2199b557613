"""Disks: whether the disk below a path turns, found out without waking it."""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress

from shishod.mounts import MOUNTINFO, mount_of, quiet_real, read_mounts

SPINS_DOWN_S = 1200.0  # one that nobody has used for so long may sleep: what most enclosures are set to


class Disks:
    """Owned by one thread. Asks the kernel for what it knows already; nothing is sent to a disk.

    A disk sleeps when the kernel has suspended it, or when it turns by motor and nobody but us has read or written for
    SPINS_DOWN_S: what we look at ourselves is to keep no disk awake. What is no disk (a share, memory), or is one
    without a motor, is always awake.
    """

    def __init__(self, now_s: Callable[[], float], sys: str = "/sys") -> None:
        self._now_s = now_s
        self._sys = sys
        self._used: dict[str, tuple[str, float]] = {}  # by disk: what it had counted, and when others last used it

    def note(self, paths: Iterable[bytes], *, ours: bool) -> None:
        """Look at the counters of the disks below some paths; what they have counted since is `ours`, or of others."""
        for disk in self._below_paths(paths):
            counted = self._read(f"{disk}/stat")
            before, since_s = self._used.get(disk, ("", self._now_s()))
            if counted != before and not ours:
                since_s = self._now_s()
            self._used[disk] = counted, since_s

    def asleep(self, path: bytes) -> bool:
        """Whether to look into a path would wake a disk."""
        return any(self.sleeps(disk) for disk in self._below_paths([path]))

    def _below_paths(self, paths: Iterable[bytes]) -> set[str]:
        with open(MOUNTINFO, "rb") as table:
            mounts = read_mounts(table.read())
        found = [mount_of(quiet_real(path, mounts), mounts) for path in paths]
        return {disk for mount in found if mount is not None for disk in self.below(mount.device)}

    def below(self, device: str) -> list[str]:
        """The disks that a device ("8:1") lies on: of a partition its disk, of a RAID or a volume all of its parts."""
        place = os.path.realpath(f"{self._sys}/dev/block/{device}")
        if not os.path.isdir(place):
            return []
        if os.path.exists(f"{place}/partition"):
            place = os.path.dirname(place)
        parts = os.listdir(f"{place}/slaves") if os.path.isdir(f"{place}/slaves") else []
        if not parts:
            return [place]
        return sorted({disk for part in parts for disk in self.below(self._read(f"{place}/slaves/{part}/dev"))})

    def sleeps(self, disk: str) -> bool:
        """Whether one disk sleeps, by its folder in sysfs."""
        if self._read(f"{disk}/queue/rotational") != "1":
            return False
        if self._read(f"{disk}/device/power/runtime_status") == "suspended":
            return True
        _, since_s = self._used.get(disk, ("", self._now_s()))
        return self._now_s() - since_s >= SPINS_DOWN_S

    @staticmethod
    def _read(path: str) -> str:
        with suppress(OSError), open(path, encoding="ascii", errors="replace") as file:
            return file.read().strip()
        return ""

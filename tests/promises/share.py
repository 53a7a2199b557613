"""A share as real ones are: a FUSE filesystem over a folder, with their errors, their names and their times.

`python -m tests.promises.share SOURCE POINT FAULTS [fold] [timeless] [coarse]` serves until POINT is unmounted. Each
line of the file FAULTS makes one call fail: `list|stat|open|read ERRNO PATH`. `fold` takes names that differ in their
case alone for one, `timeless` knows no time of change, and `coarse` tells times in steps of two seconds.
"""

import os
import sys
from collections.abc import Iterator
from typing import Any

import mfusepy

STEP_NS = 2 * 10**9
SHOWN = ("st_mode", "st_nlink", "st_uid", "st_gid", "st_size")


class Share(mfusepy.Operations):
    """What is changed behind it, in its source, it shows at once; of changes it can but rename."""

    use_ns = True

    def __init__(self, source: str, faults: str, *ways: str) -> None:
        self._source = source
        self._faults = faults
        self._fold = "fold" in ways
        self._timeless = "timeless" in ways
        self._step_ns = STEP_NS if "coarse" in ways else 1

    def _real(self, path: str, call: str = "") -> str:
        """Where a path is in the source. Raises what the faults say of this call."""
        real = self._source
        for name in path.strip("/").split("/") if path.strip("/") else ():
            same = [one for one in os.listdir(real) if one.casefold() == name.casefold()] if self._fold else []
            real = os.path.join(real, same[0] if same else name)
        with open(self._faults, encoding="utf-8") as faults:
            for line in faults:
                which, number, at = line.rstrip("\n").split(" ", 2)
                if (which, at) == (call, path):
                    raise mfusepy.FuseOSError(int(number))
        return real

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        status = os.lstat(self._real(path, "stat"))
        time_ns = status.st_mtime_ns // self._step_ns * self._step_ns
        changed_ns = 0 if self._timeless else status.st_ctime_ns // self._step_ns * self._step_ns
        shown = {name: getattr(status, name) for name in SHOWN}
        return shown | {"st_atime": time_ns, "st_mtime": time_ns, "st_ctime": changed_ns}

    def readdir(self, path: str, fh: int) -> Iterator[str]:
        return iter([".", "..", *os.listdir(self._real(path, "list"))])

    def open(self, path: str, flags: int) -> int:
        return os.open(self._real(path, "open"), os.O_RDONLY)

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        self._real(path, "read")
        return os.pread(fh, size, offset)

    def release(self, path: str, fh: int) -> int:
        os.close(fh)
        return 0

    def rename(self, old: str, new: str) -> int:
        folder, name = os.path.split(new)
        target = os.path.join(self._real(folder), name)
        os.rename(self._real(old), target)
        return 0


if __name__ == "__main__":
    served, point, *told = sys.argv[1:]
    mfusepy.FUSE(
        Share(served, *told),
        point,
        foreground=True,
        nothreads=True,
        entry_timeout=0,
        attr_timeout=0,
        negative_timeout=0,
    )

"""Links: where the symbolic links of a root lead, which of them are followed, and what would be seen twice."""

import errno
import os
import stat

from shishod.model.ignore import any_ignored
from shishod.model.library import Follow
from shishod.model.links import followed, reached_anyway
from shishod.mounts import Mount, location
from shishod.paths import display, is_under, join, parent

NOWHERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})  # a link that leads to nothing, or to itself


class Links:
    """The links of one root. Shared: by nobody; a walk has its own, and meets every folder of it once."""

    def __init__(self, root: bytes, how: Follow, lines: tuple[str, ...]) -> None:
        self._root = root
        self._how = how
        self._lines = lines
        self._met: dict[tuple[int, int], bytes] = {}  # folders beyond a link: by which path they are entered
        self._beyond: dict[bytes, bool] = {}

    def followed(self, path: bytes) -> os.stat_result | None:
        """What a link leads to, None where it is not followed. Raises OSError when that does not say what it is."""
        absolute = join(self._root, path)
        try:
            status = os.stat(absolute)
        except OSError as error:
            if error.errno in NOWHERE:
                return None
            raise
        return status if followed(self._how, os.path.realpath(absolute), self._root) else None

    def double(self, path: bytes) -> str:
        """Why a folder is not entered by this path, "" when it is: each is entered once, and in no circle.

        Asked of each folder when it is entered, the ones above it before.
        """
        if not self._is_beyond(path):
            return ""
        absolute = join(self._root, path)
        real = os.path.realpath(absolute)
        if reached_anyway(real, self._root, self._lines):
            return f"it leads to {display(real)}, which is entered without it"
        status = os.stat(absolute)
        other = self._met.setdefault((status.st_dev, status.st_ino), path)
        return "" if other == path else f"it leads to {display(real)}, which is entered by {display(other)}"

    def _is_beyond(self, path: bytes) -> bool:
        """Whether a link is among the parts of a path."""
        if not path:
            return False
        if path not in self._beyond:
            linked = stat.S_ISLNK(os.lstat(join(self._root, path)).st_mode)
            self._beyond[path] = linked or self._is_beyond(parent(path))
        return self._beyond[path]


def doubled(root: bytes, mounts: tuple[Mount, ...], lines: tuple[str, ...] = ()) -> dict[bytes, bytes]:
    """Folders of a root that bind mounts show a second time, each with the path by which it is entered.

    Decided on the mount table alone; all paths are relative to the root.
    """
    base = root.rstrip(b"/")
    points = sorted({one.point for one in mounts if one.point != root and is_under(one.point, base)})
    places = [(path[len(base) + 1 :], where) for path in (root, *points) if (where := location(path, mounts))]
    found: dict[bytes, bytes] = {}
    for number, (path, where) in enumerate(places):
        for other, its in places[:number]:
            if (rest := _rest(where, its)) is not None:
                twice, first, shown = path, _at(other, rest), where
            elif (rest := _rest(its, where)) is not None:
                twice, first, shown = _at(path, rest), other, its
            else:
                continue
            seen = not any_ignored(first, lines, folder=True) and location(_at(base, first) or b"/", mounts) == shown
            if seen and twice != first:
                found.setdefault(twice, first)
    return found


def _rest(inner: tuple[str, bytes], outer: tuple[str, bytes]) -> bytes | None:
    """How a folder of a filesystem is reached from another of the same, None when it does not lie in it."""
    above = outer[1].rstrip(b"/")
    return inner[1][len(above) + 1 :] if inner[0] == outer[0] and is_under(inner[1], above) else None


def _at(path: bytes, rest: bytes) -> bytes:
    return join(path, rest) if rest else path

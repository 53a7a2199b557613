"""Skim: the part of a walk over folders that are as they were, which are nearly all: here every call counts."""

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from shishod.formats.beside import ENDINGS
from shishod.model.ignore import HIDDEN, RULE_FILES, ignored
from shishod.model.signature import KnownFolder, numbers, rows_in
from shishod.model.tier import Look
from shishod.paths import PACKED
from shishod.scan.entries import Lister

STEP_EVERY = 16  # folders between two signs of life
_NONE: list[bytes] = []


@dataclass(frozen=True, slots=True)
class Skim:
    """Passes what is as it was, and stops before a folder that is not, or that it cannot judge by a glance: the walk
    looks at that one with all the questions that it has.

    `apart` are folders that are not to be passed whatever they look like.
    """

    lister: Lister
    known: Mapping[bytes, KnownFolder]
    children: Mapping[bytes, list[bytes]]
    device: int
    look: Look
    apart: tuple[Collection[bytes], ...]
    step: Callable[[], bool]

    def past(self, stack: list[bytes]) -> tuple[int, int]:
        """Take folders from the stack as long as they are as they were, and put on it what is known to be in them.

        How many folders that were, and how many files are in them. Ends early where nobody wants the walk any more.
        """
        root, pulse, device = self.lister.root + b"/", self.lister.pulse, self.device
        pop, known_at, children, stat = stack.pop, self.known.get, self.children.get, os.stat
        trusting, quick = self.look is not Look.FULL, self.look is Look.QUICK
        due, done = self.apart
        any_apart = bool(due or done)
        folders = files = 0
        try:
            while stack:
                if not folders % STEP_EVERY and not self.step():
                    return folders, files
                path = pop()
                known = known_at(path)
                if known is None or (any_apart and (path in due or path in done)):
                    break
                _, mtime_ns, lies_on, packed = known
                below = children(path, _NONE)
                if trusting:
                    now = stat(root + path)
                    if now.st_mtime_ns != mtime_ns or now.st_dev != device or lies_on or not packed:
                        break
                    if quick and not self.files_are_known(root + path, packed):
                        break
                elif not mtime_ns or lies_on or not self._is_listed_as_known(root + path, packed, below):
                    break
                pulse.beats += 1
                folders += 1
                files += rows_in(packed)[0]
                stack += below
            else:
                return folders, files
        except OSError:
            pass  # whoever looks closer will say what it is
        stack.append(path)
        return folders, files

    def files_are_known(self, folder: bytes, packed: bytes) -> bool:
        """Whether a stat of each remembered file says that it is as it was."""
        pulse, folder, lstat = self.lister.pulse, folder + b"/", os.lstat
        for name, (size, mtime_ns, ctime_ns, inode) in numbers(packed):
            now = lstat(folder + name)
            pulse.beats += 1
            if now.st_ctime_ns != ctime_ns or now.st_mtime_ns != mtime_ns or now.st_size != size or now.st_ino != inode:
                return False
        return True

    def _is_listed_as_known(  # noqa: PLR0911 - each entry that differs ends it
        self, folder: bytes, packed: bytes, below: Collection[bytes]
    ) -> bool:
        """Whether a listing shows the remembered files and folders as they were, and nothing else that could count."""
        lister = self.lister
        if lister.choosy or lister.links is not None:
            return False  # more than names decides what counts
        remembered = dict(numbers(packed))
        if not RULE_FILES.isdisjoint(remembered):
            return False
        inside = {path[path.rfind(b"/") + 1 :] for path in below} if below else below
        left = len(remembered) + len(inside)
        known_of, pulse = remembered.get, lister.pulse
        for entry in os.scandir(folder):
            name = entry.name
            before = known_of(name)
            if before is not None:
                now = entry.stat(follow_symlinks=False)
                pulse.beats += 1
                if before != (now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino):
                    return False
                left -= 1
            elif name in inside:
                if not entry.is_dir(follow_symlinks=False):
                    return False
                left -= 1
            elif entry.is_dir(follow_symlinks=False):
                if not ignored(name):
                    return False
            elif self._may_count(name):
                return False
        return not left

    def _may_count(self, name: bytes) -> bool:
        """Whether a file that is not remembered could be more than one of those that are always passed over."""
        if name.startswith(HIDDEN):
            return name in RULE_FILES
        ending = name[name.rfind(b".") :].lower()
        return ending in self.lister.suffixes or ending == PACKED or ending in ENDINGS

"""Skim: the part of a walk over folders that are as they were, which are nearly all: here every call counts."""

import os
import stat
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from shishod.formats.beside import ENDINGS
from shishod.model.ignore import HIDDEN, RULE_FILES, ignored
from shishod.model.signature import KnownFolder, has_numbers, names_of, numbers, numbers_of, rows_in
from shishod.model.tier import Look
from shishod.paths import PACKED
from shishod.scan.entries import Lister

STEP_EVERY = 16  # folders between two signs of life
FEW = 4  # entries whose kind is asked one by one
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
        pop, known_at, children, look = stack.pop, self.known.get, self.children.get, os.stat
        trusting, quick = self.look is not Look.FULL, self.look is Look.QUICK
        due, done = self.apart
        any_apart = bool(due or done)
        folders = files = 0
        try:
            while stack:
                if not folders % STEP_EVERY and not self.step():
                    return folders, files
                path = pop()
                folder = root + path
                known = known_at(path)
                if known is None or (any_apart and (path in due or path in done)):
                    break
                _, mtime_ns, lies_on, packed = known
                below = children(path, _NONE)
                if trusting:
                    now = look(folder)
                    if now.st_mtime_ns != mtime_ns or now.st_dev != device or lies_on or not packed:
                        break
                    if quick and not self.files_are_known(folder, packed):
                        break
                elif not mtime_ns or lies_on or not self._is_listed_as_known(folder, packed, below):
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
        found: list[int] = []
        for name in names_of(packed):
            found += numbers_of(lstat(folder + name))
            pulse.beats += 1
        return has_numbers(packed, found)

    def _is_listed_as_known(self, folder: bytes, packed: bytes, below: Collection[bytes]) -> bool:
        """Whether a listing shows the remembered files and folders as they were, and nothing else that could count."""
        names = names_of(packed)
        if self.lister.choosy or self.lister.links is not None or not RULE_FILES.isdisjoint(names):
            return False  # more than names decides what counts
        if below:
            return self._are_listed(folder, packed, below)
        there = os.listdir(folder)  # nearly all have no folders in them, and names alone are told faster
        there.sort()
        if there == names:
            return self.files_are_known(folder, packed)
        more = set(there).difference(names)
        if len(more) > FEW:
            return self._are_listed(folder, packed, below)
        if any(self._may_count(name) or self._is_folder_to_enter(folder, name) for name in more):
            return False
        return len(there) - len(more) == len(names) and self.files_are_known(folder, packed)

    @staticmethod
    def _is_folder_to_enter(folder: bytes, name: bytes) -> bool:
        return not ignored(name) and stat.S_ISDIR(os.lstat(folder + b"/" + name).st_mode)

    def _are_listed(self, folder: bytes, packed: bytes, below: Collection[bytes]) -> bool:
        """The same entry by entry, each of which says what it is."""
        remembered = dict(numbers(packed))
        inside = {path[path.rfind(b"/") + 1 :] for path in below}
        left = len(remembered) + len(inside)
        known_of, pulse = remembered.get, self.lister.pulse
        for entry in os.scandir(folder):
            name = entry.name
            before = known_of(name)
            if before is not None:
                now = entry.stat(follow_symlinks=False)
                pulse.beats += 1
                if before != numbers_of(now):
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

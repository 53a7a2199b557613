"""Skim: the part of a walk over folders that are as they were, which are nearly all: here every call counts."""

import os
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from shishod.formats.beside import ENDINGS
from shishod.model.ignore import HIDDEN, RULE_FILES, ignored
from shishod.model.signature import Halves, KnownFolder, are_numbers, halves, numbers, numbers_of, rows_in
from shishod.model.tier import Look
from shishod.paths import PACKED
from shishod.scan.entries import Lister

TOGETHER = 32  # folders that are looked at before it is asked again whether anybody wants the walk
BEAT_EVERY = 16  # files; a share that answers one in a second is slow, and not dead
FEW = 4  # entries whose kind is asked one by one
_NONE: list[bytes] = []


@dataclass(slots=True)
class Skim:
    """Passes what is as it was, and stops before a folder that is not, or that it cannot judge by a glance: the walk
    looks at that one with all the questions that it has.

    `apart` are folders that are not to be passed whatever they look like. Shared: by nobody; a walk has its own.
    """

    lister: Lister
    known: Mapping[bytes, KnownFolder]
    children: Mapping[bytes, list[bytes]]
    device: int
    look: Look
    apart: tuple[Set[bytes], ...]
    step: Callable[[], bool]
    _together: int = 1  # folders that are looked at at once: more where all is as it was, one where it may not be

    def past(self, stack: list[bytes]) -> tuple[int, int]:
        """Take folders from the stack as long as they are as they were, and put on it what is known to be in them.

        How many folders that were, and how many files are in them. Ends early where nobody wants the walk any more.
        """
        folders = files = 0
        while stack and self.step():
            taken = self._taken(stack)
            try:
                passed = self._files_in(taken)
            except OSError:  # whoever looks closer will say what it is
                passed = None
            if passed is not None:
                folders += len(taken)
                files += passed
                self._together = min(2 * self._together, TOGETHER)
                continue
            self._put_back(stack, taken)
            if self._together == 1:
                break
            self._together = 1
        return folders, files

    def _taken(self, stack: list[bytes]) -> list[bytes]:
        """The next folders in the order of the walk, by what is known to be in them."""
        taken = stack[-self._together :]
        if self.children.keys().isdisjoint(taken):  # none of them leads any further
            del stack[-self._together :]
            taken.reverse()
            return taken
        taken = []
        pop, take, children = stack.pop, taken.append, self.children.get
        while stack and len(taken) < self._together:
            path = pop()
            take(path)
            stack += children(path, _NONE)
        return taken

    def _put_back(self, stack: list[bytes], taken: list[bytes]) -> None:
        for path in reversed(taken):
            if below := self.children.get(path):
                del stack[-len(below) :]
            stack.append(path)

    def _files_in(self, taken: Sequence[bytes]) -> int | None:
        """How many files are remembered in folders that all are as they were, else None. Raises OSError."""
        known = [*map(self.known.get, taken)]
        if not all(known) or (any(self.apart) and not all(one.isdisjoint(taken) for one in self.apart)):
            return None
        _, times, lies_on, packed = zip(*known, strict=True)
        if any(lies_on) or not all(packed):
            return None
        root = self.lister.root + b"/"
        folders = [root + path for path in taken]
        if self.look is Look.FULL:
            as_known = 0 not in times and self._are_listed_as_known(taken, folders, packed)
        else:
            now, look, pulse = [], os.stat, self.lister.pulse
            for folder in folders:
                now.append(look(folder))
                pulse.beats += 1
            as_known = tuple([one.st_mtime_ns for one in now]) == times and {one.st_dev for one in now} == {self.device}
            as_known = as_known and (self.look is Look.PEEK or self.files_are_known(taken, map(halves, packed)))
        return sum([rows_in(one)[0] for one in packed]) if as_known else None

    def files_are_known(self, folders: Iterable[bytes], remembered: Iterable[Halves]) -> bool:
        """Whether a stat of each file that is remembered of these folders says that it is as it was."""
        paths: list[bytes] = []
        kept: list[bytes] = []
        for folder, (kept_numbers, names) in zip(folders, remembered, strict=True):
            inside = folder + b"/" if folder else b""
            paths += [inside + name for name in names]
            kept.append(kept_numbers)
        if not paths:
            return True
        found: list[int] = []
        # From the root on: what leads to it is long, and the kernel would look for it once more for each file.
        look, root = os.stat, os.open(self.lister.root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for at in range(0, len(paths), BEAT_EVERY):
                for path in paths[at : at + BEAT_EVERY]:
                    found += numbers_of(look(path, dir_fd=root, follow_symlinks=False))
                self.lister.pulse.beats += 1
        finally:
            os.close(root)
        return are_numbers(b"".join(kept), found)

    def _are_listed_as_known(self, taken: Sequence[bytes], folders: Sequence[bytes], packed: Sequence[bytes]) -> bool:
        """Whether listings show the remembered files and folders as they were, and nothing else that could count."""
        if self.lister.choosy or self.lister.links is not None:
            return False  # more than names decides what counts
        children, listed = self.children.get, os.listdir
        plain: list[bytes] = []
        remembered: list[Halves] = []
        for path, folder, one in zip(taken, folders, packed, strict=True):
            if below := children(path):
                if not self._are_listed(folder, one, below):
                    return False
                continue
            both = halves(one)
            there = listed(folder)  # nearly all have no folders in them, and names alone are told faster
            self.lister.pulse.beats += 1
            there.sort()
            if there != both[1] and not self._is_all_that_counts(folder, there, both[1]):
                return False
            if not RULE_FILES.isdisjoint(there):
                return False
            plain.append(path)
            remembered.append(both)
        return self.files_are_known(plain, remembered)

    def _is_all_that_counts(self, folder: bytes, there: Sequence[bytes], names: Sequence[bytes]) -> bool:
        more = set(there).difference(names)
        if len(there) - len(more) != len(names):
            return False
        if len(more) > FEW:
            return all(entry.name not in more or not self._may_be_taken(entry) for entry in os.scandir(folder))
        return not any(self._may_count(name) or self._is_folder_to_enter(folder, name) for name in more)

    def _may_be_taken(self, entry: os.DirEntry[bytes]) -> bool:
        if entry.is_dir(follow_symlinks=False):
            return not ignored(entry.name)
        return self._may_count(entry.name)

    @staticmethod
    def _is_folder_to_enter(folder: bytes, name: bytes) -> bool:
        return not ignored(name) and stat.S_ISDIR(os.lstat(folder + b"/" + name).st_mode)

    def _are_listed(self, folder: bytes, packed: bytes, below: Sequence[bytes]) -> bool:
        """The same entry by entry, each of which says what it is."""
        remembered = dict(numbers(packed))
        if not RULE_FILES.isdisjoint(remembered):
            return False
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
            elif self._may_be_taken(entry):
                return False
        return not left

    def _may_count(self, name: bytes) -> bool:
        """Whether a file that is not remembered could be more than one of those that are always passed over."""
        if name.startswith(HIDDEN):
            return name in RULE_FILES
        ending = name[name.rfind(b".") :].lower()
        return ending in self.lister.suffixes or ending == PACKED or ending in ENDINGS

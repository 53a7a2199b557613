"""Arming: a root's folders put under watch, the busiest first where there are not enough watches for all."""

import os
from collections.abc import Callable

from shishod.paths import base
from shishod.watch.inotify import LoudInotify
from shishod.watch.settle import Kind
from shishod.watch.sieve import Sieve
from shishod.watch.tree import DEAF, Folder

Found = Callable[[bytes, Kind], None]


class Arming:
    """Shared: by the root's thread, which arms it as a whole, and its reader, which arms what is new."""

    def __init__(self, inotify: LoudInotify, sieve: Sieve) -> None:
        self._inotify = inotify
        self._sieve = sieve

    def whole(self) -> None:
        """Arm the root and all below it, counting what must stay deaf. Raises OSError when it cannot be watched."""
        root = self._inotify.tree.root
        self._inotify.watch(root)
        if self.spread(root):
            self._prefer_busy()

    def spread(self, start: Folder, kind: Kind | None = None, found: Found | None = None) -> bool:
        """Arm a folder and what is below; each is armed before it is listed, so that nothing falls between.

        What lies in them is told to `found`, the files as of this `kind`. Whether a folder had to stay deaf.
        """
        inotify, stack, deaf = self._inotify, [start], False
        while stack:
            folder = stack.pop()
            path = folder.path()
            try:
                deaf |= not inotify.watch(folder)
                names, files = self._list(path, files_too=found is not None)
            except OSError:
                if folder is not inotify.tree.root:
                    inotify.drop(folder)  # gone, unreadable, or entered already by another path: the walk tells
                continue
            with inotify.lock:
                stack += [inotify.tree.put(folder, base(one)) for one in names]
            if found is not None and kind is not None:
                for one in names:
                    found(one, Kind.FOLDER)
                for one in files:
                    found(one, kind)
        return deaf

    def _list(self, path: bytes, *, files_too: bool) -> tuple[list[bytes], list[bytes]]:
        """The paths of the folders that are watched, and of the files that may be books; links as the sieve says."""
        prefix, sieve = (path + b"/", self._sieve) if path else (b"", self._sieve)
        folders, files = [], []
        with os.scandir(sieve.real + b"/" + path) as entries:
            for one in entries:
                if one.is_dir(follow_symlinks=False):
                    if sieve.enters(prefix + one.name):
                        folders.append(prefix + one.name)
                elif sieve.follows and one.is_symlink() and sieve.follows_into(prefix + one.name):
                    folders.append(prefix + one.name)
                elif files_too and sieve.wants(prefix + one.name):
                    files.append(prefix + one.name)
        return folders, files

    def _prefer_busy(self) -> None:
        """Take watches from folders that have long been quiet and give them to those that changed lately."""
        inotify = self._inotify
        with inotify.lock:
            folders = [folder for folder in inotify.tree.walk() if folder is not inotify.tree.root]
            armed = max(0, inotify.tree.armed - 1)
        folders.sort(key=lambda folder: _changed_ns(inotify.absolute(folder)), reverse=True)
        for folder in folders[armed:]:
            if folder.number != DEAF:
                inotify.forget(folder)
        for folder in folders[:armed]:
            try:
                inotify.watch(folder)
            except OSError:
                inotify.drop(folder)


def _changed_ns(path: bytes) -> int:
    try:
        return os.lstat(path).st_mtime_ns
    except OSError:
        return 0

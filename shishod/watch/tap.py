"""Tap: each raw event of the kernel put down in the inbox as what it means to us, and the tree kept true by it."""

import time
from collections.abc import Callable

from watchdog.observers.inotify_c import InotifyEvent

from shishod.paths import join
from shishod.watch.arming import Arming
from shishod.watch.inbox import Fault, Inbox
from shishod.watch.inotify import LoudInotify
from shishod.watch.settle import Kind
from shishod.watch.sieve import Sieve
from shishod.watch.tree import Folder

LEFT_S = 0.5  # the two ends of a rename come together; a folder without the other end after this has left the root
MOVES_KEPT = 1024  # departures that wait for their arrival


class Tap:
    """Owned by the reader's thread, but for `let_go`, which may be called by any."""

    def __init__(
        self,
        inotify: LoudInotify,
        arming: Arming,
        sieve: Sieve,
        inbox: Inbox,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._inotify = inotify
        self._arming = arming
        self._sieve = sieve
        self._inbox = inbox
        self._now_s = now_s
        self._departed: dict[int, tuple[float, Folder]] = {}

    def hear(self, raw: InotifyEvent) -> None:
        """Take one event; what it says of a folder that is not in the tree is old."""
        inotify = self._inotify
        with inotify.lock:
            folder = inotify.tree.at(raw.wd)
            path = folder.path() if folder is not None else b""
        if folder is None:
            return
        if raw.is_delete_self or raw.is_move_self:
            if folder is inotify.tree.root:
                self._inbox.fault(Fault.MOVED)
        elif raw.is_directory or self._is_link(raw, folder, join(path, raw.name)):
            self._folder(raw, folder, join(path, raw.name))
        elif self._sieve.wants(join(path, raw.name)):
            self._inbox.note(join(path, raw.name), _kind(raw))

    def let_go(self) -> None:
        """Forget folders that left the root: their watches would tell of what happens elsewhere."""
        before_s = self._now_s() - LEFT_S
        with self._inotify.lock:
            left = [cookie for cookie, (since_s, _) in self._departed.items() if since_s < before_s]
        for cookie in left:
            self._drop(cookie)

    def _is_link(self, raw: InotifyEvent, parent: Folder, path: bytes) -> bool:
        """Whether the kernel speaks of a link that is a folder to us."""
        if not self._sieve.follows:
            return False
        if raw.is_create or raw.is_moved_to:
            return self._sieve.follows_into(path)
        with self._inotify.lock:
            return self._inotify.tree.child(parent, raw.name) is not None

    def _folder(self, raw: InotifyEvent, parent: Folder, path: bytes) -> None:
        tree = self._inotify.tree
        if raw.is_moved_from:
            with self._inotify.lock:
                if (leaving := tree.child(parent, raw.name)) is not None:
                    self._departed[raw.cookie] = self._now_s(), leaving
            if len(self._departed) > MOVES_KEPT:
                self._drop(next(iter(self._departed)))
        if not self._sieve.enters(path):
            if raw.is_moved_to and raw.cookie in self._departed:
                self._drop(raw.cookie)  # it was hidden
            return
        self._inbox.note(path, Kind.FOLDER)
        if raw.is_moved_to:
            self._arrived(raw, parent)
        elif raw.is_create:
            with self._inotify.lock:
                folder = tree.put(parent, raw.name)
            self._spread(folder, Kind.TOUCHED)
        elif raw.is_delete:
            with self._inotify.lock:
                gone = tree.child(parent, raw.name)
            if gone is not None:
                self._inotify.drop(gone)

    def _arrived(self, raw: InotifyEvent, parent: Folder) -> None:
        """A folder came by a rename: the kernel names only its top. From inside, its watches come with it."""
        departed = self._departed.pop(raw.cookie, None)
        if departed is None:
            for cookie in list(self._departed):
                self._drop(cookie)  # one that left and came back still has its old place
        with self._inotify.lock:
            tree = self._inotify.tree
            if departed is not None and tree.holds(departed[1]):
                folder, replaced = departed[1], tree.move(departed[1], parent, raw.name)
            else:
                folder, replaced = tree.put(parent, raw.name), []
        self._inotify.release(replaced)
        self._spread(folder, Kind.MOVED_IN)

    def _spread(self, folder: Folder, kind: Kind) -> None:
        if self._arming.spread(folder, kind, self._inbox.note):
            self._inbox.fault(Fault.LIMIT)

    def _drop(self, cookie: int) -> None:
        departed = self._departed.pop(cookie, None)
        if departed is not None:
            self._inotify.drop(departed[1])


def _kind(raw: InotifyEvent) -> Kind:
    if raw.is_close_write:
        return Kind.CLOSED
    if raw.is_moved_to:
        return Kind.MOVED_IN
    return Kind.GONE if raw.is_delete or raw.is_moved_from else Kind.TOUCHED

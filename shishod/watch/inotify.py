"""watchdog's inotify, with its silent faults made audible and a table of watches that costs a rename one entry.

We use its reader of the kernel's queue. We leave out its watches, emitters and dispatchers: they swallow a refused
watch, copy every path for each renamed folder, hold every event behind an unmatched move for half a second, call a
file that was moved in "created", and fill an unbounded queue when a thread dies. The private names used here are each
held by a test.

There is one instance a root, not one for all: the kernel's queue belongs to the instance, so that a storm in one root
loses the events of no other; a share that does not answer holds up one lock; and closing it lets go of everything in
one call. It costs one of the 128 that a user has.
"""

import ctypes
import errno
import os
import threading
from collections.abc import Callable

from watchdog.observers.inotify_c import (
    InotifyConstants,
    InotifyEvent,
    InotifyFD,
    WatchDescriptor,
    inotify_add_watch,
    inotify_rm_watch,
)

from shishod.watch.inbox import Fault, Inbox
from shishod.watch.limits import Allowance
from shishod.watch.tree import DEAF, Folder, Tree

# Neither opened nor read nor modified: our own reading must not feed the queue, and each writer ends in CLOSE_WRITE.
MASK = (
    InotifyConstants.IN_CREATE
    | InotifyConstants.IN_CLOSE_WRITE
    | InotifyConstants.IN_MOVE
    | InotifyConstants.IN_DELETE
    | InotifyConstants.IN_DELETE_SELF
    | InotifyConstants.IN_MOVE_SELF
    | InotifyConstants.IN_ONLYDIR
)
OUT_OF_WATCHES = frozenset({errno.ENOSPC, errno.ENOMEM})


class LoudInotify(InotifyFD):
    """Shared: by its own thread, which reads the kernel's queue, and the one that arms.

    `tree` is read and changed under `lock`. Overflow, unmount and death are reported to the inbox; what else the
    kernel says is given to `hear`, without the lock.
    """

    def __init__(self, root_id: int, path: bytes, inbox: Inbox, allowance: Allowance, *, follow: bool = False) -> None:
        super().__init__()
        self.name = f"inotify-{root_id}"
        self.path = path
        self.tree = Tree()
        self.lock = threading.RLock()
        self.hear: Callable[[InotifyEvent], None] = lambda _: None
        self._mask = MASK if follow else MASK | InotifyConstants.IN_DONT_FOLLOW
        self._root_id = root_id
        self._inbox = inbox
        self._allowance = allowance

    def absolute(self, folder: Folder) -> bytes:
        """Where a folder lies."""
        below = folder.path()
        return self.path + b"/" + below if below else self.path

    def watch(self, folder: Folder) -> bool:
        """Arm a folder of the tree; False where there is no watch for it. A link is no folder unless we `follow`.

        Raises OSError when it is not there, may not be read, or is watched already at another place of the tree.
        """
        if folder.number != DEAF:
            return True
        if not self._allowance.take(self._root_id):
            return False
        try:
            with self.lock:  # an event of the new watch must find it in the table
                self._add_locked(folder)
        except OSError as error:
            self._allowance.give_back(self._root_id)
            if error.errno in OUT_OF_WATCHES:
                return False
            raise
        return True

    def forget(self, folder: Folder) -> None:
        """Leave a folder deaf, so that a more important one can be armed."""
        with self.lock:
            number = folder.number
            self.tree.disarm(folder)
        self.release([number] if number != DEAF else [])

    def drop(self, folder: Folder) -> None:
        """A folder has left the root, or is to be passed over from now on."""
        with self.lock:
            numbers = self.tree.drop(folder)
        self.release(numbers)

    def release(self, numbers: list[int]) -> None:
        """Give watches back whose folders the tree no longer holds."""
        with self.lock:
            for number in numbers if not self._closed else ():
                inotify_rm_watch(
                    self._inotify_fd, WatchDescriptor(number)
                )  # fails when the folder is gone, and its watch with it
        self._allowance.give_back(self._root_id, len(numbers))

    def handle_event(self, event: InotifyEvent) -> None:
        if event.is_queue_overflow:
            self._inbox.fault(Fault.OVERFLOW)  # armed anew as a whole, once the storm is over
        elif event.mask & InotifyConstants.IN_UNMOUNT:
            self._inbox.fault(Fault.UNMOUNTED)
        elif event.is_ignored:
            self._ended(event.wd)
        else:
            self.hear(event)

    def run(self) -> None:
        try:
            super().run()
        finally:
            if self.should_keep_running():
                self._inbox.fault(Fault.DEAD)

    def close(self) -> None:
        with self.lock:
            super().close()
            armed, self.tree = self.tree.armed, Tree()
        self._allowance.give_back(self._root_id, armed)

    def _add_locked(self, folder: Folder) -> None:
        if self._closed:  # the number of the descriptor may be another's by now
            raise OSError(errno.EBADF, "the watch has ended")
        number = inotify_add_watch(self._inotify_fd, self.absolute(folder), self._mask)
        if number == -1:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        if self.tree.at(number) is not None or not self.tree.holds(folder):
            raise FileExistsError(errno.EEXIST, "the folder is watched under another path, or has left")
        self.tree.arm(folder, number)

    def _ended(self, number: int) -> None:
        """The kernel has dropped a watch: its folder was deleted, or what it lay on was unmounted."""
        with self.lock:
            folder = self.tree.at(number)
            if folder is None:
                return
            self.tree.disarm(folder)
            below = self.tree.drop(folder) if folder is not self.tree.root else []
        self.release(below)
        self._allowance.give_back(self._root_id)

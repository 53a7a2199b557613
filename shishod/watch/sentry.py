"""Sentry: one root under the kernel's watch, from its arming to its end."""

from shishod.watch.arming import Arming
from shishod.watch.inbox import Inbox
from shishod.watch.inotify import LoudInotify
from shishod.watch.limits import Allowance
from shishod.watch.sieve import Sieve
from shishod.watch.tap import Tap
from shishod.watch.tree import DEAF


class Sentry:
    """One owner: the thread of its root; `armed` and `needed` may be asked from any.

    Making one arms the root, which takes a second for 40,000 folders. Raises OSError when the root itself cannot be
    watched.
    """

    def __init__(self, root_id: int, sieve: Sieve, inbox: Inbox, allowance: Allowance) -> None:
        self._inotify = LoudInotify(root_id, sieve.real, inbox, allowance, follow=sieve.follows)
        self._arming = Arming(self._inotify, sieve)
        self._tap = Tap(self._inotify, self._arming, sieve, inbox)
        self._inotify.hear = self._tap.hear
        self._inotify.start()
        try:
            self._arming.whole()
        except OSError:
            self.end()
            raise

    @property
    def armed(self) -> int:
        """How many folders the kernel watches for us."""
        return self._inotify.tree.armed

    @property
    def needed(self) -> int:
        """How many ought to be watched."""
        return len(self._inotify.tree)

    def alive(self) -> bool:
        return self._inotify.is_alive()

    def let_go(self) -> None:
        """Forget folders that have left the root."""
        self._tap.let_go()

    def try_one(self) -> bool:
        """Whether a deaf folder can be armed by now."""
        with self._inotify.lock:
            deaf = next((folder for folder in self._inotify.tree.walk() if folder.number == DEAF), None)
        try:
            return deaf is not None and self._inotify.watch(deaf)
        except OSError:
            return False

    def end(self) -> None:
        """Let go of every watch."""
        self._inotify.stop()
        self._inotify.join()

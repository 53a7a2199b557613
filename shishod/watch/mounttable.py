"""MountTable: hears from the kernel that something was mounted or unmounted; no disk is touched for it."""

import os
import select
import threading
from collections.abc import Callable

from shishod import log
from shishod.errors import ShishodError
from shishod.mounts import MOUNTINFO
from shishod.work.stop import StopSignal

AGAIN_S = 1.0  # after a change that could not be told

_log = log.get(__name__)


class MountTable:
    """Shared: by the supervisor, which starts and stops it. Its thread `mounts` sleeps in poll(2) until the table
    changes (proc(5): POLLPRI on mountinfo), and gives `changed` the new table. The file is opened once."""

    def __init__(self, changed: Callable[[bytes], None]) -> None:
        self._changed = changed
        self._stop = StopSignal()
        self._bell = -1  # an eventfd that ends the sleep
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, anew if need be; the table as it is now is told first, to have something to compare with."""
        self.stop(AGAIN_S)
        self._stop, self._bell = StopSignal(), os.eventfd(0)
        self._thread = threading.Thread(target=self._run, args=(self._stop, self._bell), name="mounts", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float = 2.0) -> bool:
        """Whether the thread ended in time."""
        self._stop.set()
        if self._thread is None:
            return True
        if self._bell >= 0:
            os.eventfd_write(self._bell, 1)
        self._thread.join(timeout_s)
        if ended := not self._thread.is_alive():
            self._bell = _closed(self._bell)
        return ended

    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _run(self, stop: StopSignal, bell: int) -> None:
        with open(MOUNTINFO, "rb", buffering=0) as table:
            poll = select.poll()
            poll.register(table, select.POLLPRI | select.POLLERR)
            poll.register(bell, select.POLLIN)
            told = self._tell(table.readall())
            while not stop.is_set():
                if poll.poll(None if told else AGAIN_S * 1000) or not told:
                    table.seek(0)
                    told = stop.is_set() or self._tell(table.readall())

    def _tell(self, table: bytes) -> bool:
        try:
            self._changed(table)
        except ShishodError as error:
            _log.warning("a change of the mounts could not be told; it is tried again", error=str(error))
            return False
        return True


def _closed(bell: int) -> int:
    if bell >= 0:
        os.close(bell)
    return -1

"""Alone: sees to it that a catalogue on a server stays ours alone, and ends the daemon where it does not."""

import threading
from collections.abc import Callable

from shishod import log
from shishod.errors import Displaced, Unreachable
from shishod.work.queue import TicketQueue
from shishod.work.stop import StopSignal

ASK_EVERY_S = 5.0
AGAIN_S = 0.5  # after the server has let go: whoever asks first has the catalogue

_log = log.get(__name__)


def gives_up(queue: TicketQueue, stop: StopSignal) -> Callable[[str], None]:
    """What ends a daemon whose catalogue is another's: nothing is begun, and all that runs is told to stop at once."""

    def give_up(reason: str) -> None:
        queue.hold(reason)
        stop.set()

    return give_up


class Alone:
    """Shared: by the supervisor. Its thread `alone` has the lock renewed every few seconds: a server lets go of it when
    its connection is lost. Where another daemon was quicker, `displaced` is told so at once, and the thread ends.
    """

    def __init__(
        self,
        renew: Callable[[], object],
        displaced: Callable[[str], object],
        every_s: float = ASK_EVERY_S,
        again_s: float = AGAIN_S,
    ) -> None:
        self._renew = renew
        self._displaced = displaced
        self._every_s = every_s
        self._again_s = again_s
        self._stop = StopSignal()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to renew what is ours already."""
        self._thread = threading.Thread(target=self._run, name="alone", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float = 2.0) -> bool:
        """Whether the thread ended in time; the lock is still held."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout_s)
        return not self.alive()

    def alive(self) -> bool:
        """Whether the catalogue is ours, or nobody says that it is another's."""
        return self._thread is not None and self._thread.is_alive()

    def _run(self) -> None:
        lost = False
        while not self._stop.wait(self._again_s if lost else self._every_s):
            try:
                self._renew()
            except Displaced as error:
                _log.error("another daemon has the catalogue now; this one stops", error=str(error))
                self._displaced("another daemon has the catalogue now")
                return
            except Unreachable as error:
                if not lost:
                    _log.warning("the lock on the catalogue is lost; it is taken again", error=str(error))
                lost = True
            else:
                if lost:
                    _log.info("the lock on the catalogue is ours again")
                lost = False

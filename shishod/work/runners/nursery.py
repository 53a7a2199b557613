"""The nursery: the server from which reading processes are forked, and its end when none of them is left."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import forkserver, resource_tracker
from typing import Any

from shishod import log

_log = log.get(__name__)


class Nursery:
    """Shared: by every runner, as multiprocessing has one fork server a program. It counts who is alive of those that
    were born here.

    The server keeps all that readers import, 30 MB of it, and the tracker beside it 6 MB; whoever reads next makes them
    anew in half a second. Both are killed rather than asked: they are waited for, and a process that a dead share holds
    would keep them from ending by themselves.
    """

    def __init__(self) -> None:
        self._starting = threading.Lock()  # held for as long as that takes; whoever only counts waits for nobody
        self._counting = threading.Lock()
        self._alive = 0

    @contextmanager
    def birth(self) -> Iterator[None]:
        """One at a time starts a process here; it counts once it has."""
        with self._starting:
            yield
            with self._counting:
                self._alive += 1

    def death(self) -> None:
        """One that was born here is no more."""
        with self._counting:
            self._alive -= 1

    def rest(self) -> bool:
        """Let go of the server while nobody is alive; whether there was any."""
        with self._starting:
            with self._counting:
                if self._alive:
                    return False
            ended = _end(forkserver._forkserver, "_forkserver_pid")
            _end(resource_tracker._resource_tracker, "_pid")
        if ended:
            _log.debug("no process reads any more; what they are made of is let go of")
        return ended


def _end(keeper: Any, pid_name: str) -> bool:
    """Kill what multiprocessing keeps, and have it forget that."""
    pid = getattr(keeper, pid_name)
    if pid is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    keeper._stop()
    return True


NURSERY = Nursery()

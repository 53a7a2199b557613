"""SignalPipe: signals as bytes in a pipe, so that none of our code ever runs inside a signal handler."""

import os
import select
import signal
from collections.abc import Sequence
from types import FrameType, TracebackType
from typing import Any, Self


class SignalPipe:
    """Owned by the main thread, which alone may wait on it. The handlers of before are put back at the end.

    A handler that set an Event could meet the lock of a wait that it interrupted; a byte in a pipe cannot.
    """

    def __init__(self, signals: Sequence[signal.Signals]) -> None:
        self._signals = tuple(signals)
        self._before: dict[signal.Signals, Any] = {}
        self._wakeup_before = -1
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def __enter__(self) -> Self:
        self._wakeup_before = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        self._before = {one: signal.signal(one, _noted) for one in self._signals}
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for one, action in self._before.items():
            signal.signal(one, action)
        signal.set_wakeup_fd(self._wakeup_before)
        os.close(self._read)
        os.close(self._write)

    def wait(self, timeout_s: float) -> frozenset[signal.Signals]:
        """The signals that came, at once when one does, and none when the time is over."""
        if not select.select([self._read], [], [], timeout_s)[0]:
            return frozenset()
        numbers = os.read(self._read, 512)
        return frozenset(one for one in self._signals if one in numbers)

    def release(self, *signals: signal.Signals) -> None:
        """Let the next of these do what it does to any process: end it at once."""
        for one in signals:
            signal.signal(one, signal.SIG_DFL)


def _noted(_number: int, _frame: FrameType | None) -> None:
    """The byte is in the pipe already; only a Python function as handler makes the interpreter write it."""

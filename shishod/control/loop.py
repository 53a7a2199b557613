"""The event loop of the control thread, which is let in sooner while it has something to do."""

import asyncio
import selectors
import sys
import time

PROMPT_S = 0.0001
SHARE = 0.2  # of the time, at most: whoever asks without end is answered at everybody's pace
AT_ONCE_S = 0.1  # so much of it may be taken before


class _Prompt(selectors.DefaultSelector):
    """Has the interpreter change hands ten times as soon from when somebody asks until all are answered.

    A request is a dozen calls of the kernel. At each of them another thread may take over, and then whoever is being
    answered waits for the switch interval, once for each thread that wants its turn before. All who wait look ten times
    as often, too, which a scan pays for.
    """

    def __init__(self) -> None:
        super().__init__()
        self._usual_s = sys.getswitchinterval()
        self._woke_s = time.monotonic()
        self._taken_s = 0.0  # beyond the share
        self._prompt = False

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return super().select(timeout)
        self._rest()
        try:
            return super().select(timeout)
        finally:
            self._wake()

    def close(self) -> None:
        sys.setswitchinterval(self._usual_s)
        super().close()

    def _rest(self) -> None:
        sys.setswitchinterval(self._usual_s)
        if self._prompt:
            self._taken_s += time.monotonic() - self._woke_s

    def _wake(self) -> None:
        now_s = time.monotonic()
        self._taken_s = max(0.0, self._taken_s - SHARE * (now_s - self._woke_s))
        self._woke_s, self._prompt = now_s, self._taken_s < AT_ONCE_S
        if self._prompt:
            sys.setswitchinterval(min(PROMPT_S, self._usual_s))


def new_loop() -> asyncio.AbstractEventLoop:
    """What uvicorn is to run on."""
    return asyncio.SelectorEventLoop(_Prompt())

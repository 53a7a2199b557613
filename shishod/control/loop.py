"""The event loop of the control thread, which is let in sooner while it has something to do."""

import asyncio
import selectors
import sys

PROMPT_S = 0.0001


class _Prompt(selectors.DefaultSelector):
    """Has the interpreter change hands ten times as soon from when somebody asks until all are answered.

    A request is a dozen calls of the kernel. At each of them another thread may take over, and then whoever is being
    answered waits for the switch interval, once for each thread that wants its turn before.
    """

    def __init__(self) -> None:
        super().__init__()
        self._usual_s = sys.getswitchinterval()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return super().select(timeout)
        sys.setswitchinterval(self._usual_s)
        try:
            return super().select(timeout)
        finally:
            sys.setswitchinterval(min(PROMPT_S, self._usual_s))

    def close(self) -> None:
        sys.setswitchinterval(self._usual_s)
        super().close()


def new_loop() -> asyncio.AbstractEventLoop:
    """What uvicorn is to run on."""
    return asyncio.SelectorEventLoop(_Prompt())

"""StopSignal: the one event that every loop waits on."""

import threading


class StopSignal:
    """Shared: by whoever stops the house and by every loop in it. Once set it stays set."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        self._event.set()

    def is_set(self) -> bool:
        return self._event.is_set()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until it is time to stop, at most `timeout_s`; returns whether it is."""
        return self._event.wait(timeout_s)

"""Reload: read the configuration again while the daemon runs, one at a time, and tell systemd so."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from shishod.daemon.systemd import Notifier


class Reload:
    """Shared: by the supervisor on SIGHUP and by the control socket. Raises what `apply` raises, READY all the same."""

    def __init__(self, apply: Callable[[], Mapping[str, Any]], notifier: Notifier) -> None:
        self._apply, self._notifier = apply, notifier
        self._turn = threading.Lock()

    def __call__(self) -> Mapping[str, Any]:
        """What was applied, and what waits for a restart."""
        with self._turn:
            self._notifier.reloading()
            try:
                return self._apply()
            finally:
                self._notifier.ready()

"""ControlServer: the thread that answers on the socket."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from shishod import log
from shishod.control.binding import Bound, bind
from shishod.control.settings import ControlSettings
from shishod.errors import SettingsError, ShishodError
from shishod.operations import Operations

if TYPE_CHECKING:
    from shishod.control.serving import Serving

START_S = 10.0

_log = log.get(__name__)


class ControlServer:
    """Shared: by the thread that starts and stops it and the one that serves.

    `start` binds in the caller's thread, so that a socket which cannot be had is known before anything else runs.
    """

    def __init__(self, operations: Operations, socket_path: Path, settings: ControlSettings | None = None) -> None:
        self._operations = operations
        self._path = socket_path
        self._settings = settings or ControlSettings()
        self._thread: threading.Thread | None = None
        self._server: Serving | None = None
        self._bound: Bound | None = None
        self._cannot = ""  # why the socket could not be had again, once it has been said

    def start(self) -> None:
        """Return when the socket answers. Raises SettingsError where it cannot be bound."""
        from shishod.control.serving import Serving  # all of HTTP, which a scan without a daemon does without

        self._bound = self._bind()
        up = threading.Event()
        self._server = Serving(self._operations, self._settings, up)
        self._thread = threading.Thread(target=self._serve, name="control", daemon=True)
        self._thread.start()
        if not up.wait(START_S):
            self.stop()
            raise ShishodError(f"the control thread did not come up within {START_S:g} s; the log says more")

    def stop(self, timeout_s: float = 2.0) -> bool:
        """Hang up on everybody and remove the socket; whether that was done in time. May be called twice."""
        if self._server is not None:
            self._server.stop()
        if self._thread is not None:
            self._thread.join(timeout_s)
        ended = self._thread is None or not self._thread.is_alive()
        if self._bound is not None:
            self._bound.close()
        return ended

    def tick(self) -> None:
        """Have a status at hand, and bind the socket's file again where somebody has removed it; asked every few
        seconds by the owner."""
        self._operations.tick()
        if self._bound is None or self._server is None or not self.alive() or not self._bound.lost():
            return
        try:
            again = self._bind()
        except SettingsError as error:
            if str(error) != self._cannot:
                self._cannot = str(error)
                _log.warning("the socket is gone and cannot be bound again; it is tried again", error=self._cannot)
            return
        self._bound, self._cannot = again, ""
        self._server.listen(again.sock)
        _log.warning("the socket's file was removed; it is bound again", path=str(self._path))

    def alive(self) -> bool:
        """Whether the thread serves."""
        return self._thread is not None and self._thread.is_alive()

    def last_beat_s(self) -> float:
        """The monotonic time at which the event loop last turned; it does so every two seconds, busy or not."""
        return self._server.beat_s if self._server is not None else 0.0

    def _bind(self) -> Bound:
        return bind(self._path, self._settings.group, int(self._settings.mode, 8))

    def _serve(self) -> None:
        assert self._server is not None and self._bound is not None
        try:
            self._server.run(sockets=[self._bound.sock])
        finally:
            self._bound.close()
            _log.debug("the control socket is closed")

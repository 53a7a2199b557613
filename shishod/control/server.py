"""ControlServer: the thread that answers on the socket."""

import asyncio
import logging
import socket
import threading
import time
from pathlib import Path

import uvicorn

from shishod import log
from shishod.control.app import build
from shishod.control.binding import Bound, bind
from shishod.control.house import House
from shishod.control.protocol import HEADER_BYTES, Guests, PatientProtocol
from shishod.control.settings import ControlSettings
from shishod.errors import SettingsError, ShishodError
from shishod.operations import Operations

START_S = 10.0
BEAT_S = 2.0
GRACE_S = 0.4  # for requests under way when we stop

_log = log.get(__name__)


class _Server(uvicorn.Server):
    """uvicorn with a slow tick that is our beat, and a stop that needs no tick."""

    def __init__(self, config: uvicorn.Config, house: House, up: threading.Event) -> None:
        super().__init__(config)
        self.server_state = Guests()
        self._house = house
        self._up = up
        self._loop: asyncio.AbstractEventLoop | None = None
        self.beat_s = time.monotonic()

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._up.set()
        closing = self._loop.create_task(self._house.closing.wait())
        while not self.should_exit and not closing.done():
            self.beat_s = time.monotonic()
            await asyncio.wait({closing}, timeout=BEAT_S)

    def listen(self, sock: socket.socket) -> None:
        """Answer at this socket and at no other any more, from any thread; who is connected stays so."""
        if self._loop is not None and not self._loop.is_closed():
            asyncio.run_coroutine_threadsafe(self._listen(sock), self._loop)

    async def _listen(self, sock: socket.socket) -> None:
        def connected() -> PatientProtocol:
            return PatientProtocol(self.config, self.server_state, self.lifespan.state)

        before, self.servers = self.servers, [await asyncio.get_running_loop().create_server(connected, sock=sock)]
        for server in before:
            server.close()

    def stop(self) -> None:
        """End `main_loop`, from any thread."""
        self.should_exit = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._house.closing.set)


class ControlServer:
    """Shared: by the thread that starts and stops it and the one that serves.

    `start` binds in the caller's thread, so that a socket which cannot be had is known before anything else runs.
    """

    def __init__(self, operations: Operations, socket_path: Path, settings: ControlSettings | None = None) -> None:
        self._operations = operations
        self._path = socket_path
        self._settings = settings or ControlSettings()
        self._thread: threading.Thread | None = None
        self._server: _Server | None = None
        self._bound: Bound | None = None
        self._cannot = ""  # why the socket could not be had again, once it has been said

    def start(self) -> None:
        """Return when the socket answers. Raises SettingsError where it cannot be bound."""
        self._bound = self._bind()
        house = House(self._operations)
        config = uvicorn.Config(
            build(house, root_alone=self._settings.changes == "root"),
            http=PatientProtocol,
            ws="none",
            loop="shishod.control.loop:new_loop",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            h11_max_incomplete_event_size=HEADER_BYTES,
            timeout_graceful_shutdown=GRACE_S,  # type: ignore[arg-type]  # any number of seconds will do
        )
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # it repeats what `answers` has logged
        up = threading.Event()
        self._server = _Server(config, house, up)
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

"""Serving: HTTP as it is spoken on the socket, by the thread of the ControlServer."""

import asyncio
import logging
import socket
import threading
import time

import uvicorn

from shishod.control.app import build
from shishod.control.house import House
from shishod.control.protocol import HEADER_BYTES, Guests, PatientProtocol
from shishod.control.settings import ControlSettings
from shishod.operations import Operations

BEAT_S = 2.0
GRACE_S = 0.4  # for requests under way when we stop


class Serving(uvicorn.Server):
    """uvicorn with a slow tick that is our beat, and a stop that needs no tick."""

    def __init__(self, operations: Operations, settings: ControlSettings, up: threading.Event) -> None:
        house = House(operations)
        config = uvicorn.Config(
            build(house, root_alone=settings.changes == "root"),
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

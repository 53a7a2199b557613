"""HTTP over the socket, with the patience that uvicorn lacks: a client that stalls is let go."""

import asyncio
import json
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from shishod.control.peers import peer_of

REQUEST_S = 10.0  # to send one request, body and all
ANSWER_S = 10.0  # to make room for more of the answer
CONNECTIONS = 256
HEADER_BYTES = 16 * 1024


class Guests(ServerState):
    """What uvicorn keeps of who is connected, and who of them owes us a request, the longest first."""

    def __init__(self) -> None:
        super().__init__()
        self.silent: dict[PatientProtocol, None] = {}


class PatientProtocol(H11Protocol):
    """One connection, of at most `CONNECTIONS`: one more takes the place of the one that is idle for longest.

    Overrides documented callbacks of asyncio and `on_response_complete` of uvicorn."""

    request_s = REQUEST_S
    answer_s = ANSWER_S
    _reading: asyncio.TimerHandle | None = None
    _writing: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        assert isinstance(self.server_state, Guests)
        self._silent = self.server_state.silent
        self.client = peer_of(transport.get_extra_info("socket"))
        if len(self.connections) > CONNECTIONS and not self._made_room():
            transport.abort()
        else:
            self._watch_reading()

    def _made_room(self) -> bool:
        """Hang up on whoever has said nothing for longest; False when everybody is being answered."""
        longest = next(iter(self._silent), None)
        if longest is None:
            return False
        longest._stop_reading_timer()
        longest.transport.abort()
        return True

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch_reading()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch_reading()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._writing is None:
            self._writing = self.loop.call_later(self.answer_s, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_writing_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_reading_timer()
        self._stop_writing_timer()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Say in JSON that this is not HTTP, and hang up."""
        body = json.dumps({"error": {"kind": "invalid", "text": msg, "hint": ""}}).encode()
        headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
        answer: list[Any] = [h11.Response(status_code=400, headers=headers), h11.Data(data=body), h11.EndOfMessage()]
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            for event in answer:
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _watch_reading(self) -> None:
        unfinished = self.conn.their_state in (h11.IDLE, h11.SEND_BODY)
        if not unfinished or self.transport.is_closing():
            self._stop_reading_timer()
        elif self._reading is None:
            self._reading = self.loop.call_later(self.request_s, self.transport.abort)
            self._silent[self] = None

    def _stop_reading_timer(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
            del self._silent[self]

    def _stop_writing_timer(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None

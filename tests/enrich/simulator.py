"""A web catalogue that holds its callers to its rules: a real HTTP server on loopback which counts every request on its
own monotonic clock, and misbehaves as it is told to."""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from shishod.enrich.window import Limit


class Request(NamedTuple):
    """One request as it arrived, `query` with the first value of each name; the names of headers in lower case."""

    at_s: float
    catalogue: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Reply:
    """What is answered. `body` may be anything that JSON can say, or bytes as they are. `stalls_s` is waited for
    between its `pieces`; `resets` hangs up instead of answering."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    stalls_s: float = 0.0
    pieces: int = 2
    resets: bool = False


Answering = Callable[[Request], Reply | None]
NOTHING = Reply({"error": "not found"}, 404)


class Simulator:
    """Each catalogue lies below a path of its own name. One that is asked too often says so, and it is noted."""

    def __init__(self) -> None:
        self.limits: dict[str, Limit] = {}
        self.answers: dict[str, Answering] = {}
        self.faults: dict[str, list[Reply]] = defaultdict(list)  # each is answered once, before anything else
        self.requests: list[Request] = []
        self.violations: list[Request] = []
        self.too_often = Reply({"status": 429}, 429, {"Retry-After": "1"})
        self._arrivals: dict[str, list[float]] = defaultdict(list)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Caller)
        self._server.simulator = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def of(self, catalogue: str) -> list[Request]:
        with self._lock:
            return [one for one in self.requests if one.catalogue == catalogue]

    def start(self) -> "Simulator":
        self._thread.start()
        return self

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def reply(self, request: Request) -> Reply:
        """Count a request, and answer it by the rules, the faults that were asked for, and what is known."""
        with self._lock:
            self.requests.append(request)
            if self._is_too_often(request):
                self.violations.append(request)
                return self.too_often
            if self.faults[request.catalogue]:
                return self.faults[request.catalogue].pop(0)
        return self.answers.get(request.catalogue, lambda _: None)(request) or NOTHING

    def pause(self, seconds: float) -> None:
        self._closing.wait(seconds)

    def _is_too_often(self, request: Request) -> bool:
        limit = self.limits.get(request.catalogue)
        if limit is None:
            return False
        arrivals = self._arrivals[request.catalogue]
        arrivals.append(request.at_s)
        return len(arrivals) > limit.permits and arrivals[-1 - limit.permits] > request.at_s - limit.window_s


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    simulator: Simulator

    def handle_error(self, *_: object) -> None:
        """A caller that hangs up is no news."""


class _Caller(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        _, catalogue, path = (parts.path + "//").split("/", 2)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(time.monotonic(), catalogue, "/" + path.rstrip("/"), query, headers)
        reply = self.server.simulator.reply(request)
        if reply.resets:
            self.close_connection = True
            self.connection.close()
            return
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        body = b"" if reply.status == 304 else body
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(ConnectionError):
            size = max(1, -(-len(body) // reply.pieces))
            for at in range(0, len(body), size):
                if reply.stalls_s and at:
                    self.server.simulator.pause(reply.stalls_s)
                self.wfile.write(body[at : at + size])

    def log_message(self, *_: object) -> None:
        """The requests are kept, not printed."""


@contextmanager
def a_simulator() -> Iterator[Simulator]:
    simulator = Simulator().start()
    try:
        yield simulator
    finally:
        simulator.close()

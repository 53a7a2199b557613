"""`python -m tests.journeys.siege SOCKET`: whoever means a daemon ill, all at once, until standard input is closed.

1,000 connections stand open, each of which drips a byte of its request now and then; 20 sound requests are asked a
second, however long they take, and 20 that are nonsense; and 100 MB bodies are sent as long as anybody takes them.
It prints what became of it, in JSON.
"""

import itertools
import json
import random
import resource
import socket
import statistics
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

OPEN = 1000
EVERY_S = 0.05
ASKERS = 4
AGAIN_S = 0.004  # between two of the open ones, each of which is opened anew where it was hung up on
BODY = 100 * 2**20
PATHS = ("/v1/status", "/v1/books?limit=20", "/v1/health", "/metrics", "/v1/problems")


def connected(path: Path) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(5.0)
    sock.connect(str(path))
    return sock


def spoken(path: Path, request: bytes) -> int:
    """One request on a connection of its own; the status of its answer, 0 for none."""
    with suppress(OSError, ValueError, IndexError), connected(path) as sock:
        sock.sendall(request)
        said = sock.recv(4096)
        while sock.recv(65536):
            pass
        return int(said.split()[1])
    return 0


class Siege:
    """Counts what was asked, what was answered with which status, and how soon."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.over = threading.Event()
        self.answers: dict[int, int] = {}
        self.took_s: list[float] = []
        self.held: list[socket.socket | None] = [None] * OPEN
        self._dice = random.Random(7)

    def begin(self) -> list[threading.Thread]:
        deeds: tuple[Callable[[], None], ...] = (self.drip, *[self.ask] * ASKERS, self.fuzz, self.pour)
        threads = [threading.Thread(target=deed, name=deed.__name__, daemon=True) for deed in deeds]
        for thread in threads:
            thread.start()
        return threads

    def drip(self) -> None:
        for number in itertools.cycle(range(OPEN)):
            if self.over.wait(AGAIN_S):
                return
            try:
                sock = self.held[number] or connected(self.path)
                sock.sendall(b"GET /v1/health HTTP/1.1\r\nX: " if self.held[number] is None else b"x")
                self.held[number] = sock
            except OSError:
                self.held[number] = None

    def ask(self) -> None:
        """A part of the sound requests: the next is due so long after the last was, whenever that was answered."""
        due_s = time.monotonic()
        for path in itertools.cycle(PATHS):
            due_s = max(due_s + ASKERS * EVERY_S, time.monotonic() - 1.0)  # who was frozen does not make up for it
            if self.over.wait(max(0.0, due_s - time.monotonic())):
                return
            began_s = time.monotonic()
            status = spoken(self.path, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            self.answers[status] = self.answers.get(status, 0) + 1
            self.took_s.append(time.monotonic() - began_s)

    def fuzz(self) -> None:
        while not self.over.wait(EVERY_S):
            odd = bytes(self._dice.choices(b"/%.?&=az09\x00\xff{}[]\"'", k=40))
            method = self._dice.choice((b"GET", b"POST", b"DELETE", b"BREW"))
            head = b"%b /v1/%b HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 20\r\n\r\n" % (method, odd)
            spoken(self.path, head + odd[:20])

    def pour(self) -> None:
        piece = b"x" * 65536
        while not self.over.wait(0.2):
            with suppress(OSError), connected(self.path) as sock:
                sock.sendall(b"POST /v1/scans HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % BODY)
                for _ in range(BODY // len(piece)):
                    sock.sendall(piece)

    def told(self) -> dict[str, object]:
        """`took_s` has the median of the sound requests and the slowest in twenty."""
        halves = statistics.quantiles(self.took_s, n=20) if len(self.took_s) > 1 else [0.0] * 19
        return {
            "answers": {str(status): count for status, count in sorted(self.answers.items())},
            "took_s": [round(halves[9], 3), round(halves[18], 3)],
            "open": sum(one is not None for one in self.held),
        }


def main() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    siege = Siege(Path(sys.argv[1]))
    threads = siege.begin()
    sys.stdin.read()
    siege.over.set()
    for thread in threads:
        thread.join(10)
    print(json.dumps(siege.told()))


if __name__ == "__main__":
    main()

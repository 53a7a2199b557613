"""`python -m tests.journeys.siege SOCKET`: whoever means a daemon ill, all at once, until standard input is closed.

1,000 connections stand open, each of which drips a byte of its request now and then; 20 sound requests are asked a
second, and 20 that are nonsense; and 100 MB bodies are sent as long as anybody takes them.
"""

import itertools
import random
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

OPEN = 1000
EVERY_S = 0.05
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
    """Counts what was asked, and what was answered with which status."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.over = threading.Event()
        self.answers: dict[int, int] = {}
        self._dice = random.Random(7)

    def begin(self) -> list[threading.Thread]:
        deeds: tuple[Callable[[], None], ...] = (self.drip, self.ask, self.fuzz, self.pour)
        threads = [threading.Thread(target=deed, name=deed.__name__, daemon=True) for deed in deeds]
        for thread in threads:
            thread.start()
        return threads

    def drip(self) -> None:
        held: list[socket.socket | None] = [None] * OPEN
        for number in itertools.cycle(range(OPEN)):
            if self.over.wait(AGAIN_S):
                return
            try:
                sock = held[number] or connected(self.path)
                held[number] = sock
                sock.sendall(b"GET /v1/health HTTP/1.1\r\nX: " if held[number] is None else b"x")
            except OSError:
                held[number] = None

    def ask(self) -> None:
        for path in itertools.cycle(PATHS):
            if self.over.wait(EVERY_S):
                return
            status = spoken(self.path, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            self.answers[status] = self.answers.get(status, 0) + 1

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


def main() -> None:
    siege = Siege(Path(sys.argv[1]))
    threads = siege.begin()
    sys.stdin.read()
    siege.over.set()
    for thread in threads:
        thread.join(10)
    print(" ".join(f"{status}:{count}" for status, count in sorted(siege.answers.items())))


if __name__ == "__main__":
    main()

"""One request and its answer over a Unix socket: as much of HTTP/1.1 as a daemon of ours speaks.

http.client knows much more, and brings the libraries of e-mail and TLS along: that takes three times as long as Python
itself does to start.
"""

import socket
from collections.abc import Iterator

PIECE = 1024 * 1024
LINE = 65536  # no line of a head is longer


class Answer:
    """What came back, its body as it arrives. Raises OSError where it breaks off, or is no HTTP."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._coming = connection.makefile("rb")
        try:
            self.status, self.reason = self._status()
            self.headers = dict(self._headers())
            self._pieces = self._body()
        except BaseException:
            self.close()
            raise

    def read(self) -> bytes:
        """All that is still to come."""
        return b"".join(self._pieces)

    def pieces(self) -> Iterator[bytes]:
        """The body as it comes, never more than 1 MiB at once."""
        return self._pieces

    def lines(self) -> Iterator[str]:
        """The body line by line, as soon as each is there."""
        held = b""
        for piece in self._pieces:
            *whole, held = (held + piece).split(b"\n")
            for line in whole:
                yield line.decode("utf-8", "replace")

    def close(self) -> None:
        self._coming.close()
        self._connection.close()

    def __enter__(self) -> "Answer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _line(self) -> bytes:
        line = self._coming.readline(LINE)
        if not line.endswith(b"\n"):
            raise ConnectionError("the answer broke off")
        return line.strip()

    def _status(self) -> tuple[int, str]:
        version, _, rest = self._line().decode("latin-1").partition(" ")
        code, _, reason = rest.partition(" ")
        if not version.startswith("HTTP/1.") or not code.isdecimal():
            raise ConnectionError("this is no HTTP")
        return int(code), reason

    def _headers(self) -> Iterator[tuple[str, str]]:
        while line := self._line():
            name, _, value = line.decode("latin-1").partition(":")
            yield name.strip().lower(), value.strip()

    def _body(self) -> Iterator[bytes]:
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            return self._chunks()
        length = self.headers.get("content-length")
        return self._whole(int(length)) if length is not None else iter(lambda: self._coming.read1(PIECE), b"")

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self._line().partition(b";")[0], 16):
            yield from self._whole(size)
            self._line()
        while self._line():
            pass

    def _whole(self, left: int) -> Iterator[bytes]:
        while left:
            piece = self._coming.read1(min(left, PIECE))
            if not piece:
                raise ConnectionError("the answer broke off")
            left -= len(piece)
            yield piece


def ask(place: str, timeout_s: float, method: str, path: str, json: bytes | None = None) -> Answer:
    """Send one request to the socket at `place`; every wait for it takes at most `timeout_s`. Raises OSError."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout_s)
        connection.connect(place)
        head = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close"]
        if json is not None:
            head.append("Content-Type: application/json")
        if method == "POST":
            head.append(f"Content-Length: {len(json or b'')}")
        connection.sendall("\r\n".join([*head, "", ""]).encode("ascii") + (json or b""))
        return Answer(connection)
    except BaseException:
        connection.close()
        raise

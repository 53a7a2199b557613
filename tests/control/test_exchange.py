"""One request and its answer, with a server that says just what it is told to."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shishod.control.client import Client
from shishod.control.exchange import Answer, ask
from shishod.errors import Unreachable

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
Heard = list[bytes]
Serve = Callable[[bytes], tuple[Path, Heard]]


@contextmanager
def saying(place: Path, answer: bytes) -> Iterator[Heard]:
    """Takes one call, hears it out, says its piece and hangs up."""
    heard: Heard = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        listener.listen()

        def serve() -> None:
            call, _ = listener.accept()
            with call:
                said = b""
                while b"\r\n\r\n" not in said or (b"POST" in said and not said.endswith(b"}")):
                    said += call.recv(65536)
                heard.append(said)
                call.sendall(answer)

        server = threading.Thread(target=serve)
        server.start()
        try:
            yield heard
        finally:
            server.join(10)


def answered(tmp_path: Path, answer: bytes) -> Answer:
    with saying(tmp_path / "s", answer):
        return ask(str(tmp_path / "s"), 5, "GET", "/v1/status")


@pytest.mark.parametrize(
    "said",
    [
        OK + b"Content-Length: 9\r\n\r\none\ntwo\n3",
        OK + b"\r\none\ntwo\n3",
        CHUNKED + b"4\r\none\n\r\n5;x=y\r\ntwo\n3\r\n0\r\nTrailer: x\r\n\r\n",
        CHUNKED.replace(b"chunked", b"Chunked") + b"2\r\non\r\n007\r\ne\ntwo\n3\r\n0\r\n\r\n",
    ],
)
def test_an_answer_is_whole_however_its_length_is_told(tmp_path: Path, said: bytes) -> None:
    answer = answered(tmp_path, said)

    assert (answer.status, answer.reason, answer.headers["content-type"]) == (200, "OK", "application/json")
    assert answer.read() == b"one\ntwo\n3"


def test_lines_are_whole_however_they_are_cut(tmp_path: Path) -> None:
    answer = answered(tmp_path, CHUNKED + b"6\r\none\ntw\r\n2\r\no\n\r\n0\r\n\r\n")

    assert list(answer.lines()) == ["one", "two"]


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"SSH-2.0-OpenSSH_9\r\n\r\n",
        b"HTTP/1.1 twice OK\r\n\r\n",
        OK + b"Content-Length: 9\r\n\r\none",
        CHUNKED + b"9\r\none",
        CHUNKED + b"3\r\none\r\n",
        CHUNKED + b"so many\r\none\r\n",
    ],
)
def test_what_breaks_off_or_is_no_http_is_told_as_no_answer(tmp_path: Path, said: bytes) -> None:
    with saying(tmp_path / "s", said), pytest.raises(Unreachable, match=str(tmp_path)):
        Client(tmp_path / "s").get("/v1/status")


def test_a_body_is_sent_with_its_length(tmp_path: Path) -> None:
    with saying(tmp_path / "s", OK + b"Content-Length: 4\r\n\r\nnull") as heard:
        assert Client(tmp_path / "s").post("/v1/scans", {"tier": "full"}) is None

    head, _, body = heard[0].partition(b"\r\n\r\n")
    assert head.splitlines()[0] == b"POST /v1/scans HTTP/1.1"
    assert {b"Content-Length: 16", b"Content-Type: application/json", b"Connection: close"} <= set(head.splitlines())
    assert body == b'{"tier": "full"}'


@pytest.mark.parametrize("name", ["Caf\u00e9 \u2028", "a b&c=d?e", "#1"])
def test_any_words_of_a_query_arrive_as_they_were(tmp_path: Path, name: str) -> None:
    from urllib.parse import parse_qs, urlsplit

    with saying(tmp_path / "s", OK + b"Content-Length: 2\r\n\r\n{}") as heard:
        Client(tmp_path / "s").get("/v1/books", {"library": name, "kind": None, "q": ""})

    path = heard[0].split()[1].decode("ascii")
    assert parse_qs(urlsplit(path).query) == {"library": [name]}


def test_an_answer_that_is_no_json_is_nobody_of_ours(tmp_path: Path) -> None:
    place = tmp_path / "s"
    with saying(place, OK + b"Content-Length: 5\r\n\r\nhello"), pytest.raises(Unreachable, match="is no shishod"):
        Client(place).get("/v1/status")

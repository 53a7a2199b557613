"""Covers over the socket: the picture, its small form, who has it already, and why there is none."""

import http.client
import socket
from pathlib import Path

import pytest

from shishod.control.client import Client
from shishod.control.server import ControlServer
from shishod.errors import Refused
from shishod.model.covers import SMALL, CoverState
from tests.control.standin import Standin, a_book

DIGEST = b"d" * 20


@pytest.fixture
def covered(daemon: Standin, tmp_path: Path) -> Standin:
    """Book 1 has a cover with a small form, book 2 one without."""
    daemon.shelf = [a_book(1), a_book(2)]
    daemon.covers = {1: CoverState(DIGEST, "png", ""), 2: CoverState(b"e" * 20, "webp", "")}
    for name, key in (("a.png", (DIGEST, "full")), (f"a.{SMALL}", (DIGEST, "small")), ("b.webp", (b"e" * 20, "full"))):
        (tmp_path / name).write_bytes(name.encode())
        daemon.pictures[key] = str(tmp_path / name)
    return daemon


def asked(socket_path: Path, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes, dict[str, str]]:
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(str(socket_path))
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("path", "content", "mime"),
    [
        ("/v1/books/1/cover", b"a.png", "image/png"),
        ("/v1/books/1/cover?size=full", b"a.png", "image/png"),
        ("/v1/books/1/cover?size=thumb", b"a.thumb.jpeg", "image/jpeg"),
        ("/v1/books/2/cover?size=thumb", b"b.webp", "image/webp"),
    ],
)
def test_a_cover_comes_with_its_type(client: Client, covered: Standin, path: str, content: bytes, mime: str):
    told, headers = client.content(path)

    assert (told, headers["content-type"]) == (content, mime)


def test_a_picture_has_a_tag_of_its_own(client: Client, covered: Standin):
    paths = ("/v1/books/1/cover", "/v1/books/1/cover?size=thumb", "/v1/books/2/cover")

    assert len({client.content(path)[1]["etag"] for path in paths}) == 3


@pytest.mark.parametrize("known", ["{}", 'W/"other", {}', "*"])
def test_who_has_it_already_is_told_so(server: ControlServer, socket_path: Path, covered: Standin, known: str):
    tag = asked(socket_path, "/v1/books/1/cover")[2]["etag"]

    status, content, headers = asked(socket_path, "/v1/books/1/cover", If_None_Match=known.format(tag))

    assert (status, content, headers["etag"]) == (304, b"", tag)


def test_the_small_form_is_no_substitute_for_the_large(server: ControlServer, socket_path: Path, covered: Standin):
    tag = asked(socket_path, "/v1/books/1/cover?size=thumb")[2]["etag"]

    status, content, _ = asked(socket_path, "/v1/books/1/cover", If_None_Match=tag)

    assert (status, content) == (200, b"a.png")


def test_its_head_alone_can_be_asked_for(server: ControlServer, socket_path: Path, covered: Standin):
    status, content, headers = asked(socket_path, "/v1/books/1/cover", "HEAD")

    assert (status, content, headers["content-length"]) == (200, b"", "5")


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (None, "book 1 has no cover"),
        (CoverState(None, "", ""), "the cover of book 1 is not taken yet"),
        (CoverState(b"gone", "png", ""), "the cover of book 1 is not taken yet"),
        (CoverState(None, "", "it is no picture"), "the cover of book 1 could not be taken: it is no picture"),
    ],
)
def test_why_there_is_none_is_said(client: Client, daemon: Standin, state: CoverState | None, text: str):
    daemon.shelf = [a_book(1)]
    daemon.covers = {} if state is None else {1: state}

    with pytest.raises(Refused) as told:
        client.content("/v1/books/1/cover")

    assert (told.value.kind, str(told.value)) == ("not-found", text)
    assert told.value.hint


@pytest.mark.parametrize("book", ["7", "no", "9" * 30])
def test_the_cover_of_no_book_is_refused(client: Client, covered: Standin, book: str):
    with pytest.raises(Refused, match=f"there is no book {book}") as told:
        client.content(f"/v1/books/{book}/cover")

    assert told.value.kind == "not-found"


def test_another_size_is_refused(client: Client, covered: Standin):
    with pytest.raises(Refused, match="size") as told:
        client.content("/v1/books/1/cover?size=huge")

    assert told.value.kind == "invalid"


def test_a_picture_that_goes_while_it_is_read_is_told_as_not_taken(client: Client, covered: Standin, tmp_path: Path):
    (tmp_path / "a.png").unlink()

    with pytest.raises(Refused, match="not taken yet"):
        client.content("/v1/books/1/cover")

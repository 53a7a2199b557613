"""P15: names are bytes from the disk to the socket."""

import base64
import os
import sqlite3
from pathlib import Path

import pytest

from tests.journeys.running import a_daemon
from tests.samples import an_epub
from tests.waiting import wait_until

NAMES = [
    *(b"line\nbreak.epub", b"tab\there.epub", b"caf\xe9 latin1.epub", b"\xff\xfe\xfd.epub"),
    *("Caf\u00e9.epub".encode(), "Cafe\u0301.epub".encode(), b"100%_sure.epub", b"1000_sure.epub", b"-rf.epub"),
    *(b"SHOUTED.EPUB", b"Shouted.epub", b"'quote\"s`$(id).epub", "\u202eepub.txt.epub".encode(), b"x" * 250 + b".epub"),
    *(b"A/1.epub", b"AB/1.epub", b"A_/1.epub", b"A%/1.epub"),
]


@pytest.fixture
def books(tmp_path: Path, library: Path) -> set[bytes]:
    """Every name, each a book of its own."""
    content = {}
    for number, name in enumerate(NAMES):
        path = os.fsencode(library) + b"/" + name
        os.makedirs(os.path.dirname(path), exist_ok=True)
        content[name] = an_epub(tmp_path / "x.epub", title=f"Title {number}").read_bytes()
        with open(path, "wb") as file:
            file.write(content[name])
    return set(content)


def paths(database: Path, state: str) -> set[bytes]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return {path for (path,) in connection.execute("SELECT path FROM media_files WHERE state = ?", [state])}
    finally:
        connection.close()


def test_every_name_is_a_book_and_comes_back_as_the_bytes_it_is(
    tmp_path: Path, library: Path, books: set[bytes]
) -> None:
    with a_daemon(tmp_path / "daemon", library) as daemon:
        daemon.settled()
        assert paths(daemon.database, "indexed") == books

        told = set()
        for book in daemon.books():
            for file in daemon.client.get(f"/v1/books/{book['id']}")["files"]:
                plain = file["path"].encode() if "path_b64" not in file else base64.b64decode(file["path_b64"])
                told.add(plain.removeprefix(os.fsencode(library) + b"/"))
        assert told == books
        assert daemon.scan("quick")["total"] == daemon.scan("full")["total"] == 0
        assert b"Traceback" not in daemon.log.read_bytes()


def test_a_folder_that_goes_takes_none_of_its_namesakes_along(tmp_path: Path, library: Path, books: set[bytes]) -> None:
    with a_daemon(tmp_path / "daemon", library) as daemon:
        daemon.settled()
        for name in (b"A", b"A%"):
            os.rename(os.fsencode(library) + b"/" + name, os.fsencode(tmp_path) + b"/" + name)

        daemon.scan("full")

        gone = {b"A/1.epub", b"A%/1.epub"}
        wait_until(lambda: paths(daemon.database, "missing") == gone, 10, "two folders are missing")
        assert paths(daemon.database, "indexed") == books - gone


def test_what_lies_deeper_than_a_path_can_say_is_told_and_takes_nothing_along(tmp_path: Path, library: Path) -> None:
    an_epub(library / "near.epub", title="Near")
    here = os.open(library, os.O_RDONLY)
    for _ in range(25):
        os.mkdir("d" * 200, dir_fd=here)
        below = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)

    with a_daemon(tmp_path / "daemon", library) as daemon:
        daemon.settled()
        (problem,) = daemon.client.get("/v1/problems")["problems"]

        assert "too long" in problem["text"]
        assert [book["title"] for book in daemon.books()] == ["Near"]
        assert daemon.scan("full")["missing"] == 0

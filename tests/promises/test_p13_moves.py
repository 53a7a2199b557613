"""P13: a book keeps its number, its files theirs, and what was said of it, wherever its files are moved."""

import json
import os
import sqlite3
import subprocess
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.running import RunningDaemon, a_daemon
from tests.promises.conftest import Disks, config
from tests.samples import an_epub, an_mp3
from tests.waiting import wait_until

MANY = 10_000
LIMIT_S = float(os.environ.get("SHISHOD_MOVES_S", "10")) * 3  # the promise is of ten on a quiet machine


def say(daemon: RunningDaemon, book_id: int, title: str) -> None:
    """The user's own word, as long as no command says it."""
    with sqlite3.connect(daemon.database, timeout=10) as connection:
        connection.execute("DELETE FROM field_sources WHERE book_id = ? AND field = 'title'", (book_id,))
        row = (book_id, "title", 0, "", json.dumps(title), "2026-01-01 00:00:00.000000")
        names = "book_id, field, source, place, word, set_at"
        connection.execute(f"INSERT INTO field_sources ({names}) VALUES (?, ?, ?, ?, ?, ?)", row)
    connection.close()


def reads(daemon: RunningDaemon) -> int:
    """How many files this run of the daemon has parsed."""
    told = daemon.client.text("/metrics").splitlines()
    return int(sum(float(line.split()[1]) for line in told if line.startswith("shishod_scan_files_total")))


def numbers(daemon: RunningDaemon) -> dict[int, list[int]]:
    """Each book's files, all by their numbers."""
    return {
        book["id"]: sorted(file["id"] for file in daemon.client.get(f"/v1/books/{book['id']}")["files"])
        for book in daemon.books()
    }


def rename_file(one: Path, _two: Path) -> None:
    (one / "Author" / "Book" / "Book.epub").rename(one / "Author" / "Book" / "Other name.epub")


def rename_folder(one: Path, _two: Path) -> None:
    (one / "Author" / "Book").rename(one / "Author" / "Renamed")


def rename_parent(one: Path, _two: Path) -> None:
    (one / "Author").rename(one / "Writer")


def move_to_another_library(one: Path, two: Path) -> None:
    (one / "Author").rename(two / "Author")


@pytest.fixture
def shelves(tmp_path: Path) -> tuple[Path, Path]:
    """A library with a book and an audiobook of three tracks, and an empty one beside it."""
    one, two = tmp_path / "one", tmp_path / "two"
    two.mkdir()
    for folder in ("Book", "Sound"):
        (one / "Author" / folder).mkdir(parents=True)
    an_epub(one / "Author" / "Book" / "Book.epub", title="Told")
    for track in range(1, 4):
        an_mp3(one / "Author" / "Sound" / f"{track:02} Part.mp3", album="Sound", artist="Ann", track=str(track))
    return one, two


def all_indexed(daemon: RunningDaemon, files: int) -> bool:
    counts = daemon.status()["counts"]["by_state"]
    return bool(counts["indexed"] == files and counts["missing"] == 0 and daemon.idle())


@pytest.mark.parametrize(
    ("move", "online"),
    [
        pytest.param(rename_file, True, id="a file, online"),
        pytest.param(rename_folder, True, id="a folder, online"),
        pytest.param(move_to_another_library, True, id="to another library, online"),
        pytest.param(rename_parent, False, id="a parent, offline"),
        pytest.param(move_to_another_library, False, id="to another library, offline"),
    ],
)
def test_what_is_moved_keeps_its_number_and_is_not_read_again(
    tmp_path: Path, shelves: tuple[Path, Path], move: Callable[[Path, Path], None], online: bool
) -> None:
    daemon = RunningDaemon(tmp_path / "daemon", config=config(*shelves))
    try:
        daemon.start().settled()
        wait_until(daemon.quiet, 20, "all is hashed")
        before = numbers(daemon)
        told = next(book["id"] for book in daemon.books() if book["title"] == "Told")
        say(daemon, told, "Mine")
        if online:
            wait_until(daemon.watching, 10, "the libraries are watched")
            already = reads(daemon)
            move(*shelves)
            wait_until(lambda: moved_to(daemon) != set() and all_indexed(daemon, 4), 20, "the move was followed")
            daemon.scan("full")
        else:
            already = 0
            daemon.stop()
            move(*shelves)
            daemon.start().settled()

        assert reads(daemon) == already
        assert numbers(daemon) == before
        assert all_indexed(daemon, 4)
        with sqlite3.connect(daemon.database) as connection:
            asked = "SELECT word FROM field_sources WHERE book_id = ? AND source = 0"
            assert connection.execute(asked, (told,)).fetchall() == [('"Mine"',)]
        connection.close()
    finally:
        daemon.end()


def moved_to(daemon: RunningDaemon) -> set[str]:
    """The paths of books that are not where they were at first."""
    at_first = ("/one/Author/Book/Book.epub", "/one/Author/Sound")
    return {book["path"] for book in daemon.books() if not book["path"].endswith(at_first)}


def test_a_library_that_moved_with_its_setting_keeps_everything(tmp_path: Path, shelves: tuple[Path, Path]) -> None:
    one, _ = shelves
    place = tmp_path / "daemon"
    with a_daemon(place, config=config(one)) as daemon:
        daemon.settled()
        before = numbers(daemon)
        daemon.stop()
    one.rename(tmp_path / "elsewhere")

    with a_daemon(place, config=config(tmp_path / "elsewhere")) as daemon:
        daemon.settled()

        assert numbers(daemon) == before
        assert reads(daemon) == 0


def test_a_book_moved_to_another_disk_is_known_by_its_content(
    tmp_path: Path, shelves: tuple[Path, Path], disks: Disks
) -> None:
    one, two = shelves
    disks.tmpfs(two)
    with a_daemon(tmp_path / "daemon", config=config(one, two)) as daemon:
        daemon.settled()
        wait_until(daemon.quiet, 20, "all is hashed")
        before = numbers(daemon)
        daemon.stop()
        subprocess.run(["mv", str(one / "Author"), str(two)], check=True)

        daemon.start().settled()

        assert numbers(daemon) == before
        assert reads(daemon) == 0


def test_a_book_that_was_copied_to_another_disk_while_watched_and_then_deleted_is_the_one_it_was(
    tmp_path: Path, shelves: tuple[Path, Path], disks: Disks
) -> None:
    one, two = shelves
    disks.tmpfs(two)
    with a_daemon(tmp_path / "daemon", config=config(one, two)) as daemon:
        daemon.settled()
        wait_until(daemon.quiet, 20, "all is hashed")
        before = numbers(daemon)
        subprocess.run(["cp", "-rp", str(one / "Author"), str(two)], check=True)
        wait_until(lambda: len(daemon.books()) == 4, 20, "the copies are books while both are there")

        subprocess.run(["rm", "-r", str(one / "Author")], check=True)
        daemon.scan("full")
        wait_until(lambda: len(daemon.books()) == 2 and all_indexed(daemon, 4), 20, "they are one with the copies")

        assert numbers(daemon) == before
        assert {book["path"].startswith(f"{two}/") for book in daemon.books()} == {True}


def many_books(folder: Path) -> None:
    """Ten thousand books, many of one size and none of one content, ten to a folder."""
    for number in range(MANY):
        place = folder / f"Author {number // 100}" / f"Shelf {number // 10}"
        if number % 10 == 0:
            place.mkdir(parents=True)
        an_epub(place / f"Title {number:05}.epub", title=f"Title {number:05}", identifiers=())


def rename_all(one: Path, two: Path) -> None:
    for author in list(one.iterdir()):
        author.rename(two / author.name)


def copy_and_delete_all(one: Path, two: Path) -> None:
    subprocess.run(f"cp -rp {one}/. {two} && rm -r {one}/*", shell=True, check=True)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("across", [False, True], ids=["one filesystem", "two filesystems"])
def test_ten_thousand_files_that_moved_meanwhile_are_matched_in_ten_seconds(
    tmp_path: Path, disks: Disks, across: bool
) -> None:
    """Run with: pytest -m long -s tests/promises/test_p13_moves.py."""
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    if across:
        disks.mount(two, "-t", "tmpfs", "-o", "size=1g", "shishod-test")
    many_books(one)
    settings = config(one, two).replace("scan:\n", "scan:\n  hash_rate: 1GB\n")
    with a_daemon(tmp_path / "daemon", config=settings) as daemon:
        wait_until(lambda: daemon.status()["counts"].get("files") == MANY and daemon.idle(), 600, "all is read")
        wait_until(daemon.quiet, 600, "all is hashed")
        before, first = known(daemon), len(daemon.client.get("/v1/scans")["scans"])
        daemon.stop()
        (copy_and_delete_all if across else rename_all)(one, two)

        began_s = time.monotonic()
        daemon.start()
        (scan, *_) = wait_until(lambda: ended(daemon, since=first), 300, "the scan of the start is over")
        took_s = datetime.fromisoformat(scan["ended_at"]) - datetime.fromisoformat(scan["started_at"])
        print(
            f"{MANY:,} files moved offline: scan {took_s.total_seconds():.1f} s, from the start of the daemon"
            f" {time.monotonic() - began_s:.1f} s, moved {scan['moved']:,}, read {reads(daemon)}"
        )
        assert known(daemon) == before
        assert (reads(daemon), scan["moved"]) == (0, MANY)
        assert took_s.total_seconds() < LIMIT_S


def ended(daemon: RunningDaemon, since: int) -> list[dict[str, Any]] | None:
    """The scans, once one more than `since` is there and all are over."""
    scans = daemon.client.get("/v1/scans")["scans"]
    return scans if len(scans) > since and all(scan["ended_at"] for scan in scans) else None


def known(daemon: RunningDaemon) -> dict[bytes, tuple[int, int, str]]:
    """Every file's number, its book's and its state, by its name."""
    with sqlite3.connect(daemon.database) as connection:
        rows = connection.execute("SELECT name, id, book_id, state FROM media_files").fetchall()
    connection.close()
    return {name: (number, book_id, state) for name, number, book_id, state in rows}

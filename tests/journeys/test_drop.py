"""A file is dropped on the share, and it is in the catalogue: complete, and at once."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.running import RunningDaemon
from tests.samples import an_epub, an_mp3
from tests.waiting import wait_until

SETTLE_S = 0.25
SETTLE_TRACKS_S = 1.0
SETTLE_QUIET_S = 3.0  # for files whose folder is so new that nobody saw them closed
SLACK_S = 0.5


def copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)


def move(source: Path, target: Path) -> None:
    source.rename(target)


def copy_with_old_times(source: Path, target: Path) -> None:
    os.utime(source, (1_000_000_000, 1_000_000_000))
    shutil.copy2(source, target)


def write_beside_and_rename(source: Path, target: Path) -> None:
    """As rsync does."""
    temporary = target.with_name(f".{target.name}.Xy12zQ")
    shutil.copyfile(source, temporary)
    temporary.rename(target)


def write_slowly(source: Path, target: Path) -> None:
    """As a share does: in pieces over three seconds, with pauses longer than the settle time."""
    content = source.read_bytes()
    piece = len(content) // 6 + 1
    pause = threading.Event()
    with target.open("wb", buffering=0) as out:
        for start in range(0, len(content), piece):
            if start:
                pause.wait(0.6)
            out.write(content[start : start + piece])


@pytest.mark.parametrize("drop", [copy, move, copy_with_old_times, write_beside_and_rename, write_slowly])
def test_a_dropped_book_is_catalogued_whole_soon_after_its_last_byte(
    daemon: RunningDaemon, library: Path, tmp_path: Path, drop: Callable[[Path, Path], None]
) -> None:
    source = an_epub(tmp_path / "x.epub", title="Dropped", authors=["Ann Author"], chapters=["A", "B", "C"], cover=True)
    (library / "Ann Author").mkdir()
    wait_until(lambda: daemon.status()["roots"][0]["watch"]["armed"] == 2, 5, "the new folder is watched")
    wait_until(
        lambda: "shishod_parser_processes 0.0" not in daemon.client.text("/metrics"), 30, "its readers are loaded"
    )

    drop(source, library / "Ann Author" / "Dropped.epub")
    last_byte_s = time.monotonic()
    book = wait_until(lambda: daemon.book_named("Dropped"), 5, "the book is in the catalogue")
    took_s = time.monotonic() - last_byte_s

    whole = daemon.client.get(f"/v1/books/{book['id']}")
    assert took_s <= SETTLE_S + SLACK_S
    assert [chapter["title"] for chapter in whole["chapters"]] == ["A", "B", "C"]
    assert book["authors"] == ["Ann Author"]
    assert whole["cover"]
    assert daemon.client.get("/v1/problems")["problems"] == []


def test_a_book_that_is_copied_slowly_is_read_once(daemon: RunningDaemon, library: Path, tmp_path: Path) -> None:
    source = an_epub(tmp_path / "x.epub", title="Slow", padding=200_000)

    write_slowly(source, library / "Slow.epub")
    wait_until(lambda: daemon.book_named("Slow"), 5, "the book is in the catalogue")

    log = daemon.log.read_text()
    assert "a file could not be read" not in log


def test_sixty_tracks_copied_in_become_one_book(daemon: RunningDaemon, library: Path, tmp_path: Path) -> None:
    source = tmp_path / "Sixty"
    source.mkdir()
    for track in range(1, 61):
        an_mp3(source / f"{track:02} Part.mp3", title=f"Part {track}", album="Sixty", artist="Ann Author", track=track)

    subprocess.run(["cp", "-r", str(source), str(library)], check=True)
    last_byte_s = time.monotonic()
    wait_until(lambda: (book := daemon.book_named("Sixty")) and book["files"] == 60, 10, "all sixty are one book")
    took_s = time.monotonic() - last_byte_s

    (book,) = daemon.books()
    whole = daemon.client.get(f"/v1/books/{book['id']}")
    assert took_s <= SETTLE_QUIET_S + SETTLE_TRACKS_S + SLACK_S
    assert [chapter["title"] for chapter in whole["chapters"]] == [f"Part {track}" for track in range(1, 61)]


def test_a_replaced_book_is_read_again_and_keeps_its_number(daemon: RunningDaemon, library: Path) -> None:
    an_epub(library / "Book.epub", title="First")
    first = wait_until(lambda: daemon.book_named("First"), 5, "the first is there")

    an_epub(library / "Book.epub", title="Second")
    second = wait_until(lambda: daemon.book_named("Second"), 5, "the second is there")

    assert second["id"] == first["id"]
    assert len(daemon.books()) == 1


def test_a_deleted_book_is_missing_and_not_forgotten(daemon: RunningDaemon, library: Path) -> None:
    an_epub(library / "Book.epub", title="Here")
    here = wait_until(lambda: daemon.book_named("Here"), 5, "it is there")

    (library / "Book.epub").unlink()
    wait_until(lambda: daemon.status()["counts"]["by_state"]["missing"] == 1, 15, "it is missing")

    assert [book["id"] for book in daemon.books()] == [here["id"]]


def test_a_book_that_comes_back_as_it_was_is_not_read_again(
    daemon: RunningDaemon, library: Path, tmp_path: Path
) -> None:
    an_epub(library / "Book.epub", title="Here")
    here = wait_until(lambda: daemon.book_named("Here"), 5, "it is there")
    away = tmp_path / "away.epub"
    (library / "Book.epub").rename(away)
    wait_until(lambda: daemon.status()["counts"]["by_state"]["missing"] == 1, 15, "it is missing")

    away.rename(library / "Book.epub")
    wait_until(lambda: daemon.status()["counts"]["by_state"]["indexed"] == 1, 8, "it is back")

    assert [book["id"] for book in daemon.books()] == [here["id"]]


def test_a_half_written_book_is_tried_again_when_it_is_whole(
    daemon: RunningDaemon, library: Path, tmp_path: Path
) -> None:
    content = an_epub(tmp_path / "x.epub", title="Whole").read_bytes()
    (library / "Book.epub").write_bytes(content[: len(content) // 2])
    wait_until(lambda: daemon.client.get("/v1/problems")["problems"], 5, "the half is a problem")

    (library / "Book.epub").write_bytes(content)
    wait_until(lambda: daemon.book_named("Whole"), 5, "the whole is a book")

    assert daemon.client.get("/v1/problems")["problems"] == []

"""Somebody removes the catalogue under a running daemon: it is written anew, and nothing that it held is lost."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shishod.errors import Unreachable
from tests.journeys.running import RunningDaemon, a_daemon
from tests.samples import an_epub
from tests.waiting import wait_until


@pytest.fixture
def daemon(tmp_path: Path, library: Path) -> Iterator[RunningDaemon]:
    """It knows a book, and what its user says of it."""
    an_epub(library / "Book.epub", title="Told")
    with a_daemon(tmp_path / "daemon", library, config="scan: {settle: 1ms}\n") as running:
        running.settled()
        wait_until(running.watching, 10, "the library is watched")
        say(running, "subtitle", "mine")
        yield running


def say(daemon: RunningDaemon, field: str, word: str) -> None:
    (number,) = {book["id"] for book in daemon.books() if book["title"] == "Told"}
    daemon.client.post(f"/v1/books/{number}/fields", {"set": {field: word}})


def known(daemon: RunningDaemon) -> dict[str, str | None]:
    return {book["title"]: daemon.client.get(f"/v1/books/{book['id']}")["subtitle"] for book in daemon.books()}


def all_of_it(state: Path) -> None:
    shutil.rmtree(state)


def the_file_alone(state: Path) -> None:
    (state / "catalogue.sqlite").unlink()


@pytest.mark.parametrize("remove", [all_of_it, the_file_alone])
def test_what_is_removed_is_there_again_with_the_next_book_and_after_a_restart(
    daemon: RunningDaemon, library: Path, remove: Callable[[Path], None]
) -> None:
    remove(daemon.state)
    an_epub(library / "New.epub", title="New")
    wait_until(lambda: daemon.book_named("New"), 20, "it is found")
    say(daemon, "subtitle", "said since")

    daemon.stop()
    with sqlite3.connect(daemon.database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    daemon.start().settled()

    assert known(daemon) == {"Told": "said since", "New": None}
    assert daemon.outcomes() == {}


def test_what_is_removed_while_nothing_happens_is_there_after_a_stop(daemon: RunningDaemon) -> None:
    shutil.rmtree(daemon.state)

    daemon.stop()
    daemon.start().settled()

    assert known(daemon) == {"Told": "mine"}


def test_another_file_in_its_place_is_not_written_over_and_told_with_what_helps(
    daemon: RunningDaemon, library: Path
) -> None:
    daemon.database.rename(daemon.database.with_name("aside"))
    daemon.database.write_bytes(b"precious")
    an_epub(library / "New.epub", title="New")

    with pytest.raises(Unreachable, match="another file lies in the place"):
        daemon.scan("full")
    wait_until(lambda: "move it away" in daemon.status()["sentence"], 20, "status tells it")
    assert daemon.database.read_bytes() == b"precious"
    assert known(daemon) == {"Told": "mine"}

    daemon.database.unlink()
    assert daemon.scan("full")["status"] == "completed"
    assert known(daemon) == {"Told": "mine", "New": None}

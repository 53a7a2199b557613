"""P8: what changes while a scan runs, or while a root or a new folder is being armed, is not lost."""

import threading
from pathlib import Path

from tests.journeys.libraries import many_books
from tests.journeys.running import RunningDaemon, a_daemon
from tests.promises.watching import impatient, log_lines, watched_as
from tests.samples import an_epub
from tests.waiting import wait_until

DROPPED = 40
BOOKS = 150


class Hand(threading.Thread):
    """Drops a book into a folder of its own every few milliseconds, until there are enough."""

    def __init__(self, library: Path) -> None:
        super().__init__(daemon=True)
        self._library = library
        self._pause = threading.Event()

    def run(self) -> None:
        for number in range(DROPPED):
            folder = self._library / f"Dropped {number % 7}" / f"Folder {number}"
            folder.mkdir(parents=True)
            an_epub(folder / "Book.epub", title=f"Dropped {number}")
            self._pause.wait(0.03)


def dropped(daemon: RunningDaemon) -> int:
    return sum(book["title"].startswith("Dropped") for book in daemon.books())


def test_what_is_dropped_while_the_daemon_starts_is_all_there(tmp_path: Path, library: Path) -> None:
    for number in range(400):
        (library / f"Folder {number}" / "Below").mkdir(parents=True)
    hand = Hand(library)
    hand.start()
    with a_daemon(tmp_path / "daemon", config=impatient(library)) as daemon:
        hand.join()
        wait_until(lambda: dropped(daemon) == DROPPED, 20, "every book is there")


def test_what_is_dropped_while_a_scan_runs_is_all_there(tmp_path: Path, library: Path) -> None:
    many_books(library, BOOKS)
    with a_daemon(tmp_path / "daemon", config=impatient(library)) as daemon:
        watched_as(daemon, "events")
        wait_until(lambda: daemon.status()["scan"]["active"] or daemon.books(), 20, "the first scan has begun")
        hand = Hand(library / "Author 0")
        hand.start()
        hand.join()
        wait_until(lambda: dropped(daemon) == DROPPED, 30, "every book is there")
        daemon.settled()
        assert len(daemon.books()) == BOOKS + DROPPED


def test_the_first_scan_begins_when_everything_is_armed_and_is_the_only_one(tmp_path: Path, library: Path) -> None:
    many_books(library, 20)
    with a_daemon(tmp_path / "daemon", config=impatient(library)) as daemon:
        daemon.settled()
        said = daemon.log.read_text()

        assert 0 < said.index("folder is watched") < said.index("scan started")
        assert log_lines(daemon, "a root is looked over") == []
        assert len(daemon.client.get("/v1/scans")["scans"]) == 1


def test_a_tree_that_is_made_and_filled_at_once_is_all_there(tmp_path: Path, library: Path) -> None:
    with a_daemon(tmp_path / "daemon", config=impatient(library)) as daemon:
        watched_as(daemon, "events")
        daemon.settled()
        many_books(library / "Arrived", 40)
        wait_until(lambda: len(daemon.books()) == 40, 20, "every book is there")

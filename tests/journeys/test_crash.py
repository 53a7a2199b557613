"""Killed at any moment, the daemon goes on where it was and ends where an undisturbed one would."""

import json
import random
import sqlite3
import threading
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.journeys.dump import dump
from tests.journeys.libraries import many_books
from tests.journeys.running import RunningDaemon, a_daemon
from tests.waiting import wait_until

BOOKS = 1_000


class Shelves(NamedTuple):
    """A library, what an undisturbed scan makes of it, and how many files that records."""

    library: Path
    undisturbed: list[str]
    files: int


@pytest.fixture(scope="module")
def shelves(tmp_path_factory: pytest.TempPathFactory) -> Shelves:
    """A library of a thousand books, and the catalogue that an undisturbed scan makes of it."""
    place = tmp_path_factory.mktemp("crash")
    library = place / "Books"
    many_books(library, BOOKS)
    threading.Event().wait(3.1)  # until every file has settled
    with a_daemon(place / "undisturbed", library) as daemon:
        daemon.settled()
        wait_until(lambda: daemon.status()["counts"]["books"] == BOOKS, 5, "every book is there")
        daemon.stop()
        return Shelves(library, dump(daemon.database), count_recorded(daemon.database))


def recorded(database: Path) -> dict[bytes, str]:
    """When each file that is in the catalogue was last read."""
    return dict(_ask(database, "SELECT path, last_scanned_at FROM media_files WHERE state = 'indexed'"))


def count_recorded(database: Path) -> int:
    return next((count for (count,) in _ask(database, "SELECT count(*) FROM media_files WHERE state = 'indexed'")), 0)


def _ask(database: Path, question: str) -> list[Any]:
    """What a catalogue answers; nothing when there is none, or it was killed before its first table."""
    if not database.exists():
        return []
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return connection.execute(question).fetchall()
    except sqlite3.OperationalError:
        return []
    finally:
        connection.close()


class Moment(NamedTuple):
    """When to kill: once `files` are recorded, and `later_s` after that; a commit takes many files at once."""

    files: int
    later_s: float

    @classmethod
    def drawn(cls, number: int, total: int) -> "Moment":
        """Every fifth falls anywhere in the start and the first walk, the others anywhere in the recording."""
        dice = random.Random(number)
        if number % 5 == 0:
            return cls(0, dice.uniform(0.0, 1.0))
        return cls(dice.randrange(1, total), dice.uniform(0.0, 0.05))

    def wait(self, database: Path) -> None:
        """Return when it has come; the database is let go again, so that only the killed daemon had it open."""
        if self.files:
            wait_until(database.exists, 20, "there is a catalogue")
            wait_until(lambda: count_recorded(database) >= self.files, 60, "so many files are recorded")
        threading.Event().wait(self.later_s)


def kill_once_and_finish(place: Path, library: Path, moment: Moment) -> tuple[list[str], int]:
    """Kill a first scan at a moment, let the next start finish; the catalogue, and how much the kill found."""
    daemon = RunningDaemon(place, library)
    try:
        daemon.start(ready=False)
        moment.wait(daemon.database)
        daemon.kill()
        before = recorded(daemon.database)
        daemon.start()
        daemon.settled()
        daemon.stop()
    finally:
        daemon.end()
    after = recorded(daemon.database)
    read_again = [path for path, when in before.items() if after.get(path) != when]
    assert read_again == []
    return dump(daemon.database), len(before)


def check(tmp_path: Path, shelves: Shelves, numbers: range) -> None:
    """Most kills must find the scan in mid-recording, or the test has not tested much."""
    found = []
    for number in numbers:
        moment = Moment.drawn(number, shelves.files)
        catalogue, recorded_before = kill_once_and_finish(tmp_path / str(number), shelves.library, moment)
        assert catalogue == shelves.undisturbed, f"kill {number}"
        found.append(recorded_before)
    amid = sum(0 < count < shelves.files for count in found)
    print(f"files recorded at each kill, of {shelves.files}: {found}; {found.count(0)} before any, {amid} amid them")
    assert amid > len(found) / 2


def test_a_killed_scan_is_finished_by_the_next_start(tmp_path: Path, shelves: Shelves) -> None:
    check(tmp_path, shelves, range(4))


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_scan_killed_at_twenty_moments_is_finished_each_time(tmp_path: Path, shelves: Shelves) -> None:
    check(tmp_path, shelves, range(100, 120))


def test_a_scan_that_was_killed_is_told_as_interrupted(tmp_path: Path, shelves: Shelves) -> None:
    library = shelves.library
    daemon = RunningDaemon(tmp_path / "daemon", library)
    try:
        daemon.start()
        Moment(1, 0).wait(daemon.database)  # asked of the file: a daemon at work may answer when it is done
        daemon.kill()
        daemon.start()
        daemon.settled()
        statuses = [scan["status"] for scan in daemon.client.get("/v1/scans")["scans"]]
    finally:
        daemon.end()

    assert statuses == ["completed", "interrupted"]


def test_stopping_in_mid_scan_takes_less_than_five_seconds_and_loses_nothing(tmp_path: Path, shelves: Shelves) -> None:
    library, undisturbed, _ = shelves
    daemon = RunningDaemon(tmp_path / "daemon", library)
    try:
        daemon.start()
        Moment(1, 0).wait(daemon.database)  # asked of the file: a daemon at work may answer when it is done
        assert daemon.process is not None
        daemon.process.terminate()
        assert daemon.process.wait(5) == 0
        daemon.start()
        daemon.settled()
        daemon.stop()
    finally:
        daemon.end()

    assert dump(daemon.database) == undisturbed


@pytest.mark.parametrize(
    "work",
    [{"runner": "inline", "workers": 1}, {"runner": "inline", "workers": 8}, {"runner": "processes", "workers": 8}],
    ids=lambda work: f"{work['runner']}-{work['workers']}",
)
def test_every_way_of_working_makes_the_same_catalogue(
    tmp_path: Path, shelves: Shelves, work: dict[str, object]
) -> None:
    library, undisturbed, _ = shelves
    config = json.dumps({"libraries": {"Books": {"paths": [str(library)]}}, "work": work})

    with a_daemon(tmp_path / "daemon", config=config) as daemon:
        daemon.settled()
        daemon.stop()

        assert dump(daemon.database) == undisturbed


def test_an_unchanged_library_is_not_read_again(tmp_path: Path, shelves: Shelves) -> None:
    library, undisturbed, _ = shelves
    with a_daemon(tmp_path / "daemon", library) as daemon:
        daemon.settled()
        before = recorded(daemon.database)

        for tier in ("quick", "full"):
            scan = daemon.scan(tier)
            assert (scan["status"], scan["total"], scan["unchanged"]) == ("completed", 0, len(before))
        daemon.stop()

        assert recorded(daemon.database) == before
        assert dump(daemon.database) == undisturbed

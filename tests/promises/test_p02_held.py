"""P2: too much that vanishes at once is held until it is back, accepted, or found the same again and again.

All of it: pytest -m "long or not long" tests/promises/test_p02_held.py
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.running import RunningDaemon, a_daemon
from tests.promises.conftest import becomes, books, config, read_all, rows, state
from tests.waiting import wait_until

Shishoctl = Callable[..., str]


def shishoctl(daemon: RunningDaemon, *words: str, code: int = 0) -> str:
    command = [sys.executable, "-c", "import sys; from shishod.ctl.main import main; sys.exit(main())"]
    done = subprocess.run(
        [*command, "--socket", str(daemon.socket), *words], check=False, capture_output=True, text=True
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def held(daemon: RunningDaemon) -> dict[str, Any]:
    (root,) = json.loads(shishoctl(daemon, "held", "--json"))["held"]
    return dict(root)


def missing(daemon: RunningDaemon) -> int:
    return len(json.loads(shishoctl(daemon, "missing", "--json"))["missing"])


@pytest.fixture
def full(library: Path) -> Path:
    books(library, 10, "Ann")
    books(library, 10, "Bob")
    return library


def test_an_emptied_library_is_held_and_served_until_it_is_accepted(tmp_path: Path, full: Path) -> None:
    with a_daemon(tmp_path / "daemon", config=config(full)) as daemon:
        read_all(daemon, 20)
        before = rows(daemon)
        shutil.move(full / "Bob", tmp_path / "Bob")
        daemon.scan("full")

        assert state(daemon) == "held"
        told = held(daemon)
        assert (told["files"], told["equal_scans"]) == (10, 0)
        assert all(one["path"].startswith(f"{full}/Bob/") for one in told["examples"])
        assert f"{full}: 10 files gone" in shishoctl(daemon, "held")
        assert f"shishoctl accept {full}" in shishoctl(daemon, "held")
        assert rows(daemon) == before
        assert daemon.book_named("Bob 3")

        shishoctl(daemon, "accept", str(full))
        wait_until(lambda: missing(daemon) == 10, 20, "the loss is believed")
        becomes(daemon, "online", deadline_s=10)
        assert shishoctl(daemon, "held") == "nothing is held\n"


@pytest.mark.long
def test_an_emptied_root_is_no_unmounted_one(tmp_path: Path, full: Path) -> None:
    with a_daemon(tmp_path / "daemon", config=config(full)) as daemon:
        read_all(daemon, 20)
        for author in full.iterdir():
            shutil.rmtree(author)
        daemon.scan("full")

        assert state(daemon) == "held"
        assert missing(daemon) + held(daemon)["files"] == 20
        log = daemon.log.read_text(errors="replace")
        assert log.count("too much vanished at once") == 1
        daemon.scan("full")
        daemon.scan("quick")
        assert daemon.log.read_text(errors="replace").count("too much vanished at once") == 1


@pytest.mark.long
def test_a_hold_is_over_as_soon_as_the_files_are_back(tmp_path: Path, full: Path) -> None:
    with a_daemon(tmp_path / "daemon", config=config(full)) as daemon:
        read_all(daemon, 20)
        before = rows(daemon)
        shutil.move(full / "Bob", tmp_path / "Bob")
        daemon.scan("full")
        assert state(daemon) == "held"

        shutil.move(tmp_path / "Bob", full / "Bob")

        becomes(daemon, "online", deadline_s=15)  # by what the watch tells, no scan is asked for
        wait_until(daemon.idle, 10, "nothing is left")
        assert [line for line in rows(daemon) if line.startswith("media_files")] == [
            line for line in before if line.startswith("media_files")
        ]


def test_two_more_scans_that_find_the_same_release_a_hold(tmp_path: Path, full: Path) -> None:
    with a_daemon(tmp_path / "daemon", config=config(full, apart="1s")) as daemon:
        read_all(daemon, 20)
        shutil.move(full / "Bob", tmp_path / "Bob")
        daemon.scan("full")
        counted = [held(daemon)["equal_scans"]]
        while state(daemon) == "held":
            daemon.scan("full")
            counted += [one["equal_scans"] for one in json.loads(shishoctl(daemon, "held", "--json"))["held"]]
            assert len(counted) < 100

        assert set(counted) == {0, 1}
        assert len(counted) > 3  # the scans that came sooner did not count
        assert missing(daemon) == 10


@pytest.mark.long
def test_deleting_one_book_or_four_is_nothing_special(tmp_path: Path, full: Path) -> None:
    with a_daemon(tmp_path / "daemon", config=config(full)) as daemon:
        read_all(daemon, 20)
        for number in range(4):
            shutil.rmtree(full / "Bob" / f"Title {number}")

        daemon.scan("full")

        assert (state(daemon), missing(daemon)) == ("online", 4)


def test_what_is_missing_is_listed_and_forgotten_when_told(tmp_path: Path, full: Path) -> None:
    with a_daemon(tmp_path / "daemon", config=config(full)) as daemon:
        read_all(daemon, 20)
        shutil.rmtree(full / "Bob" / "Title 3")
        daemon.scan("full")

        listed = shishoctl(daemon, "missing")
        assert f"{full}/Bob/Title 3/Title 3.epub" in listed
        assert "purged after" in listed
        assert shishoctl(daemon, "purge", "--dry-run").startswith("would be forgotten: 1 file, 1 book, 0 names")
        shishoctl(daemon, "purge", code=64)
        assert shishoctl(daemon, "purge", "--yes", "--older", "30d").startswith("forgotten: 0 files")
        assert shishoctl(daemon, "purge", "--yes").startswith("forgotten: 1 file, 1 book")
        assert (len(daemon.books()), shishoctl(daemon, "missing")) == (19, "nothing is missing\n")
        assert f"> {full}/.shishod-root" in shishoctl(daemon, "mark", str(full))

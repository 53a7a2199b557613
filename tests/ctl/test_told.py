"""What shishoctl says fits: one thing in the singular, columns a narrow terminal, advice whoever reads it."""

import os
import pty
import subprocess
from pathlib import Path

import pytest

from shishod.control.client import Client
from shishod.ctl import events
from shishod.ctl.voice import LEAST, fitted, outcome
from shishod.errors import Refused
from shishod.model.event import KINDS
from shishod.model.library import RootState
from tests.control.standin import Standin, a_book, a_root
from tests.ctl.test_outcomes import COMMAND

ONE = {"total": 1, "processed": 1, "books_new": 1, "status": "completed", "moved": 1}


def test_one_file_is_no_files() -> None:
    assert outcome(ONE) == "completed: 1 of 1 file; 1 new book, 1 moved"
    assert outcome(ONE | {"total": 2, "books_new": 2}) == "completed: 1 of 2 files; 2 new books, 1 moved"


def test_an_event_of_no_such_kind_is_a_usage_error_that_names_those_there_are(shishoctl) -> None:
    said = shishoctl("events", "--kind", "nosuch")

    assert said.code == 64
    assert all(kind in said.err for kind in KINDS)
    assert events.KINDS == KINDS


def test_how_to_accept_a_loss_is_said_once(shishoctl, daemon: Standin, books: Path) -> None:
    reason = f"900 files vanished at once; bring them back, or run: shishoctl accept {books}"
    daemon.known = [a_root(books, state=RootState.HELD, reason=reason)]

    said = shishoctl("status").out

    assert [line.count("shishoctl accept") for line in said.splitlines() if "shishoctl accept" in line] == [1, 1]


def test_a_check_counts_the_files_that_are_there(shishoctl, daemon: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon.shelf = [a_book(number) for number in range(3)]
    by_state = {"indexed": 2, "missing": 1}
    monkeypatch.setattr(daemon, "counts", lambda: {"books": 3, "files": 3, "problems": 0, "by_state": by_state})

    assert " files=2 missing=1 " in shishoctl("status", "--check").out


def test_a_status_tells_how_books_stand_with_each_catalogue(
    shishoctl, daemon: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    standings = {"matched": 1200, "unmatched": 3, "not_found": 40, "refused": 2}
    monkeypatch.setattr(daemon, "counts", lambda: {"books": 3, "by_standing": {"openlibrary": standings}})

    assert "web        openlibrary: 1,200 matched, 3 unmatched, 40 not found, 2 refused" in shishoctl("status").out


@pytest.mark.parametrize(
    ("widths", "room", "told"),
    [
        ([3, 10, 10], 80, [3, 10, 10]),
        ([3, 60, 30, 8], 80, [3, 33, 30, 8]),
        ([3, 60, 60], 20, [3, LEAST, LEAST]),
    ],
)
def test_the_widest_columns_give_way(widths: list[int], room: int, told: list[int]) -> None:
    assert fitted(widths, room) == told


def test_a_narrow_terminal_gets_lines_that_fit_it_and_a_pipe_all_of_it(
    daemon: Standin, socket_path: Path, shishoctl
) -> None:
    title = "A Very Long Title That Goes On And On"
    daemon.shelf = [a_book(1, title), a_book(2, "Sho\u0301rt 短い" * 9)]
    ours, theirs = pty.openpty()
    command = [*COMMAND, "--socket", str(socket_path), "books"]
    subprocess.run(
        command, stdout=theirs, stdin=subprocess.DEVNULL, env=os.environ | {"COLUMNS": "60", "TERM": "dumb"}, check=True
    )
    os.close(theirs)
    lines = os.read(ours, 65536).decode().splitlines()
    os.close(ours)

    assert [line.count("…") for line in lines] == [1, 1]
    assert len(lines[0]) <= 60
    assert title in shishoctl("books").out


def test_whoever_may_not_use_the_socket_is_told_how_by_whose_it_is(
    socket_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(owner: int, group: int) -> str:
        os.chown(socket_path, owner, group)
        error = Client(socket_path)._trouble(PermissionError(13, "no"))
        assert isinstance(error, Refused)
        assert error.kind == "permission"
        return error.hint

    assert (
        refused(0, 0)
        == f"its daemon is run by root; ask as that user: sudo -u root shishoctl --socket {socket_path} ..."
    )
    assert refused(1, 4) == "join its group with `sudo usermod -aG adm $USER` and log in again"

"""status --check and health: for programs that watch over machines."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from shishod.control.client import MONITOR_S
from shishod.ctl.main import main
from shishod.model.library import RootState
from tests.control.standin import Standin, Watched, a_book, a_root

SHORT = Watched(1, "degraded", armed=1, needed=2, poll_s=60.0, reason="too few watches", remedy="sysctl -w x=1")


@pytest.mark.parametrize(
    ("state", "watched", "code", "word"),
    [
        (RootState.ONLINE, Watched(1), 0, "OK"),
        (RootState.ONLINE, SHORT, 1, "WARNING"),
        (RootState.HELD, Watched(1), 1, "WARNING"),
        (RootState.OFFLINE, Watched(1), 2, "CRITICAL"),
        (RootState.STALLED, SHORT, 2, "CRITICAL"),
    ],
)
def test_a_check_is_one_line_and_an_exit_code(
    shishoctl, daemon: Standin, books: Path, state: RootState, watched: Watched, code: int, word: str
):
    daemon.known, daemon.watched, daemon.shelf = [a_root(books, state=state)], [watched], [a_book(1)]

    said = shishoctl("status", "--check")

    away = int(state is not RootState.ONLINE)
    assert said.code == code
    assert said.out.startswith(f"SHISHOD {word} - ")
    assert said.out.endswith(f" | books=1 files=1 missing=0 problems=0 roots_away={away}\n")
    assert said.out.count("\n") == 1


def test_a_catalogue_that_does_not_answer_is_critical(shishoctl, daemon: Standin):
    daemon.database_down = True

    said = shishoctl("status", "--check")

    assert said.code == 2
    assert "database is locked" in said.out


def test_a_check_of_nobody_is_unknown(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["--socket", str(tmp_path / "none"), "status", "--check"]) == 3
    assert capsys.readouterr().out.startswith("SHISHOD UNKNOWN - no daemon answers")


def test_a_daemon_with_too_few_watches_is_alive_and_says_so(shishoctl, daemon: Standin):
    daemon.watched = [SHORT]

    said = shishoctl("health")

    assert said.code == 0
    assert said.out.splitlines()[0].startswith("alive, shishod ")
    assert said.out.splitlines()[1] == "degraded: too few watches; sysctl -w x=1"


def test_a_daemon_whose_loop_has_died_is_not_alive(shishoctl, daemon: Standin):
    daemon.loops = {"watch": False, "control": True}

    said = shishoctl("health")

    assert said.code == 69
    assert "not turning: watch" in said.err


@pytest.fixture
def frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The socket of a daemon that does nothing any more; the programs that watch over it are not patient here."""
    for command in ("status", "health"):
        monkeypatch.setattr(f"shishod.ctl.{command}.MONITOR_S", 0.1)
    with socket.socket(socket.AF_UNIX) as held:
        held.bind(str(tmp_path / "frozen"))
        held.listen(1)
        yield held


def test_a_frozen_daemon_is_critical_and_said_to_be_silent_in_time(
    frozen: socket.socket, capsys: pytest.CaptureFixture[str]
):
    assert main(["--socket", frozen.getsockname(), "status", "--check"]) == 2
    said = capsys.readouterr().out
    assert said.startswith("SHISHOD CRITICAL - the daemon at ") and "did not answer within 0.1 s" in said
    assert said.count("\n") == 1

    assert main(["--socket", frozen.getsockname(), "health"]) == 69
    assert "did not answer within 0.1 s" in capsys.readouterr().err
    assert MONITOR_S < 10, "what watches over machines asks no longer than that"


def test_a_frozen_daemon_for_which_too_many_wait_is_critical_too(
    frozen: socket.socket, capsys: pytest.CaptureFixture[str]
):
    with ExitStack() as waiting:
        for _ in range(100):
            one = waiting.enter_context(socket.socket(socket.AF_UNIX))
            one.setblocking(False)
            if one.connect_ex(frozen.getsockname()):
                break
        else:
            pytest.fail("there is always room")

        assert main(["--socket", frozen.getsockname(), "status", "--check"]) == 2

    assert "takes no more callers, for too many wait for it" in capsys.readouterr().out

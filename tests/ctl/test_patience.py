"""What takes its time is waited for: the daemon is not said to be silent while it works."""

import threading
from pathlib import Path

import pytest

from shishod.control.client import Client
from shishod.ctl.table import found
from shishod.errors import Unreachable
from shishod.operations import Operations
from shishod.operations.enrichment import WebDesk
from tests.control.standin import Standin, a_book, serving
from tests.control.test_slow_web import SlowWeb

SHORT_S, LATE_S = 0.1, 0.5  # how long most answers are waited for, and when these come


class SlowDaemon(Standin):
    """Its copies and its web catalogues take longer than most answers are waited for."""

    def __init__(self) -> None:
        super().__init__(shelf=[a_book(1, frozen=False)])
        self.web = SlowWeb()

    def operations(self) -> Operations:
        told = super().operations()
        told.web = WebDesk(self.web, told.book, lambda *_: 0)
        return told


def late(answers: threading.Event) -> None:
    threading.Timer(LATE_S, answers.set).start()


def test_a_copy_is_waited_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    daemon, copy, answers = SlowDaemon(), tmp_path / "copy.sqlite", threading.Event()
    copy.write_bytes(b"")
    daemon.copied = lambda: copy if answers.wait(30) else None
    with serving(daemon, tmp_path / "s"):
        late(answers)
        found("backup").run(Client(tmp_path / "s", SHORT_S), target=None, as_json=False)

    assert str(copy) in capsys.readouterr().out


def test_a_dry_run_and_a_choice_wait_for_the_web(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    daemon = SlowDaemon()
    client = Client(tmp_path / "s", SHORT_S)
    with serving(daemon, tmp_path / "s"):
        late(daemon.web.answers)
        found("enrich").run(client, books=(1,), provider=None, dry_run=True, as_json=False)
        daemon.web.answers.clear()
        late(daemon.web.answers)
        found("match").run(client, book_id=1, candidate="books:7", as_json=False)

    told = capsys.readouterr().out
    assert "no provider that is on is asked for books of its kind" in told
    assert "is books:7 for books from now on" in told


def test_who_is_patient_says_for_how_long(tmp_path: Path) -> None:
    daemon = SlowDaemon()
    with serving(daemon, tmp_path / "s"):
        with pytest.raises(Unreachable, match=r"did not answer within 0\.2 s"):
            Client(tmp_path / "s").patient(0.2).post("/v1/enrich", {"books": [1], "dry_run": True})
        daemon.web.answers.set()

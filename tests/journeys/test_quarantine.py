"""A file that ends whoever reads it is left alone after the second time, whoever that is and however often we start."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.running import RunningDaemon
from tests.samples import an_epub
from tests.waiting import wait_until

SPELL = """
import os, signal
import shishod.formats
found = shishod.formats.reader_for
def reader_for(path, *name):
    if b"deadly" in path:
        with open(os.environ["TRIES"], "ab") as tries:
            tries.write(b".")
        os.kill(os.getpid(), signal.SIGKILL)
    return found(path, *name)
shishod.formats.reader_for = reader_for
"""


@pytest.fixture
def tries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every Python that is started from now on has a reader that its file kills; here it notes each try."""
    (tmp_path / "spell").mkdir()
    (tmp_path / "spell" / "sitecustomize.py").write_text(SPELL)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "spell"))
    monkeypatch.setenv("TRIES", str(tmp_path / "tries"))
    return tmp_path / "tries"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    library = tmp_path / "Books"
    for name in ("one", "deadly", "two"):
        folder = library / name
        folder.mkdir(parents=True)
        an_epub(folder / f"{name}.epub", title=name.title())
        os.utime(folder / f"{name}.epub", (1_600_000_000, 1_600_000_000))
    return library


def problem(daemon: RunningDaemon) -> dict[str, Any] | None:
    return next(iter(daemon.client.get("/v1/problems")["problems"]), None)


def count(tries: Path) -> int:
    return len(tries.read_bytes()) if tries.exists() else 0


def test_a_file_that_kills_two_workers_is_quarantined_across_restarts_until_it_changes(
    tmp_path: Path, library: Path, tries: Path
) -> None:
    daemon = RunningDaemon(tmp_path / "d", library, config="work: {sandbox: off}\n")
    try:
        daemon.start()
        wait_until(lambda: (problem(daemon) or {}).get("reason") == "crash", 30, "it is told")
        daemon.kill()
        daemon.start()
        daemon.client.post("/v1/refresh", {"paths": [str(library)]})
        told = wait_until(lambda: (one := problem(daemon)) and one["reason"] == "quarantined" and one, 30)
        assert told["retry_at"] is None
        assert "shishoctl scan --reread" in told["text"]
        before = count(tries)
        assert daemon.stop() == 0

        daemon.start()
        daemon.scan()
        assert (problem(daemon) or {})["reason"] == "quarantined"
        assert {book["title"] for book in daemon.books()} >= {"One", "Two"}
        assert count(tries) == before

        an_epub(library / "deadly" / "deadly.epub", title="Changed")
        wait_until(lambda: count(tries) > before, 30, "it has changed, so it is tried")
    finally:
        daemon.end()


def test_a_file_that_kills_the_daemon_itself_does_not_do_so_for_ever(
    tmp_path: Path, library: Path, tries: Path
) -> None:
    daemon = RunningDaemon(tmp_path / "d", library, config="work: {runner: inline}\n")
    try:
        for _ in range(2):
            process = daemon.start(ready=False).process
            assert process is not None
            assert process.wait(60) == -signal.SIGKILL

        daemon.start()
        daemon.settled()

        assert (problem(daemon) or {})["reason"] == "quarantined"
        assert {book["title"] for book in daemon.books()} >= {"One", "Two"}
        assert count(tries) == 2
    finally:
        daemon.end()

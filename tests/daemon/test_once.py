"""A scan without a daemon, as an operator types it."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from shishod.daemon.launch import StateClaim
from tests.nobody import NOBODY
from tests.samples import an_epub


def scan(state: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shishod", "scan", *map(str, words), "--state-dir", str(state)]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    for name in ("Emma", "Persuasion"):
        (tmp_path / "Books" / name).mkdir(parents=True)
        an_epub(tmp_path / "Books" / name / f"{name}.epub", title=name)
    return tmp_path / "Books"


def test_a_scan_without_a_daemon_records_what_there_is_and_ends(library: Path, tmp_path: Path) -> None:
    first = scan(tmp_path / "state", "--once", "--library", library)
    (library / "Emma/Emma.epub").rename(library / "Emma/Emma, a novel.epub")
    second = scan(tmp_path / "state", "--once", "--peek", "--library", library)

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    with closing(sqlite3.connect(tmp_path / "state/catalogue.sqlite")) as catalogue:
        rows = catalogue.execute(
            "SELECT title, state, cast(path AS text) FROM books JOIN media_files ON book_id = books.id"
        )
        assert sorted(rows) == [
            ("Emma", "indexed", "Emma/Emma, a novel.epub"),
            ("Persuasion", "indexed", "Persuasion/Persuasion.epub"),
        ]
        scans = catalogue.execute("SELECT tier, status FROM scans ORDER BY requested_at").fetchall()
    assert scans == [("quick", "completed"), ("peek", "completed")]


def test_a_library_that_is_not_there_is_no_scan_that_was_completed(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f"libraries: {{Books: {{paths: [{tmp_path}/gone]}}}}\n")

    assert scan(tmp_path / "state", "--once", "--config", config).returncode == 1


def test_a_catalogue_that_a_daemon_has_is_left_to_it(library: Path, tmp_path: Path) -> None:
    with StateClaim(tmp_path / "state"):
        refused = scan(tmp_path / "state", "--once", "--library", library)

    assert refused.returncode == 75
    assert "shishoctl" in refused.stderr


def test_a_scan_that_is_not_once_is_for_a_daemon(library: Path, tmp_path: Path) -> None:
    refused = scan(tmp_path / "state", "--library", library)

    assert (refused.returncode, (tmp_path / "state").exists()) == (64, False)
    assert "shishoctl scan" in refused.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone has what to refuse; CI runs as root")
def test_root_leaves_no_files_in_the_folder_of_another_user(library: Path, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    os.chown(tmp_path / "state", NOBODY, NOBODY)

    refused = scan(tmp_path / "state", "--once", "--library", library)

    assert refused.returncode == 78
    assert "belongs to nobody; nothing was done; scan as that user: sudo -u nobody shishod scan" in refused.stderr
    assert list((tmp_path / "state").iterdir()) == []

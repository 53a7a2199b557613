"""P16: links, circles and bind mounts: each folder is entered once, and the daemon ends what it begins."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.running import RunningDaemon, a_daemon
from tests.samples import an_epub

CONFIG = """\
libraries:
  Books:
    paths: [{library}]
    follow_symlinks: {follow}
scan: {{settle: 1ms}}
"""


@pytest.fixture
def shelf(tmp_path: Path, library: Path) -> Path:
    for path in (library / "A/1.epub", library / ".store/2.epub", tmp_path / "Outside/3.epub"):
        path.parent.mkdir(exist_ok=True)
        an_epub(path, title=path.stem)
    for link, target in (
        ("A/loop", ".."),
        ("A/self", "self"),
        ("double", "A"),
        ("hidden", ".store"),
        ("nowhere.epub", "gone.epub"),
        ("out.epub", tmp_path / "Outside/3.epub"),
        ("outside", tmp_path / "Outside"),
        ("outside again", tmp_path / "Outside"),
    ):
        (library / link).symlink_to(target)
    return library


def seen(daemon: RunningDaemon) -> set[str]:
    connection = sqlite3.connect(f"file:{daemon.database}?mode=ro", uri=True)
    try:
        return {os.fsdecode(path) for (path,) in connection.execute("SELECT path FROM media_files")}
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("follow", "files", "told"),
    [
        ("none", {"A/1.epub"}, set()),
        ("inside", {"A/1.epub", "hidden/2.epub"}, {"A/loop", "double"}),
        ("all", {"A/1.epub", "hidden/2.epub", "out.epub", "outside/3.epub"}, {"A/loop", "double", "outside again"}),
    ],
)
def test_links_are_followed_as_the_operator_said_and_circles_are_told_once(
    tmp_path: Path, shelf: Path, follow: str, files: set[str], told: set[str]
) -> None:
    with a_daemon(tmp_path / "daemon", config=CONFIG.format(library=shelf, follow=follow)) as daemon:
        daemon.settled()
        for tier in ("quick", "full", "full"):
            ended = daemon.scan(tier)
            assert (ended["status"], ended["total"], ended["missing"], ended["problems"]) == ("completed", 0, 0, 0)

        assert seen(daemon) == files
        problems = daemon.client.get("/v1/problems")["problems"]
        assert {problem["path"].removeprefix(f"{shelf}/") for problem in problems} == told


@pytest.fixture
def bound(library: Path) -> Iterator[Path]:
    """A library in which one folder is mounted in a second place."""
    (library / "A").mkdir()
    (library / "B").mkdir()
    an_epub(library / "A/1.epub", title="One")
    done = subprocess.run(
        ["mount", "--bind", library / "A", library / "B"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"bind mounts cannot be made here: {done.stderr.strip()}")
    yield library
    subprocess.run(["umount", library / "B"], check=True)


def test_a_folder_that_is_mounted_twice_is_entered_once(tmp_path: Path, bound: Path) -> None:
    with a_daemon(tmp_path / "daemon", bound) as daemon:
        daemon.settled()

        assert seen(daemon) == {"A/1.epub"}
        (problem,) = daemon.client.get("/v1/problems")["problems"]
        assert "the same folder as A" in problem["text"]

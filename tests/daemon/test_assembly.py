"""What the house as a whole says of itself."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from shishod.clock import CLOCK
from shishod.daemon.assembly import build
from shishod.daemon.config import settings_for_run
from shishod.model.state import State
from tests.store.building import a_book, save
from tests.waiting import wait_until


@pytest.mark.parametrize(("count", "said"), [(1, "1 root;"), (2, "2 roots;")])
def test_the_status_line_counts_roots_in_plain_words(tmp_path: Path, count: int, said: str) -> None:
    folders = [os.fsencode(tmp_path / f"Library {number}") for number in range(count)]
    for folder in folders:
        os.mkdir(folder)
    settings = settings_for_run(
        folders, {"state_dir": str(tmp_path / "state"), "control": {"socket": str(tmp_path / "s.sock")}}
    )
    daemon = build(settings, idle=True)

    line = daemon.status_line()
    daemon.close()

    assert line == f"{said} 0 folders watched; no scan yet"


def test_a_purge_that_the_clock_asks_for_is_carried_out(tmp_path: Path) -> None:
    folder = tmp_path / "Library"
    folder.mkdir()
    place = {"state_dir": str(tmp_path / "state"), "control": {"socket": str(tmp_path / "s.sock")}}
    daemon = build(settings_for_run([os.fsencode(folder)], place), idle=True)
    (root,) = daemon.catalog.roots()
    (book_id,) = save(daemon.catalog, a_book(root, b"gone.epub"))
    long_ago = CLOCK.now() - timedelta(days=31)
    for known in daemon.catalog.files_below(root.id, b""):
        daemon.catalog.mark([known.id], State.MISSING, long_ago)
    daemon.catalog.note_walked(root.id, CLOCK.now())
    daemon.workers.start()
    try:
        daemon.requests.purge()
        wait_until(lambda: daemon.catalog.book(book_id) is None, 10, "the book is forgotten")
    finally:
        daemon.stop.set()
        assert daemon.workers.join(10)
        daemon.runner.close()
        daemon.close()

"""The nightly copy: whole while others write, only the newest kept, and enough to start again from."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shishod.clock import Clock
from shishod.errors import Unreachable
from shishod.store.catalog import SqlCatalog, open_catalog
from shishod.store.settings import StoreSettings
from tests.store.building import NOW, a_book, a_root, save


class Days:
    """A clock that a test moves on by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def pass_one(self) -> None:
        self.now += timedelta(days=1)


@pytest.fixture
def days() -> Days:
    return Days()


@pytest.fixture
def catalogue(tmp_path: Path, days: Days) -> Iterator[SqlCatalog]:
    opened = open_catalog(StoreSettings(), tmp_path, Clock(now=lambda: days.now))
    yield opened
    opened.close()


def copies(state: Path) -> list[str]:
    return sorted(path.name for path in (state / "backups").iterdir())


def titles(database: Path) -> int:
    with sqlite3.connect(database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return int(connection.execute("SELECT count(*) FROM books").fetchone()[0])


def test_seven_copies_are_kept_the_newest(catalogue: SqlCatalog, tmp_path: Path, days: Days) -> None:
    for _ in range(9):
        catalogue.keep_up(7)
        days.pass_one()

    kept = copies(tmp_path)
    assert len(kept) == 7
    assert kept[0].startswith("catalogue-20261123") and kept[-1].startswith("catalogue-20261129")


def test_a_copy_holds_what_was_saved_and_a_new_start_takes_it(catalogue: SqlCatalog, tmp_path: Path) -> None:
    save(catalogue, a_book(a_root(catalogue)))
    copy = catalogue.keep_up(7)
    assert copy is not None
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(copy, elsewhere / "catalogue.sqlite")

    restored = open_catalog(StoreSettings(), elsewhere)

    assert restored.counts()["books"] == 1
    restored.close()


def test_books_are_saved_while_a_copy_is_made(catalogue: SqlCatalog, tmp_path: Path) -> None:
    root = a_root(catalogue)
    save(catalogue, *(a_book(root, b"%d.epub" % number) for number in range(200)))
    over = threading.Event()

    def save_on() -> None:
        number = 1000
        while not over.is_set():
            save(catalogue, a_book(root, b"%d.epub" % number))
            number += 1

    writer = threading.Thread(target=save_on)
    writer.start()
    try:
        made = [copy for _ in range(5) if (copy := catalogue.keep_up(7)) is not None]
    finally:
        over.set()
        writer.join(10)

    assert len(made) == 5
    assert titles(made[-1]) >= 200


def test_the_log_is_taken_into_the_file(catalogue: SqlCatalog, tmp_path: Path) -> None:
    root = a_root(catalogue)
    before = (tmp_path / "catalogue.sqlite").stat().st_size
    save(catalogue, *(a_book(root, b"%d.epub" % number) for number in range(300)))
    catalogue.keep_up(7)

    assert (tmp_path / "catalogue.sqlite").stat().st_size > before


def test_a_copy_that_finds_no_room_leaves_those_before_it_and_no_half_one(
    catalogue: SqlCatalog, tmp_path: Path, days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue.keep_up(7)
    days.pass_one()
    kept = copies(tmp_path)
    (tmp_path / "backups" / "catalogue-20261122T120000.partial").mkdir()  # nothing can be written there

    with pytest.raises((Unreachable, OSError)):
        catalogue.keep_up(7)

    assert [name for name in copies(tmp_path) if name.endswith(".sqlite")] == kept


def test_the_time_in_a_copys_name_is_the_clocks(catalogue: SqlCatalog, days: Days) -> None:
    copy = catalogue.keep_up(1)

    assert copy is not None
    assert datetime.strptime(copy.stem.removeprefix("catalogue-"), "%Y%m%dT%H%M%S").replace(tzinfo=NOW.tzinfo) == NOW

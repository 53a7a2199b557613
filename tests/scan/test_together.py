"""Folders that changed at once are one walk, and none of them pays for another."""

import os
import time
from collections.abc import Callable, Collection
from datetime import timedelta
from pathlib import Path

import pytest

from shishod.model.state import KnownFile, State
from shishod.model.ticket import Errand
from shishod.scan.settings import ScanSettings
from shishod.scan.survey import FIRST
from shishod.scan.sweeper import FOLDERS
from tests.nobody import as_nobody
from tests.samples import an_epub
from tests.scan.house import House
from tests.waiting import wait_until


def admissions(house: House) -> list[None]:
    """Grows by one whenever a root is believed, which every walk asks for once."""
    counted: list[None] = []
    admit = house.guard.admit

    def counting(*args: object) -> object:
        counted.append(None)
        return admit(*args)  # type: ignore[arg-type]

    house.guard.admit = counting  # type: ignore[method-assign, assignment]
    return counted


def drop(library: Path, count: int) -> list[str]:
    """So many books, each in a folder of its own."""
    folders = [f"Author {number}/Book" for number in range(count)]
    for folder in folders:
        (library / folder).mkdir(parents=True)
        an_epub(library / folder / "book.epub", title=folder)
    return folders


def test_as_many_folders_as_may_be_walked_together_are(house: House, library: Path) -> None:
    house.scan()
    walks = admissions(house)
    folders = drop(library, FOLDERS + 3)

    for folder in folders:
        house.hint(folder, "book.epub")
    house.work()

    assert set(folders) <= set(house.titles())
    assert len(walks) == 2


def test_a_folder_and_one_that_is_new_in_it_are_read_once(house: House, library: Path) -> None:
    house.scan()
    drop(library, 2)
    house.reads()

    for folder in ("", "Author 0", "Author 0/Book", "Author 1/Book"):
        house.hint(folder, "book.epub")
    house.work()

    assert house.reads() == ["Author 0/Book/book.epub", "Author 1/Book/book.epub"]


def test_a_folder_is_walked_with_others_however_often_it_was_asked_for(house: House) -> None:
    for folder in ("a", "a", "b", "c", "c"):
        house.hint(folder)

    assert len(house.queue.claim_some({Errand.WALK: FOLDERS}, None, 0)) == 3


def test_what_a_folder_says_holds_for_one_in_it_that_was_asked_for_before(house: House, library: Path) -> None:
    drop(library, 1)
    an_epub(library / "Author 0" / "other.epub")
    house.scan()
    an_epub(library / "Author 0/Book" / "extra.epub")
    (library / "Author 0" / ".ignore").write_text("extra.epub\n")

    house.hint("Author 0/Book", "extra.epub")
    house.hint("Author 0")
    house.work()

    assert set(house.files()) == {"Author 0/Book/book.epub", "Author 0/other.epub"}


def test_each_root_and_each_tree_is_walked_by_itself(a_house: Callable[..., House], tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    (tmp_path / "theirs").mkdir()
    house = a_house(ours=tmp_path / "ours", theirs=tmp_path / "theirs")
    house.request()
    house.hint("a")
    house.hint("b")

    taken = []
    while tickets := house.queue.claim_some({Errand.WALK: FOLDERS}, None, 0):
        taken.append(sorted(ticket.subject for ticket in tickets))  # type: ignore[type-var]

    assert sorted(map(len, taken)) == [1, 1, 2]


def test_a_folder_that_cannot_be_looked_at_keeps_no_other_from_it(
    a_house: Callable[..., House], open_place: Path
) -> None:
    library = open_place / "library"
    library.mkdir()
    house = a_house(books=library)
    house.scan()
    *_, shut = folders = drop(library, 4)
    (library / shut).parent.chmod(0)

    for folder in folders:
        house.hint(folder, "book.epub")
    with as_nobody():
        house.work()
    assert house.titles() == folders[:-1]

    os.chmod((library / shut).parent, 0o755)
    house.scan()
    assert house.titles() == folders


def test_a_file_that_is_recorded_while_its_folder_is_walked_again_is_read_once(
    house: House, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.scan()
    (folder,) = drop(library, 1)
    house.reads()
    files_in = house.catalog.files_in

    def as_it_was(root_id: int, folders: Collection[bytes]) -> list[KnownFile]:
        found = files_in(root_id, folders)
        house.work(Errand.INSPECT)
        return found

    house.hint(folder, "book.epub")
    house.turn(Errand.WALK)
    monkeypatch.setattr(house.catalog, "files_in", as_it_was)
    house.hint(folder, "book.epub")
    house.turn(Errand.WALK)
    monkeypatch.undo()
    house.work()

    assert house.reads() == ["Author 0/Book/book.epub"]
    assert house.states()["Author 0/Book/book.epub"] is State.INDEXED


def bad_at(house: House, monkeypatch: pytest.MonkeyPatch, folder: bytes, error: Exception, times: int) -> None:
    """So often the catalogue fails where it is asked for a folder."""
    files_in, left = house.catalog.files_in, [error] * times

    def failing(root_id: int, folders: Collection[bytes]) -> list[KnownFile]:
        if folder in folders and left:
            raise left.pop()
        return files_in(root_id, folders)

    monkeypatch.setattr(house.catalog, "files_in", failing)


def test_a_folder_that_breaks_a_walk_in_a_way_nobody_thought_of_breaks_no_other(
    house: House, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.scan()
    *well, odd = drop(library, 4)
    bad_at(house, monkeypatch, os.fsencode(odd), ValueError("nobody thought of it"), times=2)

    for folder in (*well, odd):
        house.hint(folder)
    for _ in range(2):
        with pytest.raises(ValueError, match="thought"):
            house.work()
    house.work()

    assert house.titles() == well


def test_a_scan_counts_each_file_once_whose_folders_had_to_be_walked_one_by_one(
    a_house: Callable[..., House], library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = a_house(ScanSettings(settle=timedelta(seconds=0.5)), books=library)  # type: ignore[arg-type]
    for folder in drop(library, 2):
        os.utime(library / folder / "book.epub")
    asked = house.request()
    house.turn(Errand.WALK)
    assert house.queue.later(0)[Errand.WALK] == 2
    for number in range(FIRST):
        tale = library / "Author 0/Book" / f"Tale {number}"
        tale.mkdir()
        an_epub(tale / "book.epub", title=str(number))
    now = time.time()
    wait_until(lambda: time.time() - now > 0.5, 5, "they have settled")
    bad_at(house, monkeypatch, b"Author 1/Book", OSError("once"), times=1)

    house.clock.wind(1)
    house.turn(Errand.WALK)
    house.work(Errand.INSPECT)
    house.work(Errand.WALK, Errand.INSPECT)

    scan = house.scans.snapshot(asked.id)
    assert scan is not None
    assert scan.ended_at is not None
    assert (scan.total, scan.succeeded, scan.reason) == (FIRST + 2, FIRST + 2, "")


def test_a_scan_that_meets_a_file_in_another_hand_tells_of_no_file_that_was_not_ready(
    a_house: Callable[..., House], library: Path
) -> None:
    house = a_house(ScanSettings(settle=timedelta(seconds=0.5)), books=library)  # type: ignore[arg-type]
    (folder,) = drop(library, 1)
    os.utime(library / folder / "book.epub")
    asked, began = house.request(), time.time()
    house.turn(Errand.WALK)
    assert house.queue.later(0)[Errand.WALK] == 1

    def second_look(_: object) -> None:
        wait_until(lambda: time.time() - began > 1, 5, "it has settled")
        house.clock.wind(1)
        house.turn(Errand.WALK)

    house.hint(folder, "book.epub")
    house.turn(Errand.WALK)
    house.runner.before = second_look
    house.turn(Errand.INSPECT)
    assert (waits := house.scans.snapshot(asked.id)) and (waits.total, waits.ended_at) == (1, None)
    house.work(Errand.WALK, Errand.INSPECT)

    assert (scan := house.scans.snapshot(asked.id)) and scan.ended_at
    assert (scan.total, scan.processed, scan.reason) == (0, 0, "")
    assert house.reads() == ["Author 0/Book/book.epub"]

"""Folders that changed at once are one walk, and none of them pays for another."""

import os
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from shishod.model.state import KnownFile, State
from shishod.model.ticket import Errand
from shishod.scan.sweeper import FOLDERS
from tests.nobody import as_nobody
from tests.samples import an_epub
from tests.scan.house import House


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

"""Reunions: a book that is gone and came back as another, by its content or by what names it, is one again."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from shishod.model.state import State
from tests.samples import an_epub
from tests.scan.house import House
from tests.scan.test_moves import an_audiobook, say, the_book

ISBN = "urn:isbn:9780441172719"
UUID = "urn:uuid:0f1d2c3b-4a59-4687-9687-a5b4c3d2e1f0"


@pytest.fixture
def two(a_house: Callable[..., House], tmp_path: Path) -> House:
    """Two libraries beside each other."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    return a_house(one=tmp_path / "one", two=tmp_path / "two")


def hashed(house: House) -> None:
    """The pauses come in which files are hashed, and whatever that asks for."""
    house.clock.wind(60)
    house.work()


def tagged(path: Path, *identifiers: str, title: str = "Told", padding: int = 0) -> Path:
    return an_epub(path, title=title, identifiers=identifiers, padding=padding)


def told(book: dict[str, Any]) -> tuple[Any, ...]:
    return book["id"], book["title"], [file["id"] for file in book["files"]]


@pytest.mark.parametrize("hash_first", [True, False], ids=["hashed before the loss", "hashed after it"])
def test_a_folder_that_was_copied_while_watched_and_then_deleted_is_the_book_that_it_was(
    two: House, tmp_path: Path, hash_first: bool
) -> None:
    an_audiobook(tmp_path / "one" / "A", 3)
    two.scan()
    hashed(two)
    before = the_book(two)
    say(two, before["id"], "title", "Mine")

    shutil.copytree(tmp_path / "one" / "A", tmp_path / "two" / "A")
    two.scan()
    assert len(two.books()) == 2, "a copy is a book while both are there"
    if hash_first:
        hashed(two)
    shutil.rmtree(tmp_path / "one" / "A")
    two.scan()
    hashed(two)

    after = the_book(two)
    assert told(after) == (before["id"], "Mine", [file["id"] for file in before["files"]])
    assert (after["library"], set(two.files(0)), set(two.states().values())) == ("two", set(), set())
    assert {file.state for file in two.files(1).values()} == {State.INDEXED}
    assert len(two.reads()) == 6, "three as they were found and three as they were copied"
    assert two.scan().unchanged == 3


def test_a_copy_is_no_other_book_while_a_part_of_its_source_is_there(two: House, tmp_path: Path) -> None:
    an_audiobook(tmp_path / "one" / "A", 3)
    two.scan()
    shutil.copytree(tmp_path / "one" / "A", tmp_path / "two" / "A")
    two.scan()
    hashed(two)
    before = {book["id"] for book in two.books()}

    (tmp_path / "one" / "A" / "01 Part.mp3").unlink()
    two.scan()
    hashed(two)

    assert {book["id"] for book in two.books()} == before
    assert len(before) == 2


def a_second_copy(house: House, place: Path) -> None:
    shutil.copy2(place / "two" / "Book.epub", place / "two" / "Third.epub")
    house.scan()


def words_of_its_own(house: House, _: Path) -> None:
    for book, word in zip(sorted(house.books(), key=lambda one: one["id"]), ("Mine", "Other"), strict=True):
        say(house, book["id"], "title", word)


def long_ago(house: House, _: Path) -> None:
    with house.catalog._writing() as connection:
        connection.exec_driver_sql("UPDATE books SET created_at = datetime(created_at, '-2 days')")


def another_content(house: House, place: Path) -> None:
    (place / "two" / "Book.epub").unlink()
    an_epub(place / "two" / "Book.epub", title="Another", identifiers=())
    house.scan()


@pytest.mark.parametrize("but", [a_second_copy, words_of_its_own, long_ago, another_content])
def test_a_copy_stays_a_book_of_its_own(two: House, tmp_path: Path, but: Callable[[House, Path], None]) -> None:
    an_epub(tmp_path / "one" / "Book.epub", title="Told", identifiers=())
    two.scan()
    shutil.copy2(tmp_path / "one" / "Book.epub", tmp_path / "two" / "Book.epub")
    two.scan()
    but(two, tmp_path)
    hashed(two)
    before = {book["id"] for book in two.books()}

    (tmp_path / "one" / "Book.epub").unlink()
    two.scan()
    hashed(two)

    assert {book["id"] for book in two.books()} == before
    assert two.states() == {"Book.epub": State.MISSING}


@pytest.mark.parametrize("named", [ISBN, UUID])
@pytest.mark.parametrize("known_missing", [True, False], ids=["missing before", "missing in the same scan"])
def test_a_file_that_moved_and_was_tagged_anew_is_known_by_what_names_it(
    house: House, library: Path, named: str, known_missing: bool
) -> None:
    (library / "A").mkdir()
    (library / "B").mkdir()
    tagged(library / "A" / "Book.epub", named)
    house.scan()
    before = the_book(house)
    say(house, before["id"], "subtitle", "mine")

    (library / "A" / "Book.epub").unlink()
    if known_missing:
        house.scan()
    tagged(library / "B" / "Anew.epub", named, padding=5_000)
    house.scan()

    after = the_book(house)
    assert told(after) == told(before)
    assert (after["subtitle"], after["path"].endswith("B/Anew.epub")) == ("mine", True)
    assert house.states() == {"B/Anew.epub": State.INDEXED}
    assert house.scan().unchanged == 1


def test_what_the_user_calls_a_book_does_not_hide_it(house: House, library: Path) -> None:
    tagged(library / "Book.epub", ISBN)
    house.scan()
    before = the_book(house)
    say(house, before["id"], "title", "Mine")
    (library / "Book.epub").rename(library / "Book.old")
    house.scan()

    tagged(library / "Anew.epub", ISBN, padding=5_000)
    house.scan()

    assert (the_book(house)["id"], the_book(house)["title"]) == (before["id"], "Mine")


def another_title(library: Path) -> None:
    tagged(library / "Anew.epub", ISBN, title="Another")


def two_of_them(library: Path) -> None:
    tagged(library / "Anew.epub", ISBN, padding=1_000)
    tagged(library / "Anew 2.epub", ISBN, padding=2_000)


def a_weak_name(library: Path) -> None:
    tagged(library / "Anew.epub", "4711", padding=1_000)


@pytest.mark.parametrize("come", [another_title, two_of_them, a_weak_name])
def test_what_may_be_another_book_is_one(house: House, library: Path, come: Callable[[Path], None]) -> None:
    tagged(library / "Book.epub", ISBN, "4711")
    house.scan()
    before = the_book(house)
    (library / "Book.epub").unlink()
    house.scan()

    come(library)
    house.scan()

    assert house.files()["Book.epub"].book_id == before["id"]
    assert before["id"] not in {file.book_id for path, file in house.files().items() if path != "Book.epub"}


def test_one_of_two_books_of_one_name_takes_the_place_of_the_other_and_gives_no_file_back(
    house: House, library: Path
) -> None:
    tagged(library / "Book.epub", ISBN)
    house.scan()
    tagged(library / "Other.epub", ISBN, padding=1_000)
    house.scan()
    assert len(house.books()) == 2
    before = {path: file.book_id for path, file in house.files().items()}

    (library / "Book.epub").rename(library.parent / "Book.epub")
    house.scan()
    assert [book["id"] for book in house.books()] == [before["Book.epub"]]

    (library.parent / "Book.epub").rename(library / "Book.epub")
    house.scan()
    ids = {path: file.book_id for path, file in house.files().items()}
    assert (ids["Other.epub"], len(set(ids.values()))) == (before["Book.epub"], 2)
    assert house.scan().unchanged == 2


def test_a_copy_that_goes_leaves_its_source_as_it_was(two: House, tmp_path: Path) -> None:
    tagged(tmp_path / "one" / "Book.epub", ISBN)
    two.scan()
    before = the_book(two)
    shutil.copy2(tmp_path / "one" / "Book.epub", tmp_path / "two" / "Book.epub")
    two.scan()
    hashed(two)

    (tmp_path / "two" / "Book.epub").unlink()
    two.scan()
    hashed(two)

    assert [file.book_id for file in two.files(0).values()] == [before["id"]]
    assert [(file.book_id == before["id"], file.state) for file in two.files(1).values()] == [(False, State.MISSING)]


def test_two_editions_that_were_there_together_stay_two(house: House, library: Path) -> None:
    tagged(library / "Book.epub", ISBN)
    tagged(library / "Other.epub", ISBN, padding=1_000)
    house.scan()
    before = {path: file.book_id for path, file in house.files().items()}
    house.clock.wind(2 * 3600)

    (library / "Book.epub").unlink()
    house.scan()

    assert {path: file.book_id for path, file in house.files().items()} == before


def test_a_scan_of_many_new_books_asks_once_whether_anything_is_missing_and_no_more(
    house: House, library: Path
) -> None:
    for number in range(20):
        an_epub(library / f"{number}.epub", title=f"Title {number}", identifiers=(f"{UUID[:-2]}{number:02}",))
    asked: list[str] = []

    @event.listens_for(house.catalog._database.engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    house.scan()

    assert len(house.files()) == 20
    assert sum("FROM roots" in one and "EXISTS" in one for one in asked) == 1
    assert [one for one in asked if "identifiers AS said" in one] == []


def test_a_book_that_returns_before_it_is_made_one_with_another_stays_itself(two: House, tmp_path: Path) -> None:
    """What was decided is looked at once more in the transaction."""
    an_epub(tmp_path / "one" / "Book.epub", title="Told", identifiers=())
    two.scan()
    shutil.copy2(tmp_path / "one" / "Book.epub", tmp_path / "two" / "Book.epub")
    two.scan()
    hashed(two)
    (file,) = two.files(0).values()
    decided, told = two.catalog.reunite, list[Any]()

    def too_late(reunions: Any) -> Any:
        os.rename(tmp_path / "Book.epub", tmp_path / "one" / "Book.epub")
        two.catalog.mark([file.id], State.INDEXED, two.clock.now())
        told.append(decided(reunions))
        return told[-1]

    two.catalog.reunite = too_late  # type: ignore[method-assign]
    os.rename(tmp_path / "one" / "Book.epub", tmp_path / "Book.epub")
    two.scan()

    assert told == [frozenset()]
    assert len({one.book_id for number in (0, 1) for one in two.files(number).values()}) == 2

"""Edits among scans: whoever comes second merges anew, and neither loses what the other has written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shishod.model.book import Contribution
from shishod.model.metadata import UserWord
from shishod.model.words import CLEARED, Wording
from shishod.scan.edits import Editor
from tests.samples import an_epub, an_mp3
from tests.scan.house import House

FORGET_IT = Wording(forgotten=frozenset({"title"}))


def title(said: str) -> Wording:
    return Wording((UserWord("title", said),))


@pytest.fixture
def editor(house: House) -> Editor:
    return Editor(house.catalog, house.recorder)


def the_book(house: House) -> dict[str, Any]:
    (book,) = house.books()
    return book


def catalogued(house: House, library: Path, **said: Any) -> int:
    an_epub(library / "dune.epub", title="Dune", **said)
    house.scan()
    house.reads()
    return int(the_book(house)["id"])


def test_an_edit_is_seen_and_found_at_once_and_reads_no_file(house: House, editor: Editor, library: Path) -> None:
    number = catalogued(house, library, authors=["Frank Herbert"])
    before = house.files()

    authors = (Contribution("Ann Other"),)
    assert editor.edit(number, Wording((UserWord("authors", authors), UserWord("publisher", None, CLEARED))))

    book = the_book(house)
    assert (book["authors"], book["title"], book["publisher"]) == (["Ann Other"], "Dune", None)
    assert book["sources"]["publisher"] == {"source": "user", "place": "cleared"}
    assert (house.reads(), house.files()) == ([], before)
    assert house.scan().unchanged == 1


def test_an_edit_of_a_book_that_is_not_there_says_so(house: House, editor: Editor) -> None:
    assert not editor.edit(7, title("Mine"))


@pytest.mark.parametrize(("before", "meanwhile", "told"), [(None, title("Mine"), "Mine"), ("Old", FORGET_IT, "Second")])
def test_what_is_said_while_the_file_is_read_counts(
    house: House, editor: Editor, library: Path, before: str | None, meanwhile: Wording, told: str
) -> None:
    number = catalogued(house, library)
    if before:
        editor.edit(number, title(before))
    an_epub(library / "dune.epub", title="Second", publisher="Anew")
    house.runner.before = lambda _: editor.edit(number, meanwhile)

    house.scan()

    assert (the_book(house)["title"], the_book(house)["publisher"]) == (told, "Anew")
    assert house.reads() == ["dune.epub"], "it is merged anew, not read anew"


def test_what_is_read_while_something_is_said_counts(house: House, editor: Editor, library: Path) -> None:
    number = catalogued(house, library)
    an_epub(library / "dune.epub", title="Second", publisher="Anew")
    held_book: Callable[[int], Any] = house.catalog.held_book

    class Slow:
        def held_book(self, book_id: int) -> Any:
            held = held_book(book_id)
            house.scan()  # between what the edit starts from and what it writes
            return held

    Editor(Slow(), house.recorder).edit(number, title("Mine"))

    assert (the_book(house)["title"], the_book(house)["publisher"]) == ("Mine", "Anew")


def test_a_book_of_which_nothing_is_left_can_be_edited_and_comes_back_with_it(
    house: House, editor: Editor, library: Path
) -> None:
    number = catalogued(house, library, publisher="Chilton")
    an_epub(library / "other.epub", title="Other", identifiers=())
    house.scan()
    path = (library / "dune.epub").rename(library.parent / "away.epub")
    house.scan()

    assert editor.edit(number, title("Mine"))
    book = house.catalog.book(number) or {}
    assert (book["title"], book["publisher"], book["state"]) == ("Mine", "Chilton", "missing")

    path.rename(library / "dune.epub")
    house.scan()
    book = house.catalog.book(number) or {}
    assert (book["title"], book["publisher"], book["state"]) == ("Mine", "Chilton", "indexed")


def test_an_edit_of_a_book_that_lost_a_track_leaves_it_to_the_scan_to_do_without(
    house: House, editor: Editor, library: Path
) -> None:
    for number in (1, 2, 3):
        (library / "Dune").mkdir(exist_ok=True)
        an_mp3(library / f"Dune/{number}.mp3", album="Dune", track=number, genre=f"Genre {number}")
    house.scan()
    book = the_book(house)["id"]
    (library / "Dune/3.mp3").unlink()

    editor.edit(book, title("Mine"))
    assert the_book(house)["genres"] == ["Genre 1", "Genre 2", "Genre 3"]
    house.scan()

    assert (the_book(house)["title"], the_book(house)["genres"]) == ("Mine", ["Genre 1", "Genre 2"])


@pytest.mark.parametrize("of_second", [None, "of the first", "of the second"])
def test_words_on_a_book_that_is_absorbed_are_believed_of_the_whole_unless_they_contradict_what_is_said_of_that(
    house: House, editor: Editor, library: Path, of_second: str | None
) -> None:
    for name in ("Alpha", "Beta"):
        an_mp3(library / f"{name}.mp3", album=name)
    house.scan()
    first, second = sorted(book["id"] for book in house.books())
    editor.edit(first, Wording((UserWord("subtitle", "of the first"),)))
    said = {"publisher": "Mine"} | ({"subtitle": of_second} if of_second else {})
    editor.edit(second, Wording(tuple(UserWord(*one) for one in said.items())))

    for number, name in enumerate(("Alpha", "Beta"), 1):
        (library / f"{name}.mp3").rename(library / f"Dune {number}.mp3")
    house.scan()
    house.scan()

    whole, *rest = sorted(house.books(), key=lambda book: int(book["id"]))
    disputed = of_second == "of the second"
    words = {
        book_id: {word.field: word.value for word in memory.words}
        for book_id, memory in house.catalog.memories([first, second]).items()
    }
    assert (whole["id"], len(whole["files"]), whole["subtitle"]) == (first, 2, "of the first")
    assert [(book["id"], book["files"]) for book in rest] == ([(second, [])] if disputed else [])
    if disputed:
        assert words == {first: {"subtitle": "of the first"}, second: said}
    else:
        assert words == {first: {"subtitle": "of the first", "publisher": "Mine"}}


def test_a_file_that_is_met_as_new_gives_its_book_no_title_but_the_users(
    house: House, editor: Editor, library: Path
) -> None:
    """As when it moves between the moment when its folder was looked up and the one when its inode was."""
    number = catalogued(house, library)
    editor.edit(number, title("Mine"))
    with house.catalog._writing() as connection:
        connection.exec_driver_sql("DELETE FROM media_files")
        connection.exec_driver_sql("DELETE FROM folders")

    house.scan()

    assert (the_book(house)["id"], the_book(house)["title"]) == (number, "Mine")

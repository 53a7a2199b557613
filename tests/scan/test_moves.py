"""Moves: a file that turns up under another name is what it was, whatever was said of it."""

import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert

from shishod.model.library import Library
from shishod.model.metadata import UserWord
from shishod.model.state import State
from shishod.scan.hashing import RULE
from shishod.store.tables import field_sources
from tests.samples import an_epub, an_mp3
from tests.scan.house import AT_ONCE, House


def say(house: House, book_id: int, field: str, word: str) -> None:
    """The user's own word on a field."""
    with house.catalog._writing() as connection:
        said = (field_sources.c.book_id == book_id, field_sources.c.field == field)
        connection.execute(delete(field_sources).where(*said))
        row = {"book_id": book_id, "field": field, "source": 0, "place": "", "set_at": house.clock.now()}
        connection.execute(insert(field_sources).values(row | {"word": json.dumps(word)}))


def the_book(house: House) -> dict[str, Any]:
    (book,) = house.books()
    return book


def an_audiobook(folder: Path, tracks: int, title: str = "Sound") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for track in range(1, tracks + 1):
        an_mp3(folder / f"{track:02} Part.mp3", album=title, artist="Ann Author", track=str(track))


@pytest.fixture
def two(a_house: Callable[..., House], tmp_path: Path) -> House:
    """Two libraries beside each other on one filesystem."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    return a_house(one=tmp_path / "one", two=tmp_path / "two")


def rename_file(library: Path) -> None:
    (library / "A" / "Book.epub").rename(library / "A" / "Other.epub")


def move_to_another_folder(library: Path) -> None:
    (library / "B").mkdir()
    (library / "A" / "Book.epub").rename(library / "B" / "Book.epub")


def rename_folder(library: Path) -> None:
    (library / "A").rename(library / "B")


def move_down(library: Path) -> None:
    (library / "Author").mkdir()
    (library / "A").rename(library / "Author" / "A")


def recreate_folder(library: Path) -> None:
    (library / "A").rename(library / "old")
    (library / "A").mkdir()
    (library / "old" / "Book.epub").rename(library / "A" / "Again.epub")
    (library / "old").rmdir()


@pytest.mark.parametrize("move", [rename_file, move_to_another_folder, rename_folder, move_down, recreate_folder])
def test_a_moved_book_keeps_its_number_and_the_users_word_and_is_not_read(
    house: House, library: Path, move: Callable[[Path], None]
) -> None:
    (library / "A").mkdir()
    an_epub(library / "A" / "Book.epub", title="Told")
    house.scan()
    house.pause()
    before = the_book(house)
    say(house, before["id"], "title", "Mine")
    house.reads()

    move(library)
    ended = house.scan()

    after = the_book(house)
    assert (after["id"], after["title"], after["files"][0]["id"]) == (before["id"], "Mine", before["files"][0]["id"])
    assert house.reads() == []
    assert list(house.states().values()) == [State.INDEXED]
    assert (ended.moved, ended.missing, ended.held) == (1, 0, 0)
    assert house.scan().moved == 0


def test_what_only_the_name_says_is_said_anew(house: House, library: Path) -> None:
    an_epub(library / "Before.epub", title=None)
    house.scan()

    (library / "Before.epub").rename(library / "After.epub")
    house.scan()

    assert house.titles() == ["After"]


def test_a_file_moved_to_another_library_takes_its_book_and_its_names_along(two: House, tmp_path: Path) -> None:
    an_epub(tmp_path / "one" / "Book.epub", title="Told", authors=["Ann Author"], subjects=["Fiction"])
    two.scan()
    two.pause()
    before = the_book(two)
    say(two, before["id"], "subtitle", "mine")
    two.reads()

    (tmp_path / "one" / "Book.epub").rename(tmp_path / "two" / "Book.epub")
    two.scan()

    after = the_book(two)
    assert (after["id"], after["library"], after["authors"], after["genres"] or after["tags"], after["subtitle"]) == (
        before["id"],
        "two",
        ["Ann Author"],
        before["genres"] or before["tags"],
        "mine",
    )
    assert two.reads() == []
    assert len(two.catalog.files_below(two.root(0).id, b"")) == 0
    with two.catalog._reading() as connection:
        asked = "SELECT library_id FROM persons JOIN contributions ON person_id = id"
        assert connection.exec_driver_sql(asked).scalar_one() == two.root(1).library_id


@pytest.mark.parametrize("order", [("old", "new"), ("new", "old")])
def test_a_renamed_folder_is_the_same_in_whatever_order_its_names_are_walked(
    house: House, library: Path, order: Sequence[str]
) -> None:
    an_audiobook(library / "old", 3)
    house.scan()
    before = the_book(house)
    house.reads()

    (library / "old").rename(library / "new")
    for name in order:
        house.hint(name)
        house.work()

    after = the_book(house)
    assert (after["id"], after["files"], sorted(house.files())) == (
        before["id"],
        after["files"],
        [f"new/{track:02} Part.mp3" for track in (1, 2, 3)],
    )
    assert [file["id"] for file in after["files"]] == [file["id"] for file in before["files"]]
    assert house.reads() == []


def test_most_tracks_take_the_book_along_and_the_rest_is_another(house: House, library: Path) -> None:
    an_audiobook(library / "old", 5)
    house.scan()
    house.pause()
    before = the_book(house)
    house.reads()

    (library / "new").mkdir()
    for track in (1, 2, 3):
        (library / "old" / f"{track:02} Part.mp3").rename(library / "new" / f"{track:02} Part.mp3")
    house.scan()

    books = {len(book["files"]): book["id"] for book in house.books()}
    assert set(books) == {2, 3}
    assert books[3] == before["id"] != books[2]
    assert house.reads() == []
    assert {file["id"] for book in house.books() for file in book["files"]} == {file["id"] for file in before["files"]}


def test_few_tracks_leave_the_book_where_it_is(house: House, library: Path) -> None:
    an_audiobook(library / "old", 5)
    house.scan()
    before = the_book(house)

    (library / "new").mkdir()
    for track in (1, 2):
        (library / "old" / f"{track:02} Part.mp3").rename(library / "new" / f"{track:02} Part.mp3")
    house.scan()

    books = {len(book["files"]): book["id"] for book in house.books()}
    assert books[3] == before["id"] != books[2]


def test_the_book_that_a_track_left_is_merged_without_it_in_the_same_scan(house: House, library: Path) -> None:
    an_audiobook(library / "A", 3)
    house.scan()
    (before,) = house.books()
    (library / "B").mkdir()
    (library / "A/02 Part.mp3").rename(library / "B/02 Part.mp3")

    house.scan()

    durations = {book["id"]: book["duration_ms"] for book in house.books()}
    assert durations.pop(before["id"]) * 3 == before["duration_ms"] * 2
    assert list(durations.values()) == [before["duration_ms"] // 3]


def test_a_file_that_moves_to_another_ending_is_read_anew_and_its_note_is_of_today(house: House, library: Path) -> None:
    an_mp3(library / "Sound.epub", album="Sound")
    house.scan()
    before = house.catalog.book(the_book(house)["id"])
    (library / "Sound.epub").rename(library / "Sound.mp3")

    assert house.scan().succeeded == 1

    after = house.catalog.book(the_book(house)["id"])
    assert before is not None and after is not None
    assert before["id"] == after["id"]
    assert ["content is mp3" in str(one["files"]) for one in (before, after)] == [True, False]


def test_a_copy_is_a_book_of_its_own(house: House, library: Path) -> None:
    an_epub(library / "Book.epub", title="Told")
    house.scan()

    shutil.copy2(library / "Book.epub", library / "Copy.epub")
    house.scan()

    assert [book["path"].rpartition("/")[2] for book in house.books()] == ["Book.epub", "Copy.epub"]


def test_a_file_that_takes_the_name_of_another_is_that_file_changed(house: House, library: Path) -> None:
    an_epub(library / "Book.epub", title="First")
    house.scan()
    before = the_book(house)

    (library / "Book.epub").rename(library / "Book.old.epub")
    an_epub(library / "Book.epub", title="Second")
    house.scan()

    assert {book["title"]: book["id"] for book in house.books()}["Second"] == before["id"]


def test_an_inode_that_is_used_again_makes_another_book(house: House, library: Path) -> None:
    """Law of P12: the inode alone says nothing."""
    an_epub(library / "a.epub", title="First")
    house.scan()
    before = the_book(house)
    remembered = house.files()["a.epub"]

    (library / "a.epub").unlink()
    an_epub(library / "b.epub", title="Second and longer")
    with house.catalog._writing() as connection:  # as a filesystem that gives the same number again
        connection.exec_driver_sql(f"UPDATE media_files SET inode = {os.stat(library / 'b.epub').st_ino}")
    house.scan()

    books = {book["title"]: book["id"] for book in house.books()}
    assert books["First"] == before["id"] != books["Second and longer"]
    assert house.files()["a.epub"].id == remembered.id


def test_names_that_differ_in_form_alone_are_two_files(house: House, library: Path) -> None:
    an_epub(library / "caf\u00e9.epub", title="Composed")
    an_epub(library / "cafe\u0301.epub", title="Decomposed")

    house.scan()

    assert house.titles() == ["Composed", "Decomposed"]


def test_a_name_that_changes_its_case_or_form_is_a_rename_where_inodes_say_nothing(
    house: House, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_epub(library / "CAF\u00c9.epub", title="Told")
    house.scan()
    house.pause()
    before = the_book(house)
    house.reads()
    with house.catalog._writing() as connection:
        connection.exec_driver_sql("UPDATE media_files SET inode = inode + 1")

    (library / "CAF\u00c9.epub").rename(library / "cafe\u0301.epub")
    house.scan()

    assert the_book(house)["id"] == before["id"]
    assert house.reads() == []
    assert list(house.states().values()) == [State.INDEXED]


def test_a_root_under_another_path_keeps_everything(a_house: Callable[..., House], tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    an_audiobook(tmp_path / "here" / "A", 2)
    an_epub(tmp_path / "here" / "Book.epub", title="Told")
    house = a_house(books=tmp_path / "here")
    house.scan()
    before = {book["title"]: book["id"] for book in house.books()}
    house.reads()

    (tmp_path / "here").rename(tmp_path / "there")
    house.catalog.enrol([Library("books", (os.fsencode(tmp_path / "there"),))], house.clock.now())
    house.scan()

    assert {book["title"]: book["id"] for book in house.books()} == before
    assert house.reads() == []
    assert len(house.catalog.every_root()) == 1


def test_a_root_that_is_now_a_part_of_another_keeps_everything(a_house: Callable[..., House], tmp_path: Path) -> None:
    (tmp_path / "all" / "books").mkdir(parents=True)
    an_epub(tmp_path / "all" / "books" / "Book.epub", title="Told")
    house = a_house(books=tmp_path / "all" / "books")
    house.scan()
    before = the_book(house)
    house.reads()

    house.catalog.enrol([Library("renamed", (os.fsencode(tmp_path / "all"),))], house.clock.now())
    house.scan()

    after = the_book(house)
    assert (after["id"], after["library"]) == (before["id"], "renamed")
    assert house.reads() == []


def test_a_library_that_is_called_otherwise_and_then_as_before_keeps_everything(
    a_house: Callable[..., House], tmp_path: Path
) -> None:
    folder = tmp_path / "books"
    (folder / "A").mkdir(parents=True)
    an_epub(folder / "A" / "Book.epub", title="Told")
    house = a_house(books=folder)
    house.scan()
    before = the_book(house)
    house.reads()

    for name in ("renamed", "books"):
        house.catalog.enrol([Library(name, (os.fsencode(folder),))], house.clock.now())
        house.scan()

        after = the_book(house)
        assert (after["id"], after["library"]) == (before["id"], name)
    assert house.reads() == []


def test_many_files_that_move_at_once_are_not_held(a_house: Callable[..., House], tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    for number in range(70):
        an_epub(tmp_path / "one" / f"{number}.epub", title=f"Title {number}")
    house = a_house(one=tmp_path / "one", two=tmp_path / "two")
    house.scan()
    house.pause()
    before = {book["title"]: book["id"] for book in house.books()}
    house.reads()

    for path in list((tmp_path / "one").iterdir()):
        path.rename(tmp_path / "two" / path.name)
    house.scan()

    assert {book["title"]: book["id"] for book in house.books()} == before
    assert house.reads() == []
    assert [root.state.value for root in house.catalog.roots()] == ["online", "online"]


def test_a_moved_file_that_was_broken_is_tried_once_more_and_is_one_row(house: House, library: Path) -> None:
    (library / "Bad.epub").write_bytes(b"PK\x03\x04 no book at all")
    house.scan()
    (before,) = house.files().values()

    (library / "Bad.epub").rename(library / "Worse.epub")
    house.scan()
    house.reads()
    house.scan()

    (after,) = house.files().values()
    assert (after.id, after.state, after.path) == (before.id, State.ERROR, b"Worse.epub")
    assert house.reads() == []


def test_a_hard_link_is_a_duplicate_and_no_second_book(house: House, library: Path) -> None:
    (library / "A").mkdir()
    (library / "B").mkdir()
    an_epub(library / "A" / "Book.epub", title="Told")
    os.link(library / "A" / "Book.epub", library / "B" / "Linked.epub")

    house.scan()
    house.clock.wind(1)
    house.work()

    book = the_book(house)
    assert house.reads() == ["A/Book.epub"]
    original, link = sorted(book["files"], key=lambda file: file["path"])
    assert (original["duplicate_of"], link["duplicate_of"]) == (None, original["id"])
    assert house.scan().unchanged == 2


def test_a_link_that_waits_to_be_read_says_what_its_original_does(house: House, library: Path) -> None:
    an_epub(library / "Book.epub", title="Told")
    os.link(library / "Book.epub", library / "Linked.epub")
    house.scan()
    house.clock.wind(1)
    house.work()
    link = next(one for one in house.files().values() if one.duplicate_of is not None)
    house.catalog.mark([link.id], State.CHANGED, house.clock.now())
    house.catalog.reopen([(house.root().id, b"")])

    house.scan()

    assert [one.state for one in house.files().values()] == [State.INDEXED, State.INDEXED]
    assert house.scan().unchanged == 2


def test_of_names_that_are_first_met_together_the_first_as_people_count_is_the_file(
    house: House, library: Path
) -> None:
    (library / "A").mkdir(parents=True)
    an_mp3(library / "A/10.mp3", album="Sound")
    for name in ("2.mp3", "9.mp3"):
        os.link(library / "A/10.mp3", library / "A" / name)

    house.scan()
    house.scan()

    rows = {file.path: file for file in house.catalog.files_in(house.root().id, [b"A"])}
    first = rows[b"A/2.mp3"].id
    assert {path: file.duplicate_of for path, file in rows.items()} == {
        b"A/2.mp3": None,
        b"A/9.mp3": first,
        b"A/10.mp3": first,
    }
    assert house.runner.read == [b"A/2.mp3"]


def test_a_file_that_moves_and_gets_another_name_at_once_is_still_one(house: House, library: Path) -> None:
    (library / "A").mkdir(parents=True)
    an_mp3(library / "A/1.mp3", album="Sound")
    house.scan()
    (before,) = house.books()
    os.link(library / "A/1.mp3", library / "A/8.mp3")
    (library / "A/1.mp3").rename(library / "A/9.mp3")

    house.scan()
    house.scan()

    assert [book["id"] for book in house.books()] == [before["id"]]
    assert sorted(one.duplicate_of is None for one in house.catalog.files_in(house.root().id, [b"A"])) == [False, True]


def test_what_is_linked_takes_the_place_of_the_original(house: House, library: Path) -> None:
    (library / "A").mkdir()
    (library / "B").mkdir()
    an_epub(library / "A" / "Book.epub", title="Told")
    house.scan()
    os.link(library / "A" / "Book.epub", library / "B" / "Linked.epub")
    for _ in range(2):
        house.scan()
    house.pause()
    before = the_book(house)
    say(house, before["id"], "title", "Mine")
    house.reads()

    (library / "A" / "Book.epub").unlink()
    house.scan()
    house.work()

    after = the_book(house)
    assert (after["id"], after["title"], after["path"].endswith("B/Linked.epub")) == (before["id"], "Mine", True)
    assert house.reads() == []
    assert house.states() == {"A/Book.epub": State.MISSING, "B/Linked.epub": State.INDEXED}
    assert {path: one.duplicate_of for path, one in house.files().items()}["B/Linked.epub"] is None


def test_a_link_that_is_replaced_is_a_book_of_its_own(house: House, library: Path) -> None:
    an_epub(library / "Book.epub", title="Told")
    house.scan()
    os.link(library / "Book.epub", library / "Linked.epub")
    house.scan()
    before = the_book(house)

    (library / "Linked.epub").unlink()
    an_epub(library / "Linked.epub", title="Another")
    house.scan()
    house.work()

    books = {book["title"]: book["id"] for book in house.books()}
    assert books["Told"] == before["id"] != books["Another"]


def linked_over(house: House, library: Path, *names: str) -> None:
    """As `ln -f` does, and a program that saves the room of copies."""
    for name in names:
        os.link(library / "A" / "01 Part.mp3", library / f"{name}.new")
        os.rename(library / f"{name}.new", library / name)
    house.reads()
    house.scan()
    house.scan()


def test_a_copy_that_becomes_a_link_to_its_source_is_a_duplicate_and_not_read(house: House, library: Path) -> None:
    an_audiobook(library / "A", 1)
    shutil.copytree(library / "A", library / "B")
    house.scan()
    before = {os.fsdecode(file.path): file for file in house.files().values()}
    source, copy = before["A/01 Part.mp3"], before["B/01 Part.mp3"]
    assert source.book_id is not None and copy.book_id is not None
    say(house, copy.book_id, "subtitle", "mine")

    linked_over(house, library, "B/01 Part.mp3")

    after = house.files()
    assert (after["B/01 Part.mp3"].id, after["B/01 Part.mp3"].duplicate_of) == (copy.id, source.id)
    assert [(book["id"], len(book["files"])) for book in house.books()] == [(source.book_id, 2)]
    assert house.catalog.memories([source.book_id])[source.book_id].words == (UserWord("subtitle", "mine"),)
    assert house.reads() == ["A/01 Part.mp3"], "which has another time of change now"
    assert house.scan().unchanged == 2


def test_a_track_that_is_linked_over_leaves_its_book_without_it(house: House, library: Path) -> None:
    an_audiobook(library / "A", 1, "Other")
    an_audiobook(library / "B", 3)
    house.scan()
    before = {book["title"]: book for book in house.books()}

    linked_over(house, library, "B/02 Part.mp3")

    after = {book["title"]: book for book in house.books()}
    assert {title: book["id"] for title, book in after.items()} == {title: one["id"] for title, one in before.items()}
    assert [len(after[title]["files"]) for title in ("Other", "Sound")] == [2, 2]
    assert after["Sound"]["duration_ms"] * 3 == before["Sound"]["duration_ms"] * 2
    assert house.reads() == ["A/01 Part.mp3"], "which has another time of change now"


def test_a_file_with_links_of_its_own_is_read_when_it_is_linked_over(house: House, library: Path) -> None:
    an_audiobook(library / "A", 1, "Other")
    an_audiobook(library / "B", 1, "Sound")
    (library / "C").mkdir()
    os.link(library / "B" / "01 Part.mp3", library / "C" / "Linked.mp3")
    house.scan()
    house.scan()

    linked_over(house, library, "B/01 Part.mp3")
    house.scan()

    assert {path: state for path, state in house.states().items() if state is not State.INDEXED} == {}
    assert "Sound" in house.titles()


@pytest.mark.parametrize("known_before", [True, False])
def test_a_file_that_another_walk_records_meanwhile_is_no_link_to_itself(
    house: House, library: Path, monkeypatch: pytest.MonkeyPatch, known_before: bool
) -> None:
    (library / "A").mkdir()
    if known_before:
        an_epub(library / "A" / "Book.epub", title="Before")
        house.scan()
    remembered, seen_before = house.catalog.files_in, house.catalog.files_below(house.root().id, b"")
    (library / "A" / "Book.epub").unlink(missing_ok=True)
    an_epub(library / "A" / "Book.epub", title="After and longer")
    house.scan()

    asked: list[object] = []

    def as_it_was(*told: object) -> object:
        asked.append(told)
        return remembered(*told) if len(asked) > 1 else seen_before  # type: ignore[arg-type]

    monkeypatch.setattr(house.catalog, "files_in", as_it_was)
    house.catalog.reopen([(house.root().id, b"A")])
    house.scan()

    (file,) = house.files().values()
    assert asked
    assert (file.duplicate_of, file.state, house.titles()) == (None, State.INDEXED, ["After and longer"])


def copy_and_delete(source: Path, target: Path) -> None:
    """As mv does from one filesystem to another."""
    shutil.copy2(source, target)
    source.unlink()


def copy_anew_and_delete(source: Path, target: Path) -> None:
    """As a program that keeps no times does."""
    shutil.copyfile(source, target)
    source.unlink()


@pytest.mark.parametrize("move", [copy_and_delete, copy_anew_and_delete])
@pytest.mark.parametrize("name", ["Book.epub", "Renamed.epub"])
def test_a_file_that_was_copied_and_deleted_is_known_by_its_content(
    two: House, tmp_path: Path, move: Callable[[Path, Path], None], name: str
) -> None:
    an_epub(tmp_path / "one" / "Book.epub", title="Told", padding=300_000)
    two.scan()
    two.pause()
    before = the_book(two)
    say(two, before["id"], "subtitle", "mine")
    two.reads()

    move(tmp_path / "one" / "Book.epub", tmp_path / "two" / name)
    two.scan()

    after = the_book(two)
    assert (after["id"], after["library"], after["subtitle"]) == (before["id"], "two", "mine")
    assert after["files"][0]["id"] == before["files"][0]["id"]
    assert two.reads() == []
    two.pause()
    copy_and_delete(tmp_path / "two" / name, tmp_path / "one" / "Back.epub")  # its hash has come along
    two.scan()
    assert the_book(two)["id"] == before["id"]
    assert two.reads() == []


def test_a_file_of_the_same_size_and_another_content_is_another_book(two: House, tmp_path: Path) -> None:
    source = an_epub(tmp_path / "one" / "Book.epub", title="Told", padding=300_000)
    content = source.read_bytes()
    two.scan()
    two.pause()
    before = the_book(two)

    source.unlink()
    (tmp_path / "two" / "Book.epub").write_bytes(content.replace(b"a", b"b", 1) if b"a" in content else b"")
    os.truncate(tmp_path / "two" / "Book.epub", len(content))
    two.scan()

    assert before["id"] not in {file.book_id for file in two.files(1).values()}


def test_a_hash_is_forgotten_when_its_file_changes_and_made_anew(house: House, library: Path) -> None:
    def hashes() -> list[bytes | None]:
        with house.catalog._reading() as connection:
            return list(connection.exec_driver_sql("SELECT content_hash FROM media_files").scalars())

    an_epub(library / "Book.epub", title="First")
    house.scan()
    assert hashes() == [None]
    house.pause()
    (first,) = hashes()

    an_epub(library / "Book.epub", title="Second")
    house.scan()
    assert hashes() == [None]
    house.pause()

    (second,) = hashes()
    assert first is not None and second is not None and first != second


def test_hashing_reads_no_more_in_a_second_than_it_may(a_house: Callable[..., House], library: Path) -> None:
    for number in range(4):
        an_epub(library / f"{number}.epub", title=f"Title {number}", padding=100_000)
    house = a_house(AT_ONCE.model_copy(update={"hash_rate": 100_000}), books=library)
    house.scan()
    house.clock.wind(1)
    house.work()
    an_epub(library / "9.epub", title="Late")

    house.scan()
    house.clock.wind(1)
    house.work()
    assert len(house.catalog.unhashed(RULE, 0, 9)) == 1

    house.clock.wind(20)
    house.work()
    assert house.catalog.unhashed(RULE, 0, 9) == []


def test_a_book_that_comes_into_the_folder_of_a_lost_one_stays_itself(house: House, library: Path) -> None:
    an_audiobook(library / "A", 2, "Lost")
    (library / "B").mkdir()
    for track in (7, 8):
        an_mp3(library / "B" / f"{track:02} Part.mp3", album="Found", artist="Ann Author", track=str(track))
    house.scan()
    before = {book["title"]: book["id"] for book in house.books()}
    shutil.rmtree(library / "A")
    house.scan()

    (library / "B").rename(library / "A")
    house.scan()

    ids = {path: file.book_id for path, file in house.files().items()}
    assert ids == {f"A/{track:02} Part.mp3": before["Lost"] for track in (1, 2)} | {
        f"A/{track:02} Part.mp3": before["Found"] for track in (7, 8)
    }
    assert {book["title"]: book["id"] for book in house.books()} == before
    assert house.scan().unchanged == 2


def test_a_lost_book_that_returns_beside_the_one_that_has_its_folder_is_one_with_it(
    house: House, library: Path
) -> None:
    an_audiobook(library / "A", 2, "Saga CD 1")
    (library / "B").mkdir()
    for track in (7, 8, 9):
        an_mp3(library / "B" / f"{track:02} Part.mp3", album="Saga CD 2", artist="Ann Author", track=str(track))
    house.scan()
    before = {book["title"]: book["id"] for book in house.books()}
    (library / "A").rename(library.parent / "away")
    house.scan()
    (library / "B").rename(library / "A")
    house.scan()

    for track in (library.parent / "away").iterdir():
        track.rename(library / "A" / track.name)
    house.scan()

    assert {file.book_id for file in house.files().values()} == {before["Saga CD 2"]}
    assert set(house.states().values()) == {State.INDEXED}


def test_a_new_book_in_the_folder_that_another_left_is_a_book_of_its_own(house: House, library: Path) -> None:
    an_audiobook(library / "A", 2, "First")
    house.scan()
    before = the_book(house)

    (library / "A").rename(library / "B")
    (library / "A").mkdir()
    for track in (7, 8, 9):
        an_mp3(library / "A" / f"{track:02} Part.mp3", album="Second", artist="Ann Author", track=str(track))
    house.scan()
    house.scan()

    assert {book["title"]: (book["id"] == before["id"], len(book["files"])) for book in house.books()} == {
        "First": (True, 2),
        "Second": (False, 3),
    }


@pytest.mark.parametrize("where", ["{}.epub", "{0}/{0}.epub"], ids=["in one folder", "in many"])
def test_of_many_names_one_takes_the_place_of_the_original_and_the_others_stay_duplicates(
    house: House, library: Path, where: str
) -> None:
    names = [library / "A" / where.format(number) for number in range(1, 6)]
    (library / "Told.epub").parent.mkdir(exist_ok=True)
    an_epub(library / "Told.epub", title="Told")
    house.scan()
    for name in names:
        name.parent.mkdir(parents=True, exist_ok=True)
        os.link(library / "Told.epub", name)
    for _ in range(2):
        house.scan()
    house.pause()
    before = the_book(house)
    house.reads()

    for gone in (library / "Told.epub", names[0]):
        gone.unlink()
        house.scan()
        house.pause()

        assert (the_book(house)["id"], house.reads()) == (before["id"], [])
        there = [file for path, file in house.files().items() if (library / path).exists()]
        assert sorted(file.duplicate_of is None for file in there) == [*[False] * (len(there) - 1), True]

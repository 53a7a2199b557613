"""What a walk passes over because a file in the library, or the operator, says so."""

import os
from pathlib import Path

import pytest

from shishod.model.library import Ways
from shishod.model.tier import Look
from shishod.scan.start import start_of
from shishod.scan.walk import Gone
from tests.scan.looking import a_file, heard, look

QUICK_AND_FULL = pytest.mark.parametrize("how", [Look.QUICK, Look.FULL])
ALL = ["A/1.epub", "A/B/2.epub", "A/B/C/3.epub", "D/4.epub"]


@pytest.fixture
def tree(library: Path) -> Path:
    for path in ALL:
        a_file(library, path)
    return library


@pytest.mark.parametrize("how", [Look.PEEK, Look.QUICK, Look.FULL])
@pytest.mark.parametrize(
    ("where", "name", "content", "left"),
    [
        ("A", ".nomedia", "", ["D/4.epub"]),
        ("A/B", ".nomedia", "", ["A/1.epub", "D/4.epub"]),
        ("A/B", ".ignore", " \n", ["A/1.epub", "D/4.epub"]),
        ("A", ".ignore", "3.*\n", ["A/1.epub", "A/B/2.epub", "D/4.epub"]),
        ("", ".shishoignore", "B/\n", ["A/1.epub", "D/4.epub"]),
        ("", ".shishoignore", "/A/*\n!/A/B\n", ["A/B/2.epub", "A/B/C/3.epub", "D/4.epub"]),
        ("A", ".shishoignore", "/2.epub\n", ALL),
        ("", ".nomedia", "", []),
    ],
)
def test_a_file_with_rules_is_heard_in_its_folder_and_below(
    tree: Path, how: Look, where: str, name: str, content: str, left: list[str]
) -> None:
    a_file(tree, os.path.join(where, name), content)

    assert look(tree, how=how).seen == left


def test_the_operators_lines_are_heard_everywhere_and_cannot_be_taken_back(tree: Path) -> None:
    a_file(tree, "A/.shishoignore", "!3.epub\n")

    assert look(tree, ways=Ways(ignore=("3.*", "D/"))).seen == ["A/1.epub", "A/B/2.epub"]


@QUICK_AND_FULL
def test_rules_that_come_take_what_is_known_away_and_say_why(tree: Path, how: Look) -> None:
    known = look(tree).known
    a_file(tree, "A/B/.nomedia")

    again = look(tree, known, how)

    assert again.seen == []
    assert [one for one in again.found if isinstance(one, Gone)] == [Gone(b"A/B/C", "the .nomedia in A/B says so")]
    assert again.reruled == [b"A/B"]
    assert again.walk.refusal(b"A/B/2.epub") == "the .nomedia in A/B says so"
    assert again.walk.refusal(b"A/1.epub") == ""


@QUICK_AND_FULL
@pytest.mark.parametrize("change", ["other", "none"])
def test_a_change_of_rules_has_all_below_compared_anew(tree: Path, how: Look, change: str) -> None:
    rules = a_file(tree, "A/.shishoignore", "3.*\n")
    known = look(tree).known
    assert b"A/B/C" in known
    if change == "none":
        rules.unlink()
    else:
        rules.write_text("nothing\n")

    again = look(tree, known, how)

    assert again.seen == ["A/1.epub", "A/B/2.epub", "A/B/C/3.epub"]
    assert again.reruled == [b"A"]


@QUICK_AND_FULL
def test_unchanged_rules_cost_no_comparison(tree: Path, how: Look) -> None:
    a_file(tree, "A/.shishoignore", "3.*\n")
    known = look(tree).known

    again = look(tree, known, how)

    assert (again.found, again.walk.unchanged) == ([], 4)  # three books, and the file with the rules


def test_rules_above_are_heard_where_a_quick_look_lists_only_what_changed(tree: Path) -> None:
    a_file(tree, "A/.shishoignore", "new.*\n")
    known = look(tree).known
    a_file(tree, "A/B/C/new.epub")

    with heard() as touched:
        again = look(tree, known, Look.QUICK)

    assert again.seen == []
    assert [path for event, path in touched if event == "os.scandir"] == [os.fsencode(tree / "A/B/C")]


def test_rules_above_are_heard_by_a_walk_of_one_folder(tree: Path) -> None:
    a_file(tree, ".shishoignore", "3.*\n")

    assert look(tree, folder="A/B/C").seen == []


def test_a_change_of_rules_makes_a_walk_of_one_folder_go_all_the_way_down(tree: Path) -> None:
    known = look(tree).known
    a_file(tree, "A/.shishoignore", "3.*\n")

    again = look(tree, {path: one for path, one in known.items() if path.startswith(b"A")}, folder="A")

    assert again.walk.refusal(b"A/B/C/3.epub")
    assert b"A/B/C" in {folder.path for place in again.places for folder in place.folders}


@pytest.mark.parametrize(("asked", "start"), [("A/B/C", "A"), ("A/B", "A"), ("A", "A"), ("D", "D")])
def test_a_walk_does_not_begin_where_no_walk_would_come(tree: Path, asked: str, start: str) -> None:
    a_file(tree, "A/.shishoignore", "B/\n")

    assert start_of(os.fsencode(tree), asked.encode()) == start.encode()


def test_rules_that_cannot_be_read_say_nothing_about_any_book(tree: Path) -> None:
    known = look(tree).known
    with open(tree / "A/.shishoignore", "wb") as much:
        much.truncate(1 << 21)

    again = look(tree, known)

    assert (again.trouble, again.gone, again.seen) == ([b"A"], [], [])


@pytest.mark.parametrize("kind", ["fifo", "folder", "link"])
def test_what_is_called_like_rules_and_is_no_plain_file_says_nothing(tree: Path, kind: str) -> None:
    place = tree / "A/.nomedia"
    {"fifo": lambda: os.mkfifo(place), "folder": place.mkdir, "link": lambda: place.symlink_to("nowhere")}[kind]()

    assert look(tree).seen == ALL


def test_files_below_the_least_size_are_no_books_until_they_grow(tree: Path) -> None:
    ways = Ways(min_size=100)
    a_file(tree, "A/large.epub", "x" * 100)
    first = look(tree, ways=ways)

    assert first.seen == ["A/large.epub"]
    assert "smaller" in first.walk.refusal(b"A/1.epub")

    with open(tree / "D/4.epub", "a") as file:  # which the folder's time does not tell
        file.write("x" * 200)
    assert look(tree, first.known, Look.QUICK, ways=ways).seen == ["D/4.epub"]

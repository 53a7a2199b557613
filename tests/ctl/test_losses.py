"""What is held, missing and forgotten, as shishoctl tells it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from shishod.model.library import Hold, RootIdentity, RootState
from tests.control.standin import NOON, Standin, a_book, a_gone_file, a_root

HELD = Hold(9000, NOON, tuple(b"Bob/%d.epub" % number for number in range(7)), b"digest", 1, NOON + timedelta(days=1))


@pytest.fixture
def root(daemon: Standin, books: Path) -> Path:
    """A root whose loss is held."""
    daemon.known = [a_root(books, state=RootState.HELD, held=HELD)]
    return books


def test_a_held_root_is_told_with_examples_and_with_what_releases_it(shishoctl, root: Path):
    said = shishoctl("held").out.splitlines()

    assert said[0].startswith(f"{root}: 9,000 files gone since ")
    assert said[1:7] == [*(f"    {root}/Bob/{number}.epub" for number in range(5)), "    and 8,995 more"]
    assert f"released when the files come back; or by shishoctl accept {root}; or by 1 more whole scan" in said[7]
    assert "each 24h after the last, the next after 2026-11-2" in said[7]


def test_held_roots_are_told_as_json(shishoctl, root: Path):
    (told,) = json.loads(shishoctl("held", "--json").out)["held"]

    assert (told["path"], told["files"], told["equal_scans"], told["state"]) == (str(root), 9000, 1, "held")
    assert told["since"] == NOON.isoformat()
    assert len(told["examples"]) == 7


def test_where_nothing_is_held_that_is_said(shishoctl):
    assert shishoctl("held").out == "nothing is held\n"


def test_missing_files_are_told_with_their_time(shishoctl, daemon: Standin):
    daemon.gone = [a_gone_file(1), a_gone_file(2, whole_book=False), a_gone_file(3, kept="you have said something")]

    one, two, three = shishoctl("missing").out.splitlines()

    assert one.startswith("/srv/b1.epub (all of book 1): gone since ")
    assert "purged after 2026-12-2" in one
    assert two.startswith("/srv/b2.epub: gone since")
    assert three.endswith("kept: you have said something")


def test_missing_files_are_paged_and_kept_apart_by_library(shishoctl, daemon: Standin):
    daemon.gone = [a_gone_file(number) for number in (1, 2, 3)]

    assert shishoctl("missing", "--limit", "2").out.splitlines()[-1] == "more with --after 2"
    assert shishoctl("missing", "--after", "3").out == "nothing is missing\n"
    assert len(json.loads(shishoctl("missing", "--json", "--library", "books").out)["missing"]) == 3
    unknown = shishoctl("missing", "--library", "films")
    assert (unknown.code, "the libraries are: books" in unknown.err) == (1, True)


def test_purge_says_what_it_forgot_and_what_it_kept(shishoctl, daemon: Standin):
    daemon.gone = [a_gone_file(1)]

    said = shishoctl("purge", "--yes")

    assert said.out == (
        "forgotten: 1 file, 1 book, 3 names that no book mentions; 2 files kept for what you said of the book "
        "(--with-edits forgets them); 1 file kept, as the root is not on line or was not scanned since "
        "(shishoctl scan)\n"
    )
    (order,) = daemon.purged
    assert (order.library, order.book_id, order.with_edits, order.rehearsal) == (None, None, False, False)


def test_purge_asks_before_it_forgets(shishoctl, daemon: Standin):
    said = shishoctl("purge")

    assert (said.code, daemon.purged) == (64, [])
    assert "say --yes" in said.err


def test_a_purge_may_be_about_a_part(shishoctl, daemon: Standin):
    daemon.shelf = [a_book(7)]
    words = ["--library", "books", "--book", "7", "--older", "30d", "--with-edits", "--dry-run"]

    assert shishoctl("purge", *words).out.startswith("would be forgotten: ")

    (order,) = daemon.purged
    assert (order.library, order.book_id, order.with_edits, order.rehearsal) == ("books", 7, True, True)
    assert timedelta(days=29) < daemon.operations()._clock.now() - order.before < timedelta(days=31)
    assert json.loads(shishoctl("purge", "--yes", "--json").out)["dry_run"] is False


@pytest.mark.parametrize("words", [["--older", "soon"], ["--book", "0"], ["--library", "films"]])
def test_a_purge_of_what_makes_no_sense_forgets_nothing(shishoctl, daemon: Standin, words: list[str]):
    assert shishoctl("purge", "--yes", *words).code in (1, 64)
    assert daemon.purged == []


def test_marking_is_explained_and_left_to_the_operator(shishoctl, daemon: Standin, books: Path):
    said = shishoctl("mark", str(books)).out

    assert f"> {books}/.shishod-root" in said
    assert f"shishoctl scan {books}" in said
    assert list(books.iterdir()) == []


def test_a_root_that_is_marked_is_told_by_its_marker(shishoctl, daemon: Standin, books: Path):
    daemon.known = [a_root(books, identity=RootIdentity(1, "ext4", "/dev/sda1", marker="mine"))]

    assert shishoctl("mark", "1").out == f"{books} is known by its marker: mine\n"
    assert shishoctl("mark", "/elsewhere").code == 1


def test_a_purge_of_a_book_that_there_is_none_of_says_so(shishoctl, daemon: Standin):
    said = shishoctl("purge", "--yes", "--book", "999")

    assert (said.code, daemon.purged) == (1, [])
    assert said.err.splitlines()[0] == "shishoctl: there is no book 999"

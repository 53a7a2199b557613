"""shishoctl refresh, reset and scan --reread: what they ask for, say and end with."""

from pathlib import Path

import pytest

from shishod.model.metadata import UserWord
from shishod.model.state import KnownFile, State
from shishod.model.ticket import FolderSubject
from shishod.model.words import CLEARED, Scope, WordedBook
from tests.control.standin import Standin, a_book
from tests.ctl.conftest import Shishoctl

WORDED = WordedBook(3, "Mine", (UserWord("tags", ("sea", "isle")), UserWord("title", None, CLEARED)))


@pytest.fixture
def shelved(daemon: Standin) -> Standin:
    daemon.shelf = [a_book(3, "Mine")]
    daemon.files = {
        3: [
            KnownFile(7, 3, b"A/a.epub", 1, 1, 1, 1, 0, State.INDEXED, root_id=1),
            KnownFile(8, 3, b"A/gone.epub", 1, 1, 1, 1, 0, State.MISSING, root_id=1),
        ]
    }
    return daemon


@pytest.mark.parametrize("words", [("refresh", "3"), ("scan", "--reread", "--book", "3")])
def test_the_files_of_a_book_are_asked_for_that_are_there(
    shishoctl: Shishoctl, shelved: Standin, words: tuple[str, ...]
) -> None:
    said = shishoctl(*words)

    assert (said.code, said.err) == (0, "")
    assert shelved.reread == [{FolderSubject(1, b"A"): frozenset({b"A/a.epub"})}]
    assert shelved.asked[0][2] == ("book 3",)


@pytest.mark.parametrize("words", [("refresh", "--all"), ("scan", "--reread"), ("refresh", "--library", "books")])
def test_everything_is_asked_for_by_its_roots(shishoctl: Shishoctl, shelved: Standin, words: tuple[str, ...]) -> None:
    assert shishoctl(*words).code == 0
    assert shelved.reread == [{FolderSubject(1, b""): frozenset({b""})}]


@pytest.mark.parametrize("words", [("refresh", "--path"), ("scan", "--reread")])
def test_a_file_is_asked_for_alone(shishoctl: Shishoctl, shelved: Standin, books: Path, words: tuple[str, ...]) -> None:
    (books / "b.epub").touch()

    assert shishoctl(*words, str(books / "b.epub")).code == 0
    assert shelved.reread == [{FolderSubject(1, b""): frozenset({b"b.epub"})}]


@pytest.mark.parametrize(
    "words",
    [
        ("refresh",),
        ("refresh", "3", "--all"),
        ("reset", "--library", "books", "--all"),
        ("scan", "--book", "3"),
        ("scan", "--reread", "--dry-run"),
        ("scan", "--reread", "--book", "3", "--library", "books"),
    ],
)
def test_what_is_not_meant_in_one_way_is_a_question_of_usage(
    shishoctl: Shishoctl, shelved: Standin, words: tuple[str, ...]
) -> None:
    assert shishoctl(*words).code == 64
    assert shelved.reread == []


def test_a_reset_tells_what_would_be_forgotten_and_forgets_nothing(shishoctl: Shishoctl, shelved: Standin) -> None:
    shelved.spoken = [WORDED]

    said = shishoctl("reset", "3")

    assert said.code == 1
    assert said.out.splitlines() == [
        "Mine  (3)",
        "  tags           sea; isle",
        "  title          -  [cleared]",
        "your words on 1 book would be forgotten; nothing was, say --yes to do it",
    ]
    assert (shelved.scopes, shelved.edited, shelved.reread) == ([Scope(frozenset({3}))], [], [])


def test_a_reset_that_is_confirmed_forgets_the_words_and_reads_the_files(
    shishoctl: Shishoctl, shelved: Standin
) -> None:
    shelved.spoken = [WORDED]

    said = shishoctl("reset", "--all", "--yes")

    assert said.code == 0
    assert said.out.splitlines()[-2:] == ["forgotten: your words on 1 book", "scan scan-1 reads their files again"]
    ((book_id, wording),) = shelved.edited
    assert (book_id, wording.forgotten) == (3, {"tags", "title"})
    assert shelved.reread == [{FolderSubject(1, b"A"): frozenset({b"A/a.epub"})}]


def test_a_reset_of_books_that_you_said_nothing_of_is_done_at_once(shishoctl: Shishoctl, shelved: Standin) -> None:
    said = shishoctl("reset", "3")

    assert (said.code, said.out) == (0, "you have said nothing of these books\n")


def test_a_book_that_is_not_there_cannot_be_read_again(shishoctl: Shishoctl, shelved: Standin) -> None:
    said = shishoctl("refresh", "4")

    assert (said.code, shelved.reread) == (1, [])
    assert "there is no book 4" in said.err

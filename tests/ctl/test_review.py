"""shishoctl books --incomplete and review: what lacks, and the operator's word on it."""

import pytest

from shishod.control.client import Client
from shishod.errors import Refused
from tests.control.standin import Standin, a_book
from tests.ctl.conftest import Shishoctl

SAID = {"date": "1999", "language": "en", "description": "Once.", "cover": "there"}


@pytest.fixture
def shelved(daemon: Standin) -> Standin:
    daemon.shelf = [a_book(1, "Full", **SAID), a_book(2, "Bare", authors=[])]
    return daemon


def test_incomplete_books_are_listed_with_what_they_lack(shishoctl: Shishoctl, shelved: Standin) -> None:
    said = shishoctl("books", "--incomplete")

    assert said.out.splitlines() == ["2  Bare  -  ebook, lacks authors, date, language, description, cover"]
    assert len(shishoctl("books").out.splitlines()) == 2


def test_a_word_on_a_book_is_kept_and_told_and_taken_back(shishoctl: Shishoctl, shelved: Standin) -> None:
    assert shishoctl("review", "2", "complete").out == (
        "Bare  (2)  complete by your word, lacks authors, date, language, description, cover\n"
    )
    assert shishoctl("books", "--incomplete").out == "no such book\n"

    assert shishoctl("review", "1", "incomplete").out == "Full  (1)  incomplete by your word\n"
    assert "Full  Ursula K. Le Guin  ebook, incomplete by your word" in shishoctl("books", "--incomplete").out

    assert shishoctl("review", "1", "auto").out == "Full  (1)  complete\n"
    assert shelved.reviewed == {2: True, 1: None}


def test_a_book_tells_how_it_stands(shishoctl: Shishoctl, shelved: Standin, socket_path) -> None:
    client = Client(socket_path)

    assert client.get("/v1/books/1")["review"] == {"complete": True, "lacks": [], "by_you": False}
    assert [book["id"] for book in client.get("/v1/books", {"complete": "true"})["books"]] == [1]
    with pytest.raises(Refused, match="there is no book 9"):
        client.post("/v1/books/9/review", {"complete": True})
    with pytest.raises(Refused, match="complete"):
        client.post("/v1/books/1/review", {})
    assert shishoctl("review", "1", "maybe").code == 64

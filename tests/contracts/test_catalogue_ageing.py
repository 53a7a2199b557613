"""Books grow STALE by the age of what is known of them, and are INDEXED again once it was asked for."""

from datetime import timedelta

import pytest

from shishod.model.ageing import Aged
from shishod.model.library import Root
from shishod.model.state import State
from shishod.store.catalog import SqlCatalog
from tests.store.building import LATER, NOW, a_book, a_file, a_root, save, some_metadata

DAY = timedelta(days=1)


@pytest.fixture
def root(catalogue: SqlCatalog) -> Root:
    return a_root(catalogue)


def shelved(catalogue: SqlCatalog, root: Root, *years: str) -> list[int]:
    books = [
        a_book(root, f"{year}.epub".encode(), metadata=some_metadata(year, date=year), files=(a_file(b"%d.epub" % at),))
        for at, year in enumerate(years)
    ]
    return save(catalogue, *books)


def states(catalogue: SqlCatalog, root: Root) -> list[State]:
    return [one.state for one in catalogue.files_below(root.id, b"")]


def test_the_aged_are_told_in_pages_with_what_their_age_hangs_on(catalogue: SqlCatalog, root: Root) -> None:
    one, two, three = shelved(catalogue, root, "2001", "2002", "2003")

    assert catalogue.aged(NOW - DAY, None, 10) == []
    assert catalogue.aged(NOW, None, 2) == [Aged(one, "2001", NOW), Aged(two, "2002", NOW)]
    assert catalogue.aged(NOW, Aged(two, "2002", NOW), 2) == [Aged(three, "2003", NOW)]


def test_the_stale_are_found_asked_for_and_fresh_again(catalogue: SqlCatalog, root: Root) -> None:
    one, two = shelved(catalogue, root, "2001", "2002")

    assert catalogue.grow_stale([one]) == 1
    assert states(catalogue, root) == [State.STALE, State.INDEXED]
    assert (catalogue.stale(0, 10), catalogue.stale(one, 10)) == ([one], [])
    assert [book.book_id for book in catalogue.aged(NOW, None, 10)] == [two]

    assert catalogue.mark_fresh([one], LATER) == 1
    assert states(catalogue, root) == [State.INDEXED, State.INDEXED]
    assert catalogue.stale(0, 10) == []
    assert [book.book_id for book in catalogue.aged(NOW, None, 10)] == [two]


def test_only_what_is_indexed_grows_stale(catalogue: SqlCatalog, root: Root) -> None:
    (book,) = shelved(catalogue, root, "2001")
    (known,) = catalogue.files_below(root.id, b"")
    catalogue.lose(root.id, {known.id: known.path}, (), NOW)

    assert catalogue.aged(NOW, None, 10) == []
    assert catalogue.grow_stale([book]) == 0
    assert states(catalogue, root) == [State.MISSING]


def test_what_the_files_say_anew_makes_nothing_else_younger(catalogue: SqlCatalog, root: Root) -> None:
    (book,) = shelved(catalogue, root, "2001")

    save(catalogue, a_book(root, b"2001.epub", book_id=book, files=(a_file(b"0.epub"),)), now=LATER)

    assert [one.known_since for one in catalogue.aged(LATER, None, 10)] == [NOW]


def test_books_of_a_library_that_is_configured_no_more_are_not_asked_for(catalogue: SqlCatalog, root: Root) -> None:
    (book,) = shelved(catalogue, root, "2001")
    catalogue.grow_stale([book])

    catalogue.enrol((), NOW)

    assert catalogue.stale(0, 10) == []

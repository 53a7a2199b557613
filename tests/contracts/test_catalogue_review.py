"""Which books a catalogue tells as complete, on each database, and the user's word on it."""

from typing import get_args

import pytest

from shishod.model.book import Chapter, Contribution, CoverPlace, Identifier, Role, SeriesEntry
from shishod.model.catalog import BookQuery
from shishod.model.library import Root
from shishod.model.metadata import Metadata
from shishod.model.review import Review, Wanted
from shishod.store.catalog import SqlCatalog
from tests.store.building import a_book, a_file, a_root, save, some_metadata

EVERY = get_args(Wanted)
FULL = some_metadata(
    contributions=(Contribution("Ann"), Contribution("Ned", Role.NARRATOR)),
    series=(SeriesEntry("Voyages", "1"),),
    genres=("Fiction",),
    tags=("sea",),
    publisher="House",
    date="1999",
    language="en",
    identifiers=(Identifier("isbn", "9780306406157"),),
    description="Once.",
    chapters=(Chapter("One"),),
    cover=CoverPlace("cover.jpg", path=b"full.epub"),
)


@pytest.fixture
def root(catalogue: SqlCatalog) -> Root:
    return a_root(catalogue)


def shelve(catalogue: SqlCatalog, root: Root, path: bytes, metadata: Metadata) -> int:
    (number,) = save(catalogue, a_book(root, path, metadata=metadata, files=(a_file(path),)))
    return number


def listed(catalogue: SqlCatalog, complete: bool, *wanted: str) -> list[int]:
    rows, _ = catalogue.books(BookQuery(complete=complete, wanted=wanted))
    return [row["id"] for row in rows]


def test_a_book_lacks_what_nobody_says_of_it_field_by_field(catalogue: SqlCatalog, root: Root) -> None:
    full = shelve(catalogue, root, b"full.epub", FULL)
    bare = shelve(catalogue, root, b"bare.epub", some_metadata(contributions=()))

    reviews = catalogue.reviews([full, bare, 99], EVERY)

    assert reviews == {full: Review(()), bare: Review(EVERY)}
    assert (reviews[full].complete, reviews[bare].complete) == (True, False)
    for name in EVERY:
        assert (listed(catalogue, True, name), listed(catalogue, False, name)) == ([full], [bare])
    assert listed(catalogue, True) == [full, bare], "where nothing is wanted, nothing lacks"


def test_an_author_is_no_narrator(catalogue: SqlCatalog, root: Root) -> None:
    number = shelve(catalogue, root, b"a.epub", some_metadata())

    assert catalogue.reviews([number], ("authors", "narrators"))[number].lacks == ("narrators",)


@pytest.mark.parametrize(("word", "complete"), [(True, True), (False, False)])
def test_the_users_word_counts_whatever_is_lacking_and_outlives_every_writing_of_the_book(
    catalogue: SqlCatalog, root: Root, word: bool, complete: bool
) -> None:
    full = shelve(catalogue, root, b"full.epub", FULL)
    bare = shelve(catalogue, root, b"bare.epub", some_metadata(contributions=()))
    for number in (full, bare):
        assert catalogue.review(number, word)

    shelve(catalogue, root, b"full.epub", FULL)
    shelve(catalogue, root, b"bare.epub", some_metadata(contributions=(), date="2001"))

    assert listed(catalogue, complete, *EVERY) == [full, bare]
    assert [one.word for one in catalogue.reviews([full, bare], EVERY).values()] == [word, word]

    assert catalogue.review(full, None) and catalogue.review(bare, None)
    assert listed(catalogue, True, *EVERY) == [full]


def test_the_word_on_a_book_goes_with_its_files_to_the_one_that_absorbs_it(catalogue: SqlCatalog, root: Root) -> None:
    old = shelve(catalogue, root, b"old.epub", FULL)
    new = shelve(catalogue, root, b"new.epub", FULL)
    catalogue.review(old, False)

    files = (a_file(b"new.epub"), a_file(b"old.epub"))
    save(catalogue, a_book(root, b"new.epub", metadata=FULL, files=files, book_id=new, absorbs=(old,)))

    assert catalogue.reviews([old, new], EVERY) == {new: Review((), False)}


def test_a_word_on_a_book_that_is_not_there_is_nobodys(catalogue: SqlCatalog) -> None:
    assert not catalogue.review(7, True)

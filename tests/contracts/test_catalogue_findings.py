"""What web catalogues say, on each database: written with the book, asked for when due, and handed on with it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shishod.model.answers import Answer
from shishod.model.book import BookKind, CoverPlace, Identifier
from shishod.model.catalog import BookQuery
from shishod.model.finding import Found, Standing, Wanted
from shishod.model.library import Root
from shishod.model.metadata import Reading
from shishod.model.updates import RelationshipUpdates
from shishod.store.absorb import absorb
from shishod.store.catalog import SqlCatalog
from tests.store.building import LATER, NOW, a_book, a_root, save, some_metadata

MONTH = timedelta(days=30)


@pytest.fixture
def root(catalogue: SqlCatalog) -> Root:
    return a_root(catalogue)


def a_find(provider: str = "lib", **change: Any) -> Found:
    found = Found(provider, Standing.MATCHED, "q", NOW, NOW + MONTH, f"{provider}-1", "work", 0.93)
    return replace(found, **{"reading": Reading(description=f"By {provider}"), **change})


def learn(catalogue: SqlCatalog, root: Root, book_id: int, *found: Found) -> None:
    held = catalogue.held_book(book_id)
    assert held is not None
    update = RelationshipUpdates(
        root.library_id, root.id, held.key, held.kind, some_metadata(), (), book_id=book_id, found=found
    )
    save(catalogue, replace(update, revision=held.revision))


def wanted(catalogue: SqlCatalog, **change: Any) -> list[int]:
    return catalogue.books_wanted(replace(Wanted("lib", [BookKind.EBOOK], NOW), **change))


def test_a_finding_is_held_with_its_book_and_comes_with_its_memory(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root))
    two, one = a_find("two", rank=1), a_find("one", rank=0, candidates=({"id": "x", "score": 0.5},))

    learn(catalogue, root, book_id, two, one)

    held = catalogue.held_book(book_id)
    assert held is not None
    assert held.standings == {"one": one, "two": two}
    assert held.findings == (one.believed, two.believed)
    assert catalogue.memories([book_id])[book_id].findings == held.findings


def test_only_what_matched_is_believed(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root))
    learn(catalogue, root, book_id, a_find(standing=Standing.UNMATCHED), a_find("no", standing=Standing.NOT_FOUND))

    assert catalogue.memories([book_id])[book_id].findings == ()
    assert catalogue.standings() == {"lib": {"unmatched": 1}, "no": {"not_found": 1}}
    assert catalogue.counts()["by_standing"] == catalogue.standings()


def test_books_are_listed_by_how_they_stand_with_any_catalogue(catalogue: SqlCatalog, root: Root) -> None:
    one, two, _ = save(catalogue, a_book(root, b"1"), a_book(root, b"2"), a_book(root, b"3"))
    learn(catalogue, root, one, a_find("lib", standing=Standing.UNMATCHED), a_find("other"))
    learn(catalogue, root, two, a_find("lib", standing=Standing.REFUSED))

    listed = {which: [row["id"] for row in catalogue.books(BookQuery(web=which))[0]] for which in Standing}

    assert listed == {"matched": [one], "unmatched": [one], "not_found": [], "refused": [two]}


def test_a_book_has_the_tag_of_what_is_most_believed_of_it(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root))

    learn(catalogue, root, book_id, a_find("two", rank=1, etag='"two"'), a_find("one", etag='W/"one"'))

    with catalogue._reading() as connection:
        (tag,) = connection.exec_driver_sql("SELECT etag FROM books").scalars()
    assert tag == 'W/"one"'


def test_the_order_of_providers_may_change(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root))
    learn(catalogue, root, book_id, a_find("one"), a_find("two", rank=1))

    catalogue.rank_providers(["two", "one"])

    assert [one.provider for one in catalogue.memories([book_id])[book_id].findings] == ["two", "one"]


def test_a_book_is_wanted_until_it_was_asked_for_and_again_when_it_is_due(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root))
    assert wanted(catalogue) == [book_id]

    learn(catalogue, root, book_id, a_find())
    assert wanted(catalogue) == []
    assert wanted(catalogue, provider="other") == [book_id]
    assert wanted(catalogue, now=NOW + 2 * MONTH) == [book_id]

    catalogue.note_checked(book_id, "lib", "q", NOW + 3 * MONTH, LATER)
    assert wanted(catalogue, now=NOW + 2 * MONTH) == []
    assert catalogue.make_due([book_id, 99], ["lib"], LATER) == {book_id}
    assert wanted(catalogue, now=LATER) == [book_id]


def test_a_book_that_somebody_names_is_wanted_whatever_it_lacks(catalogue: SqlCatalog, root: Root) -> None:
    whole = some_metadata(description="Said", date="1999", cover=CoverPlace("x", path=b"Author/Title.epub"))
    (book_id,) = save(catalogue, a_book(root, metadata=whole))
    assert wanted(catalogue) == []

    assert catalogue.want("lib", [BookKind.EBOOK], [book_id, 99], NOW) == 1
    assert catalogue.want("lib", [BookKind.COMIC], [book_id], NOW) == 0

    assert wanted(catalogue) == [book_id]


def test_who_looks_up_by_identifiers_alone_wants_no_book_without_one(catalogue: SqlCatalog, root: Root) -> None:
    numbered = some_metadata(identifiers=(Identifier("isbn", "9780306406157"),))
    bare, book_id = save(catalogue, a_book(root, b"a"), a_book(root, b"b", metadata=numbered))

    assert wanted(catalogue, needs=("asin",)) == []
    assert wanted(catalogue, needs=("asin", "isbn")) == [book_id]

    catalogue.want("lib", [BookKind.EBOOK], [bare], NOW)
    assert wanted(catalogue, needs=("asin",)) == [bare], "somebody has named it"


def test_a_book_of_which_something_else_is_known_is_wanted_again(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root))
    learn(catalogue, root, book_id, a_find())

    save(catalogue, a_book(root, metadata=some_metadata("Other")), now=LATER)

    assert wanted(catalogue) == [book_id]


def test_a_book_that_lacks_nothing_is_wanted_only_where_all_are(catalogue: SqlCatalog, root: Root) -> None:
    whole = some_metadata(description="Said", date="1999", cover=CoverPlace("x", path=b"Author/Title.epub"))
    (book_id,) = save(catalogue, a_book(root, metadata=whole))

    assert wanted(catalogue) == []
    assert wanted(catalogue, thin_only=False) == [book_id]


def test_a_frozen_book_a_book_of_another_kind_and_one_behind_are_not_wanted(catalogue: SqlCatalog, root: Root) -> None:
    first, second, comic = save(
        catalogue, a_book(root, b"a"), a_book(root, b"b"), a_book(root, b"c", kind=BookKind.COMIC)
    )

    assert catalogue.freeze([first], True) == 1
    assert wanted(catalogue) == [second]
    assert wanted(catalogue, after=second) == []
    assert wanted(catalogue, kinds=[BookKind.COMIC]) == [comic]
    catalogue.freeze([first], False)
    assert wanted(catalogue, limit=1) == [first]


def test_a_book_that_absorbs_another_takes_over_what_was_found_and_its_frost(catalogue: SqlCatalog, root: Root) -> None:
    kept, old = save(catalogue, a_book(root, b"a"), a_book(root, b"b"))
    learn(catalogue, root, old, a_find("one"), a_find("two"))
    learn(catalogue, root, kept, a_find("two", provider_id="its own"))
    catalogue.freeze([old], True)

    with catalogue._writing() as connection:
        absorb(connection, {old: kept})

    held = catalogue.held_book(kept)
    assert held is not None
    assert {name: one.provider_id for name, one in held.standings.items()} == {"one": "one-1", "two": "its own"}
    assert held.frozen


def test_what_is_found_goes_with_its_book(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root))
    learn(catalogue, root, book_id, a_find())
    with catalogue._writing() as connection:
        connection.exec_driver_sql("DELETE FROM books")

    assert catalogue.standings() == {}


def test_the_page_of_a_book_tells_how_it_stands(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root))
    learn(catalogue, root, book_id, a_find(standing=Standing.UNMATCHED, reason="no", candidates=({"id": "x"},)))

    book = catalogue.book(book_id)

    assert book is not None
    (told,) = book["findings"]
    assert (told["provider"], told["status"], told["reason"], told["candidates"]) == (
        "lib",
        "unmatched",
        "no",
        [{"id": "x"}],
    )


def test_an_answer_is_kept_as_it_came(catalogue: SqlCatalog) -> None:
    answer = Answer(200, b'{"a": "\xc3\xa9"}', "d", NOW, NOW + MONTH, '"1"', "Sat, 28 Nov 2026 11:00:00 GMT")
    assert catalogue.answer("k") is None

    catalogue.keep_answer("k", "lib", replace(answer, body=b"{}"))
    catalogue.keep_answer("k", "lib", answer)

    assert catalogue.answer("k") == answer


def test_what_has_expired_and_cannot_be_renewed_is_forgotten(catalogue: SqlCatalog) -> None:
    plain = Answer(200, b"{}", "d", NOW, NOW + MONTH)
    tagged, dated = replace(plain, etag='"1"'), replace(plain, last_modified="Sat, 28 Nov 2026 11:00:00 GMT")
    for key, answer in (("plain", plain), ("tagged", tagged), ("dated", dated)):
        catalogue.keep_answer(key, "lib", answer)

    assert catalogue.prune_answers(NOW + 2 * MONTH, 2**30) == 1

    assert [catalogue.answer(key) for key in ("plain", "tagged", "dated")] == [None, tagged, dated]
    assert catalogue.prune_answers(NOW + 2 * MONTH, 0) == 2, "there is no room"

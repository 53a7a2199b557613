"""What the catalogue says of covers, on each database."""

from dataclasses import replace
from typing import Any

import pytest

from shishod.model.book import CoverPlace
from shishod.model.covers import CoverDue, CoverState, CoverTaken
from shishod.model.library import Root, RootState
from shishod.model.updates import RelationshipUpdates
from shishod.store.catalog import SqlCatalog
from tests.store.building import LATER, NOW, a_book, a_file, a_root, a_sighting, save, shown, some_metadata

DIGEST = b"d" * 20
PLACE = CoverPlace("OEBPS/cover.png", "image/png", 77, b"a.epub")


@pytest.fixture
def root(catalogue: SqlCatalog) -> Root:
    return a_root(catalogue)


def covered(
    root: Root, path: bytes = b"a.epub", place: CoverPlace | None = PLACE, **change: Any
) -> RelationshipUpdates:
    place = place and replace(place, path=path)
    return a_book(root, path, metadata=replace(some_metadata(), cover=place), **change)


def due(catalogue: SqlCatalog) -> list[CoverDue]:
    return catalogue.covers_due(0, 10)


def taken(one: CoverDue, digest: bytes | None = DIGEST, **change: Any) -> CoverTaken:
    return CoverTaken(one, digest, "png", 300, 400)._replace(**change)


def test_a_located_cover_is_due_until_it_is_taken(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, covered(root))
    (one,) = due(catalogue)
    assert (one.book_id, one.member, one.file.path, one.file.reader) == (book_id, PLACE.member, b"a.epub", "epub")
    assert catalogue.cover_of(book_id) == CoverState(None, "", "")
    assert catalogue.counts()["covers_due"] == 1

    assert catalogue.write_covers([taken(one)], LATER) == 1

    assert due(catalogue) == []
    assert catalogue.cover_of(book_id) == CoverState(DIGEST, "png", "", 300, 400)
    assert catalogue.covers_shown() == {DIGEST: "png"}
    assert catalogue.counts()["covers_due"] == 0
    cover = shown(catalogue, book_id)["cover"]
    assert (cover["taken"], cover["fault"], cover["width"], cover["height"]) == (True, None, 300, 400)


def test_the_next_are_found_behind_the_last(catalogue: SqlCatalog, root: Root) -> None:
    ids = save(catalogue, *(covered(root, b"%d.epub" % number) for number in range(5)))

    first = catalogue.covers_due(0, 2)
    rest = catalogue.covers_due(first[-1].book_id, 9)

    assert [one.book_id for one in (*first, *rest)] == ids


def test_what_could_not_be_taken_is_not_due_and_says_why(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, covered(root))

    catalogue.write_covers([CoverTaken(due(catalogue)[0], reason="not-a-picture", text="it is none")], NOW)

    assert due(catalogue) == []
    assert catalogue.cover_of(book_id) == CoverState(None, "", "it is none")
    assert shown(catalogue, book_id)["cover"]["fault"] == "it is none"


def test_a_book_that_is_saved_again_shows_the_old_cover_until_the_new_is_taken(
    catalogue: SqlCatalog, root: Root
) -> None:
    (book_id,) = save(catalogue, covered(root))
    catalogue.write_covers([taken(due(catalogue)[0])], NOW)

    save(catalogue, covered(root, place=replace(PLACE, member="other.png")))

    (one,) = due(catalogue)
    assert one.member == "other.png"
    assert catalogue.cover_of(book_id) == CoverState(DIGEST, "png", "")
    catalogue.write_covers([taken(one, b"e" * 20)], NOW)
    assert catalogue.cover_of(book_id) == CoverState(b"e" * 20, "png", "", 300, 400)
    assert catalogue.covers_shown() == {b"e" * 20: "png"}


def test_a_fault_is_forgotten_when_the_cover_is_taken_after_all(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, covered(root))
    catalogue.write_covers([CoverTaken(due(catalogue)[0], reason="not-a-picture", text="it is none")], NOW)
    save(catalogue, covered(root))

    catalogue.write_covers([taken(due(catalogue)[0])], NOW)

    assert catalogue.cover_of(book_id) == CoverState(DIGEST, "png", "", 300, 400)


def test_a_book_that_loses_its_cover_shows_none(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, covered(root))
    catalogue.write_covers([taken(due(catalogue)[0])], NOW)

    save(catalogue, covered(root, place=None))

    assert (catalogue.cover_of(book_id), catalogue.covers_shown(), due(catalogue)) == (None, {}, [])


def test_a_cover_of_what_a_file_was_is_not_stored(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, covered(root))
    (old,) = due(catalogue)
    changed = replace(a_file(b"a.epub"), seen=a_sighting(b"a.epub", ctime_ns=9))
    save(catalogue, covered(root, files=(changed,)))

    assert catalogue.write_covers([taken(old)], NOW) == 0

    assert catalogue.cover_of(book_id) == CoverState(None, "", "")
    assert [one.file.ctime_ns for one in due(catalogue)] == [9]


def test_a_cover_from_another_place_is_not_stored(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, covered(root))
    (old,) = due(catalogue)
    save(catalogue, covered(root, place=replace(PLACE, member="other.png")))

    assert catalogue.write_covers([taken(old)], NOW) == 0


def test_what_cannot_be_believed_is_not_taken(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, covered(root))
    (one,) = due(catalogue)

    catalogue.lose(root.id, {one.file.id: b"a.epub"}, (), NOW)
    assert due(catalogue) == []

    save(catalogue, covered(root))
    catalogue.note_root(root.id, RootState.OFFLINE, "unplugged", None, NOW)
    assert due(catalogue) == []


def test_a_picture_that_is_gone_is_due_again_for_every_book_that_shows_it(catalogue: SqlCatalog, root: Root) -> None:
    first, second, third = save(catalogue, *(covered(root, name) for name in (b"a.epub", b"b.epub", b"c.epub")))
    for one, digest in zip(due(catalogue), (DIGEST, DIGEST, b"e" * 20), strict=True):
        catalogue.write_covers([taken(one, digest)], NOW)

    assert catalogue.retake([DIGEST]) == 2

    assert [one.book_id for one in due(catalogue)] == [first, second]
    assert catalogue.cover_of(first) == CoverState(None, "", "", 300, 400)
    assert catalogue.covers_shown() == {b"e" * 20: "png"}
    assert catalogue.cover_of(third) == CoverState(b"e" * 20, "png", "", 300, 400)


def test_a_picture_that_cannot_be_shown_after_all_is_of_no_book_and_not_taken_again(
    catalogue: SqlCatalog, root: Root
) -> None:
    first, second, third = save(catalogue, *(covered(root, name) for name in (b"a.epub", b"b.epub", b"c.epub")))
    for one, digest in zip(due(catalogue), (DIGEST, DIGEST, b"e" * 20), strict=True):
        catalogue.write_covers([taken(one, digest)], NOW)

    assert catalogue.spoil(DIGEST, "not-a-picture", "it is none") == 2

    told = [catalogue.cover_of(book) for book in (first, second, third)]
    assert [one and (one.digest, one.text) for one in told] == [(None, "it is none")] * 2 + [(b"e" * 20, "")]
    assert due(catalogue) == []


def test_a_book_without_a_cover_or_that_nobody_knows_has_none_to_show(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root))

    assert (catalogue.cover_of(book_id), catalogue.cover_of(book_id + 1)) == (None, None)

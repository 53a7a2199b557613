from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shishod.model.book import BookKind, Contribution, NameKind, Role, SeriesEntry
from shishod.model.metadata import Metadata, Reading, dump_reading
from shishod.model.sighting import Sighting
from shishod.model.state import State
from shishod.model.updates import FileUpdate, RelationshipUpdates
from shishod.scan.record import CatalogRecorder, names_of
from tests.scan.house import House

READING = dump_reading(Reading(reader="epub", format="epub"))


def a_book(house: House, number: int, **said: Any) -> RelationshipUpdates:
    path = b"%03d.epub" % number
    told = {"title": f"Title {number:03}", "contributions": (Contribution("Ann Author"),), "genres": ("Space",), **said}
    root = house.root()
    return RelationshipUpdates(
        library_id=root.library_id,
        root_id=root.id,
        key=path[:-5],
        kind=BookKind.EBOOK,
        metadata=Metadata(**told),
        files=(FileUpdate(Sighting(path, 1, 1, 1, number, 0), State.INDEXED, "epub", "epub", 1, READING),),
    )


def poisoned(book: RelationshipUpdates) -> RelationshipUpdates:
    """A book that no database can take: one of its files is larger than any number it has."""
    (file,) = book.files
    return replace(book, files=(replace(file, seen=file.seen._replace(size=1 << 70)),))


def rows(house: House) -> list[dict[str, Any]]:
    """What is catalogued, without ids and times."""
    return [
        {name: book[name] for name in ("title", "authors", "genres", "series")}
        for book in sorted(house.books(), key=lambda one: one["title"])
    ]


def test_outcomes_come_in_the_order_of_the_books(house: House) -> None:
    books = [a_book(house, number) for number in (3, 1, 2)]

    saved = house.recorder.record(books)

    titles = [(house.catalog.book(one.book_id or 0) or {})["title"] for one in saved]
    assert titles == ["Title 003", "Title 001", "Title 002"]
    assert all(one.created and one.error is None for one in saved)


def test_a_book_recorded_again_is_the_same_book(house: House) -> None:
    (first,) = house.recorder.record([a_book(house, 1)])
    (again,) = house.recorder.record([replace(a_book(house, 1, title="New"), book_id=first.book_id)])

    assert (again.book_id, again.created) == (first.book_id, False)
    assert house.titles() == ["New"]


def test_a_poisoned_book_is_left_out_alone_and_its_neighbours_are_saved(house: House) -> None:
    books = [a_book(house, number) for number in range(9)]
    books[4] = poisoned(books[4])

    saved = house.recorder.record(books)

    assert [number for number, one in enumerate(saved) if one.error is not None] == [4]
    assert saved[4].book_id is None
    assert house.titles() == [f"Title {number:03}" for number in range(9) if number != 4]


def test_a_name_that_only_a_refused_book_had_is_not_remembered(house: House) -> None:
    bad = poisoned(a_book(house, 1, contributions=(Contribution("Only Mine"),)))
    house.recorder.record([bad, a_book(house, 2)])

    with house.cache.hold(house.root().library_id, [(NameKind.PERSON, "only mine")]) as held:
        assert not held.known
    (saved,) = house.recorder.record([a_book(house, 1, contributions=(Contribution("Only Mine"),))])
    assert (house.catalog.book(saved.book_id or 0) or {})["authors"] == ["Only Mine"]


@pytest.mark.parametrize("poison", [False, True])
def test_without_a_cache_the_same_rows_are_written(a_house: Callable[..., House], library: Path, poison: bool) -> None:
    told: list[Sequence[dict[str, Any]]] = []
    for cached in (True, False):
        house = a_house(books=library)
        recorder = CatalogRecorder(house.catalog, house.cache if cached else None, house.clock)
        for start in (0, 5):
            series = (SeriesEntry("Saga", str(start)),)
            books = [
                a_book(house, number, genres=("Space", "space", "Sand"), series=series)
                for number in range(start, start + 5)
            ]
            if poison:
                books[2] = poisoned(books[2])
            recorder.record(books)
        told.append(rows(house))

    assert told[0] == told[1]
    assert len(told[0]) == (8 if poison else 10)


def test_books_of_two_libraries_may_be_recorded_together(a_house: Callable[..., House], tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    house = a_house(one=tmp_path / "one", two=tmp_path / "two")
    first, second = house.catalog.roots()
    books = [
        replace(a_book(house, number), library_id=root.library_id, root_id=root.id)
        for number, root in enumerate([first, second, first, second])
    ]

    saved = house.recorder.record(books)

    assert [(house.catalog.book(one.book_id or 0) or {})["title"] for one in saved] == [
        f"Title {n:03}" for n in range(4)
    ]
    assert [len(house.titles(name)) for name in ("one", "two")] == [2, 2]


def test_nothing_to_record_writes_nothing(house: House) -> None:
    assert house.recorder.record([]) == ()
    assert house.recorder.stats() == {"batches": 0, "things": 0}


def test_every_name_that_a_book_shares_with_others_is_asked_for_in_its_normal_form(house: House) -> None:
    said = a_book(
        house,
        1,
        contributions=(Contribution("ANN  Author"), Contribution("Tim", Role.TRANSLATOR)),
        series=(SeriesEntry("Saga"),),
        tags=("Sand",),
        publisher="Chilton",
        imprint="Ace",
    )
    narrated = replace(said.files[0], narrators=(Contribution("Ned", Role.NARRATOR),))

    assert set(names_of([replace(said, files=(narrated,))])) == {
        (NameKind.PERSON, "ann author"),
        (NameKind.PERSON, "tim"),
        (NameKind.PERSON, "ned"),
        (NameKind.SERIES, "saga"),
        (NameKind.GENRE, "space"),
        (NameKind.TAG, "sand"),
        (NameKind.PUBLISHER, "chilton"),
    }

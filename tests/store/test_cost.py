"""What saving and asking cost, counted in statements: a batch costs the same whatever its size."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import pytest
from sqlalchemy import event

from shishod.model.book import Chapter, Contribution, CoverPlace, Identifier, NameKind, SeriesEntry
from shishod.model.catalog import BookQuery
from shishod.model.library import Root, RootState
from shishod.model.metadata import FieldSource, Source
from shishod.model.progress import ScanSnapshot, ScanStatus
from shishod.model.signature import KnownFolder
from shishod.model.tier import Tier
from shishod.model.updates import RelationshipUpdates
from shishod.store.catalog import SqlCatalog
from tests.store.building import NOW, a_book, a_file, a_root, save, some_metadata

_CONTROL = ("BEGIN", "COMMIT", "PRAGMA")


@contextmanager
def counted(catalogue: SqlCatalog) -> Iterator[list[str]]:
    """Every statement that reaches the database meanwhile."""
    said: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(_CONTROL):
            said.append(statement)

    engine = catalogue._database.engine
    event.listen(engine, "before_cursor_execute", listen)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", listen)


def steps(said: list[str]) -> int:
    """How many statements that is, where many rows at once and the few that are left are one."""
    return sum(1 for _ in groupby(said, key=lambda statement: statement.partition(" VALUES ")[0]))


def writes(said: list[str]) -> int:
    return sum(not statement.startswith("SELECT") for statement in said)


def a_rich_book(root: Root, number: int) -> RelationshipUpdates:
    path = b"%d/book.m4b" % number
    metadata = some_metadata(
        f"Title {number}",
        f"Author {number % 7}",
        series=(SeriesEntry(f"Series {number % 5}", str(number)),),
        genres=("Fiction", f"Genre {number % 9}"),
        tags=(f"Tag {number}",),
        publisher=f"House {number % 3}",
        identifiers=(Identifier("asin", f"B{number}"),),
        chapters=(Chapter("One"), Chapter("Two")),
        cover=CoverPlace("covr", path=path),
        sources=(FieldSource("title", Source.FILE, "nam"),),
    )
    return a_book(root, path, metadata=metadata, files=(a_file(path, narrators=(Contribution("Reader"),)),))


@pytest.fixture
def root(catalogue: SqlCatalog) -> Root:
    return a_root(catalogue)


def test_a_batch_of_new_books_costs_under_four_writes_a_book(catalogue: SqlCatalog, root: Root) -> None:
    with counted(catalogue) as said:
        save(catalogue, *(a_rich_book(root, number) for number in range(50)))

    assert writes(said) / 50 <= 4
    assert steps(said) <= 30


def test_a_batch_costs_the_same_whatever_its_size(catalogue: SqlCatalog, root: Root) -> None:
    with counted(catalogue) as few:
        save(catalogue, *(a_rich_book(root, number) for number in range(10)))
    with counted(catalogue) as many:
        save(catalogue, *(a_rich_book(root, number) for number in range(10, 210)))

    assert steps(many) == steps(few)
    assert len(many) <= 2 * len(few)


def test_names_that_are_known_cost_nothing(catalogue: SqlCatalog, root: Root) -> None:
    names = catalogue.save([a_rich_book(root, 0)], {}, NOW).names

    with counted(catalogue) as said:
        saved = catalogue.save([a_rich_book(root, 0)], names, NOW)

    assert saved.names == {}
    for table in ("persons", "series", "genres", "tags", "publishers", "name_aliases"):
        assert not [statement for statement in said if f"INTO {table} " in statement or f"FROM {table} " in statement]


def test_a_kind_without_names_costs_no_statement(catalogue: SqlCatalog, root: Root) -> None:
    bare = a_book(root, metadata=some_metadata(contributions=()))

    with counted(catalogue) as said:
        save(catalogue, bare)

    written = [statement for statement in said if not statement.startswith("SELECT")]
    assert {statement.replace("UPDATE", "UPDATE IN").split()[2] for statement in written} <= {
        "books",
        "media_files",
        "folders",
        "file_narrators",
        "FROM",
    }


def test_writing_many_books_again_costs_no_more_than_writing_one(catalogue: SqlCatalog, root: Root) -> None:
    books = [a_rich_book(root, number) for number in range(50)]
    save(catalogue, *books)

    with counted(catalogue) as one:
        save(catalogue, books[0])
    with counted(catalogue) as all_of_them:
        save(catalogue, *books)

    assert steps(all_of_them) == steps(one)


def test_what_an_unchanged_scan_asks_is_one_query_each(catalogue: SqlCatalog, root: Root) -> None:
    catalogue.sign(root.id, [KnownFolder(b"%d" % number, 1, 0, b"") for number in range(2000)])

    with counted(catalogue) as said:
        catalogue.folders(root.id)
        catalogue.folders_due(root.id, NOW)
        catalogue.count_present(root.id)
        for kind in NameKind:
            catalogue.names(root.library_id, kind)

    assert len(said) == 3 + len(NameKind)


def test_signing_thousands_of_folders_is_one_statement(catalogue: SqlCatalog, root: Root) -> None:
    with counted(catalogue) as said:
        catalogue.sign(root.id, [KnownFolder(b"%d" % number, 1, 0, b"") for number in range(5000)])

    assert len(said) == 1


def test_a_page_costs_the_same_whatever_its_length(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, *(a_rich_book(root, number) for number in range(60)))

    with counted(catalogue) as short:
        catalogue.books(BookQuery(limit=2))
    with counted(catalogue) as long:
        catalogue.books(BookQuery(limit=50))

    assert len(short) == len(long) <= 6


def test_roots_that_nobody_wrote_of_are_not_read_again(catalogue: SqlCatalog, root: Root) -> None:
    catalogue.roots()

    with counted(catalogue) as said:
        catalogue.write_scan(ScanSnapshot("a", Tier.QUICK, ScanStatus.RUNNING, "start", (), NOW))
        assert catalogue.roots() == (root,)
        assert len(said) == 1
        catalogue.note_root(root.id, RootState.OFFLINE, "it is away", None, NOW)

    assert [(one.state, one.reason) for one in catalogue.roots()] == [(RootState.OFFLINE, "it is away")]


def test_folders_that_nobody_wrote_of_are_not_read_again(catalogue: SqlCatalog, root: Root) -> None:
    catalogue.sign(root.id, [KnownFolder(b"A", 5, 0, b"packed")])
    before = catalogue.folders(root.id)

    with counted(catalogue) as said:
        assert catalogue.folders(root.id) == before
        catalogue.forget_scans(0)
        assert catalogue.folders(root.id) == before

    assert [one for one in said if "folders" in one] == []

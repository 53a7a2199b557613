"""Writing rows: one statement, compiled once, with every value bound as its column wants it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from shishod.store.catalog import SqlCatalog
from shishod.store.dialect import CHUNK, Row, among, as_it_is, chunks, filled, if_missing, write
from shishod.store.tables import folders, libraries
from tests.store.building import a_root

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def a_row(name: str, **change: object) -> Row:
    return {"name": name, "kind": "mixed", "created_at": NOW, **change}


def names(catalogue: SqlCatalog) -> list[str]:
    with catalogue._reading() as connection:
        return list(connection.scalars(libraries.select().with_only_columns(libraries.c.name).order_by(libraries.c.id)))


def test_every_row_gets_its_own_values(catalogue: SqlCatalog) -> None:
    said = ["a", "a\0", "b\0b", "b\0b", "c"]  # equal neighbours are bound once, and must not leak into the next
    rows = [a_row(f"{number} {word}") for number, word in enumerate(said)]

    with catalogue._writing() as connection:
        write(connection, libraries, rows)

    assert names(catalogue) == ["0 a", "1 a", "2 bb", "3 bb", "4 c"]


def test_nothing_and_one_are_lists_too(catalogue: SqlCatalog) -> None:
    with catalogue._writing() as connection:
        write(connection, libraries, [])
        write(connection, libraries, [a_row("one")])

    assert names(catalogue) == ["one"]


def test_a_row_that_is_there_is_an_error_unless_said_otherwise(catalogue: SqlCatalog) -> None:
    with catalogue._writing() as connection:
        write(connection, libraries, [a_row("one")])
        write(connection, libraries, [a_row("one", kind="comics"), a_row("two")], if_missing)
        kinds = connection.exec_driver_sql("SELECT kind FROM libraries ORDER BY name").scalars().all()
        with pytest.raises(IntegrityError):
            write(connection, libraries, [a_row("one")], as_it_is)

    assert kinds == ["mixed", "mixed"]


def test_rows_with_other_keys_are_another_statement(catalogue: SqlCatalog) -> None:
    root = a_root(catalogue)
    short: Row = {
        "root_id": root.id,
        "path": b"a",
        "mtime_ns": 0,
        "device": -1,
        "packed": b"",
        "checked_at": NOW,
    }

    with catalogue._writing() as connection:
        write(connection, libraries, [a_row("one") | {"id": 77}])
        write(connection, libraries, [a_row("two")])
        write(connection, folders, [short])

    assert "two" in names(catalogue)
    assert catalogue.folders(root.id)[b"a"].device == -1


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (1, [1]), (CHUNK, [CHUNK]), (CHUNK + 1, [CHUNK, 1])])
def test_long_lists_are_asked_for_in_parts(count: int, sizes: list[int]) -> None:
    parts = list(chunks(range(count)))

    assert [len(part) for part in parts] == sizes
    assert [number for part in parts for number in part] == list(range(count))


def test_lists_of_all_lengths_share_few_statements_and_ask_for_the_same(catalogue: SqlCatalog) -> None:
    with catalogue._writing() as connection:
        write(connection, libraries, [a_row(f"{number:03d}") for number in range(20)])
    asked = select(libraries.c.name).where(among(libraries.c.name)).order_by(libraries.c.name)

    for length in (0, 1, 2, 3, 5, 20):
        wanted = [f"{number:03d}" for number in range(length)]
        with catalogue._reading() as connection:
            assert list(connection.scalars(asked, {"some": filled(wanted)})) == wanted
    assert {len(filled(range(length))) for length in range(1, CHUNK + 1)} == {1 << power for power in range(10)}

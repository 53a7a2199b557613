"""Where the database's errors become ours: each names what happens next, and what was begun is undone."""

import os
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from shishod.errors import BookRejected, Unreachable
from shishod.store.catalog import SqlCatalog, open_catalog
from shishod.store.settings import StoreSettings
from tests.store.building import NOW, a_book, a_file, a_root, save, some_metadata
from tests.store.cluster import Cluster


@pytest.fixture
def server(cluster: Cluster, tmp_path: Path) -> SqlCatalog:
    return open_catalog(StoreSettings(url=cluster.new_database()), tmp_path)


def test_a_writer_that_waits_too_long_is_told_to_come_again(tmp_path: Path) -> None:
    catalogue = open_catalog(StoreSettings(busy_timeout="100ms"), tmp_path)  # type: ignore[arg-type]
    root = a_root(catalogue)
    other = sqlite3.connect(tmp_path / "catalogue.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(Unreachable, match=r"locked.*rolled back.*fuser -v") as caught:
        save(catalogue, a_book(root))
    assert caught.value.retry_after_s

    assert catalogue.counts()["books"] == 0  # readers never wait
    other.execute("COMMIT")
    assert save(catalogue, a_book(root)) == [1]
    other.close()
    catalogue.close()


def test_a_full_disk_undoes_the_batch_and_is_not_the_books_fault(catalogue: SqlCatalog) -> None:
    root = a_root(catalogue)
    with catalogue._writing() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    long = some_metadata(description="x" * 1_000_000)

    for attempt in (catalogue.save, catalogue.save_each):
        with pytest.raises(Unreachable, match="full"):
            attempt([a_book(root, b"a"), a_book(root, b"b", metadata=long)], {}, NOW)

    counts = catalogue.counts()
    assert (counts["books"], counts["files"], set(counts["by_state"].values())) == (0, 0, {0})


def test_a_damaged_file_is_said_to_be_damaged(catalogue: SqlCatalog, tmp_path: Path) -> None:
    root = a_root(catalogue)
    save(catalogue, *(a_book(root, b"%d" % number) for number in range(200)))
    with catalogue._writing() as connection:
        page = connection.exec_driver_sql("SELECT rootpage FROM sqlite_master WHERE name = 'books'").scalar()
    catalogue.close()  # checkpoints, so that the file is all there is
    with (tmp_path / "catalogue.sqlite").open("r+b") as file:
        file.seek((int(page or 0) - 1) * 4096)
        file.write(os.urandom(4096))

    with pytest.raises(Unreachable, match="malformed"):
        catalogue.book(1)


def test_a_mistake_of_ours_is_not_taken_for_bad_luck(catalogue: SqlCatalog) -> None:
    with pytest.raises(SQLAlchemyError), catalogue._reading() as connection:
        connection.exec_driver_sql("SELECT ?", ({},))  # type: ignore[arg-type]


def test_a_server_that_restarts_costs_one_answer_at_most(server: SqlCatalog) -> None:
    root = a_root(server)
    with pytest.raises(Unreachable, match="rolled back"), server._writing() as connection:
        connection.exec_driver_sql("DELETE FROM roots")
        with server._writing() as second:
            second.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'shishod' AND pid <> pg_backend_pid()"
            )
        connection.exec_driver_sql("SELECT 1")

    assert save(server, a_book(root)) == [1]
    server.close()


def test_a_key_that_no_index_page_holds_is_one_books_fault(server: SqlCatalog) -> None:
    root = a_root(server)
    endless = os.urandom(9000).replace(b"/", b"_")

    with pytest.raises(BookRejected, match="too long"):
        server.save([a_book(root, endless)], {}, NOW)

    saved = server.save_each([a_book(root, endless), a_book(root, b"b")], {}, NOW)
    assert [outcome.book_id is not None for outcome in saved.books] == [False, True]
    server.close()


def test_a_number_beyond_sixty_four_bits_is_one_books_fault(catalogue: SqlCatalog) -> None:
    root = a_root(catalogue)

    with pytest.raises(BookRejected):
        catalogue.save([a_book(root, files=(a_file(b"a", position=2**80),))], {}, NOW)

    assert catalogue.counts()["files"] == 0


def test_a_connection_is_given_back_whatever_happens(catalogue: SqlCatalog) -> None:
    root = a_root(catalogue)
    for _ in range(50):
        with pytest.raises(BookRejected):
            catalogue.save([a_book(root, files=(a_file(b"a", format=None),))], {}, NOW)

    assert "Current Checked out connections: 0" in catalogue._database.engine.pool.status()


def test_readers_are_answered_while_a_writer_writes(catalogue: SqlCatalog) -> None:
    root = a_root(catalogue)
    save(catalogue, a_book(root))
    answered = threading.Event()

    with catalogue._writing() as connection:
        connection.exec_driver_sql("DELETE FROM books")
        reader = threading.Thread(target=lambda: catalogue.counts()["books"] == 1 and answered.set())
        reader.start()
        assert answered.wait(timeout=10)
        reader.join()
        connection.rollback()

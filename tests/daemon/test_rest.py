"""When what was kept for work is given back."""

import _sqlite3
import ctypes
from pathlib import Path

from shishod.daemon.rest import Rest
from shishod.store.catalog import SqlCatalog, open_catalog
from shishod.store.settings import StoreSettings


def test_it_is_given_back_once_after_work_and_not_before_nor_meanwhile() -> None:
    busy, given = [False], list[str]()
    rest = Rest(lambda: busy[0], (lambda: given.append("pages"), lambda: given.append("heap")))
    rest.tick()
    busy[0] = True
    rest.tick()
    rest.tick()
    assert given == []

    busy[0] = False
    rest.tick()
    rest.tick()

    assert given == ["pages", "heap"]


def used(catalog: SqlCatalog) -> int:
    """Bytes that SQLite has of the heap in this process."""
    library = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_memory_used.restype = ctypes.c_int64
    return int(library.sqlite3_memory_used())


def test_connections_that_nobody_uses_part_with_their_pages_and_go_on(tmp_path: Path) -> None:
    catalog = open_catalog(StoreSettings(), tmp_path)
    with catalog._database.writer.connect() as connection, connection.begin():
        connection.exec_driver_sql("CREATE TABLE large (content BLOB)")
        connection.exec_driver_sql("INSERT INTO large VALUES (randomblob(6000000))")
        connection.exec_driver_sql("SELECT count(content) FROM large").fetchall()
    before = used(catalog)

    catalog.give_back()

    assert used(catalog) < before - 4_000_000
    assert catalog.scans() == []
    catalog.close()

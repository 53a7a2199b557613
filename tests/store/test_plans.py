"""What a scan, a start and a refresh really ask is answered by an index on both databases, however large a table is."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from shishod.model.catalog import BookQuery
from shishod.model.finding import Found, Standing
from shishod.model.signature import KnownFolder, pack
from shishod.store.catalog import SqlCatalog, open_catalog
from shishod.store.settings import StoreSettings
from tests.store.building import NOW, a_book, a_file, a_root, save
from tests.store.cluster import Cluster

ASKED: list[tuple[Callable[[SqlCatalog], Any], tuple[str, ...]]] = [
    (lambda c: c.folders_due(1, NOW), ("ix_media_files_unfinished", "ix_media_files_root_id_state")),
    (lambda c: c.files_in(1, [b"Author"]), ("ix_media_files_root_id_parent_path",)),
    (lambda c: c.remembered(1, [b"Author/a"]), ("sqlite_autoindex_media_files_1", "uq_media_files_root_id")),
    (lambda c: c.folders(1, b"Author"), ("(root_id=? AND path>? AND path<?)", "pk_folders")),
    (lambda c: c.sign(1, (), {b"Author"}), ("(root_id=? AND path>? AND path<?)", "pk_folders")),
    (lambda c: c.claim([1], NOW), ("rowid=?", "pk_media_files")),
    (lambda c: c.reclaim(), ("ix_media_files_unfinished",)),
    (lambda c: c.aged(NOW, None, 10), ("ix_books_metadata_updated_at",)),
    (lambda c: c.stale(0, 10), ("ix_media_files_root_id_state", "ix_media_files_book_id")),
    (lambda c: c.grow_stale([1]), ("ix_media_files_book_id",)),
    (lambda c: c.by_inode([1]), ("ix_media_files_inode",)),
    (lambda c: c.by_hash({b"\x01": 7}), ("(size=? AND content_hash=?)", "ix_media_files_hashed")),
    (lambda c: c.books(BookQuery(web="refused")), ("ix_findings_status_provider",)),
    (
        lambda c: c.standings(),
        ("COVERING INDEX ix_findings_status_provider", "Seq Scan on findings"),
    ),  # all are counted
    (lambda c: c.problems(), ("ix_media_files_root_id_state", "ix_media_files_unfinished")),
    (lambda c: c.missing(), ("ix_media_files_root_id_state",)),
    (lambda c: c.books(BookQuery(state="error")), ("ix_media_files_root_id_state", "ix_media_files_unfinished")),
]


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "sqlite, not yet counted"])
def catalogue(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A thousand books in a hundred folders, counted for the planner as both databases do by themselves in time; SQLite
    does so days after the first scan."""
    cluster: Cluster = request.getfixturevalue("cluster")
    url = cluster.new_database() if request.param == "postgresql" else ""
    opened = open_catalog(StoreSettings(url=url), tmp_path_factory.mktemp("plans"))
    root = a_root(opened)
    for hundred in range(10):
        paths = [b"Author %d/%d.epub" % (number % 100, number) for number in range(hundred * 100, hundred * 100 + 100)]
        found = [Found("lib", Standing.REFUSED if path == paths[0] else Standing.MATCHED, "q", NOW) for path in paths]
        told = zip(paths, found, strict=True)
        books = [a_book(root, path, files=(a_file(path),), found=(one,)) for path, one in told]
        save(opened, *books, now=NOW + timedelta(days=hundred))
    opened.sign(root.id, [KnownFolder(b"Elsewhere/%d" % number, 1, 0, pack([])) for number in range(5000)])
    if "not yet" not in request.param:
        with opened._writing() as connection:
            connection.exec_driver_sql("ANALYZE")
    yield opened
    opened.close()


def plans(catalogue: SqlCatalog, ask: Callable[[SqlCatalog], Any]) -> list[str]:
    """How the database goes about each statement of a call that is of files or books."""
    said: list[tuple[str, Any]] = []
    engine = catalogue._database.engine

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        said.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        ask(catalogue)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    found = []
    with catalogue._reading() as connection:
        for statement, parameters in said:
            if any(table in statement for table in ("media_files", "books", "findings", "folders")):
                rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)
                found.append("\n".join(str(row[-1]) for row in rows))
    return found


@pytest.mark.parametrize(("ask", "indexes"), ASKED)
def test_what_is_asked_is_answered_by_an_index(
    catalogue: SqlCatalog, ask: Callable[[SqlCatalog], Any], indexes: tuple[str, ...]
) -> None:
    found = plans(catalogue, ask)

    assert found
    assert any(index in plan for plan in found for index in indexes), found
    assert not any("SCAN media_files\n" in f"{plan}\n" or "Seq Scan on media_files" in plan for plan in found), found

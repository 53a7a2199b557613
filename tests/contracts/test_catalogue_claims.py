"""A file is in one hand at a time, its state takes legal steps only, and nothing stays in a hand that is no more."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from shishod.model.library import Root
from shishod.model.signature import KnownFolder
from shishod.model.state import LEASE, LEGAL, State
from shishod.store.catalog import SqlCatalog
from shishod.store.tables import media_files
from tests.store.building import LATER, NOW, a_book, a_failure, a_file, a_root, save

CLAIMERS = 8
CLAIMABLE = sorted(before for before, after in LEGAL.items() if State.PROCESSING in after)


@pytest.fixture
def root(catalogue: SqlCatalog) -> Root:
    return a_root(catalogue)


def shelved(catalogue: SqlCatalog, root: Root, *paths: bytes) -> list[int]:
    """Books of one file each; the ids of the files."""
    save(catalogue, *(a_book(root, path, files=(a_file(path),)) for path in paths))
    return [one.id for one in catalogue.files_below(root.id, b"") if one.path in paths]


def force(catalogue: SqlCatalog, file_id: int, state: State, **more: object) -> None:
    """Put a file into a state from wherever it is, as no part of the program can."""
    drop, make = "DROP TRIGGER media_files_state", ""
    with catalogue._writing() as connection:
        if connection.dialect.name == "sqlite":
            asked = "SELECT sql FROM sqlite_master WHERE name = 'media_files_state'"
            make = str(connection.exec_driver_sql(asked).scalar())
        else:
            drop = "ALTER TABLE media_files DISABLE TRIGGER media_files_state"
            make = "ALTER TABLE media_files ENABLE TRIGGER media_files_state"
        connection.exec_driver_sql(drop)
        connection.execute(update(media_files).where(media_files.c.id == file_id).values(state=state.value, **more))
        connection.exec_driver_sql(make)


def states(catalogue: SqlCatalog, root: Root) -> dict[bytes, State]:
    return {one.path: one.state for one in catalogue.files_below(root.id, b"")}


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("after", State)
def test_the_database_takes_the_legal_steps_and_refuses_every_other(
    catalogue: SqlCatalog, root: Root, before: State, after: State
) -> None:
    (file_id,) = shelved(catalogue, root, b"a.epub")
    force(catalogue, file_id, before)
    step = update(media_files).where(media_files.c.id == file_id).values(state=after.value)

    if after is before or after in LEGAL[before]:
        with catalogue._writing() as connection:
            connection.execute(step)
        assert states(catalogue, root) == {b"a.epub": after}
    else:
        with pytest.raises(IntegrityError, match="no file goes from this state"), catalogue._writing() as connection:
            connection.execute(step)
        assert states(catalogue, root) == {b"a.epub": before}


def test_a_state_that_there_is_not_is_refused(catalogue: SqlCatalog, root: Root) -> None:
    (file_id,) = shelved(catalogue, root, b"a.epub")
    lost = update(media_files).where(media_files.c.id == file_id).values(state="lost")

    with pytest.raises(IntegrityError), catalogue._writing() as connection:
        connection.execute(lost)


@pytest.mark.parametrize("before", CLAIMABLE)
def test_a_file_is_claimed_from_every_state_that_it_may_be_read_in(
    catalogue: SqlCatalog, root: Root, before: State
) -> None:
    (file_id,) = shelved(catalogue, root, b"a.epub")
    force(catalogue, file_id, before)

    assert catalogue.claim([file_id], NOW) == {file_id}
    assert states(catalogue, root) == {b"a.epub": State.PROCESSING}


def test_what_is_claimed_is_claimed_by_nobody_else(catalogue: SqlCatalog, root: Root) -> None:
    one, other = shelved(catalogue, root, b"a.epub", b"b.epub")
    catalogue.claim([one], NOW)

    assert catalogue.claim([one, other], NOW) == {other}
    assert catalogue.claim([one, other], NOW) == frozenset()


def test_of_eight_who_claim_at_once_each_file_has_one_holder(catalogue: SqlCatalog, root: Root) -> None:
    ids = shelved(catalogue, root, *(b"%d.epub" % number for number in range(120)))
    start = threading.Barrier(CLAIMERS)
    won: list[frozenset[int]] = []

    def claim() -> None:
        start.wait()
        won.append(catalogue.claim(ids, NOW))

    threads = [threading.Thread(target=claim) for _ in range(CLAIMERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(file_id for one in won for file_id in one) == sorted(ids)


def test_a_claim_is_one_statement_however_many_files(catalogue: SqlCatalog, root: Root) -> None:
    ids = shelved(catalogue, root, *(b"%d.epub" % number for number in range(200)))
    said: list[str] = []
    with catalogue._writing() as connection:
        connection.exec_driver_sql("SELECT 1")  # the connection that the claim will take is there
    from sqlalchemy import event

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    engine = catalogue._database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        catalogue.claim(ids, NOW)
    finally:
        event.remove(engine, "before_cursor_execute", note)

    assert [one.split()[0] for one in said if not one.startswith("BEGIN")] == ["UPDATE"]


@pytest.mark.parametrize("age", [LEASE, LEASE + timedelta(days=3), -timedelta(seconds=1)])
def test_a_claim_whose_holder_is_gone_is_anybodys(catalogue: SqlCatalog, root: Root, age: timedelta) -> None:
    """Older than a lease, or from the future: the clock was set back since."""
    (file_id,) = shelved(catalogue, root, b"Folder/a.epub")
    catalogue.claim([file_id], NOW - age)

    assert catalogue.folders_due(root.id, NOW) == {b"Folder"}
    assert catalogue.claim([file_id], NOW) == {file_id}
    assert catalogue.folders_due(root.id, NOW) == frozenset()


def test_a_claim_within_its_lease_is_left_alone(catalogue: SqlCatalog, root: Root) -> None:
    (file_id,) = shelved(catalogue, root, b"Folder/a.epub")
    catalogue.claim([file_id], NOW)

    assert catalogue.folders_due(root.id, NOW + LEASE - timedelta(seconds=1)) == frozenset()
    assert catalogue.claim([file_id], NOW + LEASE - timedelta(seconds=1)) == frozenset()


def test_what_is_given_back_is_still_to_be_read(catalogue: SqlCatalog, root: Root) -> None:
    one, other = shelved(catalogue, root, b"a.epub", b"b.epub")
    catalogue.claim([one], NOW)

    assert catalogue.release([one, other], LATER) == 0  # by another claim
    assert catalogue.folders_due(root.id, NOW) == frozenset()
    assert catalogue.release([one, other], NOW) == 1
    assert states(catalogue, root) == {b"a.epub": State.CHANGED, b"b.epub": State.INDEXED}
    assert catalogue.folders_due(root.id, NOW) == {b""}


def test_a_start_takes_back_what_was_in_hand_and_has_its_folder_compared(catalogue: SqlCatalog, root: Root) -> None:
    one, _ = shelved(catalogue, root, b"A/a.epub", b"B/b.epub")
    catalogue.sign(root.id, [KnownFolder(folder, 7, 0, b"packed") for folder in (b"A", b"B")])
    catalogue.claim([one], LATER)

    assert (catalogue.reclaim(), catalogue.reclaim()) == (1, 0)
    assert states(catalogue, root) == {b"A/a.epub": State.CHANGED, b"B/b.epub": State.INDEXED}
    folders = catalogue.folders(root.id)
    assert {path: one.packed for path, one in folders.items()} == {b"A": b"", b"B": b"packed"}


def test_what_is_recorded_is_in_no_hand_any_more(catalogue: SqlCatalog, root: Root) -> None:
    """Success forgets the failures before it; a failure is counted, with its reason and its next try."""
    path = b"a.epub"
    (file_id,) = shelved(catalogue, root, path)
    book_id = catalogue.files_below(root.id, b"")[0].book_id

    catalogue.claim([file_id], NOW)
    save(catalogue, a_book(root, path, book_id=book_id, metadata=None, files=(a_failure(path, error_count=3),)))
    (failed,) = catalogue.files_below(root.id, b"")
    assert (failed.state, failed.error_count, failed.retry_at) == (State.ERROR, 3, LATER)
    assert catalogue.folders_due(root.id, LATER) == {b""}

    catalogue.claim([file_id], LATER)
    save(catalogue, a_book(root, path, book_id=book_id, files=(a_file(path, read_ms=12),)), now=LATER)
    (read,) = catalogue.files_below(root.id, b"")
    assert (read.state, read.error_count, read.retry_at) == (State.INDEXED, 0, None)
    with catalogue._reading() as connection:
        row = connection.execute(media_files.select()).mappings().one()
    assert (row["processing_started_at"], row["last_error"], row["error_reason"]) == (None, None, None)
    assert (row["size"], row["last_scan_duration_ms"], row["last_scanned_at"]) == (1000, 12, LATER)
    assert (row["first_scanned_at"], row["mtime_ns"]) == (NOW, 1_700_000_000_000_000_001)

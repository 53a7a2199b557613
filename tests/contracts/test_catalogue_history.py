"""Scans and problems as rows."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shishod.model.library import Library, Root
from shishod.model.progress import Problem, ScanSnapshot, ScanStatus
from shishod.model.tier import Tier
from shishod.store.catalog import SqlCatalog
from tests.store.building import LATER, NOW, a_book, a_failure, a_root, save

SCAN = ScanSnapshot(
    id="scan-1",
    tier=Tier.FULL,
    status=ScanStatus.RUNNING,
    trigger="operator",
    scope=("Books", "/srv/b\ufffd"),
    requested_at=NOW,
    current="a\0b \udcff",
    bytes_read=2**40,
    cache=(("hits", 3), ("misses", 1)),
)


@pytest.fixture
def root(catalogue: SqlCatalog) -> Root:
    return a_root(catalogue)


def a_problem(root: Root, path: bytes = b"A", stage: str = "list", text: str = "permission denied") -> Problem:
    return Problem(root.id, path, stage, "EACCES", text, NOW, "scan-1")


def test_a_scan_is_written_as_it_goes_and_read_as_it_was(catalogue: SqlCatalog) -> None:
    catalogue.write_scan(SCAN)
    done = replace(SCAN, status=ScanStatus.COMPLETED, ended_at=LATER, discovered=True, total=7, current="")

    catalogue.write_scan(done)

    assert catalogue.scan("scan-1") == done
    assert catalogue.scan("scan-2") is None


def test_text_that_no_database_holds_does_not_stop_a_scan(catalogue: SqlCatalog) -> None:
    catalogue.write_scan(SCAN)

    scan = catalogue.scan("scan-1")
    assert scan is not None
    assert scan.current == "ab ?"


def test_scans_are_listed_newest_first_and_paged(catalogue: SqlCatalog) -> None:
    for number in range(5):
        time = NOW + timedelta(seconds=number // 2)  # two share a second
        catalogue.write_scan(replace(SCAN, id=f"scan-{number}", requested_at=time))

    first = catalogue.scans(limit=2)
    rest = catalogue.scans(limit=10, before=first[-1].id)

    assert [scan.id for scan in first + rest] == ["scan-4", "scan-3", "scan-2", "scan-1", "scan-0"]


def test_only_living_scans_are_interrupted(catalogue: SqlCatalog) -> None:
    for status in ScanStatus:
        catalogue.write_scan(replace(SCAN, id=status.value, status=status))

    assert catalogue.interrupt_scans(LATER) == 2

    running, completed = catalogue.scan("running"), catalogue.scan("completed")
    assert running is not None
    assert completed is not None
    assert (running.status, running.ended_at, running.current) == (ScanStatus.INTERRUPTED, LATER, "")
    assert completed.status is ScanStatus.COMPLETED


def test_only_the_oldest_of_the_ended_scans_are_forgotten(catalogue: SqlCatalog) -> None:
    for number, status in enumerate([*ScanStatus, ScanStatus.COMPLETED, ScanStatus.COMPLETED]):
        time = NOW + timedelta(seconds=number // 2)
        catalogue.write_scan(replace(SCAN, id=f"scan-{number}", status=status, requested_at=time))
    order = [scan.id for scan in catalogue.scans()]

    assert catalogue.forget_scans(keep=3) == 3

    ended = [name for name in order if name not in ("scan-0", "scan-1")]  # those two wait and run
    assert [scan.id for scan in catalogue.scans()] == [*ended[:3], "scan-1", "scan-0"]
    assert catalogue.forget_scans(keep=3) == 0


def test_with_none_to_keep_the_living_scans_stay(catalogue: SqlCatalog) -> None:
    for status in ScanStatus:
        catalogue.write_scan(replace(SCAN, id=status.value, status=status))

    catalogue.forget_scans(keep=0)

    assert {scan.status for scan in catalogue.scans()} == {ScanStatus.QUEUED, ScanStatus.RUNNING}


def test_a_problem_seen_again_is_one_row_with_the_newest_text(catalogue: SqlCatalog, root: Root) -> None:
    catalogue.note_problems([a_problem(root), a_problem(root, text="twice in one call")])
    catalogue.note_problems([a_problem(root, text="input/output error")])
    catalogue.note_problems([])

    rows, after = catalogue.problems()

    assert after is None
    assert [(row["path"], row["stage"], row["text"]) for row in rows] == [
        ("/srv/books/A", "list", "input/output error")
    ]


def test_problems_of_paths_that_are_well_again_are_forgotten(catalogue: SqlCatalog, root: Root) -> None:
    catalogue.note_problems([a_problem(root, b"A"), a_problem(root, b"A", "stat"), a_problem(root, b"B")])

    catalogue.clear_problems(root.id, [b"A", b"C"])

    assert [row["path"] for row in catalogue.problems()[0]] == ["/srv/books/B"]


def test_failed_files_and_problems_of_scans_are_one_list(catalogue: SqlCatalog, root: Root) -> None:
    save(
        catalogue, a_book(root, b"x/\xff.epub", metadata=None, files=(a_failure(b"x/\xff.epub"),)), a_book(root, b"ok")
    )
    catalogue.note_problems([a_problem(root), a_problem(root, b"x/\xff.epub", "read")])

    rows, _ = catalogue.problems()

    assert [(row["stage"], row["reason"]) for row in rows] == [("read", "truncated"), ("list", "EACCES")]
    assert rows[0]["path_b64"]
    assert (rows[0]["retry_at"], rows[0]["count"]) == (LATER.isoformat(), 1)


def test_problems_are_counted_as_they_are_listed(catalogue: SqlCatalog, root: Root) -> None:
    gone = a_root(catalogue, b"/gone", library="Gone")
    for owner in (root, gone):
        save(catalogue, a_book(owner, b"x.epub", metadata=None, files=(a_failure(b"x.epub"),)))
        catalogue.note_problems([a_problem(owner), a_problem(owner, b"x.epub", "read")])
    assert catalogue.counts()["problems"] == len(catalogue.problems()[0]) == 4

    catalogue.enrol([Library("Books", (root.path,))], NOW)

    assert catalogue.counts()["problems"] == len(catalogue.problems()[0]) == 2


def test_problems_are_paged_without_losing_or_doubling_one(catalogue: SqlCatalog, root: Root) -> None:
    for number in range(7):
        path = b"%d.epub" % number
        save(catalogue, a_book(root, path, metadata=None, files=(a_failure(path),)))
    catalogue.note_problems([a_problem(root, b"folder %d" % number) for number in range(4)])

    seen, after, pages = [], 0, 0
    while True:
        rows, following = catalogue.problems(limit=3, after=after)
        seen += [row["path"] for row in rows]
        pages += 1
        if following is None:
            break
        after = following

    assert pages == 4
    assert len(seen) == len(set(seen)) == 11

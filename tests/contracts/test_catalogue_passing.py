"""What is there and does not count: rows that leave with a reason, folders to be compared anew, and by whose rules."""

from datetime import timedelta

import pytest

from shishod.model.library import Root
from shishod.model.progress import Problem
from shishod.model.signature import KnownFolder
from shishod.model.state import State
from shishod.store.catalog import SqlCatalog
from tests.store.building import LATER, NOW, a_book, a_file, a_root, save

ODD = b"caf\xe9/%_\n\\/\xff.epub"


@pytest.fixture
def root(catalogue: SqlCatalog) -> Root:
    return a_root(catalogue)


def test_a_file_that_is_passed_over_is_missing_with_the_reason_and_counts_to_no_disappearance(
    catalogue: SqlCatalog, root: Root
) -> None:
    save(catalogue, a_book(root, ODD, files=(a_file(ODD),)))
    (known,) = catalogue.files_below(root.id, b"")

    passed = catalogue.pass_over(root.id, {known.id: (ODD, "because")}, (), LATER)

    assert passed == 1
    assert [one.state for one in catalogue.files_below(root.id, b"")] == [State.MISSING]
    assert catalogue.count_lost_since(root.id, NOW - timedelta(days=1)) == 0
    row = catalogue.book(known.book_id or 0)
    assert row is not None
    assert row["files"][0]["last_error"] == "because"


def test_the_reason_goes_when_the_file_counts_again_or_is_really_lost(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, a_book(root, ODD, files=(a_file(ODD),)))
    (known,) = catalogue.files_below(root.id, b"")
    catalogue.pass_over(root.id, {known.id: (ODD, "because")}, (), NOW)

    catalogue.mark([known.id], State.INDEXED, LATER)
    catalogue.lose(root.id, {known.id: ODD}, (), LATER)

    assert catalogue.count_lost_since(root.id, NOW) == 1


def test_what_lies_below_a_folder_is_compared_anew_and_nothing_beside_it(catalogue: SqlCatalog, root: Root) -> None:
    paths = [b"", b"A", b"A/B", b"A%", b"AB", b"A/B/C"]
    catalogue.sign(root.id, [KnownFolder(path, 7, 0, b"packed") for path in paths])

    catalogue.compare_below(root.id, b"A")

    times = {path: one.mtime_ns for path, one in catalogue.folders(root.id).items()}
    assert times == {b"": 7, b"A": 7, b"A/B": 0, b"A%": 7, b"AB": 7, b"A/B/C": 0}
    assert catalogue.folders(root.id)[b"A/B"].packed == b"packed"


def test_what_was_odd_is_told_by_its_path(catalogue: SqlCatalog, root: Root) -> None:
    assert catalogue.odd_paths(root.id) == frozenset()
    for stage, path in (("stat", ODD), ("link", b"loop"), ("list", b"shut")):
        catalogue.note_problems([Problem(root.id, path, stage, "why", "text", NOW, None)])

    assert catalogue.odd_paths(root.id) == {ODD, b"loop"}
    catalogue.clear_problems(root.id, [b"loop"])
    assert catalogue.odd_paths(root.id) == {ODD}


def test_by_whose_rules_a_root_was_seen_is_remembered_to_the_last_bit(catalogue: SqlCatalog, root: Root) -> None:
    assert catalogue.eyes(root.id) == b""

    catalogue.note_eyes(root.id, b"\x00\xff")

    assert catalogue.eyes(root.id) == b"\x00\xff"

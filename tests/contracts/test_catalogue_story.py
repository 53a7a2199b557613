"""What a catalogue tells of the changes of one file, on each database."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shishod.model.library import Root
from shishod.model.metadata import Reading, dump_reading
from shishod.model.state import State
from shishod.model.story import KEPT
from shishod.model.updates import Origin, RelationshipUpdates
from shishod.store.catalog import SqlCatalog
from tests.store.building import LATER, NOW, a_book, a_failure, a_file, a_root, a_sighting, save

PATH = b"Author/Title.epub"


@pytest.fixture
def root(catalogue: SqlCatalog) -> Root:
    return a_root(catalogue)


def told(catalogue: SqlCatalog, root: Root, path: bytes = PATH) -> list[tuple[str, str]]:
    record = catalogue.record(root.id, path)
    assert record is not None
    return [(str(turn.state), turn.why) for turn in record.story]


def of(root: Root, **change: Any) -> RelationshipUpdates:
    return a_book(root, PATH, files=(a_file(PATH, **change),))


def the_id(catalogue: SqlCatalog, root: Root) -> int:
    return catalogue.files_below(root.id, b"")[0].id


def test_a_file_that_stays_as_it_is_has_one_line_however_often_it_is_written(catalogue: SqlCatalog, root: Root) -> None:
    for later in range(3):
        save(catalogue, of(root), now=NOW + timedelta(hours=later))

    assert told(catalogue, root) == [("indexed", "")]


def test_each_change_of_state_or_content_or_reader_is_a_line(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, of(root))
    save(catalogue, a_book(root, PATH, metadata=None, files=(a_failure(PATH),)))
    save(catalogue, of(root))
    save(catalogue, of(root, seen=a_sighting(PATH, size=7)))
    save(catalogue, of(root, seen=a_sighting(PATH, size=7), parser_version=2))
    catalogue.mark([the_id(catalogue, root)], State.MISSING, LATER)
    catalogue.mark([the_id(catalogue, root)], State.INDEXED, LATER)

    assert told(catalogue, root) == [
        ("indexed", ""),
        ("error", "truncated"),
        *[("indexed", "")] * 3,
        ("missing", ""),
        ("indexed", ""),
    ]


def test_a_failure_that_is_repeated_is_told_once(catalogue: SqlCatalog, root: Root) -> None:
    for count in (1, 2, 3):
        save(catalogue, a_book(root, PATH, metadata=None, files=(a_failure(PATH, error_count=count),)))

    assert told(catalogue, root) == [("error", "truncated")]


def test_what_is_passed_over_is_missing_with_the_reason(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, of(root))
    catalogue.pass_over(root.id, {the_id(catalogue, root): (PATH, "the .nomedia in Author says so")}, [], LATER)

    assert told(catalogue, root)[1:] == [("missing", "passed over: the .nomedia in Author says so")]


def test_a_move_is_told_with_the_former_path_and_keeps_what_was_told_before(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, of(root))
    new = b"Author/Renamed.epub"
    moved = a_file(new, origin=Origin(the_id(catalogue, root), root.id, PATH))
    save(catalogue, a_book(root, new, files=(moved,)))

    assert told(catalogue, root, new) == [("indexed", ""), ("indexed", "moved from Author/Title.epub")]


def test_a_story_never_grows_beyond_what_is_kept(catalogue: SqlCatalog, root: Root) -> None:
    for turn in range(80):
        state = State.MISSING if turn % 2 else State.INDEXED
        save(catalogue, of(root)) if not turn else catalogue.mark([the_id(catalogue, root)], state, NOW)

    story = told(catalogue, root)
    assert 20 < len(story) < KEPT // 15
    assert story[-1] == ("missing", "")


def test_a_record_tells_what_is_known_of_a_file_and_none_of_one_that_is_not(catalogue: SqlCatalog, root: Root) -> None:
    reading = dump_reading(Reading(title="Dune", notes=("it is odd",)))
    (number,) = save(catalogue, a_book(root, PATH, files=(a_file(PATH, reading=reading),)))
    record = catalogue.record(root.id, PATH)

    assert record is not None
    assert (record.known.path, record.known.book_id, record.notes) == (PATH, number, ("it is odd",))
    assert (record.first_seen_at, record.error, record.missing_since) == (NOW, "", None)
    assert catalogue.record(root.id, b"Author/Other.epub") is None


def test_the_other_paths_to_a_content_are_told_with_their_roots(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, of(root))
    catalogue.link(root.id, [(a_sighting(b"Author/Again.epub"), the_id(catalogue, root))], LATER)
    first, again = catalogue.record(root.id, PATH), catalogue.record(root.id, b"Author/Again.epub")

    assert first is not None and again is not None
    assert [one.path for one in catalogue.same_file(first.known)] == [b"Author/Again.epub"]
    assert [one.path for one in catalogue.same_file(again.known)] == [PATH]
    assert catalogue.same_file(replace(first.known, id=99)) == []

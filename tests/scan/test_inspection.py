"""One file from its sighting to what is recorded of it, whatever it does meanwhile and whoever reads it."""

import os
import pickle
from datetime import timedelta
from pathlib import Path

import pytest

from shishod.formats.limits import Limits
from shishod.model.library import RootState
from shishod.model.metadata import load_reading
from shishod.model.progress import ScanStatus
from shishod.model.sighting import Sighting
from shishod.model.state import State
from shishod.scan.inspection import Assignment, Inspection, Outcome, inspect
from shishod.scan.sweeper import DOUBT_S
from shishod.work.runners import Failed
from tests.nobody import as_nobody
from tests.samples import an_epub, an_mp3
from tests.scan.house import House


def look_at(path: Path) -> Assignment:
    now = path.lstat()
    name = os.fsencode(path.name)
    seen = Sighting(name, now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino, 0)
    return Assignment(os.fsencode(path.parent), seen)


def inspected(assignment: Assignment) -> Inspection:
    return inspect(assignment, Limits())


def test_a_good_file_is_read_and_tells_who_read_it(library: Path) -> None:
    done = inspected(look_at(an_epub(library / "a.epub", title="Dune")))

    assert done.packed is not None
    assert (done.outcome, done.reader, done.version > 0) == (Outcome.READ, "epub", True)
    assert load_reading(done.packed).title == "Dune"


def test_a_broken_file_is_named_with_a_reason_and_is_not_a_passing_failure(library: Path) -> None:
    (library / "a.epub").write_bytes(b"nonsense")

    done = inspected(look_at(library / "a.epub"))

    assert (done.outcome, done.packed, done.passing) == (Outcome.FAILED, None, False)
    assert done.reason
    assert done.text


def test_a_file_that_is_not_what_the_walk_saw_is_not_read(library: Path) -> None:
    path = an_epub(library / "a.epub")
    seen = look_at(path)
    an_epub(path, title="Another and Longer Title")

    assert inspected(seen).outcome is Outcome.CHANGED


def test_another_inode_is_another_file_only_where_inodes_last(library: Path) -> None:
    root, seen, *_ = look_at(an_epub(library / "a.epub"))
    renumbered = seen._replace(inode=seen.inode + 1)

    assert inspected(Assignment(root, renumbered)).outcome is Outcome.CHANGED
    assert inspected(Assignment(root, renumbered, stable_inodes=False)).outcome is Outcome.READ


def test_a_file_that_left_has_vanished(library: Path) -> None:
    path = an_epub(library / "a.epub")
    seen = look_at(path)
    path.unlink()

    assert inspected(seen).outcome is Outcome.VANISHED


def test_a_file_whose_folder_became_a_file_has_vanished(library: Path) -> None:
    (library / "Sub").mkdir()
    seen = look_at(an_epub(library / "Sub" / "a.epub"))
    (library / "Sub" / "a.epub").unlink()
    (library / "Sub").rmdir()
    (library / "Sub").write_text("")

    assert inspected(seen).outcome is Outcome.VANISHED


def test_a_file_that_may_not_be_opened_is_a_passing_failure(open_place: Path) -> None:
    path = an_epub(open_place / "a.epub")
    path.chmod(0)
    seen = look_at(path)

    with as_nobody():
        done = inspected(seen)

    assert (done.outcome, done.passing, done.reason) == (Outcome.FAILED, True, "permission denied")


def test_what_travels_to_a_parse_process_and_back_can_be_pickled(library: Path) -> None:
    assignment = look_at(an_epub(library / "a.epub"))
    done = inspected(assignment)

    assert pickle.loads(pickle.dumps(assignment)) == assignment
    assert pickle.loads(pickle.dumps(done)) == done


@pytest.fixture
def shelf(house: House, library: Path) -> House:
    for name in ("bad", "good"):
        an_epub(library / f"{name}.epub", title=name)
    return house


@pytest.mark.parametrize(
    ("reason", "stage"), [("timeout", "crash"), ("crash", "crash"), ("memory", "limit"), ("error", "read")]
)
def test_a_file_that_costs_a_worker_is_listed_and_its_neighbours_are_read(
    shelf: House, reason: str, stage: str
) -> None:
    shelf.runner.fails = {b"bad.epub": Failed(reason, "30 s")}

    scan = shelf.scan()

    assert (scan.status, scan.succeeded, scan.failed) == (ScanStatus.COMPLETED, 1, 1)
    (problem,), _ = shelf.catalog.problems()
    assert (problem["reason"], problem["stage"], shelf.titles()) == (reason, stage, ["good"])


def test_a_file_that_kills_twice_is_left_alone_until_it_changes(shelf: House, library: Path) -> None:
    shelf.runner.fails = {b"bad.epub": Failed("crash", "signal 9")}
    shelf.scan()
    shelf.clock.wind(timedelta(minutes=2).total_seconds())
    shelf.work()
    assert (shelf.files()["bad.epub"].error_count, shelf.files()["bad.epub"].retry_at) == (2, None)

    shelf.runner.fails = {}
    shelf.reads()
    shelf.clock.wind(timedelta(days=30).total_seconds())
    shelf.scan()
    assert shelf.reads() == []

    an_epub(library / "bad.epub", title="mended")
    shelf.scan()
    assert shelf.titles() == ["good", "mended"]


def test_a_file_that_hangs_with_its_share_is_not_blamed(shelf: House) -> None:
    shelf.runner.fails = {b"bad.epub": Failed("timeout", "30 s")}
    shelf.runner.root_answers = False

    scan = shelf.scan()

    assert (scan.succeeded, scan.failed, scan.skipped) == (0, 0, 2), "the one behind it is not tried either"
    assert shelf.states() == {}
    assert shelf.root().state is RootState.STALLED
    shelf.runner.fails, shelf.runner.root_answers = {}, True
    shelf.clock.wind(DOUBT_S)
    assert shelf.scan().succeeded == 2, "its folder was not signed, so it is looked at again"


def test_what_a_stopped_runner_did_not_read_is_read_by_the_next_scan(shelf: House) -> None:
    shelf.runner.fails = {b"bad.epub": Failed("stopped", "")}
    assert shelf.scan().skipped == 1

    shelf.runner.fails = {}
    assert shelf.scan().succeeded == 1


def test_a_book_of_which_one_track_is_broken_has_the_others(house: House, library: Path) -> None:
    for number in (1, 2, 3):
        an_mp3(library / f"{number:02}.mp3", title=f"Chapter {number}", track=number)
    (library / "02.mp3").write_bytes(b"nonsense")

    house.scan()

    (book,) = house.books()
    assert [chapter["title"] for chapter in book["chapters"]] == ["Chapter 1", "Chapter 3"]
    assert house.states()["02.mp3"] is State.ERROR

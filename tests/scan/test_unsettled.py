"""Files that still change are waited for, and the operator can see which and since when."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shishod.model.library import Library, Ways
from shishod.model.sighting import Sighting
from shishod.model.ticket import Errand
from shishod.model.tier import Tier
from shishod.scan.settings import ScanSettings
from shishod.scan.survey import PATIENCE_S
from shishod.scan.unsettled import FORGOTTEN, MOST, Unsettled
from tests.samples import an_epub
from tests.scan.house import House
from tests.waiting import wait_until

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
SLOWLY = ScanSettings(settle=timedelta(hours=1))  # type: ignore[arg-type]


def a_file(path: bytes) -> Sighting:
    return Sighting(path, 1, 0, 0, 1, 0)


def waited(unsettled: Unsettled, now: datetime = NOON) -> dict[bytes, datetime]:
    return {one.path: one.since for one in unsettled.files(now)}


def test_a_file_to_which_nothing_was_written_is_told_from_others() -> None:
    unsettled = Unsettled()
    nothing = Sighting(b"a/x", 0, 0, 0, 1, 0)

    unsettled.note(1, [b"a"], [nothing, a_file(b"a/y")], NOON, by_scan=False)
    assert {one.path: one.empty for one in unsettled.files(NOON)} == {b"a/x": True, b"a/y": False}
    unsettled.note(1, [b"a"], [a_file(b"a/x")], NOON, by_scan=False)
    assert not any(one.empty for one in unsettled.files(NOON))


def test_a_file_is_waited_for_since_it_was_first_found_so() -> None:
    unsettled = Unsettled()
    later = NOON + timedelta(minutes=1)

    unsettled.note(1, [b"a"], [a_file(b"a/x")], NOON, by_scan=False)
    since = unsettled.note(1, [b"a"], [a_file(b"a/x"), a_file(b"a/y")], later, by_scan=False)

    assert since == NOON
    assert waited(unsettled, later) == {b"a/x": NOON, b"a/y": later}


def test_a_file_that_has_settled_is_waited_for_no_more_and_its_neighbours_are() -> None:
    unsettled = Unsettled()
    for folder in (b"a", b"b"):
        unsettled.note(1, [folder], [a_file(folder + b"/x")], NOON, by_scan=False)

    unsettled.note(1, [b"a"], [], NOON, by_scan=False)
    unsettled.note(2, [b"b"], [], NOON, by_scan=False)

    assert waited(unsettled) == {b"b/x": NOON}


def test_what_a_scan_had_to_pass_over_is_known_as_that_until_it_settles() -> None:
    unsettled = Unsettled()
    for by_scan in (False, True, False):
        unsettled.note(1, [b""], [a_file(b"x")], NOON, by_scan=by_scan)

    assert [one.passed_over for one in unsettled.files(NOON)] == [True]


def test_what_no_walk_meets_any_more_is_not_told() -> None:
    unsettled = Unsettled()
    unsettled.note(1, [b""], [a_file(b"x")], NOON, by_scan=True)

    assert waited(unsettled, NOON + FORGOTTEN) == {}


def test_a_storm_of_files_does_not_fill_the_memory() -> None:
    unsettled = Unsettled()
    for folder in (b"a", b"b", b"c"):
        files = [a_file(b"%s/%d" % (folder, number)) for number in range(MOST // 2 + 1)]
        unsettled.note(1, [folder], files, NOON, by_scan=True)

    assert len(unsettled.files(NOON)) == MOST


def test_a_scan_leaves_a_file_that_was_just_written_and_says_so(a_house: Callable[..., House], library: Path) -> None:
    house = a_house(SLOWLY, books=library)
    an_epub(library / "a.epub")

    house.request()
    house.work()

    (one,) = house.sweeper.survey.unsettled.files(house.clock.now())
    assert (house.reads(), one.path, one.passed_over) == ([], b"a.epub", True)


def test_a_file_that_grows_for_long_is_looked_at_more_rarely(a_house: Callable[..., House], library: Path) -> None:
    house = a_house(ScanSettings(settle=timedelta(seconds=1)), books=library)  # type: ignore[arg-type]
    growing = library / "a.epub"
    walks = 0
    for _ in range(600):
        growing.write_bytes(os.urandom(8))
        while house.turn():
            walks += 1
        if not walks:
            house.hint()
        house.clock.wind(10)

    assert house.reads() == []
    assert 600 * 10 / (PATIENCE_S + 20) <= walks <= 600 / 4


def test_a_library_has_its_own_time_to_settle(a_house: Callable[..., House], library: Path) -> None:
    house = a_house(SLOWLY, books=library)
    own = Library("books", (os.fsencode(library),), ways=Ways(settle_s=0.0))
    house.catalog.enrol([own], house.clock.now())
    an_epub(library / "a.epub", title="At once")

    house.scan()

    assert house.titles() == ["At once"]


def test_a_scan_does_not_wait_for_an_empty_file_and_it_is_told_as_unfinished(
    a_house: Callable[..., House], library: Path
) -> None:
    house = a_house(ScanSettings(settle=timedelta(seconds=3)), books=library)  # type: ignore[arg-type]
    (library / "new.epub").touch()

    for _ in range(3):
        scan = house.scan(Tier.QUICK)
        assert scan.ended_at is not None
        house.clock.wind(5)

    (one,) = house.sweeper.survey.unsettled.files(house.clock.now())
    assert (one.path, one.passed_over) == (b"new.epub", True)


def test_however_many_scans_meet_an_empty_file_its_folder_is_looked_at_in_one_row(
    a_house: Callable[..., House], library: Path
) -> None:
    house = a_house(ScanSettings(settle=timedelta(seconds=1)), books=library)  # type: ignore[arg-type]
    (library / "new.epub").touch()
    for _ in range(20):
        house.scan()
        house.clock.wind(7)

    assert house.queue.waiting()[Errand.WALK] == 1


def test_a_scan_waits_for_a_file_that_was_just_copied_and_counts_what_lies_beside_it_once(
    a_house: Callable[..., House], library: Path
) -> None:
    house = a_house(ScanSettings(settle=timedelta(seconds=0.5)), books=library)  # type: ignore[arg-type]
    for number in range(5):
        an_epub(library / f"{number}.epub", title=f"Title {number}")
    wait_until(lambda: house.scan().unchanged == 5, 10, "all that is there has been read")
    an_epub(library / "new.epub", title="New")
    asked = house.request()

    house.work(Errand.WALK, Errand.INSPECT)
    assert (waits := house.scans.snapshot(asked.id)) and waits.ended_at is None
    wait_until(lambda: time.time() - (library / "new.epub").stat().st_ctime > 0.5, 10, "it has settled")
    house.clock.wind(1)
    house.work(Errand.WALK, Errand.INSPECT)

    assert (scan := house.scans.snapshot(asked.id)) and scan.ended_at
    assert (scan.books_new, scan.unchanged, scan.total) == (1, 5, 1)

"""The journey of files from a walk to the catalogue, with every real part of the scan room and its neighbours."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from shishod.model.library import RootState
from shishod.model.progress import ScanStatus
from shishod.model.state import State
from shishod.model.ticket import Errand
from shishod.model.tier import Tier
from shishod.scan.settings import ScanSettings
from tests.samples import an_epub, an_mp3
from tests.scan.house import House
from tests.waiting import wait_until

HOUR = ScanSettings(settle=timedelta(hours=1))  # type: ignore[arg-type]
Build = Callable[..., House]


def a_track(library: Path, number: int, folder: str = "Dune", **said: object) -> Path:
    path = library / folder / f"{number:02}.mp3"
    path.parent.mkdir(parents=True, exist_ok=True)
    return an_mp3(path, album="Dune", title=f"Chapter {number}", track=number, **said)  # type: ignore[arg-type]


def a_shelf(library: Path, count: int) -> list[Path]:
    return [an_epub(library / f"Book {number:02}.epub", title=f"Title {number:02}") for number in range(count)]


def test_a_first_scan_catalogues_what_every_file_says_of_itself(house: House, library: Path) -> None:
    an_epub(library / "dune.epub", title="Dune", authors=["Frank Herbert"], series=("Dune", 1), subjects=["Space"])
    a_track(library, 1, "Emma")
    a_track(library, 2, "Emma")

    scan = house.scan()

    (dune,) = (book for book in house.books() if book["title"] == "Dune" and book["kind"] == "ebook")
    assert (dune["authors"], dune["series"], dune["genres"] or dune["tags"]) == (
        ["Frank Herbert"], [{"name": "Dune", "number": "1"}], ["Space"],
    )  # fmt: skip
    assert set(house.states().values()) == {State.INDEXED}
    assert (scan.status, scan.total, scan.succeeded, scan.books_new) == (ScanStatus.COMPLETED, 3, 3, 2)


@pytest.mark.parametrize("tier", [Tier.QUICK, Tier.FULL])
def test_an_unchanged_library_is_scanned_again_without_a_single_read(house: House, library: Path, tier: Tier) -> None:
    a_shelf(library, 5)
    house.scan()
    house.reads()
    written = house.recorder.stats()["batches"]

    scan = house.scan(tier)

    assert house.reads() == []
    assert house.recorder.stats()["batches"] == written
    assert (scan.total, scan.processed, scan.unchanged) == (0, 0, 5)


@pytest.mark.parametrize("tier", [Tier.QUICK, Tier.FULL])
def test_a_changed_file_is_read_again_alone(house: House, library: Path, tier: Tier) -> None:
    a_shelf(library, 3)
    house.scan()
    before = {book["id"] for book in house.books()}
    house.reads()
    an_epub(library / "Book 01.epub", title="A New Title")

    scan = house.scan(tier)

    assert house.reads() == ["Book 01.epub"]
    assert house.titles() == ["A New Title", "Title 00", "Title 02"]
    assert {book["id"] for book in house.books()} == before
    assert (scan.books_changed, scan.unchanged) == (1, 2)


def test_a_changed_track_is_read_alone_and_its_book_still_has_the_others(house: House, library: Path) -> None:
    for number in (1, 2, 3):
        a_track(library, number)
    house.scan()
    house.reads()
    a_track(library, 2, artist="Somebody Else", seconds=2)

    house.scan()

    (book,) = house.books()
    assert house.reads() == ["Dune/02.mp3"]
    assert [chapter["title"] for chapter in book["chapters"]] == ["Chapter 1", "Chapter 2", "Chapter 3"]


@pytest.mark.parametrize("tier", [Tier.QUICK, Tier.FULL])
def test_a_deleted_file_is_missing_and_a_returned_one_indexed_without_a_read(
    house: House, library: Path, tmp_path: Path, tier: Tier
) -> None:
    a_shelf(library, 3)
    house.scan()
    house.reads()
    (library / "Book 01.epub").rename(tmp_path / "away.epub")

    gone = house.scan(tier)
    assert (gone.missing, house.states()["Book 01.epub"]) == (1, State.MISSING)

    os.utime(tmp_path / "away.epub", ns=(0, house.files()["Book 01.epub"].mtime_ns))
    (tmp_path / "away.epub").rename(library / "Book 01.epub")
    house.scan(tier)
    assert house.states()["Book 01.epub"] is State.INDEXED


def test_a_deleted_folder_is_missing_with_all_below_it_and_is_not_missed_again(house: House, library: Path) -> None:
    for number in (1, 2):
        a_track(library, number, "Herbert/Dune/CD 1")
    an_epub(library / "a.epub")
    house.scan()
    (library / "Herbert").rename(library.parent / "Elsewhere")

    assert house.scan(Tier.QUICK).missing == 2
    assert house.states()["Herbert/Dune/CD 1/01.mp3"] is State.MISSING
    assert house.scan(Tier.QUICK).missing == 0


def test_the_book_of_a_deleted_track_goes_on_without_it(house: House, library: Path) -> None:
    tracks = [a_track(library, number) for number in (1, 2, 3)]
    house.scan()
    before = house.books()[0]
    house.reads()
    tracks[0].unlink()

    scan = house.scan()

    (book,) = house.books()
    assert [chapter["title"] for chapter in book["chapters"]] == ["Chapter 2", "Chapter 3"]
    assert book["duration_ms"] < before["duration_ms"]
    assert (book["id"], scan.missing, house.reads()) == (before["id"], 1, [])


def test_a_book_whose_disc_was_deleted_goes_on_without_it(house: House, library: Path) -> None:
    for disc in (1, 2, 3):
        a_track(library, disc, f"Dune/CD {disc}")
    house.scan()
    (library / "Dune/CD 2").rename(library.parent / "CD 2")

    house.scan()

    (book,) = house.books()
    assert [chapter["title"] for chapter in book["chapters"]] == ["Chapter 1", "Chapter 3"]
    assert [file["state"] for file in book["files"]].count("missing") == 1


def test_a_mass_disappearance_is_held_until_it_is_accepted(a_house: Build, library: Path) -> None:
    house = a_house(settings=ScanSettings(settle=timedelta(0), hold_files=3, hold_percent=10), books=library)  # type: ignore[arg-type]
    books = a_shelf(library, 8)
    house.scan()
    for path in books[:4]:
        path.unlink()

    held = house.scan()
    assert (held.held, held.missing, house.root().state) == (4, 0, RootState.HELD)
    assert set(house.states().values()) == {State.INDEXED}
    assert "shishoctl accept" in house.root().reason
    assert house.scan(Tier.QUICK).held == 4, "a held loss is found again, not forgotten"

    house.catalog.accept(house.root().id)
    accepted = house.scan(Tier.QUICK)
    assert (accepted.missing, house.root().state, house.root().accepted) == (4, RootState.ONLINE, False)
    assert list(house.states().values()).count(State.MISSING) == 4


def test_a_held_disappearance_does_not_keep_new_books_out(a_house: Build, library: Path) -> None:
    house = a_house(settings=ScanSettings(settle=timedelta(0), hold_files=1, hold_percent=1), books=library)  # type: ignore[arg-type]
    books = a_shelf(library, 4)
    house.scan()
    for path in books[:3]:
        path.unlink()
    an_epub(library / "new.epub", title="New")

    assert house.scan().held == 3
    assert "New" in house.titles()


def test_a_hold_ends_when_the_files_are_back(a_house: Build, library: Path, tmp_path: Path) -> None:
    house = a_house(settings=ScanSettings(settle=timedelta(0), hold_files=1, hold_percent=1), books=library)  # type: ignore[arg-type]
    (library / "Shelf").mkdir()
    a_shelf(library / "Shelf", 4)
    house.scan()
    (library / "Shelf").rename(tmp_path / "away")
    assert house.scan().held == 4

    (tmp_path / "away").rename(library / "Shelf")
    house.scan()

    assert house.root().state is RootState.ONLINE
    assert set(house.states().values()) == {State.INDEXED}


def test_a_broken_file_is_listed_with_its_reason_and_its_next_try(house: House, library: Path) -> None:
    (library / "broken.epub").write_bytes(b"this was never an archive")
    an_epub(library / "good.epub", title="Good")

    scan = house.scan()

    (problem,), _ = house.catalog.problems()
    assert problem["path"].endswith("broken.epub")
    assert problem["reason"]
    assert problem["text"]
    assert (scan.status, scan.succeeded, scan.failed) == (ScanStatus.COMPLETED, 1, 1)
    known = house.files()["broken.epub"]
    assert (known.state, known.error_count) == (State.ERROR, 1)
    assert known.retry_at is not None
    assert timedelta(seconds=50) < known.retry_at - house.clock.now() <= timedelta(minutes=1)
    assert house.titles() == ["Good"]


def test_a_young_broken_file_is_tried_again_by_itself_and_found_whole(house: House, library: Path) -> None:
    (library / "slow.epub").write_bytes(b"PK\3\4 half a book")
    house.scan()
    house.work()
    assert house.reads() == ["slow.epub"], "nothing is due yet"

    house.clock.wind(62)
    house.work()
    assert house.reads() == ["slow.epub"], "a minute later it is tried again, still broken"
    assert house.files()["slow.epub"].error_count == 2

    an_epub(library / "slow.epub", title="Whole")
    house.clock.wind(302)
    house.work()
    assert house.titles() == ["Whole"]
    assert (house.states()["slow.epub"], house.catalog.problems()[0]) == (State.INDEXED, [])


def test_a_retry_is_not_swallowed_by_an_earlier_walk_of_its_folder(house: House, library: Path) -> None:
    (library / "slow.epub").write_bytes(b"PK\3\4 half a book")
    house.scan()
    for _ in range(3):  # the folder is walked for others, while the retry waits
        house.hint("", "other.epub")
        house.clock.wind(19)
        house.work()
    assert house.reads() == ["slow.epub"]

    house.clock.wind(5)
    house.work()

    assert house.reads() == ["slow.epub"]
    assert house.files()["slow.epub"].error_count == 2


def test_a_broken_file_that_does_not_change_is_given_up_after_its_tries(house: House, library: Path) -> None:
    (library / "broken.epub").write_bytes(b"never")
    house.scan()
    for _ in range(6):
        house.clock.wind(3600)
        house.work()
    reads = len(house.reads())

    house.scan()

    assert reads == 2, "an hour later it is no longer young"
    assert house.reads() == []
    assert house.files()["broken.epub"].retry_at is None


def test_a_file_that_was_whole_and_is_broken_keeps_its_book(house: House, library: Path) -> None:
    an_epub(library / "a.epub", title="Dune")
    house.scan()
    (library / "a.epub").write_bytes(b"torn")

    house.scan()

    (book,) = house.books()
    assert (book["title"], book["files"][0]["state"]) == ("Dune", "error")


def test_a_file_that_changes_while_it_is_read_is_not_recorded_but_looked_at_again(house: House, library: Path) -> None:
    path = an_epub(library / "a.epub", title="Before")
    house.runner.before = lambda _: an_epub(path, title="While")

    scan = house.scan()
    assert (scan.total, scan.skipped, house.titles()) == (1, 1, [])

    house.runner.before = lambda _: None
    house.clock.wind(1.1)
    house.work()
    assert house.titles() == ["While"]


def test_a_file_that_vanishes_before_it_is_read_is_skipped_and_not_an_error(house: House, library: Path) -> None:
    path = an_epub(library / "a.epub")
    house.runner.before = lambda _: path.unlink()

    scan = house.scan()

    assert (scan.status, scan.skipped, scan.failed, house.files()) == (ScanStatus.COMPLETED, 1, 0, {})
    assert house.scan().total == 0


def test_a_file_that_has_not_settled_waits_and_one_that_the_watch_vouches_for_does_not(
    a_house: Build, library: Path
) -> None:
    house = a_house(settings=HOUR, books=library)
    an_epub(library / "a.epub", title="Copied")
    an_epub(library / "b.epub", title="Still Copied")

    house.hint("", "a.epub")
    house.work()

    assert house.titles() == ["Copied"]
    assert house.queue.waiting()[Errand.WALK] == 1, "the other is looked at again later"


def test_an_audiobook_that_grows_track_by_track_is_one_book_all_the_time(house: House, library: Path) -> None:
    ids = set()
    for number in range(1, 7):
        a_track(library, number)
        house.hint("Dune", f"{number:02}.mp3")
        house.work()
        (book,) = house.books()
        ids.add(book["id"])
        assert len(book["files"]) == number

    assert len(ids) == 1
    assert len(house.reads()) == 6, "each track was read once"
    assert [chapter["title"] for chapter in book["chapters"]] == [f"Chapter {number}" for number in range(1, 7)]


def test_tracks_that_come_while_the_first_is_in_hand_end_in_the_same_book(house: House, library: Path) -> None:
    a_track(library, 1)
    house.hint("Dune", "01.mp3")
    house.turn(Errand.WALK)
    first = house.queue.claim_some(1, [Errand.INSPECT], 0)
    for number in (2, 3):
        a_track(library, number)
    house.hint("Dune", "02.mp3", "03.mp3")
    house.turn(Errand.WALK)
    house.turn(Errand.INSPECT)

    house.intake.inspect(first)
    house.queue.finish(first[0])
    for _ in range(10):
        house.clock.wind(1)
        house.work()

    (book,) = house.books()
    assert len(book["files"]) == 3


def test_two_libraries_keep_their_books_and_their_names_apart(a_house: Build, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        an_epub(tmp_path / name / "a.epub", title=f"Book of {name}", authors=["Ann Author"])
    house = a_house(one=tmp_path / "one", two=tmp_path / "two")

    scan = house.scan()

    assert (scan.succeeded, scan.status) == (2, ScanStatus.COMPLETED)
    assert (house.titles("one"), house.titles("two")) == (["Book of one"], ["Book of two"])
    assert all(book["authors"] == ["Ann Author"] for book in house.books())


def test_a_library_that_is_away_fails_its_part_of_a_scan_and_the_other_is_scanned(
    a_house: Build, tmp_path: Path
) -> None:
    (tmp_path / "here").mkdir()
    an_epub(tmp_path / "here" / "a.epub", title="Here")
    house = a_house(here=tmp_path / "here", away=tmp_path / "away")

    scan = house.scan()

    assert (scan.status, house.titles()) == (ScanStatus.COMPLETED, ["Here"])
    assert "away" in scan.reason
    assert [root.state for root in house.catalog.roots()] == [RootState.ONLINE, RootState.OFFLINE]


@pytest.mark.parametrize("workers", [1, 8])
def test_a_house_with_real_threads_ends_with_the_same_books(house: House, library: Path, workers: int) -> None:
    a_shelf(library, 40)
    for disc in (1, 2):
        for number in range(1, 11):
            a_track(library, number, f"Dune/CD {disc}")

    with house.staffed(workers):
        asked = house.request()
        wait_until(lambda: (one := house.scans.snapshot(asked.id)) and one.status.ended, 60)

    scan = house.scans.snapshot(asked.id)
    assert scan is not None
    assert (scan.status, scan.total, scan.succeeded) == (ScanStatus.COMPLETED, 60, 60)
    assert house.titles() == ["Dune", *(f"Title {number:02}" for number in range(40))]

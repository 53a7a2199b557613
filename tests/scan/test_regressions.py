"""Stories that once ended wrong, told on the whole scan room."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from shishod.model.library import OTHER_FILESYSTEM, RootState
from shishod.model.progress import ScanStatus
from shishod.model.state import State
from shishod.model.ticket import Errand
from shishod.model.tier import Tier
from tests.nobody import as_nobody
from tests.samples import an_epub, an_m4b, an_mp3
from tests.scan.house import House


def tracks(folder: Path, *numbers: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        an_mp3(folder / f"{number:02}.mp3", title=f"Part {number}", album="Dune", track=number)


def test_a_hint_about_a_disc_is_followed_though_its_parent_is_as_it_was(house: House, library: Path) -> None:
    for disc in ("CD 1", "CD 2"):
        tracks(library / "Dune" / disc, 1, 2)
    house.scan()
    house.scan()
    (library / "Dune/CD 2/02.mp3").unlink()
    tracks(library / "Dune/CD 1", 3)

    house.hint("Dune/CD 2", "02.mp3")
    house.hint("Dune/CD 1", "03.mp3")
    house.work()

    assert house.states()["Dune/CD 1/03.mp3"] is State.INDEXED
    assert house.states()["Dune/CD 2/02.mp3"] is State.MISSING


def test_a_book_is_merged_without_a_lost_track_even_if_the_daemon_died_after_noting_the_loss(
    house: House, library: Path
) -> None:
    tracks(library / "Dune", 1, 2, 3)
    house.scan()
    (before,) = house.books()
    (library / "Dune/03.mp3").unlink()
    lost = house.files()["Dune/03.mp3"]
    house.catalog.lose(house.root().id, {lost.id: lost.path}, [b"Dune"], house.clock.now())  # and here it died

    house.scan(Tier.QUICK)

    (after,) = house.books()
    assert after["duration_ms"] < before["duration_ms"]
    assert after["id"] == before["id"]


def test_a_track_that_came_while_a_loss_was_judged_is_in_the_book(house: House, library: Path) -> None:
    tracks(library / "Dune", 1, 2, 3)
    house.scan()
    (library / "Dune/03.mp3").unlink()
    house.request(Tier.FULL)
    house.turn(Errand.WALK)
    tracks(library / "Dune", 4)
    house.hint("Dune", "04.mp3")
    house.work()
    house.scan(Tier.FULL)

    states = house.states()
    assert (states["Dune/03.mp3"], states["Dune/04.mp3"]) == (State.MISSING, State.INDEXED)
    (book,) = house.books()
    assert [chapter["title"] for chapter in house.catalog.book(book["id"])["chapters"]] == [
        "Part 1",
        "Part 2",
        "Part 4",
    ]


def test_what_moved_says_what_is_in_it_though_its_row_was_told_of_another_content_meanwhile(
    house: House, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("Here", "There"):
        (library / folder).mkdir()
    an_epub(library / "Here/a.epub", title="Emma")
    house.scan()
    house.pause()
    here, by_hash = house.files()["Here/a.epub"], house.catalog.by_hash
    remembered = [by_hash(dict.fromkeys(house.catalog.hashes([here.id]).values(), here.size))]
    shutil.copy(library / "Here/a.epub", library / "There/a.epub")
    an_epub(library / "Here/a.epub", title="Persuasion")
    house.hint("Here", "a.epub")
    house.work()
    (library / "Here/a.epub").unlink()

    monkeypatch.setattr(house.catalog, "hashed_sizes", frozenset)
    monkeypatch.setattr(house.catalog, "by_hash", lambda some: remembered.pop() if remembered else by_hash(some))
    house.hint("There", "a.epub")  # by a walk that looked it up before that was recorded
    house.work()
    house.scan()

    assert remembered == []
    (there,) = [one for path, one in house.files().items() if path == "There/a.epub"]
    assert there.book_id is not None
    assert house.catalog.book(there.book_id)["title"] == "Emma"


def test_all_tracks_that_come_back_make_the_book_whole_again(house: House, library: Path, tmp_path: Path) -> None:
    tracks(library / "Dune", 1, 2, 3)
    house.scan()
    (whole,) = house.books()
    for number in (3, 2):
        (library / f"Dune/{number:02}.mp3").rename(tmp_path / f"{number:02}.mp3")
        house.scan()
    for number in (3, 2):
        (tmp_path / f"{number:02}.mp3").rename(library / f"Dune/{number:02}.mp3")
    house.scan()

    (again,) = house.books()
    assert (again["id"], again["duration_ms"]) == (whole["id"], whole["duration_ms"])


def test_a_hold_is_not_ended_by_looking_again(house: House, library: Path) -> None:
    for number in range(60):
        (library / f"Author {number}").mkdir()
        an_epub(library / f"Author {number}" / "a.epub", title=str(number))
    house.scan()
    for folder in list(library.iterdir())[:55]:
        shutil.rmtree(folder)

    held = [(house.scan(tier).held, house.root().state) for tier in (Tier.QUICK, Tier.QUICK, Tier.FULL, Tier.QUICK)]

    assert held == [(55, RootState.HELD)] * 4


@pytest.mark.parametrize("tier", [Tier.QUICK, Tier.FULL])
def test_a_file_from_the_far_future_is_a_book_like_others(house: House, library: Path, tier: Tier) -> None:
    an_epub(library / "late.epub", title="Late")
    an_epub(library / "now.epub", title="Now")
    os.utime(library / "late.epub", (20_000_000_000, 20_000_000_000))

    assert house.scan(tier).status is ScanStatus.COMPLETED
    assert sorted(house.titles()) == ["Late", "Now"]
    house.reads()
    house.scan(tier)
    assert house.reads() == []


def test_cancelling_a_scan_does_not_lose_what_was_dropped(house: House, library: Path) -> None:
    an_epub(library / "a.epub", title="Dropped")
    scan = house.request(Tier.FULL)
    house.hint("", "a.epub")

    house.scans.cancel(scan.id)
    house.work()

    assert house.titles() == ["Dropped"]
    assert house.scans.snapshot(scan.id).status is ScanStatus.CANCELLED


def test_a_scan_that_is_asked_for_again_sees_what_came_after_the_first_had_passed(house: House, library: Path) -> None:
    (library / "A").mkdir()
    first = house.request(Tier.FULL)
    an_epub(library / "b.epub", title="Before")
    house.turn(Errand.WALK)
    an_epub(library / "A" / "late.epub", title="Late")

    second = house.request(Tier.FULL)
    house.work()
    house.clock.wind(1.0)
    house.work()

    assert second.id != first.id
    assert sorted(house.titles()) == ["Before", "Late"]


def test_an_unreadable_disc_leaves_its_book_as_it_is(a_house: Callable[..., House], open_place: Path) -> None:
    for disc in ("CD 1", "CD 2"):
        tracks(open_place / "Dune" / disc, 1, 2)
    house = a_house(books=open_place)
    house.scan()
    (before,) = house.books()
    (open_place / "Dune/CD 2").chmod(0)
    tracks(open_place / "Dune/CD 1", 1)

    house.request(Tier.FULL)
    with as_nobody():
        house.turn()
    house.work()
    (meanwhile,) = house.books()
    (open_place / "Dune/CD 2").chmod(0o755)
    house.scan()

    (after,) = house.books()
    assert meanwhile["duration_ms"] == after["duration_ms"] == before["duration_ms"]


def test_a_new_disk_in_an_old_place_is_taken_once_the_operator_says_so(house: House, library: Path) -> None:
    an_epub(library / "old.epub", title="Old")
    house.scan()
    root = house.root()
    assert root.identity is not None
    other = replace(root.identity, fsid=root.identity.fsid ^ 1 or 7, fstype="other")
    house.catalog.note_root(root.id, RootState.ONLINE, "", other, house.clock.now())
    (library / "old.epub").unlink()
    an_epub(library / "new.epub", title="New")

    house.scan()
    assert house.root().state is RootState.OFFLINE
    assert house.root().reason.startswith(OTHER_FILESYSTEM)
    house.catalog.accept(root.id)
    house.scan()

    assert house.root().state is RootState.ONLINE
    assert house.states() == {"old.epub": State.MISSING, "new.epub": State.INDEXED}


@pytest.mark.parametrize("instead", ["link", "folder", "pipe"])
def test_a_file_is_missing_when_something_else_has_its_name(house: House, library: Path, instead: str) -> None:
    (library / "A").mkdir()
    book = an_epub(library / "A" / "book.epub")
    house.scan()
    book.rename(library / "kept")
    {"link": lambda: book.symlink_to("../kept"), "folder": book.mkdir, "pipe": lambda: os.mkfifo(book)}[instead]()

    house.scan()

    assert house.states() == {"A/book.epub": State.MISSING}


def test_the_books_of_a_folder_are_missing_when_a_file_has_its_name(house: House, library: Path) -> None:
    (library / "A").mkdir()
    book = an_epub(library / "A" / "book.epub")
    house.scan()
    book.unlink()
    (library / "A").rmdir()
    (library / "A").write_bytes(b"")

    house.scan()

    assert house.states() == {"A/book.epub": State.MISSING}


def test_a_track_lost_from_a_disc_within_a_disc_is_left_out_by_the_same_scan(house: House, library: Path) -> None:
    tracks(library / "Part 1/CD 1", 1, 2)
    tracks(library / "Part 1/CD 2", 3)
    house.scan()
    (whole,) = house.books()
    (library / "Part 1/CD 1/02.mp3").unlink()

    house.scan()

    (left,) = house.books()
    assert (whole["duration_ms"], left["duration_ms"]) == (1482, 988)


def test_a_hint_about_a_disc_within_a_disc_is_followed(house: House, library: Path) -> None:
    tracks(library / "Part 1/CD 1", 1, 2)
    house.scan()
    house.scan()
    tracks(library / "Part 1/CD 1", 3)

    house.hint("Part 1", "CD 1/03.mp3")  # the watch asks for the folder whose book it may be
    house.work()

    assert house.states()["Part 1/CD 1/03.mp3"] is State.INDEXED


def test_a_file_that_was_recorded_just_before_a_crash_and_then_deleted_is_missing(house: House, library: Path) -> None:
    an_epub(library / "a.epub")
    house.scan()
    late = an_epub(library / "late.epub")
    sign, house.catalog.sign = house.catalog.sign, lambda *_, **__: None  # type: ignore[method-assign]
    house.scan()
    house.catalog.sign = sign  # type: ignore[method-assign]
    late.unlink()

    house.scan()

    assert house.states() == {"a.epub": State.INDEXED, "late.epub": State.MISSING}


def test_a_book_that_another_group_takes_leaves_its_key_to_the_file_that_has_it(house: House, library: Path) -> None:
    an_epub(library / "Part 2.epub", title="Read")
    an_m4b(library / "Part 2.m4b", title="Heard")
    house.scan()
    an_m4b(library / "01 Track.m4b", title="Heard")  # with which the other sound is an audiobook in two tracks

    house.scan()
    house.scan()

    files = house.files()
    assert files["01 Track.m4b"].book_id == files["Part 2.m4b"].book_id != files["Part 2.epub"].book_id
    assert house.titles() == ["Heard", "Read"]


@pytest.mark.parametrize("tier", [Tier.QUICK, Tier.FULL])
def test_a_file_that_was_given_back_unread_is_read_by_the_next_scan_though_its_folder_was_signed_since(
    house: House, library: Path, tier: Tier
) -> None:
    tracks(library / "Dune", 1, 2)
    house.scan()
    house.scan()
    mine, now = house.files()["Dune/01.mp3"], house.clock.now()
    house.reads()
    house.catalog.claim([mine.id], now)
    house.catalog.release([mine.id], now)

    house.scan(tier)

    assert (house.states()["Dune/01.mp3"], house.reads()) == (State.INDEXED, ["Dune/01.mp3"])

"""What the storm found, as small as it could be made."""

import os
from collections.abc import Callable
from pathlib import Path

from shishod.model.ticket import Errand
from tests.samples import an_m4b, an_mp3
from tests.scan.conftest import a_house  # noqa: F401 - pytest finds fixtures by their names
from tests.scan.house import House


def tracks(folder: Path, *numbers: int) -> None:
    folder.mkdir(exist_ok=True)
    for number in numbers:
        an_mp3(folder / f"{number:02} Track.mp3", title=f"Part {number}", album="Dune", track=number)


def test_a_book_tells_the_rule_that_makes_it_today(
    a_house: Callable[..., House],  # noqa: F811
    library: Path,
) -> None:
    old = a_house(books=library)
    tracks(library / "A", 1, 2)
    old.scan()
    for name in ("Emma", "Ivanhoe", "Kim"):
        an_m4b(library / "A" / f"{name}.m4b", title=name)
    old.scan()
    new = a_house(books=library)
    new.scan()

    assert {book["title"]: book["rule"] for book in old.books()} == {
        book["title"]: book["rule"] for book in new.books()
    }


def test_a_file_with_two_names_is_one_track_whenever_they_were_met(
    a_house: Callable[..., House],  # noqa: F811
    library: Path,
) -> None:
    old = a_house(books=library)
    tracks(library / "A", 1, 2)
    old.scan()
    os.link(library / "A/02 Track.mp3", library / "A/03 Track.mp3")
    old.scan()
    new = a_house(books=library)
    new.scan()

    assert [book["duration_ms"] for book in old.books()] == [book["duration_ms"] for book in new.books()]


def test_a_book_is_merged_without_the_track_that_moved_away(
    a_house: Callable[..., House],  # noqa: F811
    library: Path,
) -> None:
    house = a_house(books=library)
    tracks(library / "A", 1, 2, 3)
    house.scan()
    (library / "B").mkdir()
    (library / "A/01 Track.mp3").rename(library / "B/01 Track.mp3")

    house.scan()
    house.scan()

    assert sorted(book["duration_ms"] for book in house.books()) == [494, 988]


def test_a_book_that_was_planned_before_a_track_had_come_to_it_is_merged_with_what_that_says(
    a_house: Callable[..., House],  # noqa: F811
    library: Path,
) -> None:
    house = a_house(books=library)
    tracks(library / "A", 1, 2, 3)
    house.scan()
    house.pause()
    tracks(library / "B", 2, 3)
    (library / "A/01 Track.mp3").rename(library / "B/01 Track.mp3")
    house.hint("B")
    house.turn(Errand.WALK)
    in_hand = house.queue.claim_some({}, [Errand.INSPECT], 0)
    house.hint("B")
    house.turn(Errand.WALK)  # which still remembers the first track as a part of A

    house.intake.inspect(in_hand)
    for ticket in in_hand:
        house.queue.finish(ticket)
    house.work()

    durations = {book["path"].rpartition("/")[2]: book["duration_ms"] for book in house.books()}
    assert durations == {"A": 988, "B": 1482}

"""The places of a book's files: one each in reading order, and none for what could not be read."""

from pathlib import Path

import pytest

from shishod.model.state import LAID_ASIDE, State
from tests.samples import an_mp3
from tests.scan.house import House

BROKEN = b"this is no sound at all"


def a_track(library: Path, number: int) -> None:
    an_mp3(library / f"Dune/{number:02}.mp3", album="Dune", track=str(number))


def places(house: House) -> dict[str, int]:
    return {path.removeprefix("Dune/"): known.position for path, known in house.files().items()}


@pytest.fixture
def dune(house: House, library: Path) -> House:
    """Two tracks that are read, and two that are broken."""
    (library / "Dune").mkdir()
    for number in (1, 3):
        a_track(library, number)
    for number in (2, 4):
        (library / f"Dune/{number:02}.mp3").write_bytes(BROKEN)
    house.scan()
    return house


def test_files_that_could_not_be_read_have_no_place(dune: House) -> None:
    assert places(dune) == {"01.mp3": 0, "03.mp3": 1, "02.mp3": LAID_ASIDE, "04.mp3": LAID_ASIDE}


def test_a_track_that_joins_later_has_a_place_of_its_own(dune: House, library: Path) -> None:
    for number in (5, 6):
        a_track(library, number)
    dune.scan()

    placed = [place for place in places(dune).values() if place != LAID_ASIDE]
    assert sorted(placed) == [0, 1, 2, 3]


def test_a_broken_track_takes_its_place_once_it_is_whole(dune: House, library: Path) -> None:
    a_track(library, 2)
    dune.scan()

    assert places(dune) == {"01.mp3": 0, "02.mp3": 1, "03.mp3": 2, "04.mp3": LAID_ASIDE}


def test_a_track_that_breaks_leaves_its_place_to_the_next(dune: House, library: Path) -> None:
    (library / "Dune/01.mp3").write_bytes(BROKEN)
    dune.scan()

    assert dune.states()["Dune/01.mp3"] is State.ERROR
    assert places(dune)["03.mp3"] == 0


def test_what_could_not_be_read_is_shown_last(dune: House) -> None:
    (book,) = dune.books()

    assert [one["path"].rpartition("/")[2] for one in book["files"]] == ["01.mp3", "03.mp3", "02.mp3", "04.mp3"]


def test_a_broken_track_that_vanishes_is_no_loss_to_its_book(dune: House, library: Path) -> None:
    (library / "Dune/02.mp3").unlink()
    dune.scan()
    dune.reads()

    scan = dune.scan()

    assert (scan.total, dune.reads()) == (0, [])

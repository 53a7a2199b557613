"""What `tvshow.nfo` says reaches the episodes of its show, in the folder of the show and in those of its seasons."""

import errno
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from shishod.formats.beside import show as of_a_show
from shishod.formats.limits import Limits
from shishod.model.folders import is_season
from shishod.model.metadata import Reading
from shishod.model.naming.films import episode_of
from shishod.model.ticket import Errand
from shishod.model.tier import Tier
from tests.nobody import as_nobody
from tests.samples import an_nfo
from tests.samples.video import a_video
from tests.scan.house import House


def episodes(house: House) -> dict[str, dict[str, Any]]:
    return {Path(book["files"][0]["path"]).name: book for book in house.books()}


@pytest.fixture
def show(library: Path) -> Path:
    place = library / "Shows" / "SR"
    (place / "Season 1").mkdir(parents=True)
    for name in ("Season 1/SR S01E02.mkv", "SR S02E01E02.mkv", "SR S02E03.mkv", "Season 1/SR S01E03.mkv"):
        a_video(place / name, words={})
    return place


def test_a_show_is_told_by_its_own_file_and_each_episode_keeps_its_number(house: House, show: Path) -> None:
    an_nfo(show / "tvshow.nfo", "tvshow", title="Salt Roads", genre="Drama", studio="A Channel")

    house.scan()

    told = {name: [(one["name"], one["number"]) for one in book["series"]] for name, book in episodes(house).items()}
    assert told == {
        "SR S01E02.mkv": [("Salt Roads", "2")],
        "SR S01E03.mkv": [("Salt Roads", "3")],
        "SR S02E01E02.mkv": [("Salt Roads", "1-2")],
        "SR S02E03.mkv": [("Salt Roads", "3")],
    }
    book = episodes(house)["SR S01E02.mkv"]
    assert (book["genres"], book["publisher"], book["season"]) == (["Drama"], "A Channel", 1)
    assert "tvshow.nfo" in book["sources"]["genres"]["place"]


@pytest.mark.parametrize("tier", [Tier.QUICK, Tier.FULL])
def test_a_show_that_is_told_anew_has_its_episodes_read_again_and_no_others(
    house: House, library: Path, show: Path, tier: Tier
) -> None:
    (library / "Shows" / "Other" / "Season 1").mkdir(parents=True)
    a_video(library / "Shows" / "Other" / "Season 1" / "Other S01E01.mkv", words={})
    house.scan()
    house.reads()

    an_nfo(show / "tvshow.nfo", "tvshow", title="Salt Roads")
    house.scan(tier)

    assert len(house.reads()) == 4
    assert {one["name"] for book in episodes(house).values() for one in book["series"]} == {"Salt Roads", "Other"}
    (show / "tvshow.nfo").unlink()
    house.scan(tier)
    assert len(house.reads()) == 4
    assert {one["name"] for book in episodes(house).values() for one in book["series"]} == {"SR", "Other"}
    house.scan(tier)
    assert house.reads() == []


@pytest.mark.parametrize("tier", [Tier.QUICK, Tier.FULL])
def test_a_scan_that_is_cancelled_before_it_reads_the_episodes_leaves_them_to_the_next(
    house: House, show: Path, tier: Tier
) -> None:
    for episode in show.glob("*.mkv"):
        episode.unlink()
    house.scan()
    an_nfo(show / "tvshow.nfo", "tvshow", title="Salt Roads")
    asked = house.request()
    house.turn(Errand.WALK)
    house.scans.cancel(asked.id)
    house.work(Errand.WALK, Errand.INSPECT)
    house.reads()

    house.scan(tier)

    assert house.reads() == ["Shows/SR/Season 1/SR S01E02.mkv", "Shows/SR/Season 1/SR S01E03.mkv"]
    assert {one["name"] for book in house.books() for one in book["series"]} == {"Salt Roads"}
    house.scan(tier)
    assert house.reads() == []


def test_a_film_is_told_nothing_of_a_show_that_lies_above_it(house: House, show: Path) -> None:
    an_nfo(show / "tvshow.nfo", "tvshow", title="Salt Roads")
    (show / "Making Of").mkdir()
    a_video(show / "Making Of" / "Salt.mkv", words={})

    house.scan()

    assert episodes(house)["Salt.mkv"]["series"] == []


def test_a_show_whose_file_leads_in_a_circle_has_its_episodes_read_and_noted(house: House, show: Path) -> None:
    (show / "tvshow.nfo").symlink_to("tvshow.nfo")

    house.scan()

    assert house.catalog.problems()[0] == []
    noted = {note for book in house.books() for file in book["files"] for note in file["notes"]}
    assert noted == {f"the tvshow.nfo of its show could not be opened: {os.strerror(errno.ELOOP)}"}


def test_a_seasons_file_that_cannot_be_opened_does_not_hide_the_shows(house: House, show: Path) -> None:
    an_nfo(show / "tvshow.nfo", "tvshow", title="Salt Roads", genre="Drama")
    (show / "Season 1" / "tvshow.nfo").symlink_to("tvshow.nfo")

    house.scan()

    book = episodes(house)["SR S01E02.mkv"]
    assert (book["genres"], book["series"][0]["name"]) == (["Drama"], "Salt Roads")
    notes = {note for file in book["files"] for note in file["notes"]}
    assert notes == {f"the tvshow.nfo of its show could not be opened: {os.strerror(errno.ELOOP)}"}


def test_a_show_whose_file_is_closed_to_us_says_nothing_and_that_is_noted() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can be somebody else")
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        an_nfo(Path(place, "tvshow.nfo"), "tvshow", title="Salt Roads").chmod(0)

        with as_nobody():
            path = os.fsencode(place) + b"/SR S01E02.mkv"
            told = of_a_show.with_show(Reading(title="Dawn"), path, b"SR/SR S01E02.mkv", Limits())

    assert (told.title, told.series) == ("Dawn", ())
    assert told.notes == (f"the tvshow.nfo of its show could not be opened: {os.strerror(errno.EACCES)}",)


@pytest.mark.parametrize(
    ("name", "number"), [("Salt S01E02", "2"), ("Salt 1x07-09", "7-9"), ("s1e10e11", "10-11"), ("Salt", None)]
)
def test_an_episode_tells_its_number_by_its_name(name: str, number: str | None) -> None:
    assert episode_of(name) == number


def test_a_season_is_told_by_its_folder() -> None:
    assert [is_season(name) for name in ("Season 1", "Staffel 02", "S3", "Specials", "Extras", "Seasons")] == [
        *[True] * 4, *[False] * 2,
    ]  # fmt: skip

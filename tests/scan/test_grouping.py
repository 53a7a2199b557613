"""The classics of how people lay out their books, each as the grouping has it, and as a real scan brings it in."""

import os
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from shishod.model.sighting import Sighting
from shishod.model.tier import Tier
from shishod.scan.group import Group, anchor, group
from tests.samples import an_epub, an_m4b, an_mp3
from tests.scan.house import House


def grouped(paths: Iterable[str]) -> list[Group]:
    """Every neighbourhood of some files, as a walk gathers them."""
    places: dict[bytes, list[Sighting]] = {}
    for path in map(os.fsencode, paths):
        places.setdefault(anchor(path.rpartition(b"/")[0]), []).append(Sighting(path, 1, 1, 1, 1, 0))
    return [one for place in sorted(places) for one in group(place, places[place])]


def books(paths: Iterable[str]) -> list[list[str]]:
    return sorted(sorted(os.fsdecode(seen.path) for seen in one.files) for one in grouped(paths))


def tracks(place: str, count: int, name: str = "{:02}.mp3") -> list[str]:
    return [f"{place}/{name.format(number)}" for number in range(1, count + 1)]


ALBUM = tracks("Herbert/Dune", 60, "{:02} - Chapter.mp3")
EBOOKS = [f"Christie/{number:02} - Title {chr(64 + number % 26)}{number}.epub" for number in range(1, 41)]
ISSUES = [f"Saga/Saga {number:03} (2012).cbz" for number in range(1, 13)]
NFD = unicodedata.normalize("NFD", "Éric/Été.mobi")

CLASSICS: dict[str, Sequence[Sequence[str]]] = {
    "CD folders": [tracks("Dune/CD1", 3) + tracks("Dune/CD2", 3)],
    "disc folders of several makes": [
        [*tracks("A/Disc 1", 2), *tracks("A/Disc 2", 2)],
        [*tracks("B/CD2", 2), *tracks("B/cd 01", 2)],
        [*tracks("C/Part 3", 2), *tracks("C/Part 1 - Home", 2)],
        [*tracks("D/01", 2), *tracks("D/02", 2)],
        [*tracks("E/Tape 1", 2), *tracks("E/Kassette 2", 2)],
    ],
    "discs named for their book": [[*tracks("Dune/Dune CD1", 2), *tracks("Dune/Dune (Disc 2)", 2)]],
    "discs of several books in their author's folder": [
        [*tracks("Herbert/Dune CD1", 2), *tracks("Herbert/Dune CD2", 2)],
        [*tracks("Herbert/Soul Catcher (Disc 1)", 2), *tracks("Herbert/Soul Catcher (Disc 2)", 2)],
        tracks("Herbert/The Green Brain", 2),
    ],
    "disc in the name": [[f"Dune/Dune CD{disc} - {track:02}.mp3" for disc in (1, 2) for track in (1, 2, 3)]],
    "disc and track in front": [[f"Dune/{disc}-{track:02} Arrakis {track}.mp3" for disc in (1, 2) for track in (1, 2)]],
    "one album with 60 parts": [ALBUM],
    "author folder with 40 ebooks": [[path] for path in EBOOKS],
    "epub and m4b of one work, of one name": [["Herbert/Dune.epub", "Herbert/Dune.m4b"]],
    "epub and m4b of one work, named differently": [["Dune/Dune (Unabridged).m4b", "Dune/Dune.epub"]],
    "epub beside the tracks of its work": [
        [*tracks("Frank Herbert/Dune (1965)", 3), "Frank Herbert/Dune (1965)/Dune.epub"]
    ],
    "epub beside the tracks of another": [tracks("Frank Herbert/Dune", 3), ["Frank Herbert/Dune/Emma.epub"]],
    "stray file beside sub-folders": [["Herbert/Intro.mp3"], tracks("Herbert/Dune", 3), tracks("Herbert/Helstrom", 3)],
    "omnibus": [["Herbert/Dune 1-3.epub"], ["Herbert/Dune 1.epub"], ["Herbert/Dune 2.epub"]],
    "comic series": [[path] for path in ISSUES],
    "two formats with placeholder titles": [["A/Unknown.m4b"], ["A/untitled.epub"]],
    "series folder with loose files": [
        ["Martin/Ice and Fire/01 - A Game of Thrones.m4b"],
        ["Martin/Ice and Fire/02 - A Clash of Kings.m4b"],
        ["Martin/Ice and Fire/03 - A Storm of Swords.m4b"],
    ],
    "parts of one whole book": [["Dune/Dune Part 1.m4b", "Dune/Dune Part 2.m4b"]],
    "mixed case and forms of letters": [
        ["A/DUNE.epub", "A/Dune.pdf"],
        ["Éric/Été.epub", NFD.replace(unicodedata.normalize("NFD", "Éric"), "Éric")],
    ],
    "two files of one format whose names differ in case": [["A/DUNE.epub"], ["A/Dune.epub"]],
    "several albums in one folder": [
        [f"Mix/{number:02} - Dune.mp3" for number in (1, 2, 3)],
        [f"Mix/{number:02} - Emma.mp3" for number in (1, 2, 3)],
    ],
    "series in folders by number and title": [
        ["Verne/Voyages/Book 01 - Balloon/Balloon.epub"],
        ["Verne/Voyages/Book 02 - Hatteras/Hatteras.epub", "Verne/Voyages/Book 02 - Hatteras/Hatteras.mobi"],
    ],
    "calibre": [
        [f"Verne/Balloon (12)/Balloon - Jules Verne.{ending}" for ending in ("azw3", "epub", "pdf")]
        + ["Verne/Balloon (12)/cover.jpg", "Verne/Balloon (12)/metadata.opf"]
    ],
    "flat folder of m4b": [[f"Audio/{name}.m4b"] for name in ("Dune", "Emma", "Persuasion")],
    "folders that bear numbers and hold a book each": [["S/1/dune.m4b"], ["S/2/emma.m4b"], ["S/3/saga.epub"]],
    "volumes in folders that bear numbers": [["Saga/01/a.cbz"], ["Saga/01/b.cbz"], ["Saga/02/a.cbz"]],
    "one work in two recordings": [["Dune/Dune (Abridged).mp3"], ["Dune/Dune.m4b"]],
}


@pytest.mark.parametrize("name", CLASSICS)
def test_a_classic_is_gathered_as_its_owner_means_it(name: str) -> None:
    meant = CLASSICS[name]

    assert books(path for book in meant for path in book) == sorted(sorted(book) for book in meant)


def test_the_discs_of_one_book_play_in_the_order_of_their_numbers() -> None:
    paths = [path for disc in (1, 2, 10) for path in tracks(f"Dune/Dune CD{disc}", 2)]

    (only,) = grouped(reversed(paths))

    assert [os.fsdecode(seen.path) for seen in only.files] == paths


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A/Ann Bee - The Salt Road.epub", "A/Cy Dee - The Salt Road.m4b"),
        ("A/Salt Roads 01 - The Salt Road.epub", "A/Salt Roads 02 - The Salt Road.m4b"),
    ],
)
def test_what_tells_another_author_or_place_in_a_series_is_another_work(one: str, other: str) -> None:
    assert books([one, other]) == [[one], [other]]


def test_three_of_which_two_are_of_one_format_are_in_doubt_and_stay_apart() -> None:
    paths = ["A/Dune (Unabridged).m4b", "A/Dune.epub", "A/Dune (1965).epub"]

    assert books(paths) == [[path] for path in sorted(paths)]


NAMES = ("01", "02", "1 - a", "Dune", "Dune CD1 - 01", "DUNE", "Dune (1965)", "Emma", "dune part 2", "x\udcff", "Été")
PLACES = ("F/", "F/CD 1/", "F/CD 2/", "F/01/", "F/02/", "F/Dune CD1/", "F/Emma (Disc 1)/", "")
ENDINGS = (".mp3", ".m4b", ".epub", ".pdf", ".cbz", ".jpg", ".opf")
PATHS = some.builds("{}{}{}".format, some.sampled_from(PLACES), some.sampled_from(NAMES), some.sampled_from(ENDINGS))


@given(some.lists(PATHS, max_size=12, unique=True), some.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_order_of_sightings_makes_other_books(paths: list[str], luck: Any) -> None:
    shuffled = list(paths)
    luck.shuffle(shuffled)

    made = grouped(paths)

    assert grouped(shuffled) == made
    keys = [one.key for one in made]
    assert len(set(keys)) == len(keys)
    media = [seen.path for one in made for seen in one.files]
    assert len(set(media)) == len(media)
    wanted = {os.fsencode(path) for path in paths if not path.endswith((".jpg", ".opf"))}
    assert wanted <= set(media) <= set(map(os.fsencode, paths))


MAKERS = {".mp3": an_mp3, ".m4b": an_m4b, ".epub": an_epub}
ARRIVING = (
    *("F/01.mp3", "F/02.mp3", "F/Dune.epub", "F/Emma.m4b", "F/Emma (1815).epub", "F/CD 1/01.mp3", "F/CD 1/02.mp3"),
    *("F/CD 2/01.mp3", "F/01/01.mp3", "F/01/02.mp3", "F/02/01.mp3", "F/02/02.mp3", "F/03 - Saga.mp3", "F/emma.mobi"),
)


def catalogued(house: House) -> list[tuple[Any, ...]]:
    """What the catalogue holds by what can be compared: no number and no time."""
    told = []
    for book in house.books():
        files = sorted((file["path"].partition("/Books")[2], file["state"], file["role"]) for file in book["files"])
        told.append((book["title"], book["kind"], book["rule"], files))
    return sorted(told)


def is_as_one_scan_of_all(house: House, place: Path, library: Path) -> None:
    """Whatever way a catalogue came about, a new one of the same library holds the same; both are closed."""
    at_once = House(place, {"books": library})
    at_once.scan()
    try:
        assert catalogued(house) == catalogued(at_once)
    finally:
        house.close()
        at_once.close()


def arrive(library: Path, path: str) -> None:
    file = library / path
    file.parent.mkdir(parents=True, exist_ok=True)
    MAKERS.get(file.suffix, an_epub)(file, title=path.replace("/", " "))


@given(
    some.lists(some.sampled_from(ARRIVING), min_size=2, max_size=7, unique=True),
    some.lists(some.booleans(), min_size=7, max_size=7),
)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_files_that_arrive_in_any_order_are_the_books_of_one_scan_of_all(
    tmp_path_factory: pytest.TempPathFactory, paths: list[str], looked: list[bool]
) -> None:
    place = tmp_path_factory.mktemp("arrivals")
    library = place / "Books"
    library.mkdir()
    piecemeal = House(place / "one", {"books": library})
    for path, look in zip(paths, looked, strict=False):
        arrive(library, path)
        if look:
            piecemeal.scan(Tier.QUICK)
    piecemeal.scan()
    piecemeal.scan()
    is_as_one_scan_of_all(piecemeal, place / "other", library)

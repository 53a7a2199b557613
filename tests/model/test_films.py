"""What the name of a video tells: which files are one film or episode, which part of it, and which are none."""

import pytest

from shishod.model.book import BookKind
from shishod.model.library import LibraryKind
from shishod.model.naming.films import film_name, is_extra_folder, part_of_film


def same(*names: str, folder: str = "F", shelf: LibraryKind = LibraryKind.MIXED) -> bool:
    told = [film_name(folder, name, shelf) for name in names]
    return all((one.kind, one.same) == (told[0].kind, told[0].same) for one in told)


@pytest.mark.parametrize(
    "names",
    [
        (
            "Alien (1979)",
            "Alien (1979) - 1080p",
            "Alien (1979) - Director's Cut",
            "Alien.1979.2160p.UHD.BluRay.x265-GRP",
        ),
        ("The.Salt.Road.cd1", "The.Salt.Road.cd2", "The Salt Road CD 3"),
        ("The Salt Road-part1", "The Salt Road-part2"),
        ("Salt Roads S02E03 - The Night", "Salt.Roads.S02E03.720p.HDTV"),
        ("Salt Roads 2x03", "Salt.Roads.2x03 - The Night"),
    ],
)
def test_versions_and_parts_have_one_name(names: tuple[str, ...]):
    assert same(*names)


@pytest.mark.parametrize(
    "names",
    [
        ("Alien (1979)", "Aliens (1986)"),
        ("Alien (1979)", "Alien - Covenant (2017)"),
        ("Holiday 2010 Day 1", "Holiday 2010 Day 2"),
        ("Dune Part 1", "Dune Part 2"),
        ("Mockingjay Part 1 (2014)", "Mockingjay Part 2 (2015)"),
        ("Salt Roads S02E03", "Salt Roads S02E04"),
        ("Salt Roads S02E03", "Salt Roads S02E03E04"),
        ("___", "- -"),
    ],
)
def test_what_could_be_two_works_is_two(names: tuple[str, str]):
    assert not same(*names)


@pytest.mark.parametrize(
    ("name", "part"),
    [("A Film cd2", 2), ("A.Film.CD1.DVDRip", 1), ("A Film [dvd 3]", 3), ("A Film-pt2", 2), ("A Film part2 1080p", 2),
     ("Part 2", 1), ("Dune Part 2", 1), ("A Film", 1), ("cd2", 1)],
)  # fmt: skip
def test_a_part_is_told_by_its_number(name: str, part: int):
    assert part_of_film(name) == part


@pytest.mark.parametrize(
    ("folder", "name", "shelf", "kind"),
    [
        ("F", "Salt Roads S02E03", LibraryKind.MIXED, BookKind.EPISODE),
        ("Season 2", "03 - The Night", LibraryKind.MIXED, BookKind.EPISODE),
        ("Staffel 2", "03", LibraryKind.MIXED, BookKind.EPISODE),
        ("F", "The Night", LibraryKind.SHOWS, BookKind.EPISODE),
        ("F", "Salt Roads S02E03", LibraryKind.MOVIES, BookKind.MOVIE),
        ("F", "Salt 1920x1080", LibraryKind.MIXED, BookKind.MOVIE),
        ("Season of the Witch", "Season of the Witch (2011)", LibraryKind.MIXED, BookKind.MOVIE),
    ],
)
def test_an_episode_is_told_by_its_name_its_folder_or_its_library(
    folder: str, name: str, shelf: LibraryKind, kind: BookKind
):
    assert film_name(folder, name, shelf).kind is kind


@pytest.mark.parametrize(
    ("folder", "shelf", "extra"),
    [
        ("Alien (1979)/Extras", LibraryKind.MIXED, True),
        ("Alien (1979)/behind-the-scenes", LibraryKind.MIXED, True),
        ("Alien (1979)/Shorts", LibraryKind.MOVIES, True),
        ("Alien (1979)/Shorts", LibraryKind.MIXED, False),
        ("Trailers", LibraryKind.MOVIES, False),
        ("Salt Roads/Specials", LibraryKind.SHOWS, False),
        ("Alien (1979)", LibraryKind.MOVIES, False),
    ],
)
def test_a_folder_of_extras_is_told_by_its_name_and_lies_in_another(folder: str, shelf: LibraryKind, extra: bool):
    assert is_extra_folder(folder, shelf) is extra

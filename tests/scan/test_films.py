"""Films, episodes and what lies beside them: what is one book, and what is told of it."""

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from shishod.formats.beside import role_of
from shishod.model.book import BookKind, FileRole
from shishod.model.library import LibraryKind
from shishod.model.naming import words_of
from shishod.model.naming.films import part_of_film
from shishod.model.sighting import Sighting
from shishod.scan.group import Group, anchor, group
from tests.samples import an_nfo
from tests.samples.video import SUBTITLES, a_video
from tests.scan.house import House


def seen(path: str) -> Sighting:
    return Sighting(path.encode(), 1, 1, 1, 1, 0)


def books(*paths: str, shelf: LibraryKind = LibraryKind.MIXED) -> dict[str, tuple[BookKind, list[str]]]:
    """Kind and files of each book by its key, whatever the order they are met in."""
    folder = paths[0].rpartition("/")[0].encode()
    told = [_told(group(folder, sightings, shelf)) for sightings in list(permutations(map(seen, paths)))[:120]]
    assert all(one == told[0] for one in told)
    return told[0]


def _told(groups: tuple[Group, ...]) -> dict[str, tuple[BookKind, list[str]]]:
    return {one.key.decode(): (one.kind, sorted(file.path.decode() for file in one.files)) for one in groups}


def test_versions_of_a_film_are_one_book_named_by_their_title():
    files = ["F/Alien (1979) - 1080p.mkv", "F/Alien (1979) - Director's Cut.mkv"]

    assert books(*files) == {"F//Alien (1979)": (BookKind.MOVIE, files)}


@pytest.mark.parametrize("labels", [(" - Restored", " - Theatrical"), (" {edition-Restored}", ""), (" [a]", " - b")])
def test_files_that_are_called_as_their_folder_and_a_label_are_versions_of_its_film(labels: tuple[str, str]):
    files = sorted(f"F/Alien (1979) {{tmdb-1}}/Alien (1979){label}.mkv" for label in labels)

    assert [sorted(told) for _, told in books(*files).values()] == [files]


def test_a_label_outside_of_a_films_own_folder_or_one_that_counts_parts_makes_no_version():
    assert len(books("F/Alien (1979) - Restored.mkv", "F/Alien (1979) - Theatrical.mkv")) == 2
    assert len(books("F/Bill (2003)/Bill (2003) - Part 1.mkv", "F/Bill (2003)/Bill (2003) - Part 2.mkv")) == 2


@pytest.mark.parametrize("name", ["Clips", "interviews", "Shorts"])
def test_what_may_be_a_shelf_is_a_folder_of_extras_where_it_lies_in_that_of_a_film(name: str):
    film, extra = "F/Alien (1979)/Alien (1979).mkv", f"F/Alien (1979)/{name}/Egg.mkv"
    paths = [seen(film), seen(extra)]

    assert anchor(f"F/Alien (1979)/{name}".encode()) == b"F/Alien (1979)"
    assert anchor(f"F/{name}".encode()) == f"F/{name}".encode()
    assert _told(group(b"F/Alien (1979)", paths)) == {"F/Alien (1979)/Alien (1979)": (BookKind.MOVIE, [film, extra])}


def test_films_in_one_folder_stay_apart():
    assert len(books("F/Alien (1979).mkv", "F/Aliens (1986).mkv", "F/Heat.avi")) == 3


def test_a_film_and_an_ebook_of_one_name_are_two_books():
    assert books("F/Dune.mkv", "F/Dune.epub") == {
        "F/Dune.mkv": (BookKind.MOVIE, ["F/Dune.mkv"]),
        "F/Dune": (BookKind.EBOOK, ["F/Dune.epub"]),
    }


def test_the_library_decides_whether_an_mp4_is_a_track_or_a_film():
    tracks = ["F/01.mp4", "F/02.mp4"]

    assert books(*tracks, shelf=LibraryKind.AUDIOBOOKS) == {"F/": (BookKind.AUDIOBOOK, tracks)}
    assert {kind for kind, _ in books(*tracks, shelf=LibraryKind.SHOWS).values()} == {BookKind.EPISODE}
    assert {kind for kind, _ in books(*tracks).values()} == {BookKind.MOVIE}


def test_subtitles_go_with_their_film_by_its_name_or_by_being_alone_with_it():
    named = books("F/a.mkv", "F/b.mkv", "F/a.srt", "F/a.de.forced.srt", "F/b.en.ass", "F/c.srt", "F/b.2.srt")
    alone = books("F/a.mkv", "F/English.srt")

    assert named["F/a"][1] == ["F/a.de.forced.srt", "F/a.mkv", "F/a.srt"]
    assert named["F/b"][1] == ["F/b.en.ass", "F/b.mkv"]
    assert alone["F/a"][1] == ["F/English.srt", "F/a.mkv"]


def test_subtitles_make_no_book_and_join_none_that_is_not_to_be_seen():
    assert books("F/a.epub", "F/English.srt") == {"F/a": (BookKind.EBOOK, ["F/a.epub"])}


def test_trailers_and_samples_are_files_of_their_film_and_no_films():
    told = books("F/a.mkv", "F/b.mkv", "F/a-trailer.mkv", "F/sample.mkv", "F/c-trailer.mp4")

    assert told == {"F/a": (BookKind.MOVIE, ["F/a-trailer.mkv", "F/a.mkv"]), "F/b": (BookKind.MOVIE, ["F/b.mkv"])}


@pytest.mark.parametrize(
    "annex", ["Extras", "trailers", "Featurettes", "Behind the Scenes", "deleted_scenes", "Sample"]
)
def test_what_lies_in_a_folder_of_extras_goes_with_the_film_above_and_is_none(annex: str):
    extras = [f"F/Alien/{annex}/a.mkv", f"F/Alien/{annex}/b.mkv"]

    assert {anchor(one.rpartition("/")[0].encode()) for one in extras} == {b"F/Alien"}
    made = group(b"F/Alien", [seen(one) for one in (*extras, "F/Alien/Alien (1979).mkv")])
    assert _told(made) == {"F/Alien/Alien (1979)": (BookKind.MOVIE, ["F/Alien/Alien (1979).mkv", *extras])}
    assert [role_of(one.path) for one in made[0].files] == [FileRole.MEDIA, FileRole.SUPPLEMENT, FileRole.SUPPLEMENT]


def test_extras_of_nobody_or_of_several_films_are_no_films():
    assert group(b"F/Alien", [seen("F/Alien/Extras/a.mkv")]) == ()
    several = group(b"F/A", [seen(one) for one in ("F/A/Extras/a.mkv", "F/A/Heat.mkv", "F/A/Dune.mkv")])
    assert sorted(_told(several)) == ["F/A/Dune", "F/A/Heat"]


def test_a_shelf_that_is_called_as_extras_are_holds_films():
    assert anchor(b"Trailers") == b"Trailers"
    assert books("Trailers/a.mkv") == {"Trailers/a": (BookKind.MOVIE, ["Trailers/a.mkv"])}


def test_books_in_a_folder_of_extras_are_books_of_their_own():
    told = group(b"A/Dune", [seen(one) for one in ("A/Dune/Extras/01.mp3", "A/Dune/01.mp3", "A/Dune/02.mp3")])

    assert sorted(_told(told)) == ["A/Dune/", "A/Dune/Extras/01"]


def sized(path: str, size: int) -> Sighting:
    return seen(path)._replace(size=size)


def test_the_largest_stream_of_a_bluray_is_its_film():
    streams = [
        sized(f"F/Alien (1979)/BDMV/STREAM/0000{number}.m2ts", size) for number, size in ((1, 5), (2, 90), (3, 5))
    ]

    (film,) = group(b"F/Alien (1979)/BDMV/STREAM", streams)

    assert (film.key, film.kind) == (b"F/Alien (1979)/BDMV/STREAM//Alien (1979)", BookKind.MOVIE)
    assert [one.size for one in film.files] == [90]
    assert words_of(film.key, film.kind).title == "Alien"


def test_the_largest_title_of_a_dvd_is_its_film_in_the_order_of_its_pieces():
    sizes = {"VIDEO_TS": 9, "VTS_01_0": 999, "VTS_01_1": 5, "VTS_02_0": 1, "VTS_02_2": 70, "VTS_02_1": 100}
    pieces = [sized(f"F/Alien/VIDEO_TS/{name}.VOB", size) for name, size in sizes.items()]

    (film,) = group(b"F/Alien/VIDEO_TS", pieces)

    assert [one.path.rpartition(b"/")[2] for one in film.files] == [b"VTS_02_1.VOB", b"VTS_02_2.VOB"]
    assert [part_of_film(name) for name in ("VTS_02_1", "VTS_02_2")] == [1, 2]
    assert group(b"F/Alien/VIDEO_TS", [pieces[0]]) == ()


@pytest.mark.parametrize("stream", ["VIDEO_TS/VTS_01_1.VOB", "BDMV/STREAM/00001.m2ts"])
def test_a_disc_that_lies_among_the_extras_of_a_film_is_no_film(stream: str):
    assert group(b"F/Alien/Extras", [seen(f"F/Alien/Extras/{stream}")], LibraryKind.MOVIES) == ()
    assert len(group(b"Extras", [seen(f"Extras/{stream}")], LibraryKind.MOVIES)) == 1


@pytest.mark.parametrize("name", ["film.vob", "VTS_1_1.VOB", "VTS_01_11.VOB"])
def test_a_vob_that_is_not_called_as_a_dvds_is_a_film_of_its_own(name: str):
    (film,) = group(b"F/Alien/VIDEO_TS", [seen(f"F/Alien/VIDEO_TS/{name}")], LibraryKind.MOVIES)

    assert [one.path for one in film.files] == [f"F/Alien/VIDEO_TS/{name}".encode()]


def test_a_dvd_and_the_extras_of_a_film_are_one_film_each(house: House, library: Path):
    disc, annex = library / "Films" / "Salt" / "VIDEO_TS", library / "Films" / "Heat" / "Extras"
    for folder in (disc, annex):
        folder.mkdir(parents=True)
    for name in ("VIDEO_TS.VOB", "VTS_01_1.VOB", "VTS_01_2.VOB"):
        a_video(disc / name, "mpg", words={})
    for place in (annex / "making of.mkv", annex.parent / "Heat (1995).mkv"):
        a_video(place, words={})

    house.scan()
    made = {book["title"]: book for book in house.books()}

    assert sorted(made) == ["Heat", "Salt"]
    assert [file["role"] for file in made["Heat"]["files"]] == ["media", "supplement"]
    assert [Path(file["path"]).name for file in made["Salt"]["files"]] == ["VTS_01_1.VOB", "VTS_01_2.VOB"]
    assert made["Salt"]["duration_ms"] > 1.5 * made["Heat"]["duration_ms"]
    annex.rename(annex.parent / "Cuts")
    house.scan()
    assert sorted(book["title"] for book in house.books()) == ["Heat", "Salt", "making of"]


def test_an_episode_of_two_numbers_is_one_book_beside_its_neighbours():
    told = books("F/Salt S01E01E02.mkv", "F/Salt S01E03.mkv", "F/Salt S01E03.720p.mkv")

    assert {key: kind for key, (kind, _) in told.items()} == {
        "F/Salt S01E01E02": BookKind.EPISODE, "F//Salt S01E03": BookKind.EPISODE,
    }  # fmt: skip


def film(house: House) -> dict[str, Any]:
    (row,) = house.books()
    told = house.catalog.book(row["id"])
    assert told is not None
    return told


def test_a_film_is_told_by_its_path_where_it_says_nothing(house: House, library: Path):
    folder = library / "The Salt Road (2011)"
    folder.mkdir()
    a_video(folder / "The.Salt.Road.2011.1080p.mkv", words={})
    (folder / "The.Salt.Road.2011.1080p.de.srt").write_text(SUBTITLES)

    house.scan()

    told = film(house)
    assert (told["kind"], told["title"], told["date"], told["season"]) == ("movie", "The Salt Road", "2011", None)
    medium, subtitle = told["files"]
    assert (medium["playback"], medium["reasons"], medium["width"]) == ("playable", [], 64)
    assert (subtitle["role"], subtitle["particulars"]) == ("subtitle", {"language": "de"})


def test_an_episode_has_its_show_season_and_number(house: House, library: Path):
    folder = library / "Salt Roads" / "Specials"
    folder.mkdir(parents=True)
    a_video(folder / "Salt Roads - S00E03 - The Long Night.mkv", words={})

    house.scan()

    told = film(house)
    assert (told["kind"], told["title"], told["season"]) == ("episode", "The Long Night", 0)
    assert told["series"] == [{"name": "Salt Roads", "number": "3"}]
    assert told["sources"]["season"] == {"source": "path", "place": "guessit: season"}


def test_the_nfo_of_an_episode_is_believed_before_its_name(house: House, library: Path):
    a_video(library / "Salt Roads S01E03.mkv", words={})
    an_nfo(library / "Salt Roads S01E03.nfo", "episodedetails", title="Dawn", showtitle="Salt", season="2", episode="4")

    house.scan()

    told = film(house)
    assert (told["title"], told["season"], told["series"]) == ("Dawn", 2, [{"name": "Salt", "number": "4"}])
    assert told["sources"]["season"]["source"] == "sidecar"


@pytest.mark.parametrize(
    ("names", "seconds"), [(("A Film cd1.mkv", "A Film cd2.mkv"), 2), (("A Film 720p.mkv", "A Film 1080p.mkv"), 1)]
)
def test_parts_last_one_after_the_other_and_versions_do_not(
    house: House, library: Path, names: tuple[str, str], seconds: int
):
    for name in names:
        a_video(library / name, words={}, chapters=True)

    house.scan()

    told = film(house)
    assert round(told["duration_ms"] / 1000) == seconds and len(told["chapters"]) == 2 * seconds
    assert len(told["files"]) == 2


def test_a_film_that_cannot_be_read_is_broken_with_the_reason(house: House, library: Path):
    a_video(library / "a.mkv", words={})
    (library / "b.mkv").write_bytes(b"\x1a\x45\xdf\xa3" + b"nothing behind it" * 20)

    house.scan()

    (broken,) = house.catalog.problems()[0]
    assert broken["path"].endswith("b.mkv") and "ffprobe says" in broken["text"]

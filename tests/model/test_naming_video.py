"""What the paths of films and episodes say, and that nothing is lost where guessit is not there to tell."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from shishod.model.book import BookKind, SeriesEntry
from shishod.model.library import LibraryKind
from shishod.model.naming import reading_of, video, words_of


@pytest.fixture
def without_guessit(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "guessit.api", None)
    video._guesser.cache_clear()
    yield
    video._guesser.cache_clear()


def test_a_film_is_told_with_its_year() -> None:
    words = words_of(b"Films/The Salt Road (2011)/The.Salt.Road.2011.1080p.BluRay.x264-GRP.mkv", BookKind.MOVIE)

    assert (words.title, words.year, words.places["title"]) == ("The Salt Road", "2011", "guessit: title")


def test_an_episode_is_told_with_its_show_season_and_number() -> None:
    path = b"Salt Roads/Season 2/Salt Roads - S02E03 - The Long Night.mkv"

    words = words_of(path, BookKind.EPISODE)

    assert (words.series, words.season, words.episode, words.title) == ("Salt Roads", "2", "3", "The Long Night")
    assert reading_of(words).series == (SeriesEntry("Salt Roads", "3"),)


@pytest.mark.parametrize(
    ("name", "episode"), [("Salt Roads S02E03E04", "3-4"), ("Salt Roads 2x03-05", "3-5"), ("Salt Roads S02", None)]
)
def test_episodes_in_one_file_are_a_range(name: str, episode: str | None) -> None:
    assert words_of(f"{name}.mkv".encode(), BookKind.EPISODE).episode == episode


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Salt Roads - The Iron Sea (2011).mkv", "Salt Roads - The Iron Sea"),
        ("Salt Roads - Vol. 1 (2011)/Salt Roads - Vol. 1 (2011) - Extended.mkv", "Salt Roads - Vol. 1"),
        (
            "Salt Roads - The Iron Sea (2011) [tmdbid-1]/Salt Roads.2011.1080p.BluRay.x264.mkv",
            "Salt Roads - The Iron Sea",
        ),
    ],
)
def test_a_film_is_called_all_that_stands_before_its_year(name: str, title: str) -> None:
    words = words_of(name.encode(), BookKind.MOVIE)

    assert (words.title, words.year) == (title, "2011")


def test_the_place_in_the_whole_show_is_no_part_of_an_episodes_title() -> None:
    words = words_of(b"Salt Roads - S02E03 - 027 - The Long Night [HDTV-720p].mkv", BookKind.EPISODE)

    assert (words.season, words.episode, words.title) == ("2", "3", "The Long Night")


def test_a_show_that_is_called_as_a_year_is_told_from_one() -> None:
    words = words_of(b"1931.S01E04.The.Long.Night.1080p.WEB.h264-GRP.mkv", BookKind.EPISODE)

    assert (words.series, words.title, words.year) == ("1931", "The Long Night", None)


def test_what_a_library_is_said_to_hold_decides_between_a_film_and_an_episode() -> None:
    name = b"Salt Roads 2x03.mp4"

    assert words_of(name, BookKind.AUDIOBOOK, LibraryKind.SHOWS).series == "Salt Roads"
    assert words_of(name, BookKind.AUDIOBOOK, LibraryKind.MOVIES).series is None


def test_without_guessit_a_film_is_called_by_its_name_alone(without_guessit: None) -> None:
    assert words_of(b"The.Salt.Road.2011.mkv", BookKind.MOVIE).places == {}


def test_guessit_is_loaded_by_the_first_film_and_not_before() -> None:
    asks = (
        "import sys; from shishod.model.book import BookKind; from shishod.model.naming import words_of\n"
        "words_of(b'Ann Author - The Salt Road.epub', BookKind.EBOOK)\n"
        "print('guessit' in sys.modules); words_of(b'a.mkv', BookKind.MOVIE); print('guessit' in sys.modules)"
    )

    said = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)

    assert said.stdout.split() == ["False", "True"]

"""What only the path of a book says: believed where every file is silent, and said anew when the path changes."""

from pathlib import Path
from typing import Any

import pytest

from shishod.scan.drafting import fallback_title
from tests.samples import a_comic, an_epub, an_mp3
from tests.scan.house import House


def the_book(house: House) -> dict[str, Any]:
    (book,) = house.books()
    return book


def in_folder(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def test_a_file_that_says_nothing_is_called_by_its_path(house: House, library: Path) -> None:
    folder = in_folder(library / "Ann Author" / "Salt Roads")
    an_epub(folder / "02 - The Salt Road (2011).epub", title=None, authors=[])

    house.scan()

    book = the_book(house)
    assert (book["title"], book["authors"], book["date"]) == ("The Salt Road", ["Ann Author"], "2011")
    assert [(one["name"], one["number"]) for one in book["series"]] == [("Salt Roads", "2")]
    assert book["sources"]["title"] == {"source": "path", "place": "NN - Title"}
    assert book["sources"]["series"] == {"source": "path", "place": "Author/Series/"}


def test_what_the_file_says_is_believed_before_its_path(house: House, library: Path) -> None:
    folder = in_folder(library / "Pat Path")
    an_epub(folder / "Pat Path - Another (2011).epub", title="The Salt Road", authors=["Ann Author"])

    house.scan()

    book = the_book(house)
    assert (book["title"], book["authors"], book["sources"]["title"]["source"]) == (
        "The Salt Road", ["Ann Author"], "file",
    )  # fmt: skip


def test_of_many_tracks_the_folder_is_asked(house: House, library: Path) -> None:
    folder = in_folder(library / "Ann Author" / "Salt Roads" / "Book 2 - The Salt Road {Ned Quill}")
    for track in (1, 2):
        an_mp3(folder / f"{track:02} Chapter.mp3", title=None, artist=None, album=None)

    house.scan()

    book = the_book(house)
    assert (book["title"], book["authors"], book["narrators"]) == ("The Salt Road", ["Ann Author"], ["Ned Quill"])
    assert [(one["name"], one["number"]) for one in book["series"]] == [("Salt Roads", "2")]


def test_a_comic_has_its_series_and_number_from_its_name(house: House, library: Path) -> None:
    a_comic(library / "Iron Harbor 012 - The Long Night (2016) (Digital).cbz", tags=None)

    house.scan()

    book = the_book(house)
    assert (book["title"], book["date"]) == ("The Long Night", "2016")
    assert [(one["name"], one["number"]) for one in book["series"]] == [("Iron Harbor", "12")]


def test_a_book_that_moves_is_told_by_its_new_path_without_being_read(house: House, library: Path) -> None:
    an_epub(in_folder(library / "Ann Author") / "The Salt Road.epub", title=None, authors=[])
    house.scan()
    house.pause()
    before = the_book(house)
    house.reads()

    (library / "Ann Author").rename(library / "Ben Writer")
    (library / "Ben Writer" / "The Salt Road.epub").rename(library / "Ben Writer" / "The Long Night.epub")
    house.scan()

    after = the_book(house)
    assert (after["id"], after["title"], after["authors"]) == (before["id"], "The Long Night", ["Ben Writer"])
    assert house.reads() == []


@pytest.mark.parametrize(
    ("key", "title"), [(b"A/The_Road", "The Road"), (b"A/Road/", "Road"), (b"A//road", "road"), (b"A/_", "?")]
)
def test_a_book_that_no_pattern_fits_is_called_by_its_stem_or_its_folder(key: bytes, title: str) -> None:
    assert fallback_title(key) == title

"""Which texts and pages are books, and which are about what lies beside them."""

from itertools import permutations
from pathlib import Path

import pytest

from shishod.model.book import BookKind
from shishod.model.library import LibraryKind
from shishod.model.sighting import Sighting
from shishod.scan.group import group
from tests.samples import an_epub
from tests.samples.office import a_txt
from tests.scan.house import House


def books(*paths: str, shelf: LibraryKind = LibraryKind.MIXED) -> dict[str, list[str]]:
    """The files of each book by its key, whatever the order they are met in."""
    folder = paths[0].rpartition("/")[0].encode()
    told = [
        {one.key.decode(): sorted(file.path.decode() for file in one.files) for one in group(folder, seen, shelf)}
        for seen in permutations([Sighting(path.encode(), 1, 1, 1, 1, 0) for path in paths])
    ]
    assert all(one == told[0] for one in told)
    return told[0]


def test_texts_among_ebooks_are_books_and_editions_of_their_namesakes():
    assert books("F/a.epub", "F/a.txt", "F/b.txt", "F/c.html") == {
        "F/a": ["F/a.epub", "F/a.txt"], "F/b": ["F/b.txt"], "F/c": ["F/c.html"],
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ["README.txt", "readme first.TXT", "LICENSE.txt", "Tracklist.txt", "md5sums.txt", "www.example.org.html"]
)
def test_notes_are_no_books(name: str):
    assert books("F/a.epub", f"F/{name}") == {"F/a": ["F/a.epub"]}


@pytest.mark.parametrize("medium", ["F/a.m4b", "F/a.mkv", "F/01.mp3"])
def test_a_text_beside_sound_or_a_film_is_about_it(medium: str):
    assert list(books(medium, "F/story.txt", "F/page.html").values()) == [[medium]]


@pytest.mark.parametrize("shelf", [LibraryKind.MOVIES, LibraryKind.COMICS, LibraryKind.AUDIOBOOKS, LibraryKind.MUSIC])
def test_a_text_is_no_book_where_other_things_are_kept(shelf: LibraryKind):
    assert books("F/story.txt", "F/page.html", shelf=shelf) == {}


def test_pages_with_an_index_are_one_book_named_by_its_folder():
    (told,) = group(
        b"A Book", [Sighting(b"A Book/" + one, 1, 1, 1, 1, 0) for one in (b"1.html", b"2.htm", b"Index.html")]
    )

    assert (told.key, told.kind, len(told.files)) == (b"A Book/", BookKind.EBOOK, 3)


def test_pages_without_an_index_stay_apart_and_pieces_of_a_saved_page_are_none():
    assert sorted(books("F/a.html", "F/b.html")) == ["F/a", "F/b"]
    assert books("F/a_files/ad.html", "F/a_files/frame.htm") == {}


def test_a_text_is_told_by_its_path(house: House, library: Path):
    a_txt(library / "Ann Author - The Salt Road (2011).txt")
    a_txt(library / "README.txt")
    an_epub(library / "another.epub", title="Another")

    house.scan()

    told = {book["title"]: book for book in house.books()}
    assert set(told) == {"The Salt Road", "Another"}
    assert (told["The Salt Road"]["authors"], told["The Salt Road"]["kind"]) == (["Ann Author"], "ebook")

"""What the paths of ebooks and audiobooks say; the names are made up, and each stands for a way of naming books."""

import time
from itertools import product

import pytest

from shishod.model.book import BookKind, Contribution, Identifier, Role, SeriesEntry
from shishod.model.library import LibraryKind
from shishod.model.naming import PathWords, reading_of, words_of
from shishod.model.naming.marks import MARKS, is_noise
from shishod.model.naming.people import NOBODY, PERHAPS, SURELY, is_generic, likeness, people_of
from shishod.model.naming.spelling import bare, number_of, spaced


def told(path: str, kind: BookKind = BookKind.EBOOK, shelf: LibraryKind = LibraryKind.MIXED) -> dict[str, object]:
    """What a path says, as short as it can be written."""
    words = words_of(path.encode(), kind, shelf)
    said = {name: getattr(words, name) for name in words.places}
    if "people" in said:
        said["by"] = ", ".join(one.name for one in words.people)
        del said["people"]
    return said


SALT = {"title": "The Salt Road"}
BY_ANN = {**SALT, "by": "Ann Author"}
IN_SERIES = {**BY_ANN, "series": "Salt Roads", "number": "2"}
READ = {**BY_ANN, "narrators": ("Ned Quill",)}

NAMES: dict[str, dict[str, object]] = {
    # a title alone
    "The Salt Road.epub": SALT,
    "The_Salt_Road.epub": SALT,
    "The Salt Road (retail) (azw3).azw3": SALT,
    "The Salt Road [Penguin Classics].epub": SALT,
    "The Salt Road Unabridged.m4b": SALT,
    "The Salt Road (Russian Edition).epub": {"title": "The Salt Road (Russian Edition)"},
    "The Salt Road: A Journey.epub": {**SALT, "subtitle": "A Journey"},
    "The Salt Road_ A Journey.epub": {**SALT, "subtitle": "A Journey"},
    "Fahrenheit 452.epub": {"title": "Fahrenheit 452"},
    "1985.epub": {"title": "1985"},
    "12 Angry Monks.epub": {"title": "12 Angry Monks"},
    "Death by Marzipan.epub": {"title": "Death by Marzipan"},
    "_.epub": {"title": "_"},
    # author and title
    "Ann Author - The Salt Road.epub": BY_ANN,
    "Author, Ann - The Salt Road.epub": BY_ANN,
    "Xanthe Quillfeather - The Salt Road.epub": {**SALT, "by": "Xanthe Quillfeather"},
    "The Salt Road - Ann Author.epub": BY_ANN,
    "The Salt Road - Author, Ann.epub": BY_ANN,
    "The Salt Road - Xanthe Quillfeather.epub": {**SALT, "by": "Xanthe Quillfeather"},
    "The Salt Road by Ann Author.epub": BY_ANN,
    "The.Salt.Road.by.A.B.Writer.mobi": {**SALT, "by": "A.B. Writer"},
    "Ann.Author.-.The.Salt.Road.2011.Retail.EPUB.eBook-GRP.epub": {**BY_ANN, "year": "2011"},
    "[Ann Author] The Salt Road.epub": BY_ANN,
    "[Ann Author] The Salt Road {Ned Quill}.m4b": READ,
    "Ann Author & Ben Writer - The Salt Road.epub": {**SALT, "by": "Ann Author, Ben Writer"},
    "Ann Author - The Salt Road - a novel.epub": {**BY_ANN, "subtitle": "a novel"},
    "Ann Author - The Salt Road (2011).epub": {**BY_ANN, "year": "2011"},
    "Ann Author - 2011 - The Salt Road.epub": {**BY_ANN, "year": "2011"},
    "The Salt Road - Ann Author - 2011.epub": {**BY_ANN, "year": "2011"},
    "Prize Winner 2011 - A. B. Writer - The Salt Road.epub": {**SALT, "by": "A. B. Writer"},
    "Homer - The Salt Road.epub": {**SALT, "by": "Homer"},
    # which of the two is the author cannot be told
    "Saltmarsh - The Road.epub": {},
    "The Road - Saltmarsh Chronicles.epub": {},
    "1985 - Ann Author.epub": {},
    # series
    "Ann Author - Salt Roads 02 - The Salt Road.epub": IN_SERIES,
    "Ann Author - [Salt Roads 02] - The Salt Road.epub": IN_SERIES,
    "Ann Author - [Salt Roads 2.0] - The Salt Road.epub": IN_SERIES,
    "Ann Author - Salt Roads - 02 - The Salt Road.epub": IN_SERIES,
    "Ann Author - Salt Roads - 02 The Salt Road.epub": IN_SERIES,
    "Ann Author - The Salt Road - Salt Roads, Book 2.epub": IN_SERIES,
    "Ann Author - The Salt Road (Salt Roads, #2).epub": IN_SERIES,
    "Ann Author - The Salt Road (Salt Roads Book 2).epub": IN_SERIES,
    "Salt Roads 02 - The Salt Road - Ann Author.epub": IN_SERIES,
    "Salt Roads 02 - Ann Author - The Salt Road.epub": IN_SERIES,
    "Ann Author - Salt Roads 02.epub": {"by": "Ann Author", "series": "Salt Roads", "number": "2"},
    "Ann Author - Saltmarsh 451.epub": {"by": "Ann Author", "title": "Saltmarsh 451"},
    "Salt Roads #2 (of 3) (2011).epub": {"series": "Salt Roads", "number": "2", "year": "2011"},
    "Salt Roads - Volume 02.epub": {"series": "Salt Roads", "number": "2"},
    "Salt Roads, Book Two - The Salt Road.epub": {**SALT, "series": "Salt Roads", "number": "2"},
    "The Salt Road (Salt Roads, Books 1-3).epub": {**SALT, "series": "Salt Roads", "number": "1-3"},
    "The Salt Road (Salt Roads 2).epub": {**SALT, "series": "Salt Roads", "number": "2"},
    "Ann Author - The Salt Road (The Salt Roads 2).epub": {**IN_SERIES, "series": "The Salt Roads"},
    "The Salt Road (the 2).epub": {"title": "The Salt Road (the 2)"},
    "The Salt Road (Edition 2).epub": {"title": "The Salt Road (Edition 2)"},
    "The Salt Road (Salt Roads #1.5).epub": {**SALT, "series": "Salt Roads", "number": "1.5"},
    "The Salt Road, Salt Roads Book 2.epub": {"title": "The Salt Road, Salt Roads Book 2"},
    "02 - The Salt Road.epub": {**SALT, "number": "2"},
    "Book 2 The Salt Road.epub": {**SALT, "number": "2"},
    "2. The Salt Road.epub": {**SALT, "number": "2"},
    # identifiers
    "The Salt Road [B00ABCDE12].m4b": {**SALT, "identifiers": (Identifier("asin", "B00ABCDE12"),)},
    "The Salt Road [978-0-306-40615-7].epub": {**SALT, "identifiers": (Identifier("isbn", "9780306406157"),)},
    "The Salt Road (9780306406158).epub": {"title": "The Salt Road (9780306406158)"},  # its check digit is wrong
    "9780306406157.epub": {"identifiers": (Identifier("isbn", "9780306406157"),)},
    # in folders
    "Ann Author/The Salt Road.epub": BY_ANN,
    "Author, Ann/The Salt Road.epub": BY_ANN,
    "Ann Author/The Salt Road (123)/The Salt Road - Ann Author.epub": BY_ANN,
    "Ann Author/Ann Author - The Salt Road.epub": BY_ANN,
    "Ann Author/Ann Author & Ben Writer - The Salt Road.epub": {**SALT, "by": "Ann Author, Ben Writer"},
    "Ann Author/Saltmarsh - The Road.epub": {"title": "Saltmarsh - The Road", "by": "Ann Author"},
    "Ann Author/Salt Roads/02 - The Salt Road.epub": IN_SERIES,
    "Ann Author/Salt Roads/Salt Roads 02 - The Salt Road.epub": IN_SERIES,
    "Ann Author/Salt Roads/The Salt Road.epub": BY_ANN,  # its folder may be a series, or named for another edition
    "Ann Author/813.epub": {"title": "813", "by": "Ann Author"},
    "Ann Author/7.epub": {"title": "7", "by": "Ann Author"},
    "Ann Author/1985.epub": {"title": "1985", "by": "Ann Author"},
    "Ann Author/1985 - The Salt Road.epub": {**BY_ANN, "year": "1985"},
    "Fiction/Ann Author - The Salt Road.epub": BY_ANN,
    "Ebooks/Historical Fiction/Ann Author/The Salt Road.epub": BY_ANN,
    "some/place/Ann Author - The Salt Road.epub": BY_ANN,
    "Roads of Salt/02 - The Salt Road.epub": {**SALT, "series": "Roads of Salt", "number": "2"},
    "Salt Roads/02 - The Salt Road.epub": {**SALT, "number": "2"},  # a series, or an author with an odd name
    "To Read/The Salt Road.epub": SALT,
    "芥川龍之介/塩の道.epub": {"title": "塩の道", "by": "芥川龍之介"},
}
HEARD: dict[str, dict[str, object]] = {
    "Ann Author/The Salt Road/": BY_ANN,
    "Ann Author/The Salt Road {Ned Quill}/": READ,
    "Ann Author/The Salt Road (read by Ned Quill)/": READ,
    "Ann Author/The Salt Road {Ned Quill, Nora Vane}/": {**BY_ANN, "narrators": ("Ned Quill", "Nora Vane")},
    "Ann Author/The Salt Road {Full Cast Edition}/": {"title": "The Salt Road {Full Cast Edition}", "by": "Ann Author"},
    "Ann Author/Salt Roads/Vol. 2 - 2011 - The Salt Road {Ned Quill}/": {
        **IN_SERIES, "year": "2011", "narrators": ("Ned Quill",)
    },
    "Ann Author/Salt Roads/Book 2 - The Salt Road/CD 1/": {**IN_SERIES, "disc": 1},
    "Ann Author/Salt Roads/The Salt Road/": {**BY_ANN, "series": "Salt Roads"},
    "Ann Author/Ann Author - Salt Roads - The Salt Road/": {**BY_ANN, "series": "Salt Roads"},
    "Homer, Sam Butler - translator/The Salt Road/": {**SALT, "by": "Homer, Sam Butler"},
    "Ann Author/2011 - The Salt Road [64kbps]/The Salt Road.mp3": {**BY_ANN, "year": "2011"},
    "Ann Author/The Salt Road [B00ABCDE12]/The Salt Road.m4b": {
        **BY_ANN, "identifiers": (Identifier("asin", "B00ABCDE12"),)
    },
    "Ann Author/The Salt Road/01.mp3": {**BY_ANN, "track": 1},
    "Ann Author/The Salt Road (2011)/The Salt Road - 03 of 45.mp3": {**BY_ANN, "year": "2011", "track": 3},
    "Ann Author - Salt Roads 2 - The Salt Road/The Salt Road 03.mp3": {**IN_SERIES, "track": 3},
    "Ann Author/Saltmarsh 451/Saltmarsh 451.mp3": {"title": "Saltmarsh 451", "by": "Ann Author"},
    "Ann Author/The Salt Road/03 - Chapter 3.mp3": {**BY_ANN, "track": 3},
    "Ann Author/The Salt Road/2-07.mp3": {**BY_ANN, "disc": 2, "track": 7},
    "Ann Author/The Salt Road/Disc 2/Track 07.mp3": {**BY_ANN, "disc": 2, "track": 7},
    "Ann Author/The Salt Road/The Salt Road - Part 3.mp3": {**BY_ANN, "track": 3},
    "Ann Author/The Salt Road (2011)/The Salt Road - 03.mp3": {**BY_ANN, "year": "2011", "track": 3},
    "Ann Author/813.m4b": {"title": "813", "by": "Ann Author"},
    "Ann Author/Fahrenheit 452/Fahrenheit 452.m4b": {"title": "Fahrenheit 452", "by": "Ann Author"},
    "Ann Author/The Salt Road/03 The Salt Road.mp3": {**BY_ANN, "track": 3},
    "Ann Author - The Salt Road - read by Ned Quill.m4b": READ,
}  # fmt: skip


@pytest.mark.parametrize("path", NAMES)
def test_the_path_of_an_ebook_says_what_its_form_says(path: str) -> None:
    assert told(path) == NAMES[path]


@pytest.mark.parametrize("path", HEARD)
def test_the_path_of_an_audiobook_says_what_its_form_says(path: str) -> None:
    assert told(path, BookKind.AUDIOBOOK) == HEARD[path]


def test_the_name_of_the_pattern_is_kept_with_each_word() -> None:
    words = words_of(b"Ann Author/Ann Author - Salt Roads 02 - The Salt Road {Ned Quill}.epub", BookKind.EBOOK)

    assert words.places == {
        "people": "Author/",
        "series": "Series NN - Title",
        "number": "Series NN - Title",
        "title": "Series NN - Title",
        "narrators": "{Narrator}",
    }


def test_a_path_with_and_without_its_ending_says_the_same() -> None:
    assert told("Ann Author - The Salt Road.epub") == told("Ann Author - The Salt Road")


def test_bytes_that_are_no_text_are_shown_and_do_not_stop_the_rest() -> None:
    words = words_of(b"Ann Author - The S\xfflt Road.epub", BookKind.EBOOK)

    assert (words.title, words.people) == ("The S\ufffdlt Road", (Contribution("Ann Author"),))


def test_music_is_not_taken_for_books() -> None:
    assert told("Ann Author/The Salt Road/01.mp3", BookKind.AUDIOBOOK, LibraryKind.MUSIC) == {}
    assert told("Ann Author/The Salt Road", BookKind.ALBUM) == {}


def test_a_document_in_a_library_of_comics_is_named_as_comics_are() -> None:
    assert told("Iron Harbor 012 (2016).pdf", shelf=LibraryKind.COMICS)["series"] == "Iron Harbor"


@pytest.mark.parametrize(
    ("text", "like"),
    [
        ("Ann Author", SURELY),
        ("A. B. Writer", SURELY),
        ("Writer, A. B.", SURELY),
        ("Jean-Paul Auteur", SURELY),
        ("Anna de la Cruz", SURELY),
        ("Xanthe Quillfeather", PERHAPS),
        ("Лев Толстой", SURELY),
        ("Ann Author and Xanthe Quillfeather", SURELY),
        ("The Salt Road", NOBODY),
        ("Salt Chronicles", NOBODY),
        ("Romeo and Juliet", NOBODY),
        ("salt road", NOBODY),
        ("Salt", NOBODY),
        ("Road 66", NOBODY),
        ("", NOBODY),
    ],
)
def test_a_name_is_told_from_a_title_by_its_form(text: str, like: int) -> None:
    assert likeness(text) == like


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Quill, Ned", ["Ned Quill"]),
        ("de la Cruz, Anna", ["Anna de la Cruz"]),
        ("Ned Quill, Nora Vane", ["Ned Quill", "Nora Vane"]),
        ("Quill, Ned; Vane, Nora", ["Ned Quill", "Nora Vane"]),
        ("Quill, Ned & Vane, Nora", ["Ned Quill", "Nora Vane"]),
        ("Quill, Ned, Vane, Nora", ["Ned Quill", "Nora Vane"]),
        ("Ned Quill, Jr.", ["Ned Quill, Jr."]),
        ("Ned Quill and Nora Vane and Ned Quill", ["Ned Quill", "Nora Vane"]),
        ("Ned Quill, Vane, Anna von Salt", ["Ned Quill", "Vane", "Anna von Salt"]),
        ("Ned Quill,", ["Ned Quill"]),
    ],
)
def test_people_are_called_as_they_are_called(text: str, names: list[str]) -> None:
    assert [one.name for one in people_of(text)] == names


def test_a_part_other_than_the_authors_is_told_with_a_name() -> None:
    assert people_of("Homer, Ned Quill - translator, Nora Vane (editor)") == (
        Contribution("Homer"),
        Contribution("Ned Quill", Role.TRANSLATOR),
        Contribution("Nora Vane", Role.EDITOR),
    )


@pytest.mark.parametrize(
    ("folder", "generic"),
    [("Fiction", True), ("Sci-Fi", True), ("Historical Fiction", True), ("Q", True), ("Ann Author", False)],
)
def test_folders_that_only_file_books_away_name_nobody(folder: str, generic: bool) -> None:
    assert is_generic(folder) is generic


@pytest.mark.parametrize(
    ("text", "noise"),
    [("retail", True), ("64 kbps", True), ("EPUB v5", True), ("Unabridged, MP3", True), ("Russian Edition", False)],
)
def test_how_a_copy_was_made_is_told_from_words_of_the_book(text: str, noise: bool) -> None:
    assert is_noise(text) is noise


def test_names_lose_the_endings_of_formats_and_no_others() -> None:
    assert [bare(name) for name in ("a.kepub.epub", "a.fb2.zip", "Mr. Salt", "a.", ".epub")] == [
        "a", "a", "Mr. Salt", "a.", ".epub",
    ]  # fmt: skip


def test_whatever_parts_words_becomes_one_space() -> None:
    assert [spaced(name) for name in ("a_b", "Salt.Road.no.7", "A.B.Writer", "a  b\u3000c", "Mr. S 1.5")] == [
        "a b", "Salt Road no 7", "A.B. Writer", "a b c", "Mr. S 1.5",
    ]  # fmt: skip


def test_numbers_lose_what_only_sorts_them() -> None:
    assert [number_of(one) for one in ("007", "0", "01.5", "001-003", "356-1", "Two", "27AU", "1½")] == [
        "7", "0", "1.5", "1-3", "356", "2", "27AU", "1½",
    ]  # fmt: skip


def test_a_reading_has_what_a_path_says_and_where_it_says_it() -> None:
    words = words_of(
        b"Ann Author/Salt Roads/Vol. 2 - 2011 - The Salt Road {Ned Quill} [B00ABCDE12]/", BookKind.AUDIOBOOK
    )

    reading = reading_of(words)

    assert (reading.title, reading.date, reading.series) == ("The Salt Road", "2011", (SeriesEntry("Salt Roads", "2"),))
    assert reading.contributions == (Contribution("Ann Author"), Contribution("Ned Quill", Role.NARRATOR))
    assert reading.identifiers == (Identifier("asin", "B00ABCDE12"),)
    assert dict(reading.places)["contributions"] == "Author/; {Narrator}"


def test_a_number_without_a_series_places_a_book_nowhere() -> None:
    assert reading_of(words_of(b"02 - The Salt Road.epub", BookKind.EBOOK)).series == ()
    assert reading_of(PathWords()).places == ()


def test_each_mark_in_the_table_has_a_name_of_its_own() -> None:
    assert len({mark.name for mark in MARKS}) == len(MARKS)


PIECES = (
    "(", "[", "{", "()", " - ", "_", ".", "#", "0", "1-", "9 ", "v1", "c1 - ", " by ", "A. ", "Ann ", "Ann & ", ", ",
    "Book 1, ", "(1 of ", "[a", "{a, ", "2001 ", "第", "1巻", "1 of ", "\u3000",
    "½", "a.b.", "x_ ", ": ", "the - ", "01 ",
)  # fmt: skip


@pytest.mark.parametrize("kind", [BookKind.EBOOK, BookKind.AUDIOBOOK, BookKind.COMIC])
def test_no_name_that_a_disk_can_hold_takes_long(kind: BookKind) -> None:
    slowest = 0.0
    for one, other in product(PIECES, repeat=2):
        name = ((one + other) * 255).encode()[:255].replace(b"/", b"|")
        began = time.process_time()
        words_of(b"Ann Author/" + name + b"/" + name, kind)
        slowest = max(slowest, time.process_time() - began)

    assert slowest < 0.1

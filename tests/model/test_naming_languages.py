"""Names as shelves have them in other languages, and as pulps, light novels and calibre number them; all made up."""

import unicodedata

import pytest

from shishod.model.book import BookKind
from shishod.model.naming import words_of
from shishod.model.naming.people import NOBODY, PERHAPS, SURELY, likeness, people_of
from shishod.model.naming.spelling import loose, spaced
from tests.model.test_naming import BY_ANN, IN_SERIES, READ, SALT, told

EBOOKS: dict[str, dict[str, object]] = {
    # the word for a volume
    "Ann Author - Salt Roads, Bd. 2 - The Salt Road.epub": IN_SERIES,
    "Ann Author - Salt Roads deel 2 - The Salt Road.epub": IN_SERIES,
    "Ann Author - Salt Roads T02 - The Salt Road.epub": IN_SERIES,
    "Ann Author/Salt Roads/T02 - The Salt Road.epub": IN_SERIES,
    "Ann Author/Salt Roads/Tom 2 - The Salt Road.epub": IN_SERIES,
    "Ann Author/Salt Roads - Tome 2 - The Salt Road.epub": IN_SERIES,
    "Ann Author/Salt Roads/Книга 2. The Salt Road.epub": IN_SERIES,
    "Ann Author/Salt Roads/[02] The Salt Road.epub": IN_SERIES,
    "Ann Author/Salt Roads/(02) The Salt Road.epub": IN_SERIES,
    "Ann Author/Salt Roads/2. The Salt Road (Part 1).epub": IN_SERIES,
    "Salt Roads - Volume 02 - The Salt Road.epub": {**SALT, "series": "Salt Roads", "number": "2"},
    "Ann Author - Volume 02 - The Salt Road.epub": {**BY_ANN, "number": "2"},
    # so many are a series
    "Perry Salter - 2502 - The Salt Road.epub": {**SALT, "series": "Perry Salter", "number": "2502"},
    "Perry Salter/Perry Salter 0012 - The Salt Road.epub": {**SALT, "series": "Perry Salter", "number": "12"},
    "Perry Salter/Perry Salter - 012 - The Salt Road.epub": {**SALT, "series": "Perry Salter", "number": "12"},
    # called as the series is
    "Ann Author/Salt Roads/Salt Roads 02.epub": {
        "title": "Salt Roads 02", "by": "Ann Author", "series": "Salt Roads", "number": "2",
    },
    "Ann Author/Salt Roads/01 - Salt Roads.epub": {
        "title": "Salt Roads", "by": "Ann Author", "series": "Salt Roads", "number": "1",
    },
    "The Salt/The Salt 1985.epub": {"title": "The Salt 1985"},
    # what comes out by the month
    "The Salt - May 2011.pdf": {"year": "2011"},
    "The Salt - 2011-05-01.epub": {"year": "2011"},
    "Ann Author - Marked 2011.epub": {"title": "Marked 2011", "by": "Ann Author"},
    # who is who
    "Salt Road - Salt Roads, Book 2 - Ann Author.epub": {
        "title": "Salt Road", "by": "Ann Author", "series": "Salt Roads", "number": "2",
    },
    "Salt Márquez, Juan - The Salt Road.epub": {**SALT, "by": "Juan Salt Márquez"},
    "Salter, Ferdinand von - The Salt Road.epub": {**SALT, "by": "Ferdinand von Salter"},
    "Salter, Ann K_ - The Salt Road.epub": {**SALT, "by": "Ann K. Salter"},
    "Солёный А.Б. - Дорога.fb2": {"title": "Дорога", "by": "А.Б. Солёный"},
    "Ann and Ben Author - The Salt Road.epub": {**SALT, "by": "Ann Author, Ben Author"},
    "Ann Author - The Salt Road - 2011.epub": {**BY_ANN, "year": "2011"},
    "The Salt Road (Salt & Iron 4) - Nelete Quill.epub": {
        **SALT, "by": "Nelete Quill", "series": "Salt & Iron", "number": "4",
    },
    "Ann Author - Ben Writer.epub": {},  # one of them is a title that is a name
    # how it was passed on
    "Ann Author - The Salt Road [8429] (r1.4).epub": BY_ANN,
    "《盐路》作者：盐安.txt": {"title": "盐路", "by": "盐安"},
    "盐路 作者：盐安（校对版）.txt": {"title": "盐路", "by": "盐安"},
    # calibre
    "Unknown/The Salt Road (9)/The Salt Road - Unknown.epub": SALT,
    "José Salinas/El camión (7)/El camion - Jose Salinas.epub": {"title": "El camión", "by": "José Salinas"},
}  # fmt: skip
HEARD: dict[str, dict[str, object]] = {
    "Ann Author - The Salt Road (ungekürzt, gelesen von Ned Quill)/": READ,
    "Ann Author - The Salt Road [lu par Ned Quill]/": READ,
    "Ann Author - The Salt Road (Читает Ned Quill)/": READ,
    "Ann Author/The Salt Road (narrado por Ned Quill)/": READ,
    "SALZ/SALZ - Folge 12 - Der Weg/": {"title": "Der Weg", "series": "SALZ", "number": "12"},
    "Die drei ___/Folge 100 - Der Weg/": {"title": "Der Weg", "series": "Die drei", "number": "100"},
    "Ann Author/The Salt Road/Глава 3.mp3": {**BY_ANN, "track": 3},
}
SEEN: dict[str, dict[str, object]] = {
    "Iron Harbor/Iron Harbor - Volumen 12.cbz": {"series": "Iron Harbor", "volume": "12"},
    "Iron Harbor Bd. 12.cbz": {"series": "Iron Harbor", "volume": "12"},
    "Iron Harbor Nº 12.cbz": {"series": "Iron Harbor", "number": "12"},
    "Iron Harbor n. 012 - The Night.cbz": {"series": "Iron Harbor", "number": "12", "title": "The Night"},
    "Iron Harbor Kapitel 7.cbz": {"series": "Iron Harbor", "number": "7"},
    "Iron Harbor Capítulo 7.5.cbz": {"series": "Iron Harbor", "number": "7.5"},
    "Iron Harbor/Volume 3/Chapter 21.cbz": {"series": "Iron Harbor", "volume": "3", "number": "21"},
    "Iron Harbor/Band 3/Iron Harbor - Chapter 21.cbz": {"series": "Iron Harbor", "volume": "3", "number": "21"},
    "Iron Harbor 1988-05.cbz": {"series": "Iron Harbor", "year": "1988"},
}


@pytest.mark.parametrize("path", EBOOKS)
def test_the_path_of_an_ebook_says_what_its_form_says(path: str) -> None:
    assert told(path) == EBOOKS[path]


@pytest.mark.parametrize("path", HEARD)
def test_the_path_of_an_audiobook_says_what_its_form_says(path: str) -> None:
    assert told(path, BookKind.AUDIOBOOK) == HEARD[path]


@pytest.mark.parametrize("path", SEEN)
def test_the_path_of_a_comic_says_what_its_form_says(path: str) -> None:
    assert told(path, BookKind.COMIC) == SEEN[path]


@pytest.mark.parametrize("path", [path for path in EBOOKS if not path.isascii()])
def test_an_accent_that_is_written_apart_from_its_letter_changes_nothing(path: str) -> None:
    assert told(unicodedata.normalize("NFD", path)) == EBOOKS[path]


def test_two_spellings_are_one_name_without_their_accents_but_kana_keep_what_tells_them_apart() -> None:
    assert loose("García Márquez") == loose("Garcia Marquez") == loose(unicodedata.normalize("NFD", "García Márquez"))
    assert loose("が") != loose("か")


def test_a_dot_that_windows_does_not_allow_comes_back() -> None:
    assert [spaced(name) for name in ("Ann K_ Author", "Ann Author Jr_", "A_Book")] == [
        "Ann K. Author", "Ann Author Jr.", "A Book",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "like"),
    [("Ruiz Salt, Juan", SURELY), ("Salter, Xanthe von", PERHAPS), ("Apollo 5", NOBODY), ("Vitamin C", PERHAPS)],
)
def test_a_name_is_told_from_a_title_by_its_form(text: str, like: int) -> None:
    assert likeness(text) == like


def test_two_full_names_around_a_comma_are_two_people() -> None:
    assert [one.name for one in people_of("Juan Salt, Ann Author")] == ["Juan Salt", "Ann Author"]
    assert [one.name for one in people_of("Homer, Samuel Writer")] == ["Homer", "Samuel Writer"]


@pytest.mark.parametrize(
    ("path", "season", "episode", "title"),
    [
        ("Salt Roads/Staffel 2020/Salt Roads - S2020E05 - Der Weg.mkv", "2020", "5", "Der Weg"),
        ("Salt Roads (2011)/Season 2023/Salt Roads - 2023-04-02.mkv", None, None, None),
    ],
)
def test_a_season_may_be_called_by_its_year(
    path: str, season: str | None, episode: str | None, title: str | None
) -> None:
    words = words_of(path.encode(), BookKind.EPISODE)

    assert (words.series, words.season, words.episode, words.title) == ("Salt Roads", season, episode, title)

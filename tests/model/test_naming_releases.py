"""Names as shops, shadow libraries, release groups and tools for audiobooks write them; made up, a form each."""

import pytest

from shishod.model.book import BookKind
from tests.model.test_naming import BY_ANN, IN_SERIES, READ, SALT, told

EBOOKS: dict[str, dict[str, object]] = {
    "The Salt Road (Ann Author) (Z-Library).epub": BY_ANN,
    "The Salt Road (Ann Author, Ben Writer) (z-lib.org).epub": {**SALT, "by": "Ann Author, Ben Writer"},
    "Ann Author - The Salt Road-Quarry University Press (2011).pdf": {**BY_ANN, "year": "2011"},
    "Ann Author - The Salt-Iron Road (2011).pdf": {**BY_ANN, "title": "The Salt-Iron Road", "year": "2011"},
    "Ann Author - The Salt Road (Quarry Press).epub": BY_ANN,
    "Ann Author - Salt Roads v02 - The Salt Road [Quarry Press].epub": IN_SERIES,
    "Salt Roads v02 (2011) [Quarry Press] [Kobo].epub": {"series": "Salt Roads", "number": "2", "year": "2011"},
    "Ann Quillfeather - A Road of Salt.epub": {"title": "A Road of Salt", "by": "Ann Quillfeather"},
}
SHADOW = "The Salt Road -- Ann Author -- 2nd, 2011 -- Quarry Press -- 9780306406157 -- 00ff -- Anna’s Archive.epub"
HEARD: dict[str, dict[str, object]] = {
    # Libation and Audible
    "The Salt Road [B0ABCDEFGH]/The Salt Road꞉ Salt Roads, Book 2 [B0ABCDEFGH].m4b": {
        **SALT, "series": "Salt Roads", "number": "2",
    },
    "Ann Author/Salt Roads/Salt Roads and the Iron Sea, Book 2 [B0ABCDEFGH]/Salt Roads and the Iron Sea, Book 2.m4b": {
        **IN_SERIES, "title": "Salt Roads and the Iron Sea",
    },
    # what the folder says beside what the file says
    "Ann Author/The Salt Road (2011)/The Salt Road [B0ABCDEFGH].m4b": {**BY_ANN, "year": "2011"},
    "Ann Author/The Salt Road - A Journey {Ned Quill}/The Salt Road.m4b": {**READ, "subtitle": "A Journey"},
    # chapters in the folder of their book
    "Ann Author/Salt Roads/Book 2 - The Salt Road {Ned Quill}/01 - Prologue.mp3": {
        **IN_SERIES, "narrators": ("Ned Quill",), "track": 1,
    },
    "Ann Author - Salt Roads - 02 - The Salt Road/12 - The Sea.mp3": {**IN_SERIES, "track": 12},
    "Ann Author - Salt Roads 02 - The Salt Road/SR02-007.mp3": {**IN_SERIES, "track": 7},
    "Ann Author - The Salt Road/Chapter 03 - The Sea.mp3": {**BY_ANN, "track": 3},
    "Ann Author - Salt Roads 02 - The Salt Road/The Salt Road-Part07.mp3": {**IN_SERIES, "track": 7},
    "Ann Author/Salt Roads/02 - The Salt Road.mp3": IN_SERIES,  # a book among others, no chapter
    # how fast it plays, and who released it
    "Ann Author - The Salt Road (read by Ned Quill) 64kbps.mp3": READ,
    "Ann_Author-The_Salt_Road-AUDIOBOOK-2011-GRP/01-ann_author-the_salt_road.mp3": {
        **BY_ANN, "year": "2011", "track": 1,
    },
    "Ann.Author-The.Salt.Road-(Audiobook)-DE-2011-GRP.m4b": {**BY_ANN, "year": "2011"},
}  # fmt: skip


def without_identifiers(said: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in said.items() if name != "identifiers"}


@pytest.mark.parametrize("path", EBOOKS)
def test_an_ebook_is_told_as_those_name_it_who_pass_it_on(path: str) -> None:
    assert told(path) == EBOOKS[path]


@pytest.mark.parametrize("path", HEARD)
def test_an_audiobook_is_told_as_its_tools_lay_it_out(path: str) -> None:
    assert without_identifiers(told(path, BookKind.AUDIOBOOK)) == HEARD[path]


def test_the_pieces_of_an_archived_name_are_told_by_what_they_are() -> None:
    said = told(SHADOW)

    assert without_identifiers(said) == {**BY_ANN, "year": "2011"}
    assert [(one.scheme, one.value) for one in said["identifiers"]] == [("isbn", "9780306406157")]  # type: ignore[attr-defined]

"""What folders and names call the pieces of a recording, in the languages of shelves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shishod.model.pieces import counted, disc_number, is_number, may_be_piece, titled_disc, without_disc, without_piece

PARTS = [
    "cd",
    "Disc",
    "disque",
    "TEIL",
    "part",
    "side",
    "seite",
    "a",
    "b",
    "two",
    "IV",
    "Dune",
    "1",
    "07",
    " ",
    ".",
    "- ",
    "(",
]


@pytest.mark.parametrize(
    ("folder", "number"),
    [
        ("CD 1", 1), ("cd01", 1), ("Disc 02", 2), ("Disque 3", 3), ("Disco 2 de 3", 2), ("Диск 10", 10), ("Часть 2", 2),
        ("Teil 3", 3), ("CD 01 von 05", 1), ("Disc Two", 2), ("CD II", 2), ("Partie IV", 4), ("Teil Drei", 3),
        ("2. CD", 2), ("01 - Disc", 1), ("D02", 2), ("Side B", 2), ("Seite 2", 2), ("Cze\u0328s\u0301c\u0301 2", 2),
        ("Part One - Home", 1), ("Part 12 - Home", 12),
    ],
)  # fmt: skip
def test_a_disc_is_told_by_its_word_and_its_number_however_that_is_spelt(folder: str, number: int) -> None:
    assert disc_number(folder) == number


@pytest.mark.parametrize(
    "folder",
    ["CD", "CDs", "CD1984", "Discworld 1", "Disco Inferno", "Parting 1", "Deel 1 - De Steen", "Face Off", "Dune", "01",
     "Dune CD1", "Volume 1", "D", "x", ""],
)  # fmt: skip
def test_what_is_called_otherwise_is_no_disc(folder: str) -> None:
    assert disc_number(folder) is None


def test_a_disc_may_be_called_as_its_book_is_or_by_a_number_alone() -> None:
    assert titled_disc("Der Große Krieg (Disc 2)") == ("Der Große Krieg", 2)
    assert [is_number(name) for name in ("01", "1", "123", "1a")] == [True, True, False, False]


@given(st.lists(st.sampled_from(PARTS) | st.characters(max_codepoint=126), max_size=6).map("".join))
def test_a_glance_at_a_name_overlooks_no_disc(name: str) -> None:
    told = disc_number(name) is not None or is_number(name) or titled_disc(name) is not None

    assert may_be_piece(name.encode()) or not told


def test_a_glance_passes_the_names_of_most_folders_by() -> None:
    assert [may_be_piece(name) for name in (b"Dune", b"The Side Effect", b"Disco Inferno", b"1984")] == [
        *(False, False, True, True)
    ]


def test_words_for_pieces_are_taken_off_a_name_where_a_number_stands_with_them() -> None:
    assert without_piece("dune - part iv") == ("dune -  ", True)
    assert without_piece("a part of dune") == ("a part of dune", False)
    assert without_piece("dune 1b") == ("dune 1", True)
    assert without_piece("глава 7") == ("  7", False)


def test_a_disc_is_taken_off_the_end_of_a_title_and_a_title_that_is_one_stays() -> None:
    long = "Dune and what came of it in the end, told by many who were not there, and by some who were, "

    assert [without_disc(one) for one in ("Dune (Disc 1 of 2)", "Dune, Teil Drei")] == ["Dune", "Dune"]
    assert [without_disc(one) for one in (f"{long}CD 2", "CD 2", "Dune 2")] == [long.rstrip(" ,"), "CD 2", "Dune 2"]


def test_what_is_counted_in_words_is_sorted_by_the_count() -> None:
    names = ["Part Three", "Part Twelve", "Part One", "Part Two", "Part IX"]

    assert [counted(name) for name in names] == ["part 3", "part 12", "part 1", "part 2", "part 9"]

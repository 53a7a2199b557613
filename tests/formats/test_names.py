import pytest
from hypothesis import given
from hypothesis import strategies as st

from shishod.formats.names import split_people


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("Ann Author", ["Ann Author"]),
        ("Bram Stoker; Various Readers", ["Bram Stoker", "Various Readers"]),
        ("Terry Pratchett & Neil Gaiman", ["Terry Pratchett", "Neil Gaiman"]),
        ("Terry Pratchett and Neil Gaiman", ["Terry Pratchett", "Neil Gaiman"]),
        ("Harper & Brothers", ["Harper & Brothers"]),
        ("Simon & Schuster", ["Simon & Schuster"]),
        ("Department of Health and Human Services", ["Department of Health and Human Services"]),
        ("Tolkien, J. R. R.", ["Tolkien, J. R. R."]),
        ("Narrated by Cori Samuel", ["Cori Samuel"]),
        ("Ann Author; Ann Author", ["Ann Author"]),
        ("津野海太郎", ["津野海太郎"]),
        (" ; ", []),
    ],
)
def test_people_are_parted_only_where_there_is_no_doubt(line: str, people: list[str]):
    assert list(split_people(line)) == people


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("Terry Pratchett, Neil Gaiman", ["Terry Pratchett", "Neil Gaiman"]),
        ("Ann Author, Ben Writer, and Cy Scribe", ["Ann Author", "Ben Writer", "Cy Scribe"]),
        ("Le Guin, Ursula K.", ["Le Guin, Ursula K."]),
        ("Martin Luther King, Jr.", ["Martin Luther King, Jr."]),
        ("van Gogh, Vincent Willem", ["van Gogh, Vincent Willem"]),
    ],
)
def test_commas_part_full_names_where_a_format_lists_people_by_them(line: str, people: list[str]):
    assert list(split_people(line, commas=True)) == people


def test_commas_are_left_alone_where_a_format_has_a_better_way():
    assert split_people("Terry Pratchett, Neil Gaiman") == ("Terry Pratchett, Neil Gaiman",)


@given(st.text(max_size=60), st.booleans())
def test_no_line_is_too_odd(line: str, commas: bool):
    found = split_people(line, commas)
    assert len(set(found)) == len(found)
    assert all(found)

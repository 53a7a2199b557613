import pytest

from shishod.formats.series import grouped_series, series_number
from shishod.model.book import SeriesEntry


@pytest.mark.parametrize(
    ("said", "number"),
    [("1", "1"), ("1.0", "1"), ("02", "2"), ("2.5", "2.5"), ("2,5", "2.5"), ("#3", "3"), ("1-3", "1-3"),
     ("1 – 3", "1-3"), ("10", "10"), ("0", "0"), ("4/7", "4"), ("4 of 7", "4"), ("½", "0.5"), ("12½", "12.5")],
)  # fmt: skip
def test_numbers_are_written_one_way(said: str, number: str):
    assert series_number(said) == number


@pytest.mark.parametrize("said", [None, "", "abc", "1.2.3", "three", "-1", "1e3"])
def test_what_is_no_number_is_none(said: str | None):
    assert series_number(said) is None


@pytest.mark.parametrize(
    ("said", "name", "number"),
    [
        ("Gothic Classics #1", "Gothic Classics", "1"),
        ("Chaos Seeds, Book 7", "Chaos Seeds", "7"),
        ("Chaos Seeds (Book 7)", "Chaos Seeds", "7"),
        ("Discworld, Vol. 12.5", "Discworld", "12.5"),
        ("Perry Rhodan Band 3", "Perry Rhodan", "3"),
        ("Les Sels, Tome 3", "Les Sels", "3"),
        ("Соль, книга 3", "Соль", "3"),
        ("Zout (deel 3)", "Zout", "3"),
    ],
)
def test_a_grouping_that_reads_like_a_series_is_one(said: str, name: str, number: str):
    assert grouped_series(said) == SeriesEntry(name, number)


@pytest.mark.parametrize("said", ["the grouping", "", "Book Club", "#1", "Catch 22"])
def test_any_other_grouping_is_none(said: str):
    assert grouped_series(said) is None

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shishod.model.book import normal_name, number_range, tidy_name

COMPOSED = unicodedata.normalize("NFC", "José Saramago")
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)


@pytest.mark.parametrize(
    "spelling",
    [COMPOSED, DECOMPOSED, "JOSÉ SARAMAGO", "  José   Saramago ", "José\u00a0Saramago", "José\tSaramago\n"],
)
def test_spellings_that_differ_in_form_case_or_spaces_are_one_name(spelling: str) -> None:
    assert normal_name(spelling) == normal_name(COMPOSED)


@pytest.mark.parametrize("other", ["Jose Saramago", "José-Saramago", "JoséSaramago", "Saramago, José"])
def test_names_that_differ_in_letters_are_two(other: str) -> None:
    assert normal_name(other) != normal_name(COMPOSED)


def test_letters_that_only_casefold_knows_are_one_name() -> None:
    assert normal_name("STRASSE") == normal_name("Straße")


@given(some.text(max_size=30))
def test_composed_and_decomposed_are_always_one_name(name: str) -> None:
    assert normal_name(unicodedata.normalize("NFD", name)) == normal_name(unicodedata.normalize("NFC", name))


@given(some.text(max_size=30))
def test_how_a_name_is_shown_never_makes_it_another_name(name: str) -> None:
    assert normal_name(tidy_name(name)) == normal_name(name)


def test_a_name_is_shown_in_its_own_letters() -> None:
    assert tidy_name(f"  {DECOMPOSED}  II ") == f"{COMPOSED} II"


@pytest.mark.parametrize(
    ("number", "span"),
    [
        ("3", (3.0, 3.0)), ("1.5", (1.5, 1.5)), ("1-3", (1.0, 3.0)), ("1 – 3", (1.0, 3.0)), (" 0 ", (0.0, 0.0)),
        (None, None), ("", None), ("three", None), ("1-", None), ("-1", (-1.0, -1.0)),
        ("12A", (12.0, 12.0)), ("1.MU", (1.0, 1.0)), ("3 of 7", None), ("1.2.3", None),
    ],
)  # fmt: skip
def test_a_place_in_a_series_is_a_first_and_a_last_number_or_none(number: str | None, span: object) -> None:
    assert number_range(number) == span

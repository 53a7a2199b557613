"""Names: when two are one, which spelling is shown, and what is looked for in a search."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shishod.model.draft import search_text
from shishod.model.fit import fold, norm, shown
from shishod.store.names import Spelling
from tests.store.building import some_metadata

ALIKE = [
    ("José", "Jose\u0301"),
    ("Ann  Author", " ann author\n"),
    ("STRASSE", "straße"),
    ("Émile", "émile"),
    ("a\0b", "ab"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_spellings_of_one_name_have_one_normal_form(one: str, other: str) -> None:
    assert norm(one) == norm(other)


@pytest.mark.parametrize(("one", "other"), [("Jose", "José"), ("Ann", "Anne"), ("A B", "AB")])
def test_different_names_stay_different(one: str, other: str) -> None:
    assert norm(one) != norm(other)


@given(st.text(st.characters()))
def test_the_normal_form_of_what_is_shown_is_the_same(name: str) -> None:
    assert norm(shown(name)) == norm(name)


def test_a_long_name_is_cut_between_letters() -> None:
    assert shown("é" * 499 + " and more") == "é" * 499
    assert len(shown("x" * 501)) == 500


@pytest.mark.parametrize(
    "best_first",
    [
        [("Ann Author", "Author, Ann"), ("ann author", "author, ann"), ("Ann Author", "")],
        [("Ann Author", ""), ("ann author", ""), ("ANN AUTHOR", "")],
        [("Ann Author", ""), ("Ann author", "")],
        [("MacLeod", ""), ("Macleod", "")],
    ],
)
def test_the_smallest_spelling_is_the_best(best_first: list[tuple[str, str]]) -> None:
    keys = [Spelling.of(*said) for said in best_first]

    assert sorted(keys) == keys


def test_a_spelling_is_as_it_would_be_stored() -> None:
    said = Spelling.of(" Ann\0  Author ", "\ud800")

    assert (said.name, said.sort_name) == ("Ann Author", "?")


@pytest.mark.parametrize(
    ("text", "folded"),
    [("José SARAMAGO", "jose saramago"), ("Straße", "strasse"), (" a\t b\n", "a b"), ("Ⅷ", "viii"), ("", "")],
)
def test_text_is_folded_to_what_people_type(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_what_is_said_twice_is_searched_once() -> None:
    metadata = some_metadata("King", "KING", "King", subtitle="")

    assert search_text(metadata) == "king"

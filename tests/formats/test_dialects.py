"""Dialects: tables that must fit together, and that go before each other."""

import dataclasses

import pytest

from shishod.formats import dialects
from shishod.formats.dialects import Dialect

DIALECTS = {name: one for name, one in vars(dialects).items() if isinstance(one, Dialect)}


def test_of_two_dialects_the_first_is_believed():
    both = Dialect(title=("A", "B"), identifiers={"X": "asin"}).then(Dialect(title=("C",), identifiers={"Y": "isbn"}))

    assert both.title == ("A", "B", "C")
    assert both.identifiers == {"X": "asin", "Y": "isbn"}


@pytest.mark.parametrize("name", DIALECTS)
def test_every_series_has_the_place_of_its_number(name: str):
    assert len(DIALECTS[name].series) == len(DIALECTS[name].numbers)


@pytest.mark.parametrize("name", DIALECTS)
def test_no_name_is_given_twice_to_one_fact(name: str):
    for fact in dataclasses.fields(Dialect):
        names = list(getattr(DIALECTS[name], fact.name))
        assert len(set(names)) == len(names), fact.name

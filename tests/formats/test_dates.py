from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shishod.formats.dates import partial_date


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("1999", "1999"),
        ("1999-05", "1999-05"),
        ("1999-5-1", "1999-05-01"),
        ("2015-04-26T22:00:00+00:00", "2015-04-26"),
        ("1987-03-31T07:00:00Z", "1987-03-31"),
        ("2009-09-04 14:20", "2009-09-04"),
        ("20080520", "2008-05-20"),
        ("2010/05/01", "2010-05-01"),
        ("Oct 3, 1995", "1995-10-03"),
        ("October 1995", "1995-10"),
        ("3rd Oct 1995", "1995-10-03"),
        ("28.11.2026", "2026-11-28"),
        ("1.5.1999", "1999-05-01"),
        ("[c1897]", "1897"),
        ("© 2012", "2012"),
        ("2011-00-00", "2011"),
        ("2011-05-00", "2011-05"),
    ],
)
def test_a_date_is_as_exact_as_it_was_said(said: str, meant: str):
    assert partial_date(said) == meant


@pytest.mark.parametrize(
    "said",
    ["", None, "unknown", "0", "0000", "0101-01-01T00:00:00+00:00", "20245", "1999-13-01", "1999-02-31", "03/04/1999",
     "12.31.1999",
     "soon", "Foo 3, 1995", "1999-05-01 and later"],
)  # fmt: skip
def test_what_is_no_date_is_none(said: str | None):
    assert partial_date(said) is None


@given(st.dates(min_value=date(1000, 1, 1)))
def test_every_date_in_iso_form_is_itself(day):
    assert partial_date(day.isoformat()) == day.isoformat()
    assert partial_date(day.isoformat()[:7]) == day.isoformat()[:7]


@given(st.text(max_size=40))
def test_no_text_is_too_odd(text: str):
    found = partial_date(text)
    assert found is None or len(found) in (4, 7, 10)

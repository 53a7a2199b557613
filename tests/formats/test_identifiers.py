import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import isbn

from shishod.formats.identifiers import identifier
from shishod.model.book import Identifier


@pytest.mark.parametrize(
    ("said", "scheme", "value"),
    [
        ("urn:isbn:978-0-306-40615-7", "isbn", "9780306406157"),
        ("0-306-40615-2", "isbn", "9780306406157"),
        ("ISBN 0306406152", "isbn", "9780306406157"),
        ("9780306406157 (hardcover)", "isbn", "9780306406157"),
        ("urn:uuid:12C1DF3E-DF35-4FCF-918B-643FF15A7870", "uuid", "12c1df3e-df35-4fcf-918b-643ff15a7870"),
        ("46b33098-166f-4de1-8fc3-e31c24e02c7b", "uuid", "46b33098-166f-4de1-8fc3-e31c24e02c7b"),
        ("B002V5CJM4", "asin", "B002V5CJM4"),
        ("https://doi.org/10.1000/XYZ.123", "doi", "10.1000/xyz.123"),
        ("http://www.gutenberg.org/11", "uri", "http://www.gutenberg.org/11"),
        ("goodreads:12345", "goodreads", "12345"),
        ("calibre:46b33098-166f-4de1-8fc3-e31c24e02c7b", "calibre", "46b33098-166f-4de1-8fc3-e31c24e02c7b"),
        ("NOID", "other", "NOID"),
    ],
)
def test_the_value_tells_what_it_is(said: str, scheme: str, value: str):
    assert identifier(said) == Identifier(scheme, value)


@pytest.mark.parametrize(
    ("said", "by", "scheme", "value"),
    [
        ("0306406152", "ISBN", "isbn", "9780306406157"),
        ("0306406152", "02", "isbn", "9780306406157"),
        ("1603090000", "MOBI-ASIN", "asin", "1603090000"),
        ("b00x57b4jg", "AMAZON_UK", "asin", "B00X57B4JG"),
        ("ab-12", "GOOGLE", "google", "ab-12"),
        ("7 61941 20000 2", "UPC", "gtin", "761941200002"),
        ("9780306406157", "gtin", "isbn", "9780306406157"),
        ("12345", "gtin", "other", "12345"),
    ],
)
def test_the_scheme_that_is_said_comes_first(said: str, by: str, scheme: str, value: str):
    assert identifier(said, by) == Identifier(scheme, value)


def test_an_isbn_whose_checksum_does_not_agree_is_kept_as_something_else():
    assert identifier("978-0-306-40615-8", "ISBN") == Identifier("other", "978-0-306-40615-8")


def test_no_text_is_no_identifier():
    assert identifier(None) is identifier("") is identifier(" \n") is None


@given(st.text(max_size=50), st.text(max_size=12))
def test_whatever_is_said_is_canonical_already(said: str, scheme: str):
    found = identifier(said, scheme)
    if found and found.scheme in ("isbn", "uuid", "asin", "doi", "gtin"):
        assert identifier(found.value, found.scheme) == found


@given(st.sampled_from(("978", "979", "977", "97")), st.from_regex(r"[0-9]{9,11}", fullmatch=True))
def test_an_isbn_of_digits_alone_is_told_as_the_library_tells_it(prefix: str, rest: str):
    value = prefix + rest
    found = identifier(value, "isbn")

    assert (found == Identifier("isbn", value)) == (len(value) == 13 and isbn.is_valid(value))
    whole = next(number for last in "0123456789" if isbn.is_valid(number := f"978{rest[:9]}{last}"))
    assert identifier(whole) == Identifier("isbn", whole)

"""Where an href in a package leads: the names that nearly all have take a short way, to the same end."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shishod.formats.epub import package
from shishod.formats.epub.package import resolve

NEVER = re.compile(r"(?!)")
PIECES = ("a", "b1", "x.html", "OEBPS", "..", ".", "/", "//", "#", "%20", "%2e", ":", "\\", "-", "_", "é", " ")


@pytest.mark.parametrize(
    ("folder", "href", "member"),
    [
        ("OEBPS", "text/page-1.xhtml", "OEBPS/text/page-1.xhtml"),
        ("", "page.xhtml#top", "page.xhtml"),
        ("OEBPS", "../cover.png", "cover.png"),
        ("OEBPS", "../../cover.png", None),
        ("OEBPS", "a%20b.png", "OEBPS/a b.png"),
        ("OEBPS", "https://example.org/a.png", None),
    ],
)
def test_an_href_leads_to_a_member_of_the_book(folder: str, href: str, member: str | None) -> None:
    assert resolve(folder, href) == member


@given(st.lists(st.sampled_from(PIECES), max_size=3), st.lists(st.sampled_from(PIECES), max_size=5))
def test_the_short_way_ends_where_the_long_one_does(folder: list[str], href: list[str]) -> None:
    short = resolve("".join(folder), "".join(href))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(package, "_PLAIN", NEVER)
        assert resolve("".join(folder), "".join(href)) == short

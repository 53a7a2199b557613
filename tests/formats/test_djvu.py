"""The rules of DJVU, each on a file that needs it."""

from dataclasses import replace
from pathlib import Path

import pytest

from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats.limits import Limits
from shishod.model.book import Identifier
from shishod.model.metadata import Reading
from tests.samples.document import a_djvu


def read(path: Path, limits: Limits | None = None) -> Reading:
    return formats.read(bytes(path), limits or Limits())


def djvu(tmp_path: Path, **how) -> Reading:
    return read(a_djvu(tmp_path / "a.djvu", **how))


def why_broken(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(BrokenFile) as broken:
        read(path, limits)
    return broken.value.reason


def test_its_pages_are_counted_and_what_they_share_is_none(tmp_path: Path):
    assert djvu(tmp_path, pages=7).technical.pages == 7


def test_a_file_of_one_page_has_one(tmp_path: Path):
    whole = a_djvu(tmp_path / "a.djvu", pages=1).read_bytes()
    (tmp_path / "a.djvu").write_bytes(b"AT&T" + whole[whole.rindex(b"FORM") :])

    assert (read(tmp_path / "a.djvu").technical.pages, read(tmp_path / "a.djvu").title) == (1, None)


def test_pages_that_are_files_of_their_own_are_not_counted(tmp_path: Path):
    reading = djvu(tmp_path, bundled=False)

    assert (reading.technical.pages, reading.title) == (None, "A Book")
    assert reading.notes == ("its pages are files of their own, and were not counted",)


def test_its_annotation_is_told_field_by_field(tmp_path: Path):
    said = r"""(background #FFFFFF) (metadata (title "The \"Sand\" of D\303\274ne\8\n") (Author "Ann Author; Bob")
    (publisher "Image") (year "2012") (isbn "0-306-40615-2") (keywords "war, sand") (abstract "Much sand."))"""

    reading = djvu(tmp_path, annotation=said)

    assert reading.title == 'The "Sand" of Düne8'
    assert [one.name for one in reading.contributions] == ["Ann Author", "Bob"]
    assert (reading.publisher, reading.date, reading.tags) == ("Image", "2012", ("war", "sand"))
    assert (reading.identifiers, reading.description) == ((Identifier("isbn", "9780306406157"),), "Much sand.")
    assert dict(reading.places)["title"] == "metadata annotation"


@pytest.mark.parametrize(
    "said", ["", "(metadata", '(metadata (title "x)', "(metadata (title x))", "((((((", '(title "x")']
)
def test_an_annotation_that_is_broken_says_nothing(tmp_path: Path, said: str):
    assert djvu(tmp_path, annotation=said or " ").title is None


def test_an_annotation_beyond_the_limit_is_not_read(tmp_path: Path):
    path = a_djvu(tmp_path / "a.djvu", annotation=" " * 2000 + '(metadata (title "x"))')

    assert read(path, replace(Limits(), text_bytes=2000)).title is None


def test_more_chunks_than_may_be_are_refused(tmp_path: Path):
    assert why_broken(a_djvu(tmp_path / "a.djvu", pages=20), replace(Limits(), entries=10)) == "limit"


def test_a_file_that_was_cut_short_says_so(tmp_path: Path):
    path = a_djvu(tmp_path / "a.djvu", pages=20)
    path.write_bytes(path.read_bytes()[:-5])

    assert why_broken(path) == "truncated"


def test_another_format_by_this_name_is_none(tmp_path: Path):
    path = tmp_path / "a.djvu"
    path.write_bytes(b"nothing that we know, and long enough to be a chunk or two of something")

    assert why_broken(path) in ("not-a-djvu", "truncated")

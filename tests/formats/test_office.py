"""What is told of a document that a word processor wrote: what it is, and no more."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from shishod import formats
from shishod.errors import BrokenFile
from shishod.model.metadata import Reading
from tests.samples import an_epub
from tests.samples.office import a_docx, an_odt, an_rtf

ALL = [("docx", a_docx), ("odt", an_odt), ("rtf", an_rtf)]
Build = Callable[[Path], Path]


def why_broken(path: Path) -> str:
    with pytest.raises(BrokenFile) as broken:
        formats.read(bytes(path))
    return broken.value.reason


@pytest.mark.parametrize(("name", "build"), ALL)
def test_it_says_what_it_is_and_leaves_the_rest_to_its_name(tmp_path: Path, name: str, build: Build):
    assert formats.read(bytes(build(tmp_path / f"A Book.{name}"))) == Reading(reader=name, format=name)


@pytest.mark.parametrize(("name", "build"), ALL)
def test_another_file_by_this_name_is_told_as_what_it_is(tmp_path: Path, name: str, build: Build):
    assert formats.read(bytes(an_epub(tmp_path / f"a.{name}"))).reader == "epub"
    assert formats.read(bytes(build(tmp_path / "a.epub"))).reader == name


@pytest.mark.parametrize(("name", "build"), ALL)
def test_what_is_none_by_this_name_is_broken(tmp_path: Path, name: str, build: Build):
    path = tmp_path / f"a.{name}"
    path.write_bytes(b"an old document of another kind, as word processors wrote before they knew these")

    assert why_broken(path) in ("not-rtf", "not-a-zip")


@pytest.mark.parametrize(("name", "build"), ALL[:2])
def test_a_zip_without_its_text_is_none(tmp_path: Path, name: str, build: Build):
    with zipfile.ZipFile(tmp_path / f"a.{name}", "w") as archive:
        archive.writestr("other.xml", "")

    assert why_broken(tmp_path / f"a.{name}") == f"not-{name}"

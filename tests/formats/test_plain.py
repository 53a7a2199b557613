"""Texts and pages: what is one, by its content where its name says nothing, and what is none."""

import os
from pathlib import Path

import pytest

from shishod import formats
from shishod.errors import BrokenFile
from shishod.model.metadata import Reading
from tests.samples.office import a_txt, an_html


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def why_broken(path: Path) -> str:
    with pytest.raises(BrokenFile) as broken:
        formats.read(os.fsencode(path))
    return broken.value.reason


@pytest.mark.parametrize(
    "content",
    [
        "Málaga".encode(), "Málaga".encode("latin-1"), "Málaga".encode("utf-16"), b"\xef\xbb\xbfOnce", b"\x1b[0mOnce",
        "Ж".encode("koi8-r"), b"Once\x0cupon",
    ],
)  # fmt: skip
def test_letters_in_any_code_page_are_a_text(tmp_path: Path, content: bytes):
    assert formats.read(os.fsencode(written(tmp_path / "a.txt", content))) == Reading(reader="txt", format="txt")


@pytest.mark.parametrize("content", [b"\0\1\2", b"<html></html>", b"{\\rtf1}", b"%PDF-1.4", b" \n"])
def test_what_begins_as_something_else_is_no_text(tmp_path: Path, content: bytes):
    path = written(tmp_path / "a.txt", content)

    assert not formats.TXT.claims(content) or not content.strip()
    if content[:1] == b"\0":
        assert why_broken(path) == "not-txt"


@pytest.mark.parametrize(
    "content",
    [
        b"<html>", b"\n <!DOCTYPE HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'>", b"<?xml version='1.0'?><html xmlns='x'>",
        b"<!-- saved --><HEAD><TITLE>", "<html lang='de'>".encode("utf-16"), b"\xef\xbb\xbf<body class='x'>",
    ],
)  # fmt: skip
def test_a_page_begins_with_an_element_of_html(tmp_path: Path, content: bytes):
    assert formats.read(os.fsencode(written(tmp_path / "a.htm", content))) == Reading(reader="html", format="html")


@pytest.mark.parametrize(
    "content", [b"a text about <html>", b"<?xml version='1.0'?><FictionBook><body>", b"PK\3\4<html>"]
)
def test_what_only_speaks_of_html_is_no_page(content: bytes):
    assert not formats.HTML.claims(content)


def test_a_page_of_an_error_in_the_place_of_a_book_is_a_broken_book(tmp_path: Path):
    assert why_broken(an_html(tmp_path / "a.epub")) == "not-a-zip"
    assert why_broken(a_txt(tmp_path / "a.pdf")) == "truncated"


def test_a_page_that_is_called_a_text_is_a_page(tmp_path: Path):
    assert formats.read(os.fsencode(an_html(tmp_path / "a.txt"))).notes == (
        "it is named .txt, but its content is html",
    )


def test_a_page_by_no_name_is_told_by_its_content(tmp_path: Path):
    assert formats.reader_for(os.fsencode(an_html(tmp_path / "page"))).name == "html"
    assert formats.reader_for(os.fsencode(a_txt(tmp_path / "text"))).name == "txt"

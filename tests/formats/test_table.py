"""Which reader a file gets, and what becomes of a file that none will have."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from shishod import formats
from shishod.errors import BrokenFile
from tests.samples import an_epub, an_m4b, an_mp3


def test_content_beats_the_name_and_the_reading_says_so(tmp_path: Path):
    reading = formats.read(bytes(an_mp3(tmp_path / "a.m4b")))

    assert reading.reader == "mp3"
    assert reading.notes == ("it is named .m4b, but its content is mp3",)


def test_a_name_without_an_ending_is_read_by_its_content(tmp_path: Path):
    reading = formats.read(bytes(an_m4b(tmp_path / "book")))

    assert (reading.reader, reading.format) == ("mp4", "m4b")
    assert reading.notes == ("it is named without an ending, but its content is mp4",)


@pytest.mark.parametrize("name", ["A.EPUB", "a.kepub.epub", "a.Kepub"])
def test_endings_are_read_in_any_case(tmp_path: Path, name: str):
    reading = formats.read(bytes(an_epub(tmp_path / name)))

    assert (reading.reader, reading.notes) == ("epub", ())


def test_the_name_decides_where_the_content_says_nothing(tmp_path: Path):
    path = tmp_path / "a.epub"
    path.write_bytes(b"junk in front" + an_epub(tmp_path / "b.epub").read_bytes())

    assert formats.read(bytes(path)).title == "A Book"


def test_a_file_of_no_format_is_said_to_be_of_none(tmp_path: Path):
    path = tmp_path / "a.xyz"
    path.write_bytes(b"\0nothing we know")

    with pytest.raises(BrokenFile) as broken:
        formats.reader_for(bytes(path))
    assert broken.value.reason == "unknown-format"


def test_an_unknown_reader_has_no_version():
    assert formats.version_of("gone") == 0
    assert formats.reader_named("gone") is None


def test_memory_that_runs_out_is_a_limit_and_not_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def exhausted(*_: object) -> None:
        raise MemoryError

    path = bytes(an_epub(tmp_path / "a.epub"))
    monkeypatch.setattr(type(formats.READERS[0]), "read", exhausted)

    with pytest.raises(BrokenFile) as broken:
        formats.read(path)
    assert broken.value.reason == "limit"


def test_the_table_is_cheap_to_import():
    heavy = "sys.modules.keys() & {'lxml', 'mutagen', 'ebooklib', 'pydantic', 'sqlalchemy', 'langcodes', 'stdnum'}"
    code = f"import sys, shishod.formats; print(sorted({heavy}))"

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)

    assert told.stdout.strip() == "[]"


def test_the_fork_server_can_import_what_it_is_told_to():
    code = "import importlib, shishod.formats; [importlib.import_module(name) for name in shishod.formats.PRELOAD]"

    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False, env=dict(os.environ)).returncode == 0


def test_the_readme_names_every_ending_that_is_read():
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    table = text.partition("## What it reads")[2].partition("\n\n#")[0]

    named = {f".{word.lower()}".encode() for word in re.findall(r"\b[A-Z0-9]{2,}(?:\.[A-Z]+)?\b", table)}

    assert formats.SUFFIXES.issubset(named)

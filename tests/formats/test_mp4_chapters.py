"""Chapters as QuickTime keeps them: where Nero's list is not there or full, and as far as they can be followed."""

import os
import random
from pathlib import Path

import pytest

from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats.limits import Limits
from shishod.model.metadata import Reading
from tests.samples.video import a_chaptered_m4b


def said(path: Path, **limits: int) -> Reading:
    return formats.read(os.fsencode(path), Limits(**limits))


def test_without_a_list_of_neros_the_track_of_texts_is_read(tmp_path: Path):
    book = said(a_chaptered_m4b(tmp_path / "a.m4b", 3, nero=False))

    assert [(one.title, one.start_ms) for one in book.chapters] == [("Ç 1", 0), ("Ç 2", 10), ("Ç 3", 20)]


def test_both_tell_the_same_chapters_and_are_counted_once(tmp_path: Path):
    assert len(said(a_chaptered_m4b(tmp_path / "a.m4b", 3)).chapters) == 3


def test_where_neros_list_is_full_the_track_goes_on(tmp_path: Path):
    book = said(a_chaptered_m4b(tmp_path / "a.m4b", 300))

    assert len(book.chapters) == 300 and book.chapters[-1].title == "Ç 300"
    assert book.chapters[-1].start_ms == 2990


def test_no_more_of_them_are_read_than_may_be(tmp_path: Path):
    assert len(said(a_chaptered_m4b(tmp_path / "a.m4b", 20, nero=False), chapters=7).chapters) == 7


@pytest.mark.parametrize("name", [b"stts", b"stsz", b"stsc", b"stco", b"mdhd", b"tkhd", b"chap", b"hdlr"])
def test_a_table_that_lies_costs_the_chapters_and_not_the_book(tmp_path: Path, name: bytes):
    path = a_chaptered_m4b(tmp_path / "a.m4b", 4, nero=False)
    whole, chance = path.read_bytes(), random.Random(name)
    for _ in range(20):
        hurt, at = bytearray(whole), whole.rfind(name)
        for place in range(at + 4, at + 24):
            hurt[place] = chance.choice((0, 255, chance.randrange(256)))
        path.write_bytes(hurt)

        try:
            assert len(said(path).chapters) <= 10_000
        except BrokenFile as broken:
            assert broken.reason == "broken-atoms"

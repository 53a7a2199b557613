"""Sound with an APEv2 tag behind it: what the tag says, where else one may stand, and what is wrong with some."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats.covers import take
from shishod.formats.limits import Limits
from shishod.model.book import Contribution
from shishod.model.metadata import Reading
from tests.samples import a_png
from tests.samples.audio import an_id3
from tests.samples.lossless import a_wavpack, an_ape

EACH = [("ape", an_ape), ("wavpack", a_wavpack)]
each = pytest.mark.parametrize(("kind", "build"), EACH)
Build = Callable[..., Path]


def said(path: Path) -> Reading:
    return formats.read(os.fsencode(path))


@each
def test_a_track_says_its_book_its_part_and_its_sound(tmp_path: Path, kind: str, build: Build):
    custom = {"Narrator": "Nora Voice", "Track": "3/12", "Disc": "2", "Year": "2004", "Genre": "Fiction"}

    track = said(build(tmp_path / "a", custom=custom, seconds=90))

    assert (track.title, track.part_title, track.track, track.disc) == ("A Book", "Chapter 1", 3, 2)
    assert track.contributions == (Contribution("Ann Author"), Contribution("Nora Voice", "nrt"))
    assert (track.date, track.genres) == ("2004", ("Fiction",))
    sound = track.technical
    assert (sound.codec, sound.duration_ms, sound.channels, sound.sample_rate) == (kind, 90_000, 2, 44_100)


@each
def test_its_cover_can_be_taken(tmp_path: Path, kind: str, build: Build):
    path = build(tmp_path / "a", cover=True)
    cover = said(path).cover

    assert cover is not None and cover.member == "Cover Art (Front)"
    assert take(os.fsencode(path), kind, cover.member, Limits()) == a_png()


@each
def test_a_cover_that_is_gone_is_said_to_be_so(tmp_path: Path, kind: str, build: Build):
    path = build(tmp_path / "a")

    with pytest.raises(BrokenFile):
        take(os.fsencode(path), kind, "Cover Art (Front)", Limits())


@each
def test_a_tag_in_front_is_heard_before_the_one_behind(tmp_path: Path, kind: str, build: Build):
    in_front = tmp_path / "tag"
    in_front.write_bytes(b"")
    an_id3(album="She", title=None, artist=None).save(in_front, padding=lambda _: 0)

    track = said(build(tmp_path / "a", before=in_front.read_bytes()))

    assert (track.reader, track.title, track.part_title) == (kind, "She", "Chapter 1")
    assert track.technical.duration_ms == 500


@each
def test_what_has_neither_sound_nor_tag_is_broken(tmp_path: Path, kind: str, build: Build):
    path = tmp_path / f"a{min(formats.reader_named(kind).suffixes).decode()}"
    path.write_bytes(b"no sound is here" * 10)

    with pytest.raises(BrokenFile) as broken:
        said(path)
    assert broken.value.reason == "no-audio"


@each
def test_a_tag_larger_than_may_be_read_is_a_limit_or_left_alone(tmp_path: Path, kind: str, build: Build):
    path = build(tmp_path / "a", cover=b"\x89PNG" + bytes(2 << 20))

    with pytest.raises(BrokenFile) as broken:
        formats.read(os.fsencode(path), Limits(member_bytes=1 << 20))
    assert broken.value.reason == "limit"

"""The rules of Ogg, each on a file that needs it."""

import base64
from pathlib import Path

import pytest

from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats.limits import Limits
from shishod.model.metadata import Reading
from tests.samples import Mark, a_png, an_ogg

CODECS = ["vorbis", "opus", "flac", "speex"]


def read(path: Path, limits: Limits | None = None) -> Reading:
    return formats.read(bytes(path), limits)


def track(tmp_path: Path, **said) -> Reading:
    return read(an_ogg(tmp_path / "a.ogg", **said))


@pytest.mark.parametrize("codec", CODECS)
def test_every_codec_says_the_same_of_the_book(tmp_path: Path, codec: str):
    marks = (Mark("One", 0, 0), Mark("Two", 60_500, 0))
    said = {"PERFORMER": "Nora Voice", "TRACKNUMBER": "3", "DATE": "2004"}

    reading = track(tmp_path, codec=codec, album="She", chapters=marks, custom=said, seconds=90)

    assert (reading.title, reading.part_title, reading.track, reading.date) == ("She", "Chapter 1", 3, "2004")
    assert [(one.name, one.role) for one in reading.contributions] == [("Ann Author", "aut"), ("Nora Voice", "nrt")]
    assert [(one.title, one.start_ms, one.end_ms) for one in reading.chapters] == [
        ("One", 0, 60_500),
        ("Two", 60_500, 90_000),
    ]
    assert (reading.technical.codec, reading.technical.duration_ms, reading.technical.channels) == (codec, 90_000, 1)
    assert reading.technical.bitrate


@pytest.mark.parametrize(
    ("name", "codec", "form"),
    [("a.ogg", "opus", "opus"), ("a.opus", "vorbis", "ogg"), ("a.oga", "flac", "ogg"), ("a.OGA", "speex", "ogg")],
)
def test_the_stream_says_what_it_is_and_not_the_ending(tmp_path: Path, name: str, codec: str, form: str):
    reading = read(an_ogg(tmp_path / name, codec=codec))

    assert (reading.reader, reading.format, reading.notes) == ("ogg", form, ())


def test_opus_named_as_mp3_is_read(tmp_path: Path):
    reading = read(an_ogg(tmp_path / "a.mp3", codec="opus"))

    assert reading.format == "opus"
    assert reading.notes == ("it is named .mp3, but its content is ogg",)


def test_a_stream_that_does_not_say_where_it_ends_is_measured_all_the_same(tmp_path: Path):
    assert track(tmp_path, ended=False, seconds=12).technical.duration_ms == 12_000


def test_a_stream_that_was_cut_short_ends_where_it_was_cut(tmp_path: Path):
    path = an_ogg(tmp_path / "a.ogg", seconds=12)
    path.write_bytes(path.read_bytes()[:-20])

    reading = read(path)

    assert (reading.title, reading.technical.duration_ms) == ("A Book", None)


def test_the_end_is_found_without_reading_all_that_lies_before_it(tmp_path: Path):
    path = an_ogg(tmp_path / "a.ogg", ended=False, seconds=12)
    whole = path.read_bytes()
    last = whole.rindex(b"OggS")
    path.write_bytes(whole[:last] + bytes(300_000) + whole[last:])

    assert read(path, Limits(member_bytes=1_000)).technical.duration_ms == 12_000


def test_comments_that_span_pages_are_read(tmp_path: Path):
    reading = track(tmp_path, custom={"COMMENT": "word " * 30_000, "ASIN": "B002V5CJM4"})

    assert reading.description is not None and len(reading.description) > 99_000
    assert [one.value for one in reading.identifiers] == ["B002V5CJM4"]


@pytest.mark.parametrize("codec", CODECS)
def test_comments_without_their_end_are_read_as_far_as_they_go(tmp_path: Path, codec: str):
    path = an_ogg(tmp_path / "a.ogg", codec=codec, album="She")
    path.write_bytes(path.read_bytes().replace(b"\x03\0\0\0\x0f", b"\x09\0\0\0\x0f"))

    reading = read(path)

    assert reading.title == "She"
    assert [note.partition(":")[0] for note in reading.notes] == ["its comments cannot be read to the end"]


def test_a_picture_of_older_programs_is_a_cover_too(tmp_path: Path):
    said = {"COVERART": base64.b64encode(bytes(100)).decode(), "COVERARTMIME": "image/jpeg"}

    cover = track(tmp_path, custom=said).cover

    assert cover is not None and (cover.member, cover.mime, cover.size) == ("COVERART:0", "image/jpeg", 100)


def test_a_large_cover_is_told_by_its_beginning(tmp_path: Path):
    cover = track(tmp_path, cover=bytes(400_000)).cover

    assert cover is not None and (cover.size, cover.mime) == (400_000, "image/png")


@pytest.mark.parametrize("text", ["", "????", "AAAA", "AAAAAwAAAAA="])
def test_what_is_no_picture_is_no_cover(tmp_path: Path, text: str):
    assert track(tmp_path, custom={"METADATA_BLOCK_PICTURE": text}).cover is None


def test_a_picture_that_claims_more_than_there_is_is_no_cover(tmp_path: Path):
    whole = an_ogg(tmp_path / "whole.ogg", cover=a_png())
    text = whole.read_bytes().partition(b"METADATA_BLOCK_PICTURE=")[2][:60].decode()

    assert track(tmp_path, custom={"METADATA_BLOCK_PICTURE": text}).cover is None


def test_an_ogg_without_sound_is_told(tmp_path: Path):
    path = an_ogg(tmp_path / "a.ogg")
    path.write_bytes(path.read_bytes().replace(b"\x01vorbis", b"\x80theora"))

    with pytest.raises(BrokenFile) as broken:
        read(path)
    assert broken.value.reason == "no-audio"


def test_a_first_packet_that_is_too_short_is_told(tmp_path: Path):
    path = an_ogg(tmp_path / "a.opus", codec="opus")
    whole = path.read_bytes()
    path.write_bytes(whole[:26] + b"\x01\x09" + b"OpusHead\1" + whole[whole.index(b"OggS", 4) :])

    with pytest.raises(BrokenFile) as broken:
        read(path)
    assert broken.value.reason == "no-audio"


def test_a_rate_of_nothing_is_no_length(tmp_path: Path):
    path = an_ogg(tmp_path / "a.ogg", codec="speex", album="She")
    path.write_bytes(path.read_bytes().replace((44_100).to_bytes(4, "little"), bytes(4), 1))

    assert (read(path).title, read(path).technical.duration_ms) == ("She", None)


def test_comments_beyond_the_limit_are_given_up(tmp_path: Path):
    path = an_ogg(tmp_path / "a.ogg", custom={"COMMENT": "x" * 9_000})

    with pytest.raises(BrokenFile) as broken:
        read(path, Limits(member_bytes=4_000))
    assert broken.value.reason == "limit"

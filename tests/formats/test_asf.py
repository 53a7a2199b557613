"""The rules of WMA, each on a file that needs it."""

from pathlib import Path

import pytest

from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats.limits import Limits
from shishod.model.book import SeriesEntry
from shishod.model.metadata import Reading
from tests.samples import Mark, a_png, a_wma


def read(path: Path, limits: Limits | None = None) -> Reading:
    return formats.read(bytes(path), limits)


def track(tmp_path: Path, **said) -> Reading:
    return read(a_wma(tmp_path / "a.wma", **said))


def people(reading: Reading, role: str) -> list[str]:
    return [one.name for one in reading.contributions if one.role == role]


def test_microsofts_attributes_are_read(tmp_path: Path):
    said = {
        "WM/Composer": "Nora Voice", "WM/Genre": "Fantasy", "WM/Year": "2004", "WM/Publisher": "A House",
        "WM/TrackNumber": 3, "WM/Track": 2, "WM/PartOfSet": "2/2", "WM/Language": "de-DE",
        "WM/ContentGroupDescription": "Saga, Book 4",
    }  # fmt: skip

    reading = track(tmp_path, album="She", title="Chapter 3", custom=said)

    assert (reading.title, reading.part_title, reading.track, reading.disc) == ("She", "Chapter 3", 3, 2)
    assert (people(reading, "aut"), people(reading, "nrt")) == (["Ann Author"], ["Nora Voice"])
    assert (reading.genres, reading.date, reading.publisher, reading.language) == (
        ("Fantasy",),
        "2004",
        "A House",
        "de-DE",
    )
    assert reading.series == (SeriesEntry("Saga", "4"),)


def test_places_are_called_what_microsoft_calls_them(tmp_path: Path):
    assert dict(track(tmp_path).places)["title"] == "WM/AlbumTitle"


def test_attributes_of_other_programs_are_read_in_any_case(tmp_path: Path):
    reading = track(tmp_path, custom={"Narrator": "Nora Voice", "asin": "B002V5CJM4", "WM/Composer": "Cy Composer"})

    assert (people(reading, "nrt"), people(reading, "cmp")) == (["Nora Voice"], ["Cy Composer"])
    assert [one.value for one in reading.identifiers] == ["B002V5CJM4"]


def test_markers_are_chapters_counted_from_the_first_sound(tmp_path: Path):
    marks = (Mark("Zwei", 60_500, 0), Mark("Eins ✓", 0, 0), Mark("", 90_000, 0))

    chapters = track(tmp_path, chapters=marks, seconds=120).chapters

    assert [(one.title, one.start_ms, one.end_ms) for one in chapters] == [
        ("Eins ✓", 0, 60_500),
        ("Zwei", 60_500, 90_000),
        ("Chapter 3", 90_000, 120_000),
    ]


def test_markers_that_claim_more_than_there_is_are_read_as_far_as_they_go(tmp_path: Path):
    path = a_wma(tmp_path / "a.wma", chapters=(Mark("One", 0, 0),), seconds=9)
    path.write_bytes(path.read_bytes().replace(b"\x01\0\0\0" + bytes(4) + bytes(8), b"\xff" * 4 + bytes(12)))

    assert [one.title for one in read(path).chapters] == ["One"]


def test_a_cover_is_told_by_its_place_and_length(tmp_path: Path):
    cover = track(tmp_path, cover=True).cover

    assert cover is not None
    assert (cover.member, cover.mime, cover.size) == ("WM/Picture:0", "image/png", len(a_png()))


@pytest.mark.parametrize("value", [b"", b"\3\xff\xff\xff\xff", b"\3\x09\0\0\0x"])
def test_what_is_no_picture_is_no_cover(tmp_path: Path, value: bytes):
    assert track(tmp_path, custom={"WM/Picture": value}).cover is None


def test_a_locked_file_says_so_and_is_read(tmp_path: Path):
    reading = track(tmp_path, album="She", locked=True)

    assert (reading.title, reading.drm) == ("She", "windows-media")
    assert track(tmp_path).drm is None


def test_the_stream_is_described_without_what_is_buffered_before_it(tmp_path: Path):
    technical = track(tmp_path, seconds=2).technical

    assert (technical.duration_ms, technical.codec, technical.bitrate) == (2_000, "wma", 64_000)
    assert (technical.channels, technical.sample_rate) == (1, 44_100)


def test_a_header_that_ends_early_is_read_as_far_as_it_goes(tmp_path: Path):
    path = a_wma(tmp_path / "a.wma", title="She", album=None, custom={"Comment": "x" * 500})
    path.write_bytes(path.read_bytes()[:600])

    reading = read(path)

    assert (reading.title, reading.notes) == ("She", ("its ASF header cannot be read to the end: truncated",))


def test_a_header_of_which_nothing_can_be_read_is_told(tmp_path: Path):
    path = a_wma(tmp_path / "a.wma")
    path.write_bytes(path.read_bytes()[:40])

    with pytest.raises(BrokenFile) as broken:
        read(path)
    assert broken.value.reason == "broken-header"


def test_a_header_beyond_the_limit_is_given_up(tmp_path: Path):
    path = a_wma(tmp_path / "a.wma", cover=bytes(50_000))

    with pytest.raises(BrokenFile) as broken:
        read(path, Limits(member_bytes=4_000))
    assert broken.value.reason == "limit"


def test_wma_named_as_mp3_is_read(tmp_path: Path):
    reading = read(a_wma(tmp_path / "a.mp3"))

    assert (reading.reader, reading.notes) == ("asf", ("it is named .mp3, but its content is asf",))

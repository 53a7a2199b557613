"""The rules of MP3, each on a file that needs it."""

import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from mutagen.apev2 import APEv2
from mutagen.id3 import APIC, COMM, ID3, TDAT, TIT2, TYER, TextFrame

from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats.limits import Limits
from shishod.model.book import SeriesEntry
from shishod.model.metadata import Reading
from tests.samples import Mark, a_png, an_mp3


def read(path: Path, limits: Limits | None = None) -> Reading:
    return formats.read(bytes(path), limits)


def track(tmp_path: Path, **said) -> Reading:
    return read(an_mp3(tmp_path / "a.mp3", **said))


def untagged(path: Path) -> Path:
    return an_mp3(path, title=None, album=None, artist=None)


def people(reading: Reading, role: str) -> list[str]:
    return [one.name for one in reading.contributions if one.role == role]


@pytest.mark.parametrize(
    ("album", "title", "expected"),
    [("She", "Chapter 1", ("She", "Chapter 1")), (None, "She", ("She", "She")), (None, None, (None, None))],
)
def test_the_album_is_the_book_and_the_title_the_part(tmp_path: Path, album, title, expected: tuple):
    reading = track(tmp_path, album=album, title=title)

    assert (reading.title, reading.part_title) == expected


def test_track_and_disc_are_the_first_number(tmp_path: Path):
    reading = track(tmp_path, track="03/12", disc="2/2")

    assert (reading.track, reading.disc) == (3, 2)


@pytest.mark.parametrize("said", ["", "A", "0", "/3"])
def test_a_track_that_is_no_number_is_none(tmp_path: Path, said: str):
    assert track(tmp_path, track=said).track is None


def test_the_composer_is_the_narrator_and_the_place_says_so(tmp_path: Path):
    reading = track(tmp_path, composer="Sherry Crowther")

    assert people(reading, "nrt") == ["Sherry Crowther"]
    assert dict(reading.places)["narrators"] == "TCOM"


def test_a_narrator_said_outright_beats_the_composer(tmp_path: Path):
    assert people(track(tmp_path, composer="C C", custom={"narrator": "Nora Voice"}), "nrt") == ["Nora Voice"]


def test_a_composer_beside_a_narrator_is_credited_as_what_he_is(tmp_path: Path):
    custom = {"narrator": "Nora Voice"}

    assert people(track(tmp_path, composer="Cy Composer", custom=custom), "cmp") == ["Cy Composer"]
    assert people(track(tmp_path, composer="Nora Voice", custom=custom), "cmp") == []
    assert people(track(tmp_path, composer="Cy Composer"), "cmp") == []


def test_the_artist_is_the_author_and_the_album_artist_stands_in(tmp_path: Path):
    assert people(track(tmp_path, artist="Ann Author", album_artist="Publisher"), "aut") == ["Ann Author"]
    assert people(track(tmp_path, artist=None, album_artist="Ann Author"), "aut") == ["Ann Author"]


def test_series_genre_date_and_identifiers_are_read(tmp_path: Path):
    custom = {"SERIES": "Saga", "SERIES-PART": "1-3", "ASIN": "B002V5CJM4"}

    reading = track(tmp_path, custom=custom, genre="Fantasy/Epic", date="2004-05-01T10:00:00")

    assert reading.series == (SeriesEntry("Saga", "1-3"),)
    assert (reading.genres, reading.date) == (("Fantasy", "Epic"), "2004-05-01")
    assert [(one.scheme, one.value) for one in reading.identifiers] == [("asin", "B002V5CJM4")]


@pytest.mark.parametrize(("frame", "version"), [("TDRC", 4), ("TYER", 3)])
def test_a_date_in_words_is_read(tmp_path: Path, frame: str, version: int):
    path = an_mp3(tmp_path / "a.mp3")
    tags = ID3(path)
    tags.add(type(frame, (TextFrame,), {})(encoding=3, text=["May 12, 1999"]))
    tags.save(path, v2_version=version)

    assert (read(path).date, dict(read(path).places)["date"]) == ("1999-05-12", frame)


def test_the_day_of_an_old_tag_joins_its_year(tmp_path: Path):
    path = an_mp3(tmp_path / "a.mp3")
    tags = ID3(path)
    tags.add(TYER(encoding=3, text=["1999"]))
    tags.add(TDAT(encoding=3, text=["1205"]))
    tags.save(path, v2_version=3)

    assert read(path).date == "1999-05-12"


def test_comments_of_itunes_are_not_a_description(tmp_path: Path):
    path = an_mp3(tmp_path / "a.mp3")
    tags = ID3(path)
    tags.add(COMM(encoding=3, lang="eng", desc="iTunNORM", text=[" 00000224"]))
    tags.add(COMM(encoding=3, lang="eng", desc="", text=["A tale."]))
    tags.save(path)

    assert read(path).description == "A tale."


def test_utf16_tags_are_read(tmp_path: Path):
    path = an_mp3(tmp_path / "a.mp3", title=None)
    tags = ID3(path)
    tags.add(TIT2(encoding=1, text=["Глава первая 😀"]))
    tags.save(path)

    assert read(path).part_title == "Глава первая 😀"


def test_chapters_are_in_order_and_inside_the_book(tmp_path: Path):
    marks = (Mark("Two", 200, 150), Mark("One", 0, 200), Mark("Beyond", 90_000, 91_000), Mark("Again", 0, 100))

    chapters = track(tmp_path, chapters=marks, seconds=1).chapters

    assert [(one.title, one.start_ms) for one in chapters] == [("One", 0), ("Two", 200)]
    assert all(one.end_ms is not None and one.start_ms is not None and one.start_ms < one.end_ms for one in chapters)


def test_the_markers_of_overdrive_are_chapters_where_there_are_no_others(tmp_path: Path):
    said = "".join(
        f"<Marker><Name>{n}</Name><Time>{t}</Time></Marker>" for n, t in (("A &amp; B", "0:00.000"), ("C", "0:0.25"))
    )
    markers = {"OverDrive MediaMarkers": f"<Markers>{said}<Marker><Name>no</Name></Marker></Markers>"}

    found = track(tmp_path, seconds=0.5, custom=markers).chapters

    assert [(one.title, one.start_ms) for one in found] == [("A & B", 0), ("C", 250)]


def test_the_front_cover_beats_another_picture(tmp_path: Path):
    path = an_mp3(tmp_path / "a.mp3")
    tags = ID3(path)
    tags.add(APIC(encoding=3, mime="image/jpeg", type=8, desc="artist", data=b"\xff\xd8face"))
    tags.add(APIC(encoding=3, mime="image/png", type=3, desc="front", data=a_png()))
    tags.save(path)

    cover = read(path).cover

    assert cover is not None and (cover.member, cover.mime) == ("APIC:front", "image/png")


def test_an_ape_tag_speaks_where_there_is_no_id3(tmp_path: Path):
    path = untagged(tmp_path / "a.mp3")
    ape = APEv2()
    ape.update({"Title": "Ape Title", "Album": "Ape Book", "Artist": "Ape Author"})
    ape.save(path)

    reading = read(path)

    assert (reading.title, reading.part_title, people(reading, "aut")) == ("Ape Book", "Ape Title", ["Ape Author"])


def test_id3v1_only_fills_what_is_left_out(tmp_path: Path):
    path = an_mp3(tmp_path / "a.mp3", album="Long Book", title="Long Title")
    old = (
        b"TAG" + b"Old Title".ljust(30, b"\0") + b"Old Author".ljust(30, b"\0") + b"Old Book".ljust(30, b"\0") + b"1999"
    )
    path.write_bytes(path.read_bytes() + old + bytes(30) + b"\xff")

    reading = read(path)

    assert (reading.title, reading.part_title, reading.date) == ("Long Book", "Long Title", "1999")


def test_a_tag_that_claims_more_than_the_file_is_read_to_its_end(tmp_path: Path):
    path = an_mp3(tmp_path / "a.mp3", album="She")
    whole = bytearray(path.read_bytes())
    whole[6:10] = b"\x05\0\0\0"
    path.write_bytes(whole)

    reading = read(path)

    assert reading.title == "She"
    assert "its ID3 tag claims to be longer than the file" in reading.notes
    assert reading.technical.codec == "mp3"


def test_a_tag_beyond_the_limit_is_given_up(tmp_path: Path):
    path = an_mp3(tmp_path / "a.mp3", cover=os.urandom(5_000))

    with pytest.raises(BrokenFile) as broken:
        read(path, Limits(member_bytes=4_000))
    assert broken.value.reason == "limit"


def test_a_tag_without_audio_is_read_and_said(tmp_path: Path):
    path = an_mp3(tmp_path / "a.mp3", album="She")
    path.write_bytes(path.read_bytes().replace(b"\xff\xfb", b"\0\0"))

    reading = read(path)

    assert (reading.title, reading.technical.duration_ms) == ("She", None)
    assert reading.notes == ("no MPEG audio was found behind its tag",)


def test_the_stream_is_described(tmp_path: Path):
    technical = track(tmp_path, seconds=2).technical

    assert technical.duration_ms is not None and abs(technical.duration_ms - 2000) < 50
    assert (technical.codec, technical.bitrate, technical.channels, technical.sample_rate) == ("mp3", 32_000, 1, 44_100)


BOMB = """
import resource, sys
from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats.limits import Limits
resource.setrlimit(resource.RLIMIT_AS, (Limits().memory_bytes,) * 2)
try:
    formats.read(sys.argv[1].encode())
except BrokenFile as broken:
    print(broken.reason)
"""


def test_a_frame_that_inflates_without_end_costs_one_file(tmp_path: Path):
    packer = zlib.compressobj(1)
    first, other = (packer.compress(bytes(1 << 24)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    packed = first + other * 39 + packer.flush()  # after such a flush a piece leans on none before it
    frame = b"TIT2" + struct.pack(">IH", len(packed) + 4, 0x80) + struct.pack(">I", 40 << 24) + packed
    size = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    (tmp_path / "a.mp3").write_bytes(b"ID3\3\0\0" + size + frame)

    told = subprocess.run([sys.executable, "-c", BOMB, tmp_path / "a.mp3"], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "limit"

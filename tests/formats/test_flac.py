"""The rules of FLAC, each on a file that needs it."""

import struct
from pathlib import Path

import pytest
from mutagen.id3 import ID3, TALB, TIT2, TPE1

from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats.limits import Limits
from shishod.model.book import SeriesEntry
from shishod.model.metadata import Reading
from tests.samples import Mark, a_flac, a_png
from tests.samples.stream import picture_comment

CANNOT = "its metadata cannot be read to the end: "


def read(path: Path, limits: Limits | None = None) -> Reading:
    return formats.read(bytes(path), limits)


def track(tmp_path: Path, **said) -> Reading:
    return read(a_flac(tmp_path / "a.flac", **said))


def people(reading: Reading, role: str) -> list[str]:
    return [one.name for one in reading.contributions if one.role == role]


def an_id3(folder: Path, album: str) -> bytes:
    tags = ID3()
    for frame, text in ((TALB, album), (TIT2, "Of The Tag"), (TPE1, "Tag Author")):
        tags.add(frame(encoding=3, text=[text]))
    path = folder / "tag"
    path.touch()
    tags.save(path, padding=lambda _: 0)
    return path.read_bytes()


def test_the_album_is_the_book_and_the_title_the_part(tmp_path: Path):
    reading = track(tmp_path, album="She", title="Chapter 1")

    assert (reading.title, reading.part_title) == ("She", "Chapter 1")
    assert dict(reading.places)["title"] == "ALBUM"


def test_comments_are_read_whatever_their_case(tmp_path: Path):
    said = {
        "tracknumber": "03/12", "DiscNumber": "2", "genre": ["Fantasy", "Epic"], "date": "2004-05-01",
        "language": "ger", "isbn": "9780141439471", "Comment": "A tale.", "publisher": "A House", "abridged": "no",
    }  # fmt: skip

    reading = track(tmp_path, custom=said)

    assert (reading.track, reading.disc, reading.genres) == (3, 2, ("Fantasy", "Epic"))
    assert (reading.date, reading.language, reading.publisher) == ("2004-05-01", "de", "A House")
    assert (reading.description, reading.abridged) == ("A tale.", False)
    assert [(one.scheme, one.value) for one in reading.identifiers] == [("isbn", "9780141439471")]


def test_the_performer_is_who_reads_and_the_composer_stands_in(tmp_path: Path):
    assert people(track(tmp_path, custom={"PERFORMER": "Nora Voice", "COMPOSER": "C C"}), "nrt") == ["Nora Voice"]
    assert people(track(tmp_path, custom={"COMPOSER": "Nora Voice"}), "nrt") == ["Nora Voice"]
    assert people(track(tmp_path, custom={"NARRATOR": "Ann A", "PERFORMER": "Ben B"}), "nrt") == ["Ann A"]


def test_several_artists_are_several_authors(tmp_path: Path):
    reading = track(tmp_path, artist=None, custom={"ARTIST": ["Ann Author", "Ben Writer"]})

    assert people(reading, "aut") == ["Ann Author", "Ben Writer"]


def test_a_movement_is_a_series_with_its_number(tmp_path: Path):
    said = {"MOVEMENTNAME": "Saga", "MOVEMENT": "4"}

    assert track(tmp_path, custom=said).series == (SeriesEntry("Saga", "4"),)


@pytest.mark.parametrize(
    ("said", "start_ms"), [("00:01:02.500", 62_500), ("01:00:00", 3_600_000), ("2:03,25", 123_250), ("soon", None)]
)
def test_the_clock_of_a_chapter_is_read_in_every_form(tmp_path: Path, said: str, start_ms: int | None):
    reading = track(tmp_path, custom={"CHAPTER001": said, "CHAPTER001NAME": "One"}, seconds=7_200)

    assert [(one.title, one.start_ms) for one in reading.chapters] == ([] if start_ms is None else [("One", start_ms)])


def test_chapters_are_in_order_and_inside_the_book(tmp_path: Path):
    marks = (Mark("Two", 200, 0), Mark("One", 0, 0), Mark("Beyond", 90_000, 0))

    chapters = track(tmp_path, chapters=marks, seconds=1).chapters

    assert [(one.title, one.start_ms, one.end_ms) for one in chapters] == [("One", 0, 200), ("Two", 200, 1000)]


def test_a_cover_is_located_and_not_read(tmp_path: Path):
    path = a_flac(tmp_path / "a.flac", cover=bytes(50_000))

    cover = read(path, Limits(member_bytes=2_000)).cover

    assert cover is not None and (cover.member, cover.mime, cover.size) == ("PICTURE:0", "image/png", 50_000)


def test_a_picture_in_a_comment_is_a_cover_too(tmp_path: Path):
    cover = track(tmp_path, custom=picture_comment(a_png())).cover

    assert cover is not None and (cover.member, cover.size) == ("METADATA_BLOCK_PICTURE:0", len(a_png()))


def test_a_picture_that_lies_about_its_length_is_no_cover(tmp_path: Path):
    path = a_flac(tmp_path / "a.flac", cover=True, before=b"")
    path.write_bytes(path.read_bytes().replace(struct.pack(">I", len(a_png())), b"\xff" * 4, 1))

    reading = read(path)

    assert reading.cover is None
    assert reading.notes == (f"{CANNOT}a picture of 4294967295 bytes does not fit into the file",)


def test_comments_are_read_as_far_as_they_go(tmp_path: Path):
    path = a_flac(tmp_path / "a.flac", album="She", custom={"COMMENT": "x" * 500})
    path.write_bytes(path.read_bytes()[:-400])

    reading = read(path)

    assert reading.title == "She"
    assert any(note.startswith(CANNOT) for note in reading.notes)


def test_a_sample_rate_of_nothing_is_no_duration(tmp_path: Path):
    reading = track(tmp_path, album="She", rate=0)

    assert (reading.title, reading.technical.duration_ms, reading.technical.sample_rate) == ("She", None, None)


def test_a_flood_of_comments_is_given_up(tmp_path: Path):
    path = a_flac(tmp_path / "a.flac", custom={"COMMENT": "x" * 5_000})

    with pytest.raises(BrokenFile) as broken:
        read(path, Limits(member_bytes=4_000))
    assert broken.value.reason == "limit"


def test_a_comment_that_claims_four_gigabytes_costs_nothing(tmp_path: Path):
    path = a_flac(tmp_path / "a.flac", album="She")
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", len("TITLE=Chapter 1")), b"\xff\xff\xff\xff", 1))

    assert read(path).title is None


def test_the_stream_is_described(tmp_path: Path):
    technical = track(tmp_path, seconds=2).technical

    assert (technical.duration_ms, technical.codec, technical.channels, technical.sample_rate) == (
        2_000,
        "flac",
        1,
        44_100,
    )


def test_an_id3_tag_in_front_speaks_where_there_are_no_comments(tmp_path: Path):
    tag = an_id3(tmp_path, "Tag Book")
    silent = {"title": None, "album": None, "artist": None}

    assert track(tmp_path, before=tag, **silent).title == "Tag Book"
    assert track(tmp_path, before=tag, album="She").title == "She"


@pytest.mark.parametrize("album", ["Short", "x" * 9_000])
def test_a_flac_behind_a_tag_is_one_whatever_its_name(tmp_path: Path, album: str):
    reading = read(a_flac(tmp_path / "a.mp3", album="She", before=an_id3(tmp_path, album)))

    assert (reading.reader, reading.title) == ("flac", "She")
    assert reading.notes == ("it is named .mp3, but its content is flac",)


def test_what_is_named_flac_and_is_none_is_told(tmp_path: Path):
    path = tmp_path / "a.flac"
    path.write_bytes(b"no sound at all " * 9)

    with pytest.raises(BrokenFile) as broken:
        read(path)
    assert broken.value.reason == "no-audio"

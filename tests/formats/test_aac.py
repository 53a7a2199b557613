"""The rules of AAC, each on a file that needs it."""

from pathlib import Path

import pytest
from mutagen.apev2 import APEv2

from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats.aac import Aac
from shishod.formats.limits import Limits
from shishod.formats.mp3 import Mp3
from shishod.model.metadata import Reading
from tests.samples import an_aac, an_mp3
from tests.samples.audio import ADTS, FRAME

ADIF = b"ADIF" + bytes.fromhex("1003e8000000004c20") + bytes(8_000)


def read(path: Path) -> Reading:
    return formats.read(bytes(path))


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def untagged(path: Path) -> Path:
    return an_aac(path, title=None, album=None, artist=None)


def test_the_tag_speaks_as_that_of_an_mp3(tmp_path: Path):
    said = {"title": "Chapter 1", "album": "She", "composer": "Nora Voice", "track": "3/12", "date": "2004"}

    aac, mp3 = read(an_aac(tmp_path / "a.aac", **said)), read(an_mp3(tmp_path / "a.mp3", **said))

    assert (aac.title, aac.part_title, aac.track, aac.date) == ("She", "Chapter 1", 3, "2004")
    assert (aac.contributions, aac.places) == (mp3.contributions, mp3.places)


def test_the_stream_is_described(tmp_path: Path):
    technical = read(an_aac(tmp_path / "a.aac", seconds=2)).technical

    assert technical.duration_ms is not None and abs(technical.duration_ms - 2_000) < 50
    assert (technical.codec, technical.channels, technical.sample_rate) == ("aac", 1, 44_100)


def test_an_ape_tag_speaks_where_there_is_no_id3(tmp_path: Path):
    path = untagged(tmp_path / "a.aac")
    ape = APEv2()
    ape.update({"Title": "Ape Title", "Album": "Ape Book"})
    ape.save(path)

    assert (read(path).title, read(path).part_title) == ("Ape Book", "Ape Title")


@pytest.mark.parametrize("album", ["Short", "x" * 9_000])
def test_aac_behind_a_tag_is_not_taken_for_an_mp3(tmp_path: Path, album: str):
    reading = read(an_aac(tmp_path / "a.mp3", album=album))

    assert (reading.reader, reading.notes) == ("aac", ("it is named .mp3, but its content is aac",))


def test_one_header_in_front_of_raw_sound_is_aac_too(tmp_path: Path):
    path = written(tmp_path / "a.bin", ADIF)

    assert formats.reader_for(bytes(path)).name == "aac"
    assert read(path).technical.codec == "aac"


def test_a_tag_without_sound_is_read_and_said(tmp_path: Path):
    path = an_aac(tmp_path / "a.aac", album="She")
    path.write_bytes(path.read_bytes().replace(b"\xff\xf1", b"\0\0"))

    reading = Aac().read(bytes(path), Limits())

    assert (reading.title, reading.notes) == ("She", ("no AAC audio was found behind its tag",))


def test_sound_without_frames_or_tags_cannot_be_known(tmp_path: Path):
    with pytest.raises(BrokenFile) as broken:
        read(written(tmp_path / "a.aac", bytes(range(1, 200)) * 20))
    assert broken.value.reason == "no-audio"


@pytest.mark.parametrize(
    ("head", "is_aac"),
    [
        (ADTS * 3, True),
        (ADTS[:20], True),
        (ADTS + bytes(100), False),
        (ADTS + FRAME, False),
        (ADTS[:3], False),
        (b"\xff\xf1\x7c" + ADTS[3:], False),
        (b"\xff\xf1\x50\x40\0\x1f\xfc" + bytes(99), False),
        (FRAME * 3, False),
    ],
)
def test_a_frame_is_followed_by_another_of_its_kind(head: bytes, is_aac: bool):
    assert Aac().claims(head) is is_aac
    assert not (is_aac and Mp3().claims(head))

"""The rules of WAV and AIFF, each on a file that needs it."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats.limits import Limits
from shishod.model.metadata import Reading
from tests.samples import a_wav, an_aiff
from tests.samples.chunked import chunk

SILENT = {"title": None, "album": None, "artist": None}
CUT = "the file ends before its last chunk does: it was cut short, or is still being copied"
NOTHING = "it does not say what its sound is made of"

each = pytest.mark.parametrize(("build", "name"), [(a_wav, "a.wav"), (an_aiff, "a.aiff"), (an_aiff, "a.AIF")])


def read(path: Path, limits: Limits | None = None) -> Reading:
    return formats.read(bytes(path), limits)


def people(reading: Reading, role: str) -> list[str]:
    return [one.name for one in reading.contributions if one.role == role]


@each
def test_the_tag_speaks_as_that_of_an_mp3(tmp_path: Path, build: Callable[..., Path], name: str):
    reading = read(build(tmp_path / name, album="She", title="Chapter 1", composer="Nora Voice", track="3/12"))

    assert (reading.title, reading.part_title, reading.track) == ("She", "Chapter 1", 3)
    assert people(reading, "nrt") == ["Nora Voice"]
    assert reading.notes == ()


@each
def test_the_stream_is_described(tmp_path: Path, build: Callable[..., Path], name: str):
    technical = read(build(tmp_path / name, seconds=2)).technical

    assert (technical.duration_ms, technical.codec, technical.bitrate) == (2_000, "pcm", 64_000)
    assert (technical.channels, technical.sample_rate) == (1, 8_000)


@each
def test_a_tag_that_claims_more_than_its_chunk_is_read_to_its_end(
    tmp_path: Path, build: Callable[..., Path], name: str
):
    path = build(tmp_path / name, album="She")
    whole = bytearray(path.read_bytes())
    at = whole.index(b"ID3\4")
    whole[at + 6 : at + 10] = b"\x05\0\0\0"
    path.write_bytes(whole)

    assert read(path).title == "She"
    assert read(path).notes == ("its ID3 tag claims to be longer than the file",)


@each
def test_a_tag_beyond_the_limit_is_given_up(tmp_path: Path, build: Callable[..., Path], name: str):
    path = build(tmp_path / name, cover=bytes(5_000))

    with pytest.raises(BrokenFile) as broken:
        read(path, Limits(member_bytes=4_000))
    assert broken.value.reason == "limit"


@each
def test_what_is_none_of_them_is_told(tmp_path: Path, build: Callable[..., Path], name: str):
    path = build(tmp_path / name)
    path.write_bytes(path.read_bytes().replace(b"WAVE", b"WAVY").replace(b"AIFF", b"ILBM"))

    with pytest.raises(BrokenFile) as broken:
        read(path)
    assert broken.value.reason == "no-audio"


def test_the_texts_of_a_wav_are_read_where_there_is_no_tag(tmp_path: Path):
    texts = {"INAM": "Chapter 1", "IPRD": "She", "IART": "Ann Author", "ICRD": "2004", "IGNR": "Fantasy", "ITRK": "3"}

    reading = read(a_wav(tmp_path / "a.wav", texts=texts, **SILENT))

    assert (reading.title, reading.part_title, reading.date, reading.track) == ("She", "Chapter 1", "2004", 3)
    assert (people(reading, "aut"), reading.genres) == (["Ann Author"], ("Fantasy",))
    assert dict(reading.places)["title"] == "IPRD"


def test_the_tag_of_a_wav_is_believed_before_its_texts(tmp_path: Path):
    reading = read(a_wav(tmp_path / "a.wav", album="She", title=None, texts={"IPRD": "Sh", "INAM": "Chapter 1"}))

    assert (reading.title, reading.part_title) == ("She", "Chapter 1")


def test_texts_in_an_old_code_page_are_read(tmp_path: Path):
    path = a_wav(tmp_path / "a.wav", texts={"IPRD": "Cafe1"}, **SILENT)
    path.write_bytes(path.read_bytes().replace(b"Cafe1", b"Caf\xe9s"))

    assert read(path).title == "Cafés"


def test_the_texts_of_an_aiff_are_read_where_there_is_no_tag(tmp_path: Path):
    reading = read(an_aiff(tmp_path / "a.aiff", texts={"NAME": "She", "AUTH": "Ann", "ANNO": "A tale."}, **SILENT))

    assert (reading.title, people(reading, "aut"), reading.description) == ("She", ["Ann"], "A tale.")


@pytest.mark.parametrize("said", [0xFFFFFFFF, 0xFFFFFF00])
def test_a_wav_whose_length_was_never_filled_in_ends_with_the_file(tmp_path: Path, said: int):
    path = a_wav(tmp_path / "a.wav", seconds=2, **SILENT)
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", 16_000), struct.pack("<I", said)))

    reading = read(path)

    assert (reading.technical.duration_ms, reading.notes) == (2_000, (CUT,))


def test_compressed_sound_is_measured_by_its_bytes(tmp_path: Path):
    path = a_wav(tmp_path / "a.wav", seconds=2)
    path.write_bytes(path.read_bytes().replace(struct.pack("<HH", 1, 1), struct.pack("<HH", 0x55, 1), 1))

    technical = read(path).technical

    assert (technical.codec, technical.duration_ms) == ("mp3", 2_000)


def test_a_chunk_of_odd_length_is_followed_by_a_byte_of_nothing(tmp_path: Path):
    path = a_wav(tmp_path / "a.wav", seconds=0.125125, album="She")

    assert read(path).title == "She"
    assert len(path.read_bytes()) % 2 == 0


@each
def test_sound_of_which_nothing_is_said_has_no_length(tmp_path: Path, build: Callable[..., Path], name: str):
    path = build(tmp_path / name, album="She")
    path.write_bytes(path.read_bytes().replace(b"fmt ", b"none").replace(b"COMM", b"none"))

    assert (read(path).title, read(path).technical.duration_ms) == ("She", None)
    assert read(path).notes == (NOTHING,)


def test_a_flood_of_chunks_is_cut_at_the_limit(tmp_path: Path):
    path = tmp_path / "a.wav"
    path.write_bytes(chunk("<", b"RIFF", b"WAVE" + chunk("<", b"junk", b"") * 50))

    assert read(path, Limits(entries=10)).notes == (NOTHING,)

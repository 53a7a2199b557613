"""What every reader promises, asked of each one in the table."""

import dataclasses
import os
import pickle
import random
import subprocess
import sys
from pathlib import Path

import pytest

from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats import READERS, SUFFIXES
from shishod.formats.limits import Limits
from shishod.formats.reader import HEAD_BYTES, Reader
from shishod.model.metadata import Reading, dump_reading, load_reading
from tests.samples.each import SAMPLES

each_reader = pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)


def a_sample(reader: Reader, folder: Path) -> bytes:
    sample = SAMPLES[reader.name]
    return os.fsencode(sample.build(folder / sample.name))


def lacks(reader: Reader, field: str) -> bool:
    return field in SAMPLES[reader.name].lacks


def dear(reader: Reader) -> int:
    return SAMPLES[reader.name].dear


def outcome(reader: Reader, path: bytes) -> Reading | BrokenFile:
    """What the reader makes of a file; any other error than BrokenFile is a failure of the test."""
    try:
        return reader.read(path, Limits())
    except BrokenFile as broken:
        assert broken.reason and broken.text, "a broken file says why"
        return broken


def test_no_two_readers_share_a_name_or_an_ending():
    names = [reader.name for reader in READERS]
    endings = [ending for reader in READERS for ending in reader.suffixes]

    assert len(set(names)) == len(names)
    assert len(set(endings)) == len(endings)
    assert set(endings) == SUFFIXES


@each_reader
def test_its_endings_are_lower_case_with_a_dot(reader: Reader):
    assert all(ending.startswith(b".") and ending == ending.lower() for ending in reader.suffixes)


@each_reader
def test_it_is_found_by_its_name_and_version(reader: Reader):
    assert formats.reader_named(reader.name) is reader
    assert formats.version_of(reader.name) == reader.version >= 1


@each_reader
def test_it_reads_what_its_sample_says(reader: Reader, tmp_path: Path):
    reading = reader.read(a_sample(reader, tmp_path), Limits())

    assert reading.reader == reader.name
    assert reading.title == (None if lacks(reader, "title") else "A Book")
    assert [one.name for one in reading.contributions[:1]] == ([] if lacks(reader, "contributions") else ["Ann Author"])
    assert [(one.name, one.number) for one in reading.series] == ([] if lacks(reader, "series") else [("Saga", "2")])
    assert len(reading.chapters) == (0 if lacks(reader, "chapters") else 2)
    if not lacks(reader, "cover"):
        assert reading.cover is not None and reading.cover.mime == "image/png" and reading.cover.size == 71


@each_reader
def test_every_fact_has_its_place(reader: Reader, tmp_path: Path):
    reading = reader.read(a_sample(reader, tmp_path), Limits())

    assert {"title", "contributions", "series"} - SAMPLES[reader.name].lacks <= dict(reading.places).keys()
    assert all(place for _, place in reading.places)


@each_reader
def test_it_knows_its_own_by_the_content_alone(reader: Reader, tmp_path: Path):
    path = a_sample(reader, tmp_path)
    nameless = tmp_path / "nameless"
    os.rename(path, nameless)

    assert reader.claims(nameless.read_bytes()[:HEAD_BYTES])
    assert formats.reader_for(os.fsencode(nameless)) is reader


@each_reader
def test_it_does_not_claim_the_files_of_another(reader: Reader, tmp_path: Path):
    for other in READERS:
        if other is not reader:
            head = Path(os.fsdecode(a_sample(other, tmp_path))).read_bytes()[:HEAD_BYTES]
            assert not reader.claims(head), f"{reader.name} claims a file of {other.name}"


@each_reader
def test_reading_twice_says_the_same(reader: Reader, tmp_path: Path):
    path = a_sample(reader, tmp_path)

    assert reader.read(path, Limits()) == reader.read(path, Limits())


@each_reader
def test_a_reading_survives_the_pipe_and_the_catalogue(reader: Reader, tmp_path: Path):
    reading = reader.read(a_sample(reader, tmp_path), Limits())

    assert pickle.loads(pickle.dumps(reading)) == reading
    assert load_reading(dump_reading(reading)) == reading


@each_reader
def test_a_name_that_is_not_utf8_is_no_obstacle(reader: Reader, tmp_path: Path):
    path = a_sample(reader, tmp_path)
    odd = os.path.dirname(path) + b"/caf\xe9" + os.path.splitext(path)[1]
    os.rename(path, odd)

    assert formats.read(odd).title == (None if lacks(reader, "title") else "A Book")


@each_reader
def test_a_cut_file_is_read_or_called_broken(reader: Reader, tmp_path: Path):
    path = a_sample(reader, tmp_path)
    whole = Path(os.fsdecode(path)).read_bytes()
    for length in sorted({1, 2, 7, 8, 11, 30, *range(64, len(whole), len(whole) * dear(reader) // 60 + 1)}):
        with open(path, "wb") as file:
            file.write(whole[:length])
        outcome(reader, path)


@each_reader
def test_flipped_bits_are_read_or_called_broken(reader: Reader, tmp_path: Path):
    path = a_sample(reader, tmp_path)
    whole = Path(os.fsdecode(path)).read_bytes()
    chance = random.Random(20_261)
    for _ in range(150 // dear(reader)):
        hurt = bytearray(whole)
        for _ in range(chance.choice((1, 4, 40))):
            hurt[chance.randrange(len(hurt))] ^= 1 << chance.randrange(8)
        with open(path, "wb") as file:
            file.write(hurt)
        outcome(reader, path)


@each_reader
def test_noise_is_called_broken(reader: Reader, tmp_path: Path):
    path = os.fsencode(tmp_path / "noise")
    Path(os.fsdecode(path)).write_bytes(bytes(200) + random.Random(7).randbytes(3000).replace(b"\xff", b"\0"))

    assert isinstance(outcome(reader, path), BrokenFile)


@each_reader
def test_an_empty_file_is_said_to_be_empty(reader: Reader, tmp_path: Path):
    path = tmp_path / SAMPLES[reader.name].name
    path.touch()

    with pytest.raises(BrokenFile) as broken:
        reader.read(os.fsencode(path), Limits())
    assert broken.value.reason == "empty"


@each_reader
def test_a_pipe_and_a_folder_are_refused_at_once(reader: Reader, tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(BrokenFile) as broken:
            reader.read(os.fsencode(path), Limits())
        assert broken.value.reason == "not-a-file"


@each_reader
def test_a_file_that_is_gone_is_the_disks_word(reader: Reader, tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        reader.read(os.fsencode(tmp_path / "gone"), Limits())


@each_reader
def test_a_cover_beyond_the_limit_is_passed_over(reader: Reader, tmp_path: Path):
    if lacks(reader, "cover"):
        return
    small = dataclasses.replace(Limits(), cover_bytes=70)

    reading = reader.read(a_sample(reader, tmp_path), small)

    assert reading.cover is None
    assert any("larger than 70 bytes" in note for note in reading.notes)


@each_reader
def test_chapters_beyond_the_limit_are_left_out(reader: Reader, tmp_path: Path):
    one = dataclasses.replace(Limits(), chapters=1)

    assert len(reader.read(a_sample(reader, tmp_path), one).chapters) == (0 if lacks(reader, "chapters") else 1)


@each_reader
def test_it_leaves_no_file_open(reader: Reader, tmp_path: Path):
    path = a_sample(reader, tmp_path)
    reader.read(path, Limits())
    before = os.listdir("/proc/self/fd")

    reader.read(path, Limits())
    Path(os.fsdecode(path)).write_bytes(b"PK\3\4 no more than this")
    outcome(reader, path)

    assert os.listdir("/proc/self/fd") == before


OPENED = """
import os, sys
from shishod import formats
path = os.fsencode(sys.argv[1])
formats.read(path)  # imports what it needs
seen = []
watched = ("open", "socket", "subprocess", "os.")
sys.addaudithook(lambda event, args: seen.append((event, args)) if event.startswith(watched) else None)
formats.read(path)
opened = [args[0] for event, args in seen if event == "open" and not isinstance(args[0], int)]
started = [args[0].rpartition("/")[2] for event, args in seen if event == "subprocess.Popen"]
strange = [one for one in seen if one[0] not in ("open", "subprocess.Popen")]
strange += [one for one in opened if one != path] + [one for one in started if one != "ffprobe"]
assert any(event == "open" for event, _ in seen), "the hook saw nothing"
print(strange)
"""


@each_reader
def test_it_opens_nothing_but_the_file_and_asks_nobody(reader: Reader, tmp_path: Path):
    path = a_sample(reader, tmp_path)

    told = subprocess.run([sys.executable, "-c", OPENED, path], capture_output=True, text=True, timeout=60, check=False)

    assert (told.stdout.strip(), told.returncode) == ("[]", 0), told.stderr

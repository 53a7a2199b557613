"""What every reader of files that lie beside media promises, asked of each one in the table."""

import dataclasses
import os
import pickle
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats.beside import COMPANIONS, ENDINGS, beside, role_of
from shishod.formats.beside.companion import Companion, Reach
from shishod.formats.limits import Limits
from shishod.formats.video import FILMS
from shishod.model.book import FileRole
from shishod.model.metadata import Reading, dump_reading, load_reading
from tests.contracts.test_readers import OPENED
from tests.samples import a_comicinfo, a_cue, a_jpeg, a_metadata_json, a_text, an_nfo, an_opf, an_override
from tests.samples.office import a_docx, an_odt, an_rtf
from tests.samples.video import SUBTITLES, a_video

Build = Callable[[Path], Path]


def a_picture(path: Path) -> Path:
    path.write_bytes(a_jpeg(60, 90))
    return path


def a_booklet(path: Path) -> Path:
    path.write_bytes(b"%PDF-1.4\nno page")
    return path


SAMPLES: dict[str, tuple[str, Build, str]] = {  # a name, how such a file is made, and a field that it speaks of
    "audiobookshelf": ("metadata.json", a_metadata_json, "title"),
    "override": (".shishod.yaml", an_override, "title"),
    "opf": ("metadata.opf", an_opf, "title"),
    "text": ("desc.txt", lambda path: a_text(path, "Once upon a time."), "description"),
    "comicinfo": ("ComicInfo.xml", a_comicinfo, "title"),
    "nfo": ("movie.nfo", an_nfo, "title"),
    "cue": ("a.cue", lambda path: a_cue(path, {"a.wav": [("One", "00:00:00")]}), "chapters"),
    "picture": ("cover.jpg", a_picture, "cover"),
    "supplement": ("booklet.pdf", a_booklet, "format"),
    "extra": ("a-trailer.mkv", a_video, "format"),
    "subtitle": ("a.de.forced.srt", lambda path: a_text(path, SUBTITLES), "particulars"),
}
SILENT = (FileRole.SUPPLEMENT, FileRole.SUBTITLE)  # are files of a book, and say nothing of it
each_companion = pytest.mark.parametrize("companion", COMPANIONS, ids=lambda companion: companion.name)


def a_sample(companion: Companion, folder: Path) -> bytes:
    name, build, _ = SAMPLES[companion.name]
    return os.fsencode(build(folder / name))


def outcome(companion: Companion, path: bytes) -> Reading | BrokenFile:
    """What is made of a file; any other error than BrokenFile is a failure of the test."""
    try:
        return companion.read(path, Limits())
    except BrokenFile as broken:
        assert broken.reason and broken.text, "a broken file says why"
        return broken


def test_no_ending_is_read_by_two_and_only_those_of_documents_may_be_media_too() -> None:
    endings = [ending for companion in COMPANIONS for ending in companion.suffixes]

    assert len(set(endings)) == len(endings) and set(endings) == ENDINGS
    assert {b".pdf", b".docx", b".odt", b".rtf", b".txt", *FILMS} == ENDINGS & formats.SUFFIXES, (
        "a book, unless its name says that it goes with one"
    )
    assert formats.NOTICED == ENDINGS | formats.SUFFIXES


@each_companion
def test_it_is_found_by_its_name_and_version(companion: Companion) -> None:
    assert formats.reader_named(companion.name) is companion
    assert formats.version_of(companion.name) == companion.version >= 1


@each_companion
def test_its_file_is_told_by_its_name_alone(companion: Companion, tmp_path: Path) -> None:
    path = a_sample(companion, tmp_path)
    found = beside(path)

    assert found is not None and found.companion is companion
    assert found.role is role_of(path.upper()) is companion.role is not FileRole.MEDIA
    assert formats.reader_for(path) is companion


@each_companion
def test_it_reads_what_its_sample_says(companion: Companion, tmp_path: Path) -> None:
    reading = formats.read(a_sample(companion, tmp_path))

    assert (reading.reader, reading.notes) == (companion.name, ())
    assert getattr(reading, SAMPLES[companion.name][2]), reading
    assert SAMPLES[companion.name][2] in dict(reading.places) or companion.role in SILENT
    assert companion.reach(b"x") in (Reach.NAMESAKE, None), "no name at random speaks for a folder"


@each_companion
def test_a_reading_survives_the_pipe_and_the_catalogue(companion: Companion, tmp_path: Path) -> None:
    reading = companion.read(a_sample(companion, tmp_path), Limits())

    assert pickle.loads(pickle.dumps(reading)) == reading == load_reading(dump_reading(reading))


@each_companion
def test_a_cut_file_is_read_or_called_broken(companion: Companion, tmp_path: Path) -> None:
    path = a_sample(companion, tmp_path)
    whole = Path(os.fsdecode(path)).read_bytes()
    for length in sorted({1, 2, 7, 8, 11, 30, *range(0, len(whole), max(len(whole) // 60, 1))}):
        with open(path, "wb") as file:
            file.write(whole[:length])
        outcome(companion, path)


@each_companion
def test_flipped_bits_are_read_or_called_broken(companion: Companion, tmp_path: Path) -> None:
    path = a_sample(companion, tmp_path)
    whole = Path(os.fsdecode(path)).read_bytes()
    chance = random.Random(20_261)
    for _ in range(200):
        hurt = bytearray(whole)
        for _ in range(chance.choice((1, 4, 40))):
            hurt[chance.randrange(len(hurt))] ^= 1 << chance.randrange(8)
        with open(path, "wb") as file:
            file.write(hurt)
        outcome(companion, path)


@each_companion
def test_noise_is_called_broken_or_says_nothing(companion: Companion, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path / SAMPLES[companion.name][0])
    Path(os.fsdecode(path)).write_bytes(bytes(200) + random.Random(7).randbytes(3000))

    said = outcome(companion, path)

    assert isinstance(said, BrokenFile) or not said.places


@each_companion
def test_an_empty_file_is_said_to_be_empty(companion: Companion, tmp_path: Path) -> None:
    path = tmp_path / SAMPLES[companion.name][0]
    path.touch()

    with pytest.raises(BrokenFile) as broken:
        companion.read(os.fsencode(path), Limits())
    assert broken.value.reason == "empty"


@each_companion
def test_a_pipe_and_a_folder_are_refused_at_once(companion: Companion, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(BrokenFile) as broken:
            companion.read(os.fsencode(path), Limits())
        assert broken.value.reason == "not-a-file"


@each_companion
def test_a_file_that_is_gone_is_the_disks_word(companion: Companion, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        companion.read(os.fsencode(tmp_path / "gone"), Limits())


@each_companion
def test_a_file_beyond_the_limits_is_not_read_to_its_end(companion: Companion, tmp_path: Path) -> None:
    path = a_sample(companion, tmp_path)
    with open(path, "ab") as file:
        file.write(b" " * (3 << 20))
    small = dataclasses.replace(Limits(), text_bytes=2 << 20, cover_bytes=2 << 20)

    if companion.role in SILENT:
        assert companion.read(path, small).format, "only its first bytes are looked at"
        return
    with pytest.raises(BrokenFile) as broken:
        companion.read(path, small)
    assert broken.value.reason == "limit"


@each_companion
def test_it_leaves_no_file_open(companion: Companion, tmp_path: Path) -> None:
    path = a_sample(companion, tmp_path)
    companion.read(path, Limits())
    before = os.listdir("/proc/self/fd")

    companion.read(path, Limits())
    Path(os.fsdecode(path)).write_bytes(b"<no more than this")
    outcome(companion, path)

    assert os.listdir("/proc/self/fd") == before


@each_companion
def test_it_opens_nothing_but_the_file_and_asks_nobody(companion: Companion, tmp_path: Path) -> None:
    path = a_sample(companion, tmp_path)

    told = subprocess.run([sys.executable, "-c", OPENED, path], capture_output=True, text=True, timeout=60, check=False)

    assert (told.stdout.strip(), told.returncode) == ("[]", 0), told.stderr


@pytest.mark.parametrize(("name", "build"), [("docx", a_docx), ("odt", an_odt), ("rtf", an_rtf)])
def test_a_supplement_may_be_any_document(tmp_path: Path, name: str, build: Build) -> None:
    assert formats.read(bytes(build(tmp_path / f"maps.{name}"))) == Reading(reader="supplement", format=name)

    (tmp_path / f"maps.{name}").write_bytes(b"none")
    with pytest.raises(BrokenFile) as broken:
        formats.read(bytes(tmp_path / f"maps.{name}"))
    assert broken.value.reason == f"not-a-{name}"

"""Covers taken from where the readers have located them, and what they are shown as."""

import os
import struct
import zlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats.covers import TAKERS, take
from shishod.formats.limits import MIB, Limits
from shishod.formats.thumbnails import HEIGHT, look, thumbnail
from tests.samples import a_comic, a_flac, a_jpeg, a_pdf, a_png, a_webp, an_epub, an_mp3
from tests.samples.each import SAMPLES

WITH_COVERS = sorted(name for name, sample in SAMPLES.items() if "cover" not in sample.lacks)


def located(path: Path) -> tuple[bytes, str, str]:
    """A file with the reader and the place of its cover, as the catalogue keeps them."""
    reading = formats.read(os.fsencode(path))
    assert reading.cover is not None
    return os.fsencode(path), reading.reader, reading.cover.member


def picture(form: str, size: tuple[int, int], mode: str = "RGB") -> bytes:
    made = BytesIO()
    Image.new(mode, size, 200 if mode in ("L", "P") else (200, 10, 10, 0)[: len(mode)]).save(made, form)
    return made.getvalue()


@pytest.mark.parametrize("name", WITH_COVERS)
def test_a_cover_is_taken_as_it_was_put_in(name: str, tmp_path: Path):
    sample = SAMPLES[name]

    assert take(*located(sample.build(tmp_path / sample.name)), Limits()) == a_png()


def test_every_reader_that_locates_a_cover_has_one_who_takes_it():
    assert {*WITH_COVERS, "pdf", "picture"} == TAKERS.keys()


def test_the_first_page_of_a_pdf_is_drawn_and_always_the_same(tmp_path: Path):
    place = located(a_pdf(tmp_path / "a.pdf"))

    drawn = take(*place, Limits())

    assert look(drawn, Limits()).form == "jpeg"
    assert take(*place, Limits()) == drawn


def test_a_picture_beside_a_book_is_taken_as_it_is(tmp_path: Path):
    (tmp_path / "cover.jpg").write_bytes(a_jpeg())

    assert take(*located(tmp_path / "cover.jpg"), Limits()) == a_jpeg()


def test_a_picture_in_a_block_of_flac_is_taken_however_long_the_comments_are(tmp_path: Path):
    path = a_flac(tmp_path / "a.flac", cover=True, custom={"SERIES": "Saga" * 5000})

    assert take(*located(path), Limits()) == a_png()


@pytest.mark.parametrize("name", WITH_COVERS)
def test_a_cover_that_is_there_no_more_is_told_as_such(name: str, tmp_path: Path):
    path, reader, _ = located(SAMPLES[name].build(tmp_path / SAMPLES[name].name))

    for member in ("", "nothing", "record 9999", "covr:9", "PICTURE:9", "WM/Picture:9", "METADATA_BLOCK_PICTURE:9"):
        with pytest.raises(BrokenFile) as told:
            take(path, reader, member, Limits())
        assert told.value.reason in ("no-picture", "broken-archive")


@pytest.mark.parametrize("name", WITH_COVERS)
def test_a_file_that_became_another_is_told_as_broken(name: str, tmp_path: Path):
    path, reader, member = located(SAMPLES[name].build(tmp_path / SAMPLES[name].name))
    Path(os.fsdecode(path)).write_bytes(b"something else, and nothing that anybody reads" * 40)

    with pytest.raises(BrokenFile):
        take(path, reader, member, Limits())


def test_a_cover_of_more_bytes_than_it_may_have_is_not_taken(tmp_path: Path):
    place = located(an_epub(tmp_path / "a.epub", cover=True))

    with pytest.raises(BrokenFile) as told:
        take(*place, replace(Limits(), cover_bytes=10))

    assert told.value.reason == "limit"


def test_a_page_that_is_compressed_in_a_tar_is_taken(tmp_path: Path):
    path = a_comic(tmp_path / "a.cbt")

    assert take(os.fsencode(path), "cbt", "page2.png", Limits()) == a_png()


def test_a_reader_without_covers_says_so(tmp_path: Path):
    with pytest.raises(BrokenFile, match="no cover can be taken"):
        take(os.fsencode(an_mp3(tmp_path / "a.mp3")), "rtf", "", Limits())


@pytest.mark.parametrize(
    ("content", "form"),
    [(a_png(), "png"), (a_jpeg(), "jpeg"), (a_webp(), "webp"), (picture("GIF", (9, 9), "P"), "gif")],
)
def test_a_small_picture_is_its_own_small_form(content: bytes, form: str):
    assert (look(content, Limits()).form, thumbnail(content, Limits())) == (form, None)


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA"])
def test_a_large_picture_gets_a_small_form_of_one_height(mode: str):
    large = picture("PNG", (800, 1200), mode)

    assert look(large, Limits()) == ("png", 800, 1200)
    with Image.open(BytesIO(thumbnail(large, Limits()) or b"")) as small:
        assert (small.format, small.size) == ("JPEG", (320, HEIGHT))


def test_what_shines_through_is_white_in_the_small_form():
    found = thumbnail(picture("PNG", (800, 1200), "RGBA"), Limits())

    with Image.open(BytesIO(found or b"")) as small:
        assert min(small.getpixel((9, 9))) > 250  # type: ignore[arg-type, type-var]


def test_a_jpeg_of_colours_for_print_gets_a_small_form():
    assert thumbnail(picture("JPEG", (800, 1200), "CMYK"), Limits()) is not None


def huge_png() -> bytes:
    """A header that claims 30,000 times 30,000 pixels, and as good as nothing behind it."""
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + a_png()[33:]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not-a-picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not-a-picture"),
        (a_jpeg(600, 900)[:-300], "not-a-picture"),
        (a_png()[:50], "not-a-picture"),
        (huge_png(), "limit"),
        (a_png(8000, 7000), "limit"),
    ],
    ids=["nothing", "svg", "half a jpeg", "half a png", "a lie", "too many pixels"],
)
def test_what_cannot_be_shown_says_why(content: bytes, reason: str):
    with pytest.raises(BrokenFile) as told:
        thumbnail(content, Limits())

    assert told.value.reason == reason
    assert len(content) < MIB

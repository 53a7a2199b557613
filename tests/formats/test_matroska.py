"""Pictures that lie inside films: found where ffprobe names them, taken by the headers of the container."""

import os
from pathlib import Path

import pytest

from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats.covers import take
from shishod.formats.limits import Limits
from shishod.formats.video.matroska import _elements
from tests.samples import a_jpeg
from tests.samples.video import a_video

COVER, OTHER = a_jpeg(60, 90), a_jpeg(40, 20)


def taken(path: Path) -> bytes:
    reading = formats.read(os.fsencode(path))
    assert reading.cover is not None
    assert dict(reading.places)["cover"] == reading.cover.member
    return take(os.fsencode(path), reading.reader, reading.cover.member, Limits())


@pytest.mark.parametrize("names", [("cover.jpg",), ("small.jpg", "cover.jpg"), ("cover.jpg", "other.jpg"), ("Öl.jpg",)])
def test_the_attachment_that_is_called_cover_is_that_of_a_matroska_film(tmp_path: Path, names: tuple[str, ...]):
    pictures = tuple((name, COVER if name in ("cover.jpg", "Öl.jpg") else OTHER) for name in names)

    assert taken(a_video(tmp_path / "a.mkv", covers=pictures)) == COVER


def test_the_cover_of_an_mp4_is_that_of_its_atom(tmp_path: Path):
    assert taken(a_video(tmp_path / "a.mp4", "mp4", covers=(("cover.jpg", COVER),))) == COVER


@pytest.mark.parametrize("kind", ["mkv", "mp4"])
def test_a_film_without_a_picture_has_no_cover(tmp_path: Path, kind: str):
    assert formats.read(os.fsencode(a_video(tmp_path / f"a.{kind}", kind))).cover is None


def test_an_attachment_behind_the_film_is_found_by_the_list_of_places(tmp_path: Path):
    path = a_video(tmp_path / "a.mkv", covers=(("cover.jpg", COVER),))
    whole = path.read_bytes()
    at = whole.rindex(bytes.fromhex("1941a469"))  # the first stands in the list of places
    width = 9 - whole[at + 4].bit_length()
    length = int.from_bytes(whole[at + 4 : at + 4 + width], "big") & ((1 << 7 * width) - 1)
    attachments = whole[at : at + 4 + width + length]
    segment = whole.index(bytes.fromhex("18538067")) + 12  # eight bytes of size, as ffmpeg writes it
    hole = b"\xec\x01" + (len(attachments) - 9).to_bytes(7, "big") + bytes(len(attachments) - 9)  # Void
    moved = whole.replace(attachments, hole[: len(attachments)]) + attachments
    listed = whole.index(bytes.fromhex("53ab84 1941a469"))
    place = moved.index(b"\x53\xac", listed)
    size = moved[place + 2] & 0x7F
    there = (len(whole) - segment).to_bytes(size, "big")
    moved = moved[: place + 3] + there + moved[place + 3 + size :]
    path.write_bytes(moved[: segment - 8] + b"\x01" + b"\xff" * 7 + moved[segment:])  # to the end, however far it is

    assert take(os.fsencode(path), "matroska", "attachment:cover.jpg", Limits()) == COVER


def test_a_picture_that_is_not_there_any_more_is_told_as_gone(tmp_path: Path):
    path = a_video(tmp_path / "a.mkv")

    with pytest.raises(BrokenFile) as gone:
        take(os.fsencode(path), "matroska", "attachment:cover.jpg", Limits())
    assert gone.value.reason == "no-picture"


def test_what_was_cut_anywhere_leads_nowhere_and_ends(tmp_path: Path):
    whole = a_video(tmp_path / "a.mkv", covers=(("cover.jpg", COVER),)).read_bytes()
    path = tmp_path / "cut.mkv"
    for end in range(97, len(whole), 97):
        path.write_bytes(whole[:end])
        try:
            assert COVER.startswith(take(os.fsencode(path), "matroska", "attachment:cover.jpg", Limits()))
        except BrokenFile as broken:
            assert broken.reason == "no-picture"


@pytest.mark.parametrize("level", ["file", "segment"])
def test_so_many_elements_that_nobody_writes_lead_nowhere(tmp_path: Path, level: str):
    path = a_video(tmp_path / "a.mkv", covers=(("cover.jpg", COVER),))
    whole = path.read_bytes()
    segment = whole.index(bytes.fromhex("18538067"))
    at = segment if level == "file" else whole.rindex(bytes.fromhex("1941a469"))
    head = whole[:segment] + (b"" if level == "file" else bytes.fromhex("18538067 01ffffffffffffff"))
    for holes, reason in ((900, ""), (1000, "no-picture")):
        path.write_bytes(head + b"\xec\x80" * holes + whole[at:])  # Void, with nothing in it

        try:
            assert take(os.fsencode(path), "matroska", "attachment:cover.jpg", Limits()) == COVER and not reason
        except BrokenFile as broken:
            assert broken.reason == reason


def test_an_element_whose_head_reaches_beyond_its_parent_is_none(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"\x1a\x45\xdf\xa3\x84abcd")

    with (tmp_path / "a").open("rb") as file:
        assert [one.end for one in _elements(file, 0, 9)] == [9]
        assert list(_elements(file, 0, 4)) == []

"""The rules of M4B and M4A, each on a file that needs it."""

import struct
from pathlib import Path

import pytest

from shishod import formats
from shishod.errors import BrokenFile
from shishod.model.book import Contribution, SeriesEntry
from shishod.model.metadata import Reading
from tests.samples import Mark, an_m4b

CUT = "the file ends before its last atom does: it was cut short, or is still being copied"


def read(path: Path) -> Reading:
    return formats.read(bytes(path))


def book(tmp_path: Path, name: str = "a.m4b", **said) -> Reading:
    return read(an_m4b(tmp_path / name, **said))


def people(reading: Reading, role: str) -> list[str]:
    return [one.name for one in reading.contributions if one.role == role]


@pytest.mark.parametrize(
    ("said", "title", "part"),
    [
        ({"title": "Emma"}, "Emma", None),
        ({"title": "Emma (Unabridged)", "album": "Emma"}, "Emma (Unabridged)", None),
        ({"title": "Ayesha", "album": "She"}, "Ayesha", None),
        ({"title": "Chapter 3", "album": "She"}, "She", "Chapter 3"),
        ({"title": "She, Part 2", "album": "She"}, "She", "She, Part 2"),
        ({"title": "Ayesha", "album": "She", "track": (2, 9)}, "She", "Ayesha"),
        ({"title": "Ayesha", "album": "She", "track": (1, 1)}, "Ayesha", None),
        ({"title": None, "album": "She"}, "She", None),
        ({"title": None}, None, None),
    ],
)
def test_the_album_is_the_book_where_the_file_is_a_part(tmp_path: Path, said: dict, title: str, part: str):
    reading = book(tmp_path, **said)

    assert (reading.title, reading.part_title) == (title, part)


def test_a_numbered_song_file_belongs_to_its_album(tmp_path: Path):
    reading = book(tmp_path, "a.m4a", title="Ayesha", album="She", track=(2, 0), brand=b"M4A ")

    assert (reading.title, reading.part_title, reading.track, reading.format) == ("She", "Ayesha", 2, "m4a")


@pytest.mark.parametrize(
    ("said", "narrators", "place"),
    [
        ({"narrator": "Nora Voice", "composer": "Cy Composer"}, ["Nora Voice"], "©nrt"),
        ({"custom": {"NARRATOR": "Nora Voice"}, "composer": "Cy Composer"}, ["Nora Voice"], "NARRATOR"),
        ({"composer": "Narrated by Nora Voice, Val Voice"}, ["Nora Voice", "Val Voice"], "©wrt"),
    ],
)
def test_narrators_come_from_the_surest_place(tmp_path: Path, said: dict, narrators: list[str], place: str):
    reading = book(tmp_path, **said)

    assert people(reading, "nrt") == narrators
    assert dict(reading.places)["narrators"] == place


def test_authors_are_parted_and_a_single_one_keeps_the_sort_name(tmp_path: Path):
    assert people(book(tmp_path, artist="Bram Stoker; Various Readers"), "aut") == ["Bram Stoker", "Various Readers"]
    assert book(tmp_path, artist="Bram Stoker", texts={b"soar": "Stoker, Bram"}).contributions == (
        Contribution("Bram Stoker", "aut", "Stoker, Bram"),
    )


@pytest.mark.parametrize(
    ("said", "entry"),
    [
        ({"custom": {"SERIES": "Saga", "SERIES-PART": "2.0"}}, SeriesEntry("Saga", "2")),
        ({"custom": {"series": "Saga"}}, SeriesEntry("Saga")),
        ({"texts": {b"\xa9mvn": "Saga"}}, SeriesEntry("Saga")),
        ({"texts": {b"\xa9grp": "Gothic Classics #1"}}, SeriesEntry("Gothic Classics", "1")),
    ],
)
def test_series_are_found_where_tools_put_them(tmp_path: Path, said: dict, entry: SeriesEntry):
    assert book(tmp_path, **said).series == (entry,)


def test_a_grouping_without_a_number_is_no_series(tmp_path: Path):
    assert book(tmp_path, texts={b"\xa9grp": "the grouping"}).series == ()


def test_the_other_facts_are_read(tmp_path: Path):
    reading = book(
        tmp_path,
        genre="Horror; Classics", date="1897-05-26T00:00:00Z", description="<p>Fangs.</p>",
        custom={"ASIN": "B002V5CJM4", "ISBN": "0306406152", "LANGUAGE": "German", "SUBTITLE": "A Tale",
                "ABRIDGED": "Yes"},
        texts={b"\xa9pub": "Archibald Constable"},
    )  # fmt: skip

    assert reading.genres == ("Horror", "Classics")
    assert (reading.date, reading.language, reading.subtitle) == ("1897-05-26", "de", "A Tale")
    assert (reading.description, reading.publisher, reading.abridged) == ("Fangs.", "Archibald Constable", True)
    assert [one.value for one in reading.identifiers] == ["B002V5CJM4", "9780306406157"]


def test_unabridged_in_the_title_is_believed(tmp_path: Path):
    assert book(tmp_path, title="Emma (Unabridged)").abridged is False
    assert book(tmp_path, title="Emma").abridged is None


def test_the_stream_is_described(tmp_path: Path):
    technical = book(tmp_path, seconds=90.5).technical

    assert (technical.duration_ms, technical.codec, technical.channels) == (90_500, "aac", 1)
    assert (technical.bitrate, technical.sample_rate) == (64_000, 44_100)


def test_chapters_end_where_the_next_begins(tmp_path: Path):
    marks = (Mark("Глава первая", 0, 0), Mark("第二章", 20_000, 0))

    chapters = book(tmp_path, chapters=marks, seconds=60).chapters

    assert [(one.title, one.start_ms, one.end_ms) for one in chapters] == [
        ("Глава первая", 0, 20_000),
        ("第二章", 20_000, 60_000),
    ]


class TestBrokenAtoms:
    def hurt(self, tmp_path: Path, *changes: tuple[bytes, bytes], **said) -> Reading:
        path = an_m4b(tmp_path / "a.m4b", title="Atom Title", **said)
        whole = path.read_bytes()
        for old, new in changes:
            assert old in whole
            whole = whole.replace(old, new)
        path.write_bytes(whole)
        return read(path)

    def test_an_atom_beyond_the_end_is_clipped(self, tmp_path: Path):
        udta = an_m4b(tmp_path / "b.m4b", title="Atom Title").read_bytes()
        size = udta[udta.index(b"udta") - 4 : udta.index(b"udta") + 4]

        reading = self.hurt(tmp_path, (size, struct.pack(">I", 0x7FFFFFFF) + b"udta"))

        assert reading.title == "Atom Title"
        assert "its atoms were mended to be read" in reading.notes

    def test_more_chapters_than_there_are_do_not_cost_the_rest(self, tmp_path: Path):
        marks = (Mark("One", 0, 0), Mark("Two", 9_000, 0))

        reading = self.hurt(tmp_path, (b"\0\0\0\0\2" + bytes(8) + b"\3One", b"\0\0\0\0\xff" + bytes(8) + b"\3One"),
                            chapters=marks)  # fmt: skip

        assert (reading.title, [one.title for one in reading.chapters]) == ("Atom Title", ["One", "Two"])

    def test_a_chapter_title_that_is_not_utf8_is_read_as_latin_1(self, tmp_path: Path):
        reading = self.hurt(tmp_path, (b"\4Caf1", b"\4Caf\xe9"), chapters=(Mark("Caf1", 0, 0),))

        assert [one.title for one in reading.chapters] == ["Café"]

    def test_a_copy_cut_short_behind_its_tags_is_read_and_said(self, tmp_path: Path):
        path = an_m4b(tmp_path / "a.m4b", title="Atom Title")
        path.write_bytes(path.read_bytes()[:-72] + b"\0\0\xff\xff" + b"mdat")

        reading = read(path)

        assert (reading.title, reading.notes) == ("Atom Title", (CUT,))

    def test_a_copy_cut_short_before_its_tags_is_truncated(self, tmp_path: Path):
        path = an_m4b(tmp_path / "a.m4b")
        path.write_bytes(path.read_bytes()[:40] + b"\0\0\0\0")

        with pytest.raises(BrokenFile) as broken:
            read(path)
        assert broken.value.reason == "truncated"

    def test_a_thousand_nested_atoms_are_no_trouble(self, tmp_path: Path):
        atom = b""
        for _ in range(2_000):
            atom = struct.pack(">I", len(atom) + 8) + b"moov" + atom
        path = tmp_path / "a.m4b"
        path.write_bytes(struct.pack(">I", 16) + b"ftypM4B " + bytes(4) + atom)

        with pytest.raises(BrokenFile) as broken:
            read(path)
        assert broken.value.reason == "broken-atoms"

"""The rules of MOBI and its kin, each on a file that needs it."""

from dataclasses import replace
from pathlib import Path

import pytest

from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats.limits import Limits
from shishod.model.book import Contribution, CoverPlace, Identifier
from shishod.model.metadata import Reading
from tests.samples.kindle import NONE, a_header, a_mobi, an_ncx, palm

UUID = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"


def read(path: Path, limits: Limits | None = None) -> Reading:
    return formats.read(bytes(path), limits or Limits())


def mobi(tmp_path: Path, **said) -> Reading:
    return read(a_mobi(tmp_path / "a.mobi", **said))


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def why_broken(path: Path) -> str:
    with pytest.raises(BrokenFile) as broken:
        read(path)
    return broken.value.reason


def test_exth_is_told_field_by_field(tmp_path: Path):
    reading = mobi(tmp_path, exth={
        101: "A Press", 102: "An Imprint", 103: "<p>One &amp; two.</p><p>Three.</p>", 104: "0-306-40615-2",
        105: ["War; Sand", "War"], 106: "2012-03-04T05:06:07+00:00", 113: "B00ABCDEF1", 524: "pt-br",
    })  # fmt: skip

    assert (reading.title, reading.publisher, reading.imprint) == ("A Book", "A Press", "An Imprint")
    assert (reading.description, reading.genres) == ("One & two.\n\nThree.", ("War", "Sand"))
    assert (reading.date, reading.language) == ("2012-03-04", "pt-BR")
    assert reading.identifiers == (Identifier("isbn", "9780306406157"), Identifier("asin", "B00ABCDEF1"))
    assert dict(reading.places)["description"] == "EXTH 103"


def test_its_chapters_are_told_behind_their_parts(tmp_path: Path):
    reading = mobi(tmp_path, chapters=[("Part 1", -1), ("Part 2", -1), ("One", 0), ("Zwölf", 1), ("Two", 0)])

    assert [one.title for one in reading.chapters] == ["Part 1", "One", "Two", "Part 2", "Zwölf"]
    assert (reading.chapters[1].href, dict(reading.places)["chapters"]) == ("position 400", "NCX")


def test_those_of_the_book_behind_are_told_where_the_first_has_none(tmp_path: Path):
    path = tmp_path / "a.mobi"
    records = [a_header({121: 3}), b"text", b"BOUNDARY", a_header({503: "A Book"}, version=8, index=1)]
    path.write_bytes(palm([*records, *an_ncx([("One", -1)])]))

    assert [one.title for one in formats.read(bytes(path)).chapters] == ["One"]


def test_an_entry_that_lies_beyond_its_record_is_passed_over(tmp_path: Path):
    head, entries, labels = an_ncx([("One", -1), ("Two", -1)])
    beyond = entries[:-2] + b"\xff\xf0"
    for broken in (beyond, entries.replace(b"IDXT", b"IDXX"), entries[:40], b""):
        path = tmp_path / "a.mobi"
        path.write_bytes(palm([a_header({503: "A Book"}, index=1), head, broken, labels]))

        reading = formats.read(bytes(path))

        assert reading.title == "A Book" and len(reading.chapters) < 2


@pytest.mark.parametrize("index", [0, 1, 9_999, 1 << 31])
def test_an_index_that_is_none_costs_the_chapters_and_not_the_book(tmp_path: Path, index: int):
    reading = mobi(tmp_path, index=index)

    assert (reading.title, reading.chapters) == ("A Book", ())


def test_every_author_is_one_and_contributors_are_kept_apart(tmp_path: Path):
    reading = mobi(
        tmp_path,
        authors=["Ann Author; Bob Writer", "Cid Third"],
        exth={108: ["Dee Other", "calibre (6.13.0) [http://calibre-ebook.com]"]},
    )

    assert [(one.name, one.role) for one in reading.contributions] == [
        ("Ann Author", "aut"), ("Bob Writer", "aut"), ("Cid Third", "aut"), ("Dee Other", "ctb"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "full_name", "palm_name", "expected", "place"),
    [
        ("New", "Old", b"Palm", "New", "EXTH 503"),
        (" ", "Old", b"Palm", "Old", "full name"),
        (None, "Old", b"Palm", "Old", "full name"),
        (None, "", b"A_Palm_Name", "A Palm Name", "PalmDB name"),
        (None, "", b"A_Name_That_May_Have_Been_Longe", None, None),
        ("Tom &amp; Jerry", "", b"Palm", "Tom & Jerry", "EXTH 503"),
    ],
)
def test_the_title_is_the_best_of_three(
    tmp_path: Path, title: str | None, full_name: str, palm_name: bytes, expected: str | None, place: str | None
):
    reading = mobi(tmp_path, title=title, full_name=full_name, palm_name=palm_name)

    assert (reading.title, dict(reading.places).get("title")) == (expected, place)


@pytest.mark.parametrize("code_page", [1252, 1251, 65001])
def test_letters_are_read_in_the_books_own_code_page(tmp_path: Path, code_page: int):
    said = "Мёртвые души" if code_page != 1252 else "Žofie – ça"

    reading = mobi(tmp_path, title=None, full_name=said, authors=[said], code_page=code_page)

    assert (reading.title, reading.contributions[0].name) == (said, said)


def test_what_is_said_to_be_utf8_and_is_none_is_read_as_western(tmp_path: Path):
    assert mobi(tmp_path, exth={101: "Café".encode("cp1252")}).publisher == "Café"


def test_a_code_page_that_nobody_knows_is_taken_for_western(tmp_path: Path):
    header = bytearray(a_header({503: "A Book"}))
    header[28:32] = (7777).to_bytes(4, "big")

    assert read(written(tmp_path / "a.mobi", palm([bytes(header)]))).title == "A Book"


@pytest.mark.parametrize(
    ("locale", "tag"),
    [(0x409, "en-US"), (9, "en"), (0x816, "pt-PT"), (4, "zh"), (0x1A, "hr"), (0, None), (0x3FF, None)],
)
def test_the_language_is_that_of_the_header_where_exth_is_silent(tmp_path: Path, locale: int, tag: str | None):
    assert mobi(tmp_path, locale=locale).language == tag


def test_a_uuid_in_the_place_of_the_asin_is_a_uuid(tmp_path: Path):
    reading = mobi(tmp_path, exth={113: UUID, 504: UUID, 112: f"calibre:{UUID}"})

    assert reading.identifiers == (Identifier("uuid", UUID), Identifier("calibre", UUID))


def test_an_address_that_it_was_made_from_is_no_identifier(tmp_path: Path):
    assert mobi(tmp_path, exth={112: "http://example.org/a"}).identifiers == ()


def test_the_cover_lies_so_many_records_behind_the_first_picture(tmp_path: Path):
    assert mobi(tmp_path, cover=True).cover == CoverPlace("record 3", "image/png", 71)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"first_picture": NONE}, "there is no first picture"),
        ({"first_picture": 0}, "it is the record of text"),
        ({"first_picture": 70_000}, "there is no such record"),
        ({"exth": {201: NONE}}, "the offset stands for none"),
        ({"exth": {201: b"\0" * 9}}, "the offset is no number"),
    ],
)
def test_a_cover_that_is_no_picture_is_none(tmp_path: Path, said: dict, why: str):
    assert mobi(tmp_path, cover=True, **said).cover is None, why


def test_a_cover_that_was_cut_off_is_none_and_the_rest_is_read(tmp_path: Path):
    path = a_mobi(tmp_path / "a.mobi", cover=True, kf8={503: "Another"})
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex(b"IDAT")])

    reading = read(path)

    assert (reading.title, reading.cover) == ("A Book", None)
    assert any("cut short" in note for note in reading.notes)


def test_of_two_books_in_one_the_second_says_what_the_first_does_not(tmp_path: Path):
    reading = mobi(tmp_path, kf8={503: "Another", 101: "A Press"}, exth={102: "An Imprint"})

    assert (reading.format, reading.title, reading.publisher) == ("mobi+kf8", "A Book", "A Press")


@pytest.mark.parametrize("begins", [0, 1, NONE, 60_000])
def test_a_second_book_is_believed_only_behind_its_boundary(tmp_path: Path, begins: int):
    assert mobi(tmp_path, kf8={101: "A Press"}, exth={121: begins}).publisher is None


@pytest.mark.parametrize(("version", "form"), [(6, "mobi"), (8, "azw3")])
def test_the_format_is_told_by_the_version(tmp_path: Path, version: int, form: str):
    assert mobi(tmp_path, version=version).format == form


@pytest.mark.parametrize(
    ("lock", "exth", "drm"), [(0, {}, None), (1, {}, "mobipocket"), (2, {209: b"key"}, "amazon"), (7, {}, "unknown")]
)
def test_a_lock_is_told_and_the_headers_are_read_all_the_same(tmp_path: Path, lock: int, exth: dict, drm: str | None):
    reading = mobi(tmp_path, lock=lock, exth=exth, cover=True)

    assert (reading.drm, reading.title, reading.cover is not None) == (drm, "A Book", True)


def palmdoc(tmp_path: Path, length: int, stopped: int) -> Reading:
    first = b"\0\2\0\0" + length.to_bytes(4, "big") + b"\0\1\x10\0" + stopped.to_bytes(4, "big")
    return read(written(tmp_path / "a.prc", palm([first, b"text"], b"An Old Book", b"TEXtREAd")))


def test_a_palmdoc_has_its_name_only(tmp_path: Path):
    reading = palmdoc(tmp_path, 400_000, 0)

    assert (reading.title, reading.format, reading.drm, reading.notes) == ("An Old Book", "palmdoc", None, ())


def test_where_a_reader_stopped_in_a_palmdoc_is_no_lock(tmp_path: Path):
    assert palmdoc(tmp_path, 400_000, 0x1_0000).drm is None
    assert palmdoc(tmp_path, 4_000, 0x1_0000).drm == "mobipocket"


def test_a_sample_is_said_to_be_one(tmp_path: Path):
    note = "it is a sample, and not the whole book"

    assert mobi(tmp_path, exth={501: "EBSP"}).notes == mobi(tmp_path, exth={115: 1}).notes == (note,)
    assert mobi(tmp_path, exth={501: "EBOK", 115: 0}).notes == ()


def test_an_exth_that_lies_of_its_length_is_read_as_far_as_it_goes(tmp_path: Path):
    header = a_header({503: "A Book", 101: "A Press"})
    header = header.replace(b"\0\0\0\x65\0\0\0\x0f", b"\0\0\0\x65\xff\xff\xff\xff")

    reading = read(written(tmp_path / "a.mobi", palm([header])))

    assert (reading.title, reading.publisher) == ("A Book", None)
    assert reading.notes == ("its EXTH ends before its last record does; what was there was read",)


def test_an_exth_that_is_not_there_is_noted(tmp_path: Path):
    header = a_header({503: "A Book"}).replace(b"EXTH", b"HTXE")

    reading = read(written(tmp_path / "a.mobi", palm([header])))

    assert reading.notes == ("the EXTH that its header promises is not there",)


def test_a_short_header_of_old_is_read_as_far_as_it_goes(tmp_path: Path):
    reading = read(written(tmp_path / "a.prc", palm([a_header({}, full_name="Old", length=84)])))

    assert (reading.title, reading.language, reading.contributions) == ("Old", "en", ())


def test_a_table_that_promises_more_records_than_there_are_is_cut(tmp_path: Path):
    content = bytearray(palm([a_header({503: "A Book"})]))
    content[76:78] = b"\xff\xff"

    assert any("cut short" in note for note in read(written(tmp_path / "a.mobi", bytes(content))).notes)


def test_more_than_may_be_of_one_kind_is_left_out(tmp_path: Path):
    path = a_mobi(tmp_path / "a.mobi", authors=[f"Writer {n}" for n in range(9)], exth={105: ";".join("abcdefghi")})

    reading = read(path, replace(Limits(), values=3))

    assert reading.contributions == tuple(Contribution(f"Writer {n}") for n in range(3))
    assert reading.genres == ("a", "b", "c")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xeaDRMION\xee" + bytes(100), "drm"),
        (b"CONT\2\0" + bytes(100), "unsupported"),
        (b"TPZ3" + bytes(100), "unsupported"),
        (palm([b"x" * 20], kind=b"applPOCK"), "not-a-mobi"),
        (b"no Palm database at all, and long enough for the head of one: let it be eighty bytes.", "not-a-mobi"),
        (palm([]), "truncated"),
        (palm([b"short"]), "truncated"),
        (b"short", "truncated"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, content: bytes, reason: str):
    assert why_broken(written(tmp_path / "a.azw", content)) == reason

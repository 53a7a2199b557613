"""The rules of FictionBook, each on a file that needs it."""

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats.limits import Limits
from shishod.model.book import Chapter, Contribution, CoverPlace, Identifier, SeriesEntry
from shishod.model.metadata import Reading
from tests.samples.comic import a_comic
from tests.samples.fictionbook import a_fictionbook, an_fb2, an_fbz
from tests.samples.picture import a_jpeg

UUID = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
CUT = "it ends before its last page does: it was cut short, or is still copied; what there is of it was read"


def read(path: Path, limits: Limits | None = None) -> Reading:
    return formats.read(bytes(path), limits or Limits())


def fb2(tmp_path: Path, **said) -> Reading:
    return read(an_fb2(tmp_path / "a.fb2", **said))


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def why_broken(path: Path) -> str:
    with pytest.raises(BrokenFile) as broken:
        read(path)
    return broken.value.reason


def test_its_description_is_told_field_by_field(tmp_path: Path):
    reading = fb2(
        tmp_path,
        work="<genre>sf_history</genre><genre>prose</genre><keywords>war, sand; war</keywords><lang>ru-RU</lang>"
        "<annotation><p>One &amp; two.</p><empty-line/><p>Three <emphasis>and</emphasis> four.</p></annotation>",
        edition="<publisher>A Press</publisher><year>2005</year><isbn>0-306-40615-2, 978-3-16-148410-0</isbn>",
        made=f"<author><nickname>scanner</nickname></author><date>21.11.2026</date><id>{UUID.upper()}</id>",
    )

    assert (reading.title, reading.publisher, reading.date) == ("A Book", "A Press", "2005")
    assert (reading.genres, reading.tags, reading.language) == (
        ("Alternative History", "Prose"),
        ("war", "sand"),
        "ru-RU",
    )
    assert reading.description == "One & two.\n\nThree and four."
    assert [one.scheme for one in reading.identifiers] == ["isbn", "isbn", "uuid"]
    assert reading.identifiers[2] == Identifier("uuid", UUID)
    assert [one.name for one in reading.contributions] == ["Ann Author"]
    assert dict(reading.places)["date"] == "publish-info year"


def a_person(kind: str = "author", **parts: str) -> str:
    inner = "".join(f"<{name.replace('_', '-')}>{text}</{name.replace('_', '-')}>" for name, text in parts.items())
    return f"<{kind}>{inner}</{kind}>"


def test_a_genre_that_is_no_code_stays_as_it_was_written(tmp_path: Path):
    genres = "<genre> SF_Space </genre><genre>Old Tales</genre><genre match='80'>sf_space</genre>"

    assert fb2(tmp_path, work=genres).genres == ("Space Science Fiction", "Old Tales")


def test_people_are_named_in_the_order_of_their_names_and_sorted_by_the_last(tmp_path: Path):
    people = (
        a_person(first_name="Ivan", middle_name="S.", last_name="Turgenev", nickname="it")
        + a_person(nickname="Anonymous")
        + a_person(last_name="Homer", first_name=" ")
        + a_person(home_page="http://example.org")
        + a_person("translator", first_name="Tess", last_name="Turner")
    )

    assert fb2(tmp_path, people=people).contributions == (
        Contribution("Ivan S. Turgenev", "aut", "Turgenev, Ivan S."),
        Contribution("Anonymous", "aut"),
        Contribution("Homer", "aut"),
        Contribution("Tess Turner", "trl", "Turner, Tess"),
    )


@pytest.mark.parametrize(
    ("work", "edition", "series"),
    [
        ('<sequence name="Saga" number="2"/>', '<sequence name="Classics"/>', [("Saga", "2")]),
        ("", '<sequence name="Classics" number="14"/>', [("Classics", "14")]),
        (
            '<sequence name="Outer"><sequence name="Inner" number="1.5"/></sequence>',
            "",
            [("Outer", None), ("Inner", "1.5")],
        ),
        ('<sequence number="3"/><sequence name=" "/>', "", []),
        ('<sequence name="Saga" number="three"/>', "", [("Saga", None)]),
    ],
)
def test_the_series_of_the_work_goes_before_that_of_the_publisher(
    tmp_path: Path, work: str, edition: str, series: list[tuple[str, str | None]]
):
    assert fb2(tmp_path, work=work, edition=edition).series == tuple(SeriesEntry(*one) for one in series)


@pytest.mark.parametrize(
    ("said", "date"),
    [
        ('<date value="1869-01-01">1869</date>', "1869"),
        ('<date value="1869-05-04">1869</date>', "1869-05-04"),
        ('<date value="1999-05-04">1869</date>', "1869"),
        ('<date value="1869-05-04">in May</date>', "1869-05-04"),
        ("<date>2012-03-04</date>", "2012-03-04"),
        ("<date>once</date>", None),
    ],
)
def test_the_day_of_writing_counts_where_no_edition_is_named(tmp_path: Path, said: str, date: str | None):
    reading = fb2(tmp_path, work=said)

    assert reading.date == date
    assert dict(reading.places).get("date") == ("title-info date" if date else None)


def test_a_book_without_a_title_has_that_of_its_edition(tmp_path: Path):
    reading = fb2(tmp_path, title=" ", edition="<book-name>On Paper</book-name>")

    assert (reading.title, dict(reading.places)["title"]) == ("On Paper", "book-name")


def test_an_id_that_others_may_have_too_is_none(tmp_path: Path):
    assert fb2(tmp_path, made="<id>1</id>").identifiers == ()
    assert fb2(tmp_path, made="<id>OOoFBTools-2009-1</id>").identifiers == (Identifier("fb2", "OOoFBTools-2009-1"),)


def test_what_the_original_of_a_translation_says_is_not_the_books_own(tmp_path: Path):
    original = "<src-title-info><book-title>Original</book-title><lang>fr</lang></src-title-info>"
    path = written(tmp_path / "a.fb2", a_fictionbook().replace(b"<description>", b"<description>" + original.encode()))

    assert (read(path).title, read(path).language) == ("A Book", None)


TITLE = "Мёртвые души"


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("windows-1251", None),
        ("windows-1251", "win-1251"),
        ("koi8-r", None),
        ("utf-8", None),
        ("utf-8-sig", "UTF-8"),
        ("utf-8", ""),
        ("utf-8", "utf-16"),
        ("utf-8", "klingon"),
        ("utf-8", "rot13"),
        ("utf-16", None),
        ("utf-16-le", None),
        ("utf-16-be", None),
        ("iso-8859-5", None),
    ],
)
def test_letters_are_read_as_they_were_written(tmp_path: Path, encoding: str, declared: str | None):
    reading = fb2(tmp_path, title=TITLE, cover=True, chapters=["Глава"], encoding=encoding, declared=declared)

    assert (reading.title, reading.chapters, reading.notes) == (TITLE, (Chapter("Глава"),), ())
    assert reading.cover == CoverPlace("binary cover.png", "image/png", 71)


@pytest.mark.parametrize("declared", ["utf-8", ""])
def test_what_is_said_to_be_utf8_and_is_none_is_read_as_it_was_written_at_home(tmp_path: Path, declared: str):
    reading = fb2(tmp_path, title=TITLE, encoding="windows-1251", declared=declared)

    assert (reading.title, len(reading.notes)) == (TITLE, 1)
    assert "windows-1251" in reading.notes[0]


def test_a_letter_that_the_disk_has_spoilt_spoils_no_other(tmp_path: Path):
    content = a_fictionbook(title=TITLE).replace("ш".encode(), b"\xd1\x20")

    reading = read(written(tmp_path / "a.fb2", content))

    assert reading.title is not None and reading.title.startswith("Мёртвые ду")
    assert reading.notes == ()


def test_the_cover_is_what_its_first_bytes_say_and_not_what_is_said_of_it(tmp_path: Path):
    picture = a_jpeg()

    assert fb2(tmp_path, cover=picture).cover == CoverPlace("binary cover.png", "image/jpeg", len(picture))


@pytest.mark.parametrize("picture", [b"@@no picture@@", b"MZ no picture either", b""])
def test_a_cover_that_is_no_picture_is_none(tmp_path: Path, picture: bytes):
    content = a_fictionbook(cover=True)
    start, end = content.index(b'image/png">') + 11, content.index(b"</binary>")

    reading = read(written(tmp_path / "a.fb2", content[:start] + picture + content[end:]))

    assert (reading.title, reading.cover) == ("A Book", None)


def test_a_cover_that_is_not_there_is_none(tmp_path: Path):
    content = a_fictionbook(cover=True).replace(b'<binary id="cover.png"', b'<binary id="other.png"')

    assert read(written(tmp_path / "a.fb2", content)).cover is None


def test_parts_and_their_chapters_are_told_and_notes_are_not(tmp_path: Path):
    parts = (
        '<section id="p1"><title><p>Part</p><p>One</p></title><section><title><p>1</p></title></section>'
        "<section><p>no title</p></section></section>"
    )
    notes = '<body name="notes"><section id="n1"><title><p>1</p></title></section></body>'
    content = a_fictionbook(chapters=(), body=notes).replace(b"<body>", b"<body>" + parts.encode())

    reading = read(written(tmp_path / "a.fb2", content))

    assert reading.chapters == (Chapter("Part One", href="#p1"), Chapter("1"))


def test_no_entity_of_its_own_is_resolved_and_nothing_is_fetched(tmp_path: Path):
    secret = written(tmp_path / "secret", b"a secret")
    doctype = f'<!DOCTYPE x [<!ENTITY s SYSTEM "file://{secret}"><!ENTITY a "{"lol" * 99}"><!ENTITY b "&a;&a;">]>'
    content = a_fictionbook(doctype=doctype, title="XX").replace(b"XX", b"Be&s;fore&nbsp;&b;after")

    assert read(written(tmp_path / "a.fb2", content)).title == "Before after"


def test_tags_that_are_not_closed_are_no_obstacle(tmp_path: Path):
    content = a_fictionbook().replace(b"</section>", b"").replace(b"</title-info>", b"")

    assert read(written(tmp_path / "a.fb2", content)).title == "A Book"


def test_a_book_that_was_cut_short_is_read_as_far_as_it_goes_and_says_so(tmp_path: Path):
    whole = a_fictionbook(cover=True)

    reading = read(written(tmp_path / "a.fb2", whole[: whole.index(b"<binary") + 60]))

    assert (reading.title, len(reading.chapters), reading.cover, reading.notes) == ("A Book", 2, None, (CUT,))


@pytest.mark.parametrize("lost", [b"<FictionBook", b"<title-info>", b"Ann"])
def test_a_book_that_was_cut_before_it_says_what_it_is_is_broken(tmp_path: Path, lost: bytes):
    whole = a_fictionbook()

    assert why_broken(written(tmp_path / "a.fb2", whole[: whole.index(lost) + len(lost)])) == "truncated"


def test_a_book_that_is_too_large_is_read_without_its_last_pages(tmp_path: Path):
    path = an_fb2(tmp_path / "a.fb2", cover=True)
    most = path.read_bytes().index(b"<binary")

    reading = read(path, replace(Limits(), member_bytes=most))

    assert (reading.title, reading.cover) == ("A Book", None)
    assert reading.notes == ("it is so large that its pictures were not looked at",)


def test_letters_beyond_the_limit_are_not_parsed(tmp_path: Path):
    path = an_fb2(tmp_path / "a.fb2")
    most = path.read_bytes().index(b"<section><title><p>Two")

    assert [one.title for one in read(path, replace(Limits(), text_bytes=most)).chapters] == ["One"]


@pytest.mark.parametrize("content", [b"<html><body/></html>", b"no XML", b"<\0F\0", b"<FictionBookshelf/>"])
def test_what_is_no_fictionbook_is_said_to_be_none(tmp_path: Path, content: bytes):
    assert why_broken(written(tmp_path / "a.fb2", content)) == "not-an-fb2"


@pytest.mark.parametrize("name", ["a.fbz", "a.fb2.zip", "A.FB2.ZIP"])
def test_a_packed_book_says_the_same_under_both_of_its_endings(tmp_path: Path, name: str):
    reading = read(an_fbz(tmp_path / name, cover=True))

    assert (reading.reader, reading.format, reading.title, reading.notes) == ("fbz", "fb2.zip", "A Book", ())
    assert reading.cover == CoverPlace("binary cover.png", "image/png", 71)


def test_a_packed_book_is_told_by_its_content(tmp_path: Path):
    reading = read(an_fbz(tmp_path / "a.fb2"))

    assert (reading.reader, reading.notes) == ("fbz", ("it is named .fb2, but its content is fbz",))
    assert read(an_fb2(tmp_path / "a.fb2.zip")).reader == "fb2"


def test_of_several_packed_books_the_largest_is_read_and_the_others_are_noted(tmp_path: Path):
    reading = read(an_fbz(tmp_path / "a.fbz", "b.fb2", "cover.jpg"))

    assert (reading.title, reading.notes) == ("A Book", ("of the 2 books in the archive only a.fb2 was read",))


def test_a_zip_without_a_book_is_named(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "a.fbz", "w") as archive:
        archive.writestr("readme.txt", "nothing")

    assert why_broken(tmp_path / "a.fbz") == "no-fb2"


def test_a_comic_under_this_name_is_a_comic(tmp_path: Path):
    assert read(Path(a_comic(tmp_path / "a.cbz")).rename(tmp_path / "a.fbz")).reader == "cbz"


def test_a_packed_book_beyond_the_limit_is_read_as_far_as_it_may(tmp_path: Path):
    path = an_fbz(tmp_path / "a.fbz", cover=True)

    reading = read(path, replace(Limits(), member_bytes=600))

    assert (reading.title, reading.notes) == ("A Book", ("it is so large that its pictures were not looked at",))

"""The rules of comics, each on an archive that needs it."""

import inspect
import io
import json
import os
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path
from shutil import which

import pytest
import rarfile

from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats import extras
from shishod.formats.comic import _REVISION, CB7, CBR
from shishod.formats.comic.contents import Member, describes, pages
from shishod.formats.comic.rar import _stored_comment
from shishod.formats.comic.unpacker import member_of, output_of
from shishod.formats.extras import EXTRAS, edition
from shishod.formats.limits import Limits
from shishod.model.book import Chapter, Contribution, Identifier, SeriesEntry
from shishod.model.metadata import Reading
from tests.corpus.scoring import corpus
from tests.samples import a_comic, a_png, an_epub
from tests.samples.comic import SAID, comicinfo, rarred, sevenzipped, tarred, zipped

COMMENT = {
    "appID": "ComicBookLover/888",
    "ComicBookInfo/1.0": {
        "series": "Saga", "title": "By Comment", "issue": 2, "publicationYear": 2012, "publicationMonth": 3,
        "volume": 1, "numberOfIssues": 7, "genre": "SF", "language": "English", "publisher": "Image",
        "credits": [{"person": "Ann Author", "role": "Writer"}, {"person": "Ink, Ivo", "role": "Inker"}, 7],
        "tags": ["war", ["x"]], "comments": "Sand.",
    },
}  # fmt: skip


def read(path: Path, limits: Limits | None = None) -> Reading:
    return formats.read(bytes(path), limits or Limits())


def comic(tmp_path: Path, name: str = "a.cbz", **how) -> Reading:
    return read(a_comic(tmp_path / name, **how))


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def why_broken(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(BrokenFile) as broken:
        read(path, limits)
    return broken.value.reason


def shown(*names: str) -> list[str]:
    return [one.name for one in pages(Member(name, 1) for name in names)]


def test_pages_are_read_as_people_count_folder_by_folder():
    assert shown("p10.jpg", "p2.jpg", "P1.jpg") == ["P1.jpg", "p2.jpg", "p10.jpg"]
    assert shown("ch 10/1.jpg", "ch 2/1.png", "ch 2/10.png") == ["ch 2/1.png", "ch 2/10.png", "ch 10/1.jpg"]
    assert shown("ch2\\1.png", "ch10\\1.png") == ["ch2\\1.png", "ch10\\1.png"]


def test_what_is_no_picture_or_hidden_is_no_page():
    assert shown("notes.txt", "1.jpg", "Thumbs.db", "2.JPEG", "3.webp", "4.avif") == [
        "1.jpg",
        "2.JPEG",
        "3.webp",
        "4.avif",
    ]
    assert shown("__MACOSX/._1.jpg", ".hidden.png", "a/._2.png", ".git/1.png", "a/__MACOSX/3.png") == []
    assert set(shown("../1.png", "/abs/2.png", "./3.png", "..png")) == {"../1.png", "/abs/2.png", "./3.png"}


@pytest.mark.parametrize("name", ["ComicInfo.xml", "a/b/COMICINFO.XML", "a\\comet.xml", "MetronInfo.xml"])
def test_tags_are_known_in_any_folder_and_case(name: str):
    assert describes(name)
    assert not describes(f"{name}.bak") and not describes(name.replace(".", "2."))


@pytest.mark.parametrize("ending", ["cbz", "cbr", "cb7", "cbt"])
def test_every_archive_says_the_same_of_the_same_comic(tmp_path: Path, ending: str):
    reading = comic(tmp_path, f"a.{ending}", pages=11)

    assert (reading.format, reading.technical.pages, reading.drm, reading.notes) == (ending, 11, None, ())
    assert (reading.title, reading.series, reading.date) == ("A Book", (SeriesEntry("Saga", "2"),), "2012")
    assert reading.cover is not None and reading.cover.member == "page1.png"


def test_everything_that_comicinfo_says_has_its_place(tmp_path: Path):
    reading = comic(
        tmp_path,
        tags=comicinfo(
            Title="T", Series="Saga", Number="1-3", Volume="2", Count="6", Writer="A, B", Penciller="C", Inker="D",
            Colorist="E", Letterer="F", CoverArtist="G", Editor="H", Translator="I", Genre="SF, War", Tags="x,y",
            Summary="<p>Sand.</p>", Web="https://a.b/c https://d.e/f", Publisher="Image", Imprint="Small",
            Year="2012", Month="3", Day="14", LanguageISO="pt-BR", GTIN="9780306406157", AgeRating="Teen",
            Characters="Ann, Bob", StoryArc="Arc", StoryArcNumber="4", Manga="YesAndRightToLeft",
        ),
    )  # fmt: skip

    assert reading.series == (SeriesEntry("Saga", "1-3"),)
    assert [one.role for one in reading.contributions] == [
        "aut", "aut", "penciller", "inker", "clr", "letterer", "cov", "edt", "trl"
    ]  # fmt: skip
    assert (reading.genres, reading.tags, reading.description) == (("SF", "War"), ("x", "y"), "Sand.")
    assert (reading.publisher, reading.imprint, reading.date, reading.language) == (
        "Image",
        "Small",
        "2012-03-14",
        "pt-BR",
    )
    assert reading.identifiers == (
        Identifier("isbn", "9780306406157"), Identifier("uri", "https://a.b/c"), Identifier("uri", "https://d.e/f")
    )  # fmt: skip
    assert dict(reading.particulars) == {
        "volume": "2", "count": "6", "age rating": "Teen", "characters": "Ann, Bob", "story arc": "Arc",
        "story arc number": "4", "direction": "right to left",
    }  # fmt: skip
    assert dict(reading.places)["title"] == "ComicInfo.xml: Title"


def test_words_that_say_nothing_are_not_said(tmp_path: Path):
    said = comicinfo(
        Volume="-1", Count="ten", AgeRating="Unknown", Manga="Unknown", Year="-1", Number="one", Series="S"
    )

    reading = comic(tmp_path, tags=said)

    assert (reading.particulars, reading.date, reading.series) == ((), None, (SeriesEntry("S"),))


def test_the_page_that_is_called_front_cover_is_the_cover(tmp_path: Path):
    page = '<Page Image="0"/><Page Image="1" Type="FrontCover"/>'

    assert comic(tmp_path, tags=comicinfo(Pages=page)).cover.member == "page2.png"
    assert comic(tmp_path, tags=comicinfo(Pages=page.replace('"1"', '"9"'))).cover.member == "page1.png"
    assert comic(tmp_path, tags=comicinfo(Pages=page.replace('"1"', '"x"'))).cover.member == "page1.png"


def test_bookmarks_are_the_chapters_else_the_folders_are(tmp_path: Path):
    folders = {"ch 10/1.png": a_png(), "ch 2/1.png": a_png(), "ch 2/2.png": a_png()}
    beyond = comicinfo(Pages='<Page Image="99" Bookmark="Nowhere"/><Page Image="0" Bookmark=" "/>')

    assert comic(tmp_path).chapters == (Chapter("One", href="#page=1"), Chapter("Two", href="#page=2"))
    assert comic(tmp_path, pages=0, members=folders, tags=beyond).chapters == (
        Chapter("ch 2", href="#page=1"), Chapter("ch 10", href="#page=3")
    )  # fmt: skip
    assert comic(tmp_path, members=folders, tags=None).chapters == (), "pages beside the folders are in none"
    assert comic(tmp_path, tags=None).chapters == ()


def test_an_archive_that_hides_even_its_names_is_called_encrypted():
    place = corpus()
    if place is None:
        pytest.skip("needs the corpus: only the program that makes RARs can lock their headers")

    assert why_broken(place / "comic" / "rarfile" / "rar5-hpsw.cbr") == "encrypted"


def test_of_two_documents_the_one_at_the_root_is_believed(tmp_path: Path):
    reading = comic(tmp_path, members={"ch 1/ComicInfo.xml": comicinfo(Title="Copy", Publisher="Copier")})

    assert (reading.title, reading.publisher) == ("A Book", None)


def test_a_document_in_a_folder_is_believed_where_there_is_no_other(tmp_path: Path):
    assert comic(tmp_path, tags=None, members={"a/comicinfo.XML": comicinfo(Title="Deep")}).title == "Deep"


def test_a_document_that_is_none_is_passed_over_with_a_note(tmp_path: Path):
    reading = comic(tmp_path, tags=b"<html/>", members={"a/ComicInfo.xml": comicinfo(Title="Deep")})

    assert reading.title == "Deep"
    assert reading.notes == ("ComicInfo.xml in the archive is not what its name says; it was passed over",)


def test_metroninfo_is_told_by_its_credits_and_lists(tmp_path: Path):
    said = """<MetronInfo><Publisher><Name>Image</Name><Imprint>Small</Imprint></Publisher>
    <Series lang="de"><Name>Saga</Name><Volume>1</Volume><IssueCount>7</IssueCount></Series><Number>2</Number>
    <Stories><Story>One</Story><Story>Two</Story></Stories><Summary>Sand.</Summary><CoverDate>2012-03-01</CoverDate>
    <Genres><Genre>SF</Genre></Genres><Tags><Tag>x</Tag></Tags><Characters><Character>Ann</Character></Characters>
    <Arcs><Arc><Name>Arc</Name><Number>4</Number></Arc></Arcs><AgeRating>Teen</AgeRating>
    <IDS><ID source="Metron">9</ID><ID source="Comic Vine">145269</ID><ID>1</ID></IDS>
    <GTIN><ISBN>9780306406157</ISBN><UPC>761941200002</UPC></GTIN><URLs><URL>https://a.b/c</URL></URLs>
    <Credits><Credit><Creator>Ann Author</Creator><Roles><Role>Writer</Role><Role>Inker</Role></Roles></Credit>
    <Credit><Creator>Bob</Creator></Credit><Credit/></Credits></MetronInfo>"""

    reading = comic(tmp_path, tags=None, members={"metroninfo.xml": said.encode()})

    assert (reading.title, reading.series, reading.publisher, reading.imprint) == (
        "One; Two", (SeriesEntry("Saga", "2"),), "Image", "Small"
    )  # fmt: skip
    assert reading.contributions == (
        Contribution("Ann Author", "aut"), Contribution("Ann Author", "inker"), Contribution("Bob", "art")
    )  # fmt: skip
    assert (reading.date, reading.language, reading.description) == ("2012-03-01", "de", "Sand.")
    assert [(one.scheme, one.value) for one in reading.identifiers] == [
        ("isbn", "9780306406157"), ("gtin", "761941200002"), ("metron", "9"), ("comicvine", "145269"),
        ("uri", "https://a.b/c"),
    ]  # fmt: skip
    assert dict(reading.particulars)["story arc number"] == "4"


def test_comet_is_told_with_its_cover(tmp_path: Path):
    said = """<comet><title>T</title><series>Saga</series><issue>2</issue><writer>Ann</writer><coverDesigner>Cid
    </coverDesigner><genre>SF</genre><date>2012-03-01</date><language>English</language><description>Sand.</description>
    <readingDirection>rtl</readingDirection><volume>1</volume><identifier>9780306406157</identifier>
    <coverImage>page2.png</coverImage><publisher>Image</publisher></comet>"""

    reading = comic(tmp_path, tags=None, members={"CoMet.xml": said.encode()})

    assert (reading.title, reading.series, reading.language) == ("T", (SeriesEntry("Saga", "2"),), "en")
    assert reading.contributions == (Contribution("Ann"), Contribution("Cid", "cov"))
    assert reading.identifiers == (Identifier("isbn", "9780306406157"),)
    assert dict(reading.particulars)["direction"] == "right to left"
    assert reading.cover.member == "page2.png"


@pytest.mark.parametrize(("name", "pack"), [("a.cbz", zipped), ("a.cbr", rarred)])
def test_the_comment_of_the_archive_speaks_last(tmp_path: Path, name: str, pack):
    comment = json.dumps(COMMENT).encode()
    tags = comicinfo(Title="By Tags")

    alone = read(written(tmp_path / name, pack({"1.png": a_png()}, comment)))
    second = read(written(tmp_path / name, pack({"1.png": a_png(), "ComicInfo.xml": tags}, comment)))

    assert (alone.title, alone.series, alone.date) == ("By Comment", (SeriesEntry("Saga", "2"),), "2012-03")
    assert alone.contributions == (Contribution("Ann Author"), Contribution("Ivo Ink", "inker", "Ink, Ivo"))
    assert (alone.genres, alone.tags, alone.language, alone.description) == (("SF",), ("war",), "en", "Sand.")
    assert dict(alone.particulars) == {"volume": "1", "count": "7"}
    assert (second.title, second.publisher) == ("By Tags", "Image")
    assert dict(second.places)["publisher"] == "the archive's comment: publisher"


@pytest.mark.parametrize(
    "comment",
    [b"", b"made by hand", b'{"ComicBookInfo/1.0": 3}', b'{"ComicBookInfo/1.0": {"series": [1]}}', b"{" * 9999],
)
def test_a_comment_about_anything_else_is_passed_over(tmp_path: Path, comment: bytes):
    assert read(written(tmp_path / "a.cbz", zipped({"1.png": a_png()}, comment))).title is None


@pytest.mark.parametrize(("mode", "mark"), [("w:gz", b"\x1f\x8b"), ("w:bz2", b"BZh"), ("w:xz", b"\xfd7z")])
def test_a_tar_is_read_however_it_is_packed(tmp_path: Path, mode: str, mark: bytes):
    path = written(tmp_path / "a.cbt", tarred({"1.png": a_png(), "ComicInfo.xml": comicinfo(Title="T")}, mode))

    assert path.read_bytes().startswith(mark)
    assert (read(path).title, read(path).technical.pages) == ("T", 1)


def test_links_and_devices_in_a_tar_are_no_pages(tmp_path: Path):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, kind in (("a.png", tarfile.SYMTYPE), ("b.png", tarfile.CHRTYPE), ("ComicInfo.xml", tarfile.LNKTYPE)):
            row = tarfile.TarInfo(name)
            row.type, row.linkname = kind, "/etc/passwd"
            archive.addfile(row)

    reading = read(written(tmp_path / "a.cbt", packed.getvalue()))

    assert (reading.technical.pages, reading.title, reading.cover) == (0, None, None)


def test_a_tar_that_inflates_without_end_is_stopped(tmp_path: Path):
    bomb = tarred({"1.png": bytes(64 << 20)}, "w:bz2")

    assert why_broken(written(tmp_path / "a.cbt", bomb), replace(Limits(), ratio=10)) == "limit"


@pytest.mark.parametrize("ending", ["cbz", "cbr", "cb7", "cbt"])
def test_more_members_than_may_be_are_refused(tmp_path: Path, ending: str):
    path = a_comic(tmp_path / f"a.{ending}", pages=30)

    assert why_broken(path, replace(Limits(), entries=10)) == "limit"
    assert read(path, replace(Limits(), entries=31)).technical.pages == 30


@pytest.mark.parametrize("ending", ["cbz", "cbr", "cb7", "cbt"])
def test_tags_beyond_the_limit_are_passed_over_and_the_pages_counted(tmp_path: Path, ending: str):
    path = a_comic(tmp_path / f"a.{ending}", tags=comicinfo(Title="T" * 3000))

    reading = read(path, replace(Limits(), text_bytes=2000))

    assert (reading.title, reading.technical.pages) == (None, 2)
    assert any("2000 bytes" in note for note in reading.notes)


def test_a_locked_comic_says_that_it_is_locked(tmp_path: Path):
    whole = bytearray(zipped({"1.png": a_png()}))
    whole[whole.rfind(b"PK\1\2") + 8] |= 1

    by_zip = read(written(tmp_path / "a.cbz", bytes(whole)))
    by_rar = read(written(tmp_path / "a.cbr", rarred({"1.png": a_png()}, locked=True)))
    files = {"0.png": a_png(), "ComicInfo.xml": SAID, "1.png": a_png()}
    by_7z = read(written(tmp_path / "a.cb7", sevenzipped(files, locked=True)))

    assert (by_zip.drm, by_zip.technical.pages) == (by_rar.drm, by_rar.technical.pages) == ("password", 1)
    assert (by_7z.drm, by_7z.technical.pages, by_7z.title) == ("password", 2, None)
    assert (
        by_zip.notes
        == by_rar.notes
        == by_7z.notes
        == ("it is locked with a password; what can be seen without one was read",)
    )


def test_an_archive_without_pictures_has_no_pages_and_says_so(tmp_path: Path):
    reading = comic(tmp_path, pages=0)

    assert (reading.technical.pages, reading.cover, reading.title) == (0, None, "A Book")
    assert reading.notes == ("no member of the archive is a picture, so the comic has no pages",)


@pytest.mark.parametrize(("made", "named"), [("cbz", "cbr"), ("cbr", "cbz"), ("cb7", "cbt"), ("cbt", "cb7")])
def test_content_beats_the_ending(tmp_path: Path, made: str, named: str):
    path = a_comic(tmp_path / f"a.{made}").rename(tmp_path / f"b.{named}")

    reading = read(path)

    assert (reading.reader, reading.title) == (made, "A Book")
    assert reading.notes == (f"it is named .{named}, but its content is {made}",)


def test_an_epub_whose_first_members_are_pictures_is_no_comic(tmp_path: Path):
    with zipfile.ZipFile(an_epub(tmp_path / "a.epub")) as book, zipfile.ZipFile(tmp_path / "b.epub", "w") as other:
        other.writestr("cover.jpeg", os.urandom(9000))
        for name in book.namelist():
            other.writestr(name, book.read(name))

    assert (read(tmp_path / "b.epub").reader, read(tmp_path / "b.epub").notes) == ("epub", ())


def test_an_epub_that_is_named_as_a_comic_is_an_epub(tmp_path: Path):
    assert read(an_epub(tmp_path / "a.cbz")).reader == "epub"


@pytest.mark.parametrize("ending", ["cbr", "cb7", "cbt"])
def test_a_comic_that_was_cut_short_is_broken(tmp_path: Path, ending: str):
    path = a_comic(tmp_path / f"a.{ending}", pages=20)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])

    assert why_broken(path) in ("truncated", "broken-archive")


class TestWithoutItsExtras:
    """What a machine sees that lacks a library; the libraries' own absence is one answer of one function."""

    @pytest.fixture
    def bare(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(extras.Extra, "present", property(lambda _: lambda: False))

    @pytest.mark.parametrize(("ending", "missing"), [("cbr", "rarfile"), ("cb7", "libarchive")])
    def test_a_comic_is_listed_with_what_is_missing_and_how_to_get_it(
        self, tmp_path: Path, bare: None, ending: str, missing: str
    ):
        reading = comic(tmp_path, f"a.{ending}")

        assert (reading.format, reading.title, reading.technical.pages) == (ending, None, None)
        (note,) = reading.notes
        assert missing in note and f"pip install {missing}" in note

    def test_it_is_read_again_when_they_are_there(self, bare: None):
        before = [CBR.version, CB7.version]

        after = [edition(_REVISION, *reader.extras) + len(reader.extras) for reader in (CBR, CB7)]

        assert all(later > earlier for later, earlier in zip(after, before, strict=True))


def test_what_we_replace_and_ask_for_in_rarfile_is_there():
    asked = inspect.signature(rarfile.RarFile.__init__).parameters
    replaced = inspect.signature(rarfile.RAR3Parser._read_comment_v3)

    assert {"info_callback", "part_only"} <= asked.keys() and replaced
    assert "rar3_decompress" in inspect.getsource(rarfile.RAR3Parser._read_comment_v3)
    assert list(inspect.signature(_stored_comment).parameters)[:3] == ["_version", "method", "packed"]
    assert _stored_comment(29, 0x30, b"said") == b"said" and _stored_comment(29, 0x33, b"packed", 9, 0, 0) == b""


def test_a_revision_counts_for_more_than_all_extras():
    assert edition(2) > edition(1)
    assert edition(2, *EXTRAS) >= edition(1, *EXTRAS) + 1
    assert all(one.advice.endswith("and restart shishod") for one in EXTRAS)


def test_what_a_program_says_is_bounded_in_size_and_time():
    assert output_of(["echo", "words"], 100) == b"words\n"
    assert output_of(["false"], 100) is None
    assert output_of(["yes"], 100) is None
    assert output_of(["sh", "-c", "echo one; exec tail -f /dev/null"], 100, patience_s=0.2) is None
    assert output_of(["cat"], 100) == b"", "nobody is asked anything"


def test_a_program_unpacks_what_libarchive_will_not():
    place = corpus()
    if place is None or which("unar") is None:
        pytest.skip("needs the corpus and the Debian package unar")
    solid = os.fsencode(place / "comic" / "rarfile" / "rar3-solid.cbr")

    assert (member_of(solid, "stest2.txt", 1 << 20) or b"").startswith(b"000\n001\n")
    assert member_of(solid, "stest2.txt", 100) is None, "larger than asked for"
    assert member_of(solid, "nothing.txt", 1 << 20) is None

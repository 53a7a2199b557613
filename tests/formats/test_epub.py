"""The rules of EPUB, each on a book that needs it."""

from pathlib import Path

import pytest

from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats.limits import Limits
from shishod.model.book import Contribution, CoverPlace, Identifier, SeriesEntry
from shishod.model.metadata import Reading
from tests.samples import a_png, an_epub

MANIFEST = '<item id="p" href="p.xhtml" media-type="application/xhtml+xml"/>'


def read(path: Path, limits: Limits | None = None) -> Reading:
    return formats.read(bytes(path), limits)


def said(tmp_path: Path, metadata: str, **more) -> Reading:
    """A book with this in its OPF, and nothing else that the test did not ask for."""
    book = {"title": None, "authors": (), "identifiers": (), "language": None, "metadata": metadata} | more
    return read(an_epub(tmp_path / "a.epub", **book))


def with_opf(tmp_path: Path, opf: str | bytes, **members: str | bytes) -> Reading:
    more = {name.replace("__", "/").replace("_", "."): content for name, content in members.items()}
    return read(an_epub(tmp_path / "a.epub", members={"OEBPS/content.opf": opf} | more))


def an_opf(metadata: str = "<dc:title>T</dc:title>", manifest: str = MANIFEST, spine: str = "") -> str:
    return (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/">{metadata}</metadata><manifest>{manifest}</manifest>{spine}</package>'
    )


class TestTitles:
    def test_the_main_title_wins_and_the_subtitle_stands_apart(self, tmp_path: Path):
        reading = said(
            tmp_path,
            '<dc:title id="s">The Subtitle</dc:title><meta refines="#s" property="title-type">subtitle</meta>'
            '<dc:title id="m">The Title</dc:title><meta refines="#m" property="title-type">main</meta>',
        )

        assert (reading.title, reading.subtitle) == ("The Title", "The Subtitle")

    def test_without_a_refinement_the_first_title_wins(self, tmp_path: Path):
        assert said(tmp_path, "<dc:title> </dc:title><dc:title>One</dc:title><dc:title>Two</dc:title>").title == "One"

    def test_no_title_is_no_title(self, tmp_path: Path):
        assert said(tmp_path, "").title is None

    def test_text_in_children_belongs_to_the_title(self, tmp_path: Path):
        assert said(tmp_path, "<dc:title>The <em>Long</em> Road</dc:title>").title == "The Long Road"

    def test_names_of_letters_from_html_are_understood(self, tmp_path: Path):
        assert said(tmp_path, "<dc:title>Caf&eacute;&nbsp;&mdash; test &amp; more</dc:title>").title == (
            "Café — test & more"
        )


class TestPeople:
    def test_roles_and_sort_names_are_read_as_epub_2_writes_them(self, tmp_path: Path):
        reading = said(
            tmp_path,
            '<dc:creator opf:role="aut" opf:file-as="Doe, Jane">Jane Doe</dc:creator>'
            '<dc:contributor opf:role="nrt">Nar Rator</dc:contributor>'
            '<dc:contributor opf:role="bkp">calibre (7.0)</dc:contributor>',
        )

        assert reading.contributions == (
            Contribution("Jane Doe", "aut", "Doe, Jane"),
            Contribution("Nar Rator", "nrt"),
        )

    def test_roles_and_sort_names_are_read_as_epub_3_writes_them(self, tmp_path: Path):
        reading = said(
            tmp_path,
            '<dc:creator id="c">Jane Doe</dc:creator><meta refines="#c" property="role">trl</meta>'
            '<meta refines="#c" property="file-as">Doe, Jane</meta>',
        )

        assert reading.contributions == (Contribution("Jane Doe", "trl", "Doe, Jane"),)

    def test_two_creators_without_a_role_are_two_authors(self, tmp_path: Path):
        reading = said(tmp_path, "<dc:creator>Ann</dc:creator><dc:creator>Ben</dc:creator>")

        assert reading.contributions == (Contribution("Ann"), Contribution("Ben"))

    def test_a_crowd_is_cut_at_the_limit(self, tmp_path: Path):
        crowd = "".join(f"<dc:creator>Author {n}</dc:creator>" for n in range(2_000))

        assert len(said(tmp_path, crowd).contributions) == Limits().values


class TestSeries:
    def test_a_collection_is_a_series_with_its_number(self, tmp_path: Path):
        reading = read(an_epub(tmp_path / "a.epub", series=("The Expanse", "2.5")))

        assert reading.series == (SeriesEntry("The Expanse", "2.5"),)

    def test_calibres_series_is_read_where_there_is_no_collection(self, tmp_path: Path):
        reading = read(an_epub(tmp_path / "a.epub", series=("Saga", "3.0"), version="2.0"))

        assert reading.series == (SeriesEntry("Saga", "3"),)
        assert dict(reading.places)["series"] == "calibre:series"

    def test_a_collection_beats_calibres_series(self, tmp_path: Path):
        reading = said(
            tmp_path,
            '<meta name="calibre:series" content="Old"/><meta property="belongs-to-collection" id="c">New</meta>',
        )

        assert reading.series == (SeriesEntry("New"),)

    def test_a_set_is_no_series(self, tmp_path: Path):
        reading = said(
            tmp_path,
            '<meta property="belongs-to-collection" id="c">A Set</meta>'
            '<meta refines="#c" property="collection-type">set</meta>',
        )

        assert reading.series == ()

    def test_a_number_that_is_none_is_left_out(self, tmp_path: Path):
        assert read(an_epub(tmp_path / "a.epub", series=("Saga", "abc"))).series == (SeriesEntry("Saga"),)


class TestFacts:
    def test_dates_prefer_the_publication_and_never_the_modification(self, tmp_path: Path):
        reading = said(
            tmp_path,
            '<dc:date opf:event="modification">2020-01-01</dc:date><dc:date opf:event="creation">2019</dc:date>'
            '<dc:date opf:event="publication">1999-05</dc:date>',
        )

        assert reading.date == "1999-05"

    def test_a_modification_alone_is_no_date(self, tmp_path: Path):
        assert said(tmp_path, '<dc:date opf:event="modification">2020-01-01</dc:date>').date is None

    def test_identifiers_are_all_kept_in_canonical_form(self, tmp_path: Path):
        reading = said(
            tmp_path,
            '<dc:identifier opf:scheme="ISBN">0-306-40615-2</dc:identifier><dc:identifier>NOID</dc:identifier>'
            '<dc:identifier opf:scheme="MOBI-ASIN">B002V5CJM4</dc:identifier>',
        )

        assert reading.identifiers == (
            Identifier("isbn", "9780306406157"),
            Identifier("other", "NOID"),
            Identifier("asin", "B002V5CJM4"),
        )

    def test_subjects_are_genres_and_calibres_tags_are_tags(self, tmp_path: Path):
        reading = said(
            tmp_path,
            "<dc:subject>Fiction</dc:subject><dc:subject>Fiction</dc:subject><dc:subject>Sea</dc:subject>"
            '<meta name="calibre:tags" content="[&quot;to read&quot;, &quot;loan&quot;]"/>',
        )

        assert (reading.genres, reading.tags) == (("Fiction", "Sea"), ("to read", "loan"))

    def test_publisher_imprint_language_and_description_are_plain(self, tmp_path: Path):
        reading = said(
            tmp_path,
            "<dc:publisher>Tor  Books</dc:publisher><dc:language>ger</dc:language>"
            '<meta property="ibooks:imprint">Orb</meta>'
            "<dc:description>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;</dc:description>",
        )

        assert (reading.publisher, reading.imprint, reading.language) == ("Tor Books", "Orb", "de")
        assert reading.description == "One.\n\nTwo."

    def test_metadata_inside_old_holders_is_found(self, tmp_path: Path):
        reading = said(tmp_path, "<dc-metadata><dc:Title>Old</dc:Title><dc:Creator>Ann</dc:Creator></dc-metadata>")

        assert (reading.title, reading.contributions) == ("Old", (Contribution("Ann"),))


class TestChapters:
    @pytest.mark.parametrize("version", ["2.0", "3.0"])
    def test_the_contents_are_read_as_either_edition_writes_them(self, tmp_path: Path, version: str):
        reading = read(an_epub(tmp_path / "a.epub", chapters=("First", "Second & last"), version=version))

        assert [(one.title, one.href) for one in reading.chapters] == [
            ("First", "OEBPS/chapter1.xhtml"),
            ("Second & last", "OEBPS/chapter2.xhtml"),
        ]

    def test_a_broken_contents_page_is_said_and_costs_nothing_else(self, tmp_path: Path):
        reading = with_opf(tmp_path, an_opf(manifest=MANIFEST + '<item id="n" href="gone.xhtml" properties="nav"/>'))

        assert (reading.title, reading.chapters) == ("T", ())

    def test_hrefs_are_decoded_and_keep_their_fragment(self, tmp_path: Path):
        nav = '<html><nav type="toc"><ol><li><a href="../text/a%20b.xhtml#x">One</a></li></ol></nav></html>'
        reading = with_opf(
            tmp_path,
            an_opf(manifest='<item id="n" href="nav/n.xhtml" properties="nav"/>'),
            OEBPS__nav__n_xhtml=nav,
        )

        assert [one.href for one in reading.chapters] == ["OEBPS/text/a b.xhtml#x"]


class TestCover:
    PICTURE = a_png()

    def place(self, tmp_path: Path, manifest: str, metadata: str = "", spine: str = "", **members) -> CoverPlace | None:
        return with_opf(tmp_path, an_opf(metadata, manifest, spine), **members).cover

    def test_the_declared_cover_wins_over_the_meta_and_the_name(self, tmp_path: Path):
        place = self.place(
            tmp_path,
            '<item id="cover" href="a.png" media-type="image/png"/><item id="m" href="b.png" media-type="image/png"/>'
            '<item id="x" href="c.png" media-type="image/png" properties="cover-image"/>',
            '<meta name="cover" content="m"/>',
            OEBPS__a_png=self.PICTURE, OEBPS__b_png=self.PICTURE, OEBPS__c_png=self.PICTURE,
        )  # fmt: skip

        assert place == CoverPlace("OEBPS/c.png", "image/png", len(self.PICTURE))

    def test_the_meta_wins_over_the_name(self, tmp_path: Path):
        place = self.place(
            tmp_path,
            '<item id="cover" href="a.png" media-type="image/png"/><item id="m" href="b.png" media-type="image/png"/>',
            '<meta name="cover" content="m"/>',
            OEBPS__a_png=self.PICTURE, OEBPS__b_png=self.PICTURE,
        )  # fmt: skip

        assert place is not None and place.member == "OEBPS/b.png"

    @pytest.mark.parametrize("named", ["front.xhtml", "a%20b.png"])
    def test_the_guide_tells_the_page_or_the_picture_that_is_the_cover(self, tmp_path: Path, named: str):
        place = self.place(
            tmp_path, '<item id="cover" href="c.png" media-type="image/png"/><item id="f" href="front.xhtml" '
            'media-type="application/xhtml+xml"/><item id="i" href="a%20b.png" media-type="image/png"/>',
            spine=f'<spine/><guide><!-- of 2009 --><reference type="cover" href="{named}"/></guide>',
            OEBPS__front_xhtml='<html><body><img src="a%20b.png"/></body></html>',
            OEBPS__c_png=self.PICTURE, **{"OEBPS__a b_png": self.PICTURE},
        )  # fmt: skip

        assert place is not None and place.member == "OEBPS/a b.png"

    def test_a_picture_of_no_kind_is_one_by_its_ending(self, tmp_path: Path):
        place = self.place(
            tmp_path, '<item id="c" href="a.png" media-type="application/octet-stream"/>',
            '<meta name="cover" content="c"/>', OEBPS__a_png=self.PICTURE,
        )  # fmt: skip

        assert place == CoverPlace("OEBPS/a.png", "image/png", len(self.PICTURE))

    def test_an_image_called_cover_is_one(self, tmp_path: Path):
        place = self.place(
            tmp_path, '<item id="i1" href="img%20dir/Cover.jpg" media-type="image/jpg"/>',
            **{"OEBPS__img dir__Cover_jpg": self.PICTURE},
        )  # fmt: skip

        assert place == CoverPlace("OEBPS/img dir/Cover.jpg", "image/jpeg", len(self.PICTURE))

    def test_the_first_image_of_the_first_page_is_the_last_resort(self, tmp_path: Path):
        place = self.place(
            tmp_path, MANIFEST, spine='<spine><itemref idref="p"/></spine>',
            OEBPS__p_xhtml='<html><body><svg><image xlink:href="../art/front.png"/></svg></body></html>',
            art__front_png=self.PICTURE,
        )  # fmt: skip

        assert place == CoverPlace("art/front.png", "image/png", len(self.PICTURE))

    @pytest.mark.parametrize("href", ["../../../etc/passwd", "http://127.0.0.1/c.png", "//host/c.png", "gone.png", "/"])
    def test_what_is_not_in_the_book_is_no_cover(self, tmp_path: Path, href: str):
        assert self.place(tmp_path, f'<item id="cover" href="{href}" media-type="image/png"/>') is None


class TestLocks:
    ENCRYPTION = (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><EncryptedData>'
        '<EncryptionMethod Algorithm="{}"/></EncryptedData></encryption>'
    )

    def locked(self, tmp_path: Path, **members: str) -> str | None:
        named = {f"META-INF/{name}.xml": content for name, content in members.items()}
        reading = read(an_epub(tmp_path / "a.epub", members=named))
        assert reading.title == "A Book", "headers are read all the same"
        return reading.drm

    def test_obfuscated_fonts_are_no_lock(self, tmp_path: Path):
        fonts = self.ENCRYPTION.format("http://www.idpf.org/2008/embedding")

        assert self.locked(tmp_path, encryption=fonts) is None

    def test_encrypted_pages_are(self, tmp_path: Path):
        pages = self.ENCRYPTION.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc")

        assert self.locked(tmp_path, encryption=pages) == "unknown"

    def test_adobes_rights_are_named(self, tmp_path: Path):
        assert self.locked(tmp_path, rights='<rights xmlns="http://ns.adobe.com/adept"/>') == "adobe"


class TestOddPackages:
    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1251", "koi8-r"])
    def test_declared_encodings_are_kept(self, tmp_path: Path, encoding: str):
        declared = "utf-8" if encoding == "utf-8-sig" else encoding
        opf = f'<?xml version="1.0" encoding="{declared}"?>' + an_opf("<dc:title>Война и мир</dc:title>")

        assert with_opf(tmp_path, opf.encode(encoding)).title == "Война и мир"

    def test_the_first_package_of_the_container_is_read(self, tmp_path: Path):
        container = (
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="one.opf" media-type="application/oebps-package+xml"/>'
            '<rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles>'
            "</container>"
        )
        members = {"META-INF/container.xml": container, "one.opf": an_opf("<dc:title>One</dc:title>")}

        assert read(an_epub(tmp_path / "a.epub", members=members)).title == "One"

    @pytest.mark.parametrize("container", ["", "<not-xml", "<container/>", '<c><rootfile full-path="gone.opf"/></c>'])
    def test_a_container_that_leads_nowhere_is_passed_over_and_said(self, tmp_path: Path, container: str):
        reading = read(an_epub(tmp_path / "a.epub", members={"META-INF/container.xml": container}))

        assert reading.title == "A Book"
        assert "META-INF/container.xml names no package; the first OPF was read" in reading.notes

    def test_entities_of_a_books_own_are_not_resolved(self, tmp_path: Path):
        secret = tmp_path / "secret"
        secret.write_text("the secret")
        doctype = f'<!DOCTYPE p [<!ENTITY x SYSTEM "file://{secret}"><!ENTITY y "lol">]>'

        reading = with_opf(tmp_path, doctype + an_opf("<dc:title>A &x;&y;B</dc:title>"))

        assert reading.title == "A B"

    def test_a_package_without_xml_is_broken(self, tmp_path: Path):
        with pytest.raises(BrokenFile) as broken:
            with_opf(tmp_path, b"\0\1\2")
        assert broken.value.reason == "broken-package"

    def test_a_package_beyond_the_limit_keeps_the_title_at_its_head(self, tmp_path: Path):
        rows = "".join(f'<item id="i{n}" href="{n}.xhtml"/>' for n in range(3_000))

        path = an_epub(tmp_path / "a.epub", members={"OEBPS/content.opf": an_opf(manifest=rows)})
        reading = read(path, Limits(text_bytes=50_000))

        assert reading.title == "T"
        assert any("inflates beyond 50000 bytes" in note for note in reading.notes)

    def test_a_package_of_nothing_but_size_is_given_up(self, tmp_path: Path):
        path = an_epub(tmp_path / "a.epub", members={"OEBPS/content.opf": " " * (9 << 20)})

        with pytest.raises(BrokenFile) as broken:
            read(path)
        assert broken.value.reason in ("limit", "broken-package")


class TestWhatProgramsReallyWrite:
    def test_one_person_may_have_several_roles(self, tmp_path: Path):
        reading = said(
            tmp_path,
            '<dc:creator id="a">Jane Doe</dc:creator><meta refines="#a" property="role">aut</meta>'
            '<meta refines="#a" property="role">ill</meta>',
        )

        assert [(one.name, one.role) for one in reading.contributions] == [("Jane Doe", "aut"), ("Jane Doe", "ill")]

    def test_creators_stand_as_they_are_to_be_displayed(self, tmp_path: Path):
        reading = said(
            tmp_path,
            "<dc:creator>Last One</dc:creator>"
            '<dc:creator id="b">Second One</dc:creator><meta refines="#b" property="display-seq">2</meta>'
            '<dc:creator id="a">First One</dc:creator><meta refines="#a" property="display-seq">1</meta>',
        )

        assert [one.name for one in reading.contributions] == ["First One", "Second One", "Last One"]

    def test_each_author_has_his_own_part_of_the_sort_name_that_calibre_writes_for_all(self, tmp_path: Path):
        together = 'opf:role="aut" opf:file-as="One, Ann &amp; Two, Bob"'
        reading = said(
            tmp_path, f"<dc:creator {together}>Ann One</dc:creator><dc:creator {together}>Bob Two</dc:creator>"
        )

        assert [(one.name, one.sort_name) for one in reading.contributions] == [
            ("Ann One", "One, Ann"),
            ("Bob Two", "Two, Bob"),
        ]

    def test_a_sort_name_of_more_people_than_are_named_is_nobodys(self, tmp_path: Path):
        reading = said(tmp_path, '<dc:creator opf:file-as="One, Ann &amp; Two, Bob">Ann One</dc:creator>')

        assert [one.sort_name for one in reading.contributions] == [""]

    def test_a_lone_ampersand_is_itself(self, tmp_path: Path):
        assert said(tmp_path, "<dc:title>Tom & Jerry &amp; AT&T</dc:title>").title == "Tom & Jerry & AT&T"

    def test_an_ampersand_where_markup_is_not_heard_is_left_alone(self, tmp_path: Path):
        assert said(tmp_path, "<dc:title><![CDATA[Tom & Jerry]]></dc:title>").title == "Tom & Jerry"

    @pytest.mark.parametrize(
        ("head", "encoding"),
        [
            ('<?xml version="1.0" encoding="utf-8"?>', "cp1252"),
            ("", "cp1252"),
            ('<?xml version="1.0" encoding="windows-1252"?>', "cp1252"),
            ('<?xml version="1.0" encoding="utf-16"?>', "utf-16"),
        ],
        ids=["said to be UTF-8", "nothing said", "declared", "wide"],
    )
    def test_letters_of_windows_are_read_whatever_is_said_of_them(self, tmp_path: Path, head: str, encoding: str):
        opf = (head + an_opf("<dc:title>It\u2019s a café &amp; bar</dc:title>")).encode(encoding)

        assert with_opf(tmp_path, opf).title == "It\u2019s a café & bar"

    def test_one_wrong_byte_spoils_no_other_letter(self, tmp_path: Path):
        opf = an_opf("<dc:title>naïve caf\0</dc:title>").encode().replace(b"\0", b"\xe9")

        assert with_opf(tmp_path, opf).title == "naïve café"

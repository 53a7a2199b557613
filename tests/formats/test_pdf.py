"""The rules of PDF, each on a file that needs it."""

import ctypes
import os
import re
import zlib
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2.raw as pdfium
import pytest

from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats import extras
from shishod.formats.limits import Limits
from shishod.formats.pdf.pdfium import Document
from shishod.model.book import Chapter, Identifier, SeriesEntry
from shishod.model.metadata import Reading
from tests.samples import a_pdf
from tests.samples.document import an_xmp

BAG = "<dc:{0}><rdf:{1}>{2}</rdf:{1}></dc:{0}>"


def read(path: Path, limits: Limits | None = None) -> Reading:
    return formats.read(bytes(path), limits or Limits())


def pdf(tmp_path: Path, limits: Limits | None = None, **said) -> Reading:
    return read(a_pdf(tmp_path / "a.pdf", **said), limits)


def names(reading: Reading) -> list[str]:
    return [one.name for one in reading.contributions]


def why_broken(path: Path) -> str:
    with pytest.raises(BrokenFile) as broken:
        read(path)
    return broken.value.reason


def rdf(name: str, kind: str, *members: str) -> str:
    return BAG.format(name, kind, "".join(f"<rdf:li>{one}</rdf:li>" for one in members))


def test_info_is_told_field_by_field(tmp_path: Path):
    reading = pdf(
        tmp_path, title="Žofie", author="Ann Author; Bob Writer & Cid Third", Subject="Sand.", Keywords="war, sand;x",
        CreationDate="D:20120304050607+01'00'", pages=3, language="de_AT",
    )  # fmt: skip

    assert (reading.title, names(reading)) == ("Žofie", ["Ann Author", "Bob Writer", "Cid Third"])
    assert (reading.description, reading.tags, reading.date) == ("Sand.", ("war", "sand", "x"), "2012-03-04")
    assert (reading.language, reading.technical.pages, reading.drm) == ("de-AT", 3, None)
    assert dict(reading.places)["contributions"] == "Author"


@pytest.mark.parametrize(
    ("said", "date"),
    [
        ("D:2012", "2012"),
        ("D:201203", "2012-03"),
        ("2012-03-04T05:06", "2012-03-04"),
        ("D:20121399", None),
        ("3/4/12", None),
    ],
)
def test_a_date_is_as_exact_as_it_is_said(tmp_path: Path, said: str, date: str | None):
    assert pdf(tmp_path, CreationDate=said).date == date


@pytest.mark.parametrize(
    "title",
    ["untitled", "Untitled-1", "Microsoft Word - x.doc", "thesis_final.docx", "Document1", "book.indd", "\0\0", " ",
     "PowerPoint Presentation", "Slide 1", "main.tex"],
)  # fmt: skip
def test_what_a_program_calls_a_file_is_no_title(tmp_path: Path, title: str):
    assert pdf(tmp_path, title=title).title is None


@pytest.mark.parametrize("title", ["Untitled Love Story", "A Document of Shame", "Learning .NET", "The End.", "1984"])
def test_a_title_that_only_looks_so_is_one(tmp_path: Path, title: str):
    assert pdf(tmp_path, title=title).title == title


def test_trailing_nulls_and_half_letters_are_dropped(tmp_path: Path):
    assert pdf(tmp_path, title="Dune\0\0").title == "Dune"
    assert pdf(tmp_path, title="Du\ud800ne").title == "Du\ufffdne"


def test_the_outline_is_the_chapters(tmp_path: Path):
    assert pdf(tmp_path, chapters=("One", "Zwölf")).chapters == (
        Chapter("One", href="#page=1"), Chapter("Zwölf", href="#page=2")
    )  # fmt: skip
    assert len(pdf(tmp_path, replace(Limits(), chapters=3), chapters=[str(n) for n in range(9)]).chapters) == 3


def test_an_outline_that_bites_its_tail_ends(tmp_path: Path):
    path = a_pdf(tmp_path / "a.pdf")
    whole = path.read_bytes()
    path.write_bytes(re.sub(rb"/Next (\d+) 0 R", rb"/Next 7 0 R /First 7 0 R", whole).replace(b"/Prev", b"/Next"))

    assert len(read(path).chapters) <= 2


def test_xmp_speaks_where_info_lacks_the_title_or_the_authors(tmp_path: Path):
    packet = an_xmp(
        BAG.format("title", "Alt", '<rdf:li xml:lang="de">Falsch</rdf:li><rdf:li xml:lang="x-default">By XMP</rdf:li>')
        + rdf("creator", "Seq", "Ann Author", "Bob")
        + rdf("subject", "Bag", "war", "sand")
        + rdf("publisher", "Bag", "Image")
        + rdf("language", "Bag", "pt-BR")
        + rdf("date", "Seq", "2012-03")
        + rdf("description", "Alt", "Sand.")
        + "<prism:isbn>978-0-306-40615-7</prism:isbn>"
        + '<calibre:series rdf:parseType="Resource"><rdf:value>Saga</rdf:value>'
        + "<calibreSI:series_index>2.00</calibreSI:series_index></calibre:series>"
    )

    reading = pdf(tmp_path, title=None, author=None, language=None, xmp=packet)

    assert (reading.title, names(reading)) == ("By XMP", ["Ann Author", "Bob"])
    assert (reading.tags, reading.publisher, reading.language, reading.date) == (
        ("war", "sand"),
        "Image",
        "pt-BR",
        "2012-03",
    )
    assert (reading.description, reading.series) == ("Sand.", (SeriesEntry("Saga", "2"),))
    assert reading.identifiers == (Identifier("isbn", "9780306406157"),)
    assert dict(reading.places)["title"] == "XMP title"


def test_xmp_is_believed_on_title_and_authors_before_info(tmp_path: Path):
    packet = an_xmp(rdf("title", "Alt", "By XMP") + rdf("creator", "Seq", "Xavier") + rdf("date", "Seq", "2012-03"))

    reading = pdf(tmp_path, xmp=packet, CreationDate="D:20110101")

    assert (reading.title, names(reading), reading.date) == ("By XMP", ["Xavier"], "2011-01-01")
    assert [place for name, place in reading.places if name == "title"] == ["XMP title"]
    lacking = pdf(tmp_path, xmp=an_xmp(rdf("creator", "Seq", "Xavier")))
    assert (lacking.title, names(lacking)) == ("A Book", ["Xavier"])


@pytest.mark.parametrize(("changed", "title"), [("D:20200102", "A Book"), ("D:20200101", "By XMP"), ("", "By XMP")])
def test_info_that_was_changed_on_a_later_day_than_xmp_is_believed(tmp_path: Path, changed: str, title: str):
    packet = an_xmp(rdf("title", "Alt", "By XMP") + "<xmp:ModifyDate>2020-01-01T10:00:00Z</xmp:ModifyDate>")

    assert pdf(tmp_path, xmp=packet, ModDate=changed).title == title


def test_a_placeholder_in_xmp_is_no_title_either(tmp_path: Path):
    packet = an_xmp(rdf("title", "Alt", "Microsoft Word - x.doc"))

    assert pdf(tmp_path, title="untitled", xmp=packet).title is None


def test_xmp_that_is_packed_is_unpacked_within_bounds(tmp_path: Path):
    path = a_pdf(tmp_path / "a.pdf", title=None, xmp=an_xmp(rdf("title", "Alt", "Packed" + " " * 5000)))
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        stream = document.Root.Metadata
        stream.write(zlib.compress(zlib.compress(stream.read_bytes())), filter=[pikepdf.Name.FlateDecode] * 2)
        document.save(path)

    assert read(path).title == "Packed"
    bounded = read(path, replace(Limits(), text_bytes=2000))
    assert (bounded.title, bounded.notes) == (
        None,
        ("its XMP has more than 2000 bytes (formats.max_text); it was not read",),
    )


def test_entities_in_xmp_are_not_resolved(tmp_path: Path):
    packet = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + an_xmp(rdf("title", "Alt", "a&f;b"))

    assert pdf(tmp_path, title=None, xmp=packet).title in (None, "ab")


def test_pdfium_is_never_shown_where_xmp_lies(tmp_path: Path):
    path = a_pdf(tmp_path / "a.pdf", xmp=an_xmp(""))
    whole = path.read_bytes()
    assert b"/Metadata" in whole
    buffer = ctypes.create_string_buffer(64)

    with open(path, "rb") as file:
        document = Document(file)
        for start in range(len(whole) - 64):
            assert document._block(None, start, buffer, 64) == 1
            assert b"/Metadata" not in buffer.raw
        assert document._block(None, len(whole) - 10, buffer, 64) == 0, "beyond the end there is nothing"


def test_the_names_of_pdfium_that_we_call_are_there():
    called = set(
        re.findall(r"pdfium\.(\w+)", Path(formats.__file__).with_name("pdf").joinpath("pdfium.py").read_text())
    )

    assert len(called) > 8 and all(hasattr(pdfium, name) for name in called)


def a_locked_pdf(tmp_path: Path, user: str) -> Path:
    with pikepdf.open(a_pdf(tmp_path / "open.pdf")) as document:
        document.save(tmp_path / "a.pdf", encryption=pikepdf.Encryption(owner="owner", user=user, R=6))
    return tmp_path / "a.pdf"


def test_a_file_that_opens_without_its_password_is_read_and_said_to_be_encrypted(tmp_path: Path):
    reading = read(a_locked_pdf(tmp_path, ""))

    assert (reading.drm, reading.title, reading.technical.pages) == ("encrypted", "A Book", 2)
    assert len(reading.notes) == 1 and "without a password" in reading.notes[0]


def test_a_file_that_needs_its_password_says_so(tmp_path: Path):
    assert why_broken(a_locked_pdf(tmp_path, "secret")) == "encrypted"


def test_pages_beyond_what_a_file_can_hold_are_not_believed(tmp_path: Path):
    path = a_pdf(tmp_path / "a.pdf", pages=2)
    path.write_bytes(path.read_bytes().replace(b"/Count 2 ", b"/Count 999999 "))

    assert (read(path).technical.pages or 0) < 1000


def test_a_file_without_its_end_is_cut_short(tmp_path: Path):
    with pikepdf.open(a_pdf(tmp_path / "open.pdf", pages=40)) as document:
        document.save(tmp_path / "a.pdf", object_stream_mode=pikepdf.ObjectStreamMode.generate)
    whole = (tmp_path / "a.pdf").read_bytes()
    (tmp_path / "a.pdf").write_bytes(whole[: len(whole) // 2])

    assert why_broken(tmp_path / "a.pdf") == "truncated"


def test_a_file_that_can_only_be_saved_in_part_is_read_in_part(tmp_path: Path):
    path = a_pdf(tmp_path / "a.pdf")
    path.write_bytes(path.read_bytes().replace(b"%PDF-1.7", b"%XXX-1.7"))

    reading = read(path)

    assert (reading.title, reading.technical.pages) == ("A Book", 2)
    assert reading.notes == ("it is damaged; what could be saved of it was read",)


def test_what_cannot_be_saved_is_broken(tmp_path: Path):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7\nnothing\n%%EOF")

    assert why_broken(path) == "broken-pdf"


def test_without_qpdf_info_is_read_and_xmp_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(extras.Extra, "present", property(lambda _: lambda: False))

    reading = pdf(tmp_path, author=None, xmp=an_xmp(rdf("creator", "Seq", "Ann")))

    assert (reading.title, reading.contributions) == ("A Book", ())


def test_a_name_that_is_not_utf8_is_opened(tmp_path: Path):
    path = os.fsencode(tmp_path) + b"/\xff.pdf"
    a_pdf(path)

    assert formats.read(path).title == "A Book"

"""What the index says must be done with hostile comics, documents and ebooks, a predicate each."""

import pytest

from shishod.formats.limits import Limits
from shishod.model.metadata import Reading
from tests.corpus.musts import Must, anything, nothing
from tests.corpus.scoring import Row, reading_of

ENDINGS = (".cbz", ".cbr", ".cb7", ".cbt", ".pdf", ".djvu", ".mobi", ".azw3", ".fb2")


def pages(*counts: int) -> Must:
    return lambda reading: reading.technical.pages in counts


def says(title: str, series: str | None = None, pages: int | None = None) -> Must:
    def told(reading: Reading) -> bool:
        names = [one.name for one in reading.series]
        return reading.title == title and names in ([], [series]) and pages in (None, reading.technical.pages)

    return told


def read_as(reader: str, pages: int) -> Must:
    return lambda reading: reading.reader == reader and reading.technical.pages == pages and bool(reading.notes)


def noted(reading: Reading) -> bool:
    """Read in part, and the reading says so."""
    return bool(reading.notes)


MUSTS: dict[str, Must] = {
    "bomb/bzip2-bomb.cbz": noted,
    "bomb/deflate-page-bomb.cbz": pages(3),
    "bomb/gif-many-frames.cbz": pages(1),
    "bomb/lying-size.cbz": noted,
    "bomb/many-empty-pages.cbz": pages(15_000),
    "bomb/nested-zip.cbz": pages(0),
    "bomb/overlapping-entries.cbz": noted,
    "bomb/png-huge-header.cbz": pages(1),
    "bomb/tar-bz2-bomb.cbt": nothing,
    "bomb/xz-method95-bomb.cbz": noted,
    "comic-odd/comicinfo-bad-numbers.cbz": lambda r: says("Nums", "S", 2)(r) and (r.particulars, r.date) == ((), None),
    "comic-odd/comicinfo-lower-root.cbz": says("Case Info", "Safe Series", 2),
    "comic-odd/comicinfo-utf16.cbz": says("Ünïcode Info", "Safe Series", 2),
    "comic-odd/junk-members.cbz": pages(2, 3),
    "comic-odd/no-images.cbz": pages(0),
    "comic-odd/sjis-names.cbz": pages(5),
    "comic-odd/sort-order.cbz": lambda r: (
        pages(4)(r) and r.cover is not None and r.cover.member in ("1.png", "cover.png")
    ),
    "djvu-odd/dirm-flood.djvu": anything,
    "djvu-odd/form-size-lie.djvu": anything,
    "fb2-odd/broken-binary-cover.fb2": lambda r: says("Bad Cover")(r) and r.cover is None,
    "fb2-odd/koi8-r.fb2": lambda r: (
        says("Мёртвые души")(r) and [one.name for one in r.contributions] == ["Safe Author"] and r.language == "ru"
    ),
    "fb2-odd/unclosed-tags.fb2": says("Unclosed"),
    "fb2-odd/wrong-declared.fb2": lambda r: says("Привет")(r) and noted(r),
    "mobi-odd/exth-length-lie.mobi": noted,
    "mobi-odd/record-count-lie.mobi": noted,
    "mobi-odd/record-offset-lie.azw3": nothing,
    "pdf-odd/deep-arrays.pdf": says("Deep"),
    "pdf-odd/flate-bomb-metadata.pdf": says("Flate Bomb"),
    "pdf-odd/huge-count.pdf": lambda r: r.title == "Huge Count" and (r.technical.pages or 0) < 1000,
    "pdf-odd/info-lone-surrogate.pdf": lambda r: bool((r.title or "x").encode()),
    "pdf-odd/page-tree-loop.pdf": says("Loop PDF"),
    "pdf-odd/xmp-billion-laughs.pdf": says("Info Title"),
    "pdf-odd/xmp-vs-info.pdf": lambda r: says("XMP Title")(r) and [one.name for one in r.contributions] == ["Žofie"],
    "pdf-odd/xmp-xxe.pdf": says("Info Title"),
    "pdf-odd/xref-prev-loop.pdf": nothing,
    "traversal/tar-symlink-device.cbt": pages(1),
    "traversal/zip-slip.cbz": pages(0, 3),
    "traversal/zip-symlink.cbz": lambda r: r.cover is not None and r.cover.member == "000.png" and pages(1)(r),
    "truncated/truncated-60-Captain Science #001-cbi.cbr": nothing,
    "truncated/truncated-60-Captain Science #001.cb7": nothing,
    "truncated/truncated-60-MiniHelp.desktop.ru.fb2": noted,  # its description is whole
    "truncated/truncated-60-developers-reference.pdf": nothing,
    "truncated/truncated-60-sample-cp1252.mobi": noted,  # its headers are whole
    "wrong-ext/7z-named.cbr": read_as("cb7", 5),
    "wrong-ext/epub-named.pdf": lambda r: r.reader == "epub",
    "wrong-ext/rar-named.cbz": read_as("cbr", 5),
    "wrong-ext/zip-named.cbr": lambda r: read_as("cbz", 2)(r) and says("Zip As Cbr", "Safe Series")(r),
    "xml/billion-laughs-comicinfo.cbz": pages(2),
    "xml/billion-laughs.fb2": lambda r: not r.title,
    "xml/xxe-file-comicinfo.cbz": pages(2),
    "xml/xxe-file.fb2": says("start end"),
    "zero/zero.cbz": nothing,
    "zero/zero.mobi": nothing,
    "zero/zero.pdf": nothing,
}


def test_every_must_of_these_formats_has_its_predicate(answers: dict[str, tuple[Row, dict]]):
    asked = {path for path, (row, _) in answers.items() if row.must and path.lower().endswith(ENDINGS)}

    assert asked <= {f"hostile/{name}" for name in MUSTS}


@pytest.mark.parametrize("name", MUSTS)
def test_it_is_done(answers: dict[str, tuple[Row, dict]], name: str):
    if f"hostile/{name}" not in answers:
        pytest.skip("this corpus does not have it")
    row, answer = answers[f"hostile/{name}"]

    assert MUSTS[name](reading_of(answer)), f"{row.must}: {answer.get('broken') or reading_of(answer)}"
    assert answer["seconds"] < Limits().file_s / 3

"""One full sample of every format that has a reader: what the contract suite and the fuzz begin with."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.samples import Mark, a_comic, a_flac, a_pdf, a_wav, a_wma, an_aac, an_aiff, an_epub, an_m4b, an_mp3, an_ogg
from tests.samples.document import a_djvu
from tests.samples.fictionbook import an_fb2, an_fbz
from tests.samples.kindle import a_mobi
from tests.samples.lossless import a_wavpack, an_ape
from tests.samples.office import a_docx, a_txt, an_html, an_odt, an_rtf
from tests.samples.picture import a_png
from tests.samples.video import a_video

SERIES = {"SERIES": "Saga", "SERIES-PART": "2"}
MARKS = (Mark("One", 0, 200), Mark("Two", 200, 400))


def full_epub(path: Path) -> Path:
    return an_epub(path, series=("Saga", 2), cover=True, date="2001-02", description="<p>Words</p>")


def full_m4b(path: Path) -> Path:
    return an_m4b(path, narrator="Nora Voice", cover=True, chapters=MARKS, custom=SERIES)


def full_mp3(path: Path) -> Path:
    return an_mp3(path, track="1/2", cover=True, chapters=MARKS, custom=SERIES)


def full_flac(path: Path) -> Path:
    return a_flac(path, cover=True, chapters=MARKS, custom=SERIES)


def full_mobi(path: Path) -> Path:
    said = {101: "A Press", 103: "<p>Words</p>", 106: "2001-02", 524: "en"}
    return a_mobi(path, cover=True, exth=said, kf8={100: "X"}, chapters=[("One", -1), ("Two", -1)])


def full_fb2(path: Path) -> Path:
    return an_fb2(path, series=("Saga", "2"), cover=True)


def full_fbz(path: Path) -> Path:
    return an_fbz(path, series=("Saga", "2"), cover=True)


def full_ogg(path: Path) -> Path:
    return an_ogg(path, cover=True, chapters=MARKS, custom=SERIES)


def full_wma(path: Path) -> Path:
    return a_wma(path, cover=True, chapters=MARKS, custom=SERIES)


def full_aac(path: Path) -> Path:
    return an_aac(path, cover=True, chapters=MARKS, custom=SERIES)


def full_wav(path: Path) -> Path:
    return a_wav(path, cover=True, chapters=MARKS, custom=SERIES)


def full_aiff(path: Path) -> Path:
    return an_aiff(path, cover=True, chapters=MARKS, custom=SERIES)


def full_film(path: Path) -> Path:
    covers = (("cover.png", a_png()),) if path.suffix in (".mkv", ".mp4") else ()
    return a_video(path, path.suffix[1:], chapters=True, covers=covers)


def full_ape(path: Path) -> Path:
    return an_ape(path, cover=True, custom=SERIES)


def full_wavpack(path: Path) -> Path:
    return a_wavpack(path, cover=True, custom=SERIES)


def full_mka(path: Path) -> Path:
    words = {"ALBUM": "A Book", "TITLE": "Chapter 1", "ARTIST": "Ann Author", **SERIES}
    return a_video(path, "mka", words=words, chapters=True, covers=(("cover.png", a_png()),))


class Sample(NamedTuple):
    """A file with all that its format can say; `lacks` are the fields for which it has no place.

    Reading it is as `dear` as that of so many files that no program need be asked about.
    """

    name: str
    build: Callable[[Path], Path]
    lacks: frozenset[str] = frozenset()
    dear: int = 1


COVERLESS = frozenset({"cover"})
WORDLESS = frozenset({"title", "contributions", "series", "chapters", "cover"})  # all is left to the name

SAMPLES: dict[str, Sample] = {
    "epub": Sample("a.epub", full_epub),
    "cbz": Sample("a.cbz", a_comic),
    "cbr": Sample("a.cbr", a_comic),
    "cb7": Sample("a.cb7", a_comic),
    "cbt": Sample("a.cbt", a_comic),
    "pdf": Sample("a.pdf", a_pdf, frozenset({"series", "cover"})),  # its cover is a page, and has no bytes of its own
    "djvu": Sample("a.djvu", a_djvu, frozenset({"series", "chapters", "cover"})),
    "mobi": Sample("a.mobi", full_mobi, frozenset({"series"})),
    "fb2": Sample("a.fb2", full_fb2),
    "fbz": Sample("a.fbz", full_fbz),
    "docx": Sample("A Book.docx", a_docx, WORDLESS),
    "odt": Sample("A Book.odt", an_odt, WORDLESS),
    "rtf": Sample("A Book.rtf", an_rtf, WORDLESS),
    "mp4": Sample("a.m4b", full_m4b),
    "quicktime": Sample("a.mp4", full_film, dear=10),
    "mka": Sample("a.mka", full_mka, dear=10),
    "matroska": Sample("a.mkv", full_film, dear=10),
    "avi": Sample("a.avi", full_film, COVERLESS | {"series", "chapters"}, 10),
    "wmv": Sample("a.wmv", full_film, COVERLESS, 10),
    "flv": Sample("a.flv", full_film, COVERLESS | {"chapters"}, 10),
    "mpeg": Sample("a.mpg", full_film, WORDLESS, 10),
    "flac": Sample("a.flac", full_flac),
    "ogg": Sample("a.ogg", full_ogg),
    "asf": Sample("a.wma", full_wma),
    "wav": Sample("a.wav", full_wav),
    "aiff": Sample("a.aiff", full_aiff),
    "ape": Sample("a.ape", full_ape, frozenset({"chapters"})),
    "wavpack": Sample("a.wv", full_wavpack, frozenset({"chapters"})),
    "aac": Sample("a.aac", full_aac),
    "mp3": Sample("a.mp3", full_mp3),
    "html": Sample("A Book.html", an_html, WORDLESS),
    "txt": Sample("A Book.txt", a_txt, WORDLESS),
}

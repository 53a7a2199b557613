"""EPUB 3 and 2 as calibre and the publishers write them."""

import zipfile
from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from typing import TypeVar
from xml.sax.saxutils import escape, quoteattr

from tests.samples.picture import a_png

AnyPath = TypeVar("AnyPath", bound=str | bytes | PathLike[str])

CONTAINER = """<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""


def an_epub(
    path: AnyPath,
    *,
    title: str | None = "A Book",
    subtitle: str | None = None,
    authors: Sequence[str] = ("Ann Author",),
    translators: Sequence[str] = (),
    series: tuple[str, str | float | None] | None = None,
    subjects: Sequence[str] = (),
    publisher: str | None = None,
    date: str | None = None,
    language: str | None = "en",
    identifiers: Sequence[str] = ("urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8",),
    description: str | None = None,
    chapters: Sequence[str] = ("One", "Two"),
    cover: bytes | bool = False,
    version: str = "3.0",
    metadata: str = "",
    members: Mapping[str, str | bytes] | None = None,
    padding: int = 0,
) -> AnyPath:
    """Write an EPUB and return its path.

    `metadata` is more XML for the OPF, `members` are more files (or other contents for the usual ones), `padding` adds
    so many stored bytes to make the file large.
    """
    names = [f"chapter{number}.xhtml" for number in range(1, len(chapters) + 1)]
    said = _statements(title, subtitle, authors, translators, series, version)
    said += [f"<dc:subject>{escape(one)}</dc:subject>" for one in subjects]
    said += [f'<dc:identifier id="id{place}">{escape(one)}</dc:identifier>' for place, one in enumerate(identifiers)]
    for name, value in (("publisher", publisher), ("date", date), ("language", language), ("description", description)):
        if value is not None:
            said.append(f"<dc:{name}>{escape(value)}</dc:{name}>")
    if cover and version == "2.0":
        said.append('<meta name="cover" content="cover-picture"/>')
    files: dict[str, str | bytes] = {
        "META-INF/container.xml": CONTAINER,
        "OEBPS/content.opf": _package("\n".join(said) + metadata, names, bool(cover), version),
        "OEBPS/nav.xhtml" if version != "2.0" else "OEBPS/toc.ncx": _contents(names, chapters, version),
    }
    for name, chapter in zip(names, chapters, strict=True):
        files[f"OEBPS/{name}"] = _page(chapter)
    if cover:
        files["OEBPS/cover.png"] = a_png() if cover is True else cover
    files.update(members or {})
    _write(fspath(path), files, padding)
    return path


def _write(path: str | bytes, files: Mapping[str, str | bytes], padding: int) -> None:
    with open(path, "wb") as target, zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        for name, content in files.items():
            archive.writestr(name, content, zipfile.ZIP_DEFLATED)
        if padding:
            archive.writestr("OEBPS/padding.bin", b"\0" * padding)


def _statements(
    title: str | None,
    subtitle: str | None,
    authors: Sequence[str],
    translators: Sequence[str],
    series: tuple[str, str | float | None] | None,
    version: str,
) -> list[str]:
    said = []
    if title is not None:
        said.append(f'<dc:title id="main">{escape(title)}</dc:title>')
        said.append('<meta refines="#main" property="title-type">main</meta>')
    if subtitle is not None:
        said.append(f'<dc:title id="sub">{escape(subtitle)}</dc:title>')
        said.append('<meta refines="#sub" property="title-type">subtitle</meta>')
    for author in authors:
        said.append(f'<dc:creator opf:role="aut">{escape(author)}</dc:creator>')
    for translator in translators:
        said.append(f'<dc:contributor opf:role="trl">{escape(translator)}</dc:contributor>')
    if series is not None:
        name, number = series
        if version == "2.0":
            said.append(f'<meta name="calibre:series" content={quoteattr(name)}/>')
            if number is not None:
                said.append(f'<meta name="calibre:series_index" content="{number}"/>')
        else:
            said.append(f'<meta property="belongs-to-collection" id="series">{escape(name)}</meta>')
            said.append('<meta refines="#series" property="collection-type">series</meta>')
            if number is not None:
                said.append(f'<meta refines="#series" property="group-position">{number}</meta>')
    return said


def _package(metadata: str, names: Sequence[str], cover: bool, version: str) -> str:
    modern = version != "2.0"
    manifest = [
        f'<item id="page{place}" href="{name}" media-type="application/xhtml+xml"/>' for place, name in enumerate(names)
    ]
    if modern:
        manifest.append('<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>')
    else:
        manifest.append('<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>')
    if cover:
        properties = ' properties="cover-image"' if modern else ""
        manifest.append(f'<item id="cover-picture" href="cover.png" media-type="image/png"{properties}/>')
    spine = "".join(f'<itemref idref="page{place}"/>' for place in range(len(names)))
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n'
        f'<package xmlns="http://www.idpf.org/2007/opf" version="{version}" unique-identifier="id0">\n'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">\n{metadata}\n'
        f"</metadata>\n<manifest>{''.join(manifest)}</manifest>\n"
        f"<spine{'' if modern else ' toc=' + quoteattr('ncx')}>{spine}</spine>\n</package>"
    )


def _contents(names: Sequence[str], chapters: Sequence[str], version: str) -> str:
    pairs = list(zip(names, chapters, strict=True))
    if version != "2.0":
        rows = "".join(f'<li><a href="{name}">{escape(chapter)}</a></li>' for name, chapter in pairs)
        return (
            '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title/></head>'
            f'<body><nav epub:type="toc"><ol>{rows}</ol></nav></body></html>'
        )
    points = "".join(
        f"<navPoint><navLabel><text>{escape(chapter)}</text></navLabel><content src={quoteattr(name)}/></navPoint>"
        for name, chapter in pairs
    )
    return f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1"><navMap>{points}</navMap></ncx>'


def _page(chapter: str) -> str:
    return (
        f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>{escape(chapter)}</title></head>'
        f"<body><h1>{escape(chapter)}</h1><p>Once upon a time.</p></body></html>"
    )

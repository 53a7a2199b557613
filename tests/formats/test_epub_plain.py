"""The plain package and contents page: what ebooklib and lxml would say of them, and nothing of what is not plain."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from shishod.formats.archive import Archive
from shishod.formats.epub import lean, navigation, plain
from shishod.formats.epub.package import Package
from shishod.formats.limits import Limits
from shishod.formats.source import opened
from shishod.formats.xml import parse_xml
from tests.samples import an_epub

PIECES = (
    '<dc:title id="t">Caf&eacute; &amp; \u00c9mile</dc:title>', "<dc:title> </dc:title>",
    "<dc:title>a<em>b</em></dc:title>",
    '<dc:creator xmlns:opf="http://www.idpf.org/2007/opf" opf:role="aut" opf:File-As="B, A">A B</dc:creator>',
    '<meta refines="#t" property="title-type">main</meta>', '<meta name="cover" content="c"/>', "<x-metadata/>",
    "<dc:description>One &lt;b&gt;two&lt;/b&gt;</dc:description>", "<dc:description><p>One</p></dc:description>",
    "<dc-metadata><dc:date>1999</dc:date></dc-metadata>", "<!-- calibre -->", "<dc:subject/>",
    "<undeclared:a>x</undeclared:a>",
    "<dc:language>en</dc:language>\n", "<dc:date event='publication'>2001-02</dc:date>", "<![CDATA[x]]>", "<?pi?>",
    "<dc:source>\r\n a\tb </dc:source>", "<dc:rights>&nbsp;&unknown;</dc:rights>", "<dc:type>a & b</dc:type>",
)  # fmt: skip
ROWS = (
    '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>', '<item href="b%20c.xhtml"/>', "<item/>",
    '<item id="n" href="nav.xhtml" properties="nav cover-image"/>', '<item id="a" href="twice"/>', "<!-- row -->",
    '<opf:item xmlns:opf="o" id="o" href="o"/>',
)  # fmt: skip
LINKS = (
    '<li><a href="a.xhtml">One</a></li>', '<li><a href="b#c">Tw&ouml;</a><ol><li><a href="d">In</a></li></ol></li>',
    '<li><a title="T" href="e"/></li>', "<li><a>nowhere</a></li>", '<li><a href="f">a<b>c</b>d</a></li>',
    "<span>S</span>",
    '<svg xmlns="http://www.w3.org/2000/svg"><a href="g">x</a></svg>', "<!-- link -->", "&hellip;",
)  # fmt: skip
POINTS = (
    '<navPoint><navLabel><text>One</text></navLabel><content src="a"/></navPoint>', "<navPoint/>", "<pageList/>",
    '<navPoint><navLabel><text>A</text></navLabel><content/><navPoint><navLabel><text/></navLabel><content src="b"/>'
    "</navPoint></navPoint>", '<navPoint><navLabel/><content src="a"/></navPoint>', '<x:a xmlns:x="y"/>',
)  # fmt: skip
TOCS = ("", 'toc="n"')
HEADS = (
    "",
    '<?xml version="1.0" encoding="utf-8"?>',
    "<?xml version='1.0'?>\n",
    '<?xml version="1.0" encoding="latin1"?>',
)
DOCTYPES = ("", "", "<!DOCTYPE html>", '<!DOCTYPE a PUBLIC "b" "c">', "<!DOCTYPE a [<!ENTITY b 'c'>]>")


def some(chance: random.Random, of: tuple[str, ...], most: int) -> str:
    return "".join(chance.choices(of, k=chance.randrange(most)))


def an_opf(chance: random.Random) -> str:
    rare = chance.random() < 0.15
    parts = [
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{some(chance, PIECES, 4 if rare else 2)}</metadata>',
        f"<manifest>{some(chance, ROWS, 5)}</manifest>",
        f"<spine {chance.choice(TOCS)}><itemref idref='a'/><itemref/></spine>",
        chance.choice(
            ("", '<guide><reference type=" Cover" href="c.png"/></guide>', "<Guide/>", "<spine/>", "<manifest/>")
        ),
    ]
    chance.shuffle(parts) if rare else None
    parts = parts[: chance.choice((4, 4, 4, 3))]
    return f'<package xmlns="http://www.idpf.org/2007/opf" version="3.0">{"".join(parts)}</package>'


def a_nav(chance: random.Random) -> str:
    ways = ('epub:type="toc"', 'epub:type="landmarks"', 'role="doc-toc"', "")
    navs = [f"<nav {chance.choice(ways)}><ol>{some(chance, LINKS, 3)}</ol></nav>" for _ in range(chance.randrange(3))]
    spaces = 'xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"'
    return f"<html {spaces}><body>{''.join(navs)}</body></html>"


def an_ncx(chance: random.Random) -> str:
    return f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{some(chance, POINTS, 3)}</navMap></ncx>'


def damaged(chance: random.Random, document: str) -> bytes:
    """In one of four, a few bytes are others."""
    content = bytearray((chance.choice(HEADS) + chance.choice(DOCTYPES) + document).encode())
    for _ in range(chance.choice((0, 0, 0, 2))):
        content[chance.randrange(len(content))] = chance.choice(b"<>&;/ \"'=aA:#x\xe9\0\n-")
    return bytes(content)


@pytest.mark.parametrize("seed", range(4))
def test_of_random_packages_it_says_what_ebooklib_says_or_nothing(tmp_path: Path, seed: int) -> None:
    chance, heard = random.Random(seed), 0
    path = an_epub(tmp_path / "a.epub")
    for _ in range(500):
        content = damaged(chance, an_opf(chance))
        said = plain.plain_package(content, "OEBPS")
        if said is not None:
            heard += 1
            assert said == by_ebooklib(path, content), content
    assert heard > 50


def by_ebooklib(path: Path, opf: bytes) -> Package:
    with opened(os.fsencode(path)) as file:
        reader = lean._LeanReader(Archive(file, Limits()))
        whole = reader.archive.read
        reader.archive.read = lambda name, *more: opf if name.endswith(".opf") else whole(name, *more)  # type: ignore[method-assign]
        reader.load()
        return reader.package


@pytest.mark.parametrize(
    ("document", "mine", "theirs"),
    [(a_nav, plain.plain_nav, navigation._from_nav), (an_ncx, plain.plain_ncx, navigation._from_ncx)],
    ids=["nav", "ncx"],
)
def test_of_random_contents_pages_it_says_what_lxml_says_or_nothing(
    document: Callable[[random.Random], str], mine: Callable[[bytes], object], theirs: Callable[..., object]
) -> None:
    chance, heard = random.Random(7), 0
    for _ in range(2000):
        content = damaged(chance, document(chance))
        said = mine(content)
        if said is not None:
            heard += 1
            assert said == theirs(parse_xml(content)), content
    assert heard > 200


CONTAINER = (
    '<container><rootfiles><rootfile full-path="a/b.opf" media-type="application/oebps-package+xml"/></rootfiles>'
    "</container>"
)


def test_a_container_with_one_package_is_plain() -> None:
    assert plain.plain_container(CONTAINER.encode()) == "a/b.opf"


@pytest.mark.parametrize(
    "content",
    [
        CONTAINER.replace("<rootfiles>", "<rootfiles><!-- -->"),
        CONTAINER.replace("<rootfiles>", '<rootfiles><rootfile full-path="c"/>'),
        CONTAINER.replace("<rootfiles>", "<rootfiles><x:rootfile/>"),
        CONTAINER.replace("package+xml", "other"),
        CONTAINER.replace("a/b.opf", "a/b%20c.opf"),
        "",
    ],
)
def test_a_container_that_says_more_or_less_is_not(content: str) -> None:
    assert plain.plain_container(content.encode()) is None

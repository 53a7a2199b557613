"""The chapters of an EPUB: the contents page of EPUB 3, else the NCX of EPUB 2."""

from collections.abc import Callable

from lxml import etree

from shishod.formats.archive import Archive
from shishod.formats.epub.package import Package, Resource, resolve
from shishod.formats.epub.plain import is_toc, plain_nav, plain_ncx
from shishod.formats.words import clean
from shishod.formats.xml import parse_xml, text_of
from shishod.model.book import Chapter

_NCX = "application/x-dtbncx+xml"
_Plain = Callable[[bytes], list[tuple[str, str]] | None]  # the same where it is plain
_Rule = Callable[[etree._Element], list[tuple[str, str]]]  # titles and hrefs from the root of a contents document


def read_chapters(archive: Archive, package: Package) -> tuple[Chapter, ...]:
    """In reading order, parts and their chapters alike; `href` is the member and its fragment."""
    rows = package.manifest.values()
    nav = next((row for row in rows if "nav" in row.properties.split()), None)
    if nav is not None and (chapters := _parsed(archive, package, nav, plain_nav, _from_nav)):
        return chapters
    ncx = package.manifest.get(package.ncx_id) or next((row for row in rows if row.media_type == _NCX), None)
    return _parsed(archive, package, ncx, plain_ncx, _from_ncx) if ncx is not None else ()


def _parsed(archive: Archive, package: Package, row: Resource, plain: _Plain, rule: _Rule) -> tuple[Chapter, ...]:
    member = resolve(package.folder, row.href)
    xml = archive.try_read(member, archive.limits.text_bytes) if member else None
    if member is None or not xml:
        return ()
    links = plain(xml)
    if links is None and (root := parse_xml(xml)) is not None:
        links = rule(root)
    folder = member.rpartition("/")[0]
    chapters = []
    for title, href in links or ():
        if name := clean(title):
            target = resolve(folder, href)
            if "#" in href and target and (fragment := href.partition("#")[2]):
                target = f"{target}#{fragment}"
            chapters.append(Chapter(name, None, None, target))
        if len(chapters) == archive.limits.chapters:
            archive.notes.append(f"only the first {archive.limits.chapters} chapters were kept")
            break
    return tuple(chapters)


def _from_nav(root: etree._Element) -> list[tuple[str, str]]:
    navs = list(root.iter("{*}nav"))
    toc = next((nav for nav in navs if is_toc(nav.items())), navs[0] if len(navs) == 1 else None)
    if toc is None:
        return []
    return [(text_of(link) or link.get("title", ""), href) for link in toc.iter("{*}a") if (href := link.get("href"))]


def _from_ncx(root: etree._Element) -> list[tuple[str, str]]:
    points = []
    for point in root.iter("{*}navPoint"):
        label, content = point.find("{*}navLabel/{*}text"), point.find("{*}content")
        if label is not None and content is not None:
            points.append((text_of(label), content.get("src", "")))
    return points

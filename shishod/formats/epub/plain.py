"""The plain package and the plain contents page, as nearly all books have them, read in half the time that lxml takes.

Plain is well-formed XML in UTF-8, without comments and without markup inside a text, whose parts stand where they
belong. Whatever is not is left to ebooklib and lxml, which mend what is broken; what is read here is what they would
say. Its parser is Python's own, which looks nothing up: of a DOCTYPE nothing is believed, and it knows no entities.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring

from shishod.formats.epub.package import HOLDERS, Package, Resource, Statement
from shishod.formats.xml import in_utf_8, local_name, with_known_entities

_MOST_BYTES = 1 << 20
_ID = rb"""\s+"[\w /:.+-]*\""""
_DOCTYPE = re.compile(rb"(<\?xml [^<>]*\?>)?\s*<!DOCTYPE\s+\w+(?:\s+PUBLIC%b%b|\s+SYSTEM%b)?\s*>" % (_ID, _ID, _ID))
_XHTML = "{http://www.w3.org/1999/xhtml}"
_NCX = "{http://www.daisy.org/z3986/2005/ncx/}"
_ROOTFILE = re.compile(rb"""<rootfile\s+full-path="([\w./-]+)"\s+media-type="application/oebps-package\+xml"\s*/?>""")
_ANY_ROOTFILE = re.compile(rb"<[\w:.-]*rootfile[\s/>]")

_ITEMREF = ("}itemref", "itemref")
_resource: Callable[[Any], Resource] = partial(tuple.__new__, Resource)


class _NotPlain(Exception):
    pass


def plain_container(xml: bytes) -> str | None:
    """The only package that a container names; None where it is not plain."""
    found = _ROOTFILE.search(xml)
    if found is None or b"<!" in xml or len(_ANY_ROOTFILE.findall(xml)) > 1:
        return None
    return found[1].decode()


def plain_package(xml: bytes, folder: str) -> Package | None:
    """What an OPF in that folder says; None where it is not plain."""
    root = _tree(xml)
    if root is None or _local(root) != "package":
        return None
    parts: dict[str, Element] = {}
    for part in root:
        parts.setdefault(_local(part), part)
    if not parts.keys() >= {"metadata", "manifest", "spine"} or "guide" in {one.lower() for one in parts} - {"guide"}:
        return None
    package = Package(folder, root.get("version", ""))
    try:
        _hear(package, parts["metadata"])
    except _NotPlain:
        return None
    _list(package, parts["manifest"])
    package.ncx_id = parts["spine"].get("toc", "")
    package.spine = [one.get("idref", "") for one in parts["spine"].iter() if one.tag[-8:] in _ITEMREF]
    for one in parts.get("guide", ()):
        if one.get("type", "").strip().casefold() == "cover" and not package.cover_href:
            package.cover_href = one.get("href", "").strip()
    return package


def plain_nav(xml: bytes) -> list[tuple[str, str]] | None:
    """Titles and hrefs of the contents page of EPUB 3; None where it is not plain."""
    root = _tree(xml)
    if root is None or not _all_of(root, _XHTML):
        return None
    navs = list(root.iter(f"{_XHTML}nav"))
    toc = next((one for one in navs if is_toc(one.items())), None)
    if toc is None:
        return None
    try:
        return [
            (_text(one) or one.get("title", ""), href) for one in toc.iter(f"{_XHTML}a") if (href := one.get("href"))
        ]
    except _NotPlain:
        return None


def is_toc(attributes: Iterable[tuple[str, str]]) -> bool:
    """Whether a list of links with these attributes is that of the chapters."""
    return any(
        (local_name(key) == "type" and "toc" in value.split()) or (key == "role" and value == "doc-toc")
        for key, value in attributes
    )


def plain_ncx(xml: bytes) -> list[tuple[str, str]] | None:
    """The same of the NCX of EPUB 2."""
    root = _tree(xml)
    if root is None or not _all_of(root, _NCX):
        return None
    try:
        return list(_points(root))
    except _NotPlain:
        return None


def _points(root: Element) -> Iterator[tuple[str, str]]:
    for point in root.iter(f"{_NCX}navPoint"):
        label, content = point.find(f"{_NCX}navLabel"), point.find(f"{_NCX}content")
        text = None if label is None else label.find(f"{_NCX}text")
        if text is None or content is None:
            raise _NotPlain
        yield _text(text), content.get("src", "")


def _hear(package: Package, holder: Element) -> None:
    for element in holder.iter():
        name = element.tag.rpartition("}")[2].lower()
        if name in HOLDERS:
            continue
        if len(element):
            raise _NotPlain
        attributes = {key.rpartition("}")[2].lower(): value for key, value in element.attrib.items()}
        package.statements.setdefault(name, []).append(Statement(element.text or "", attributes))


def _list(package: Package, manifest: Element) -> None:
    rows = package.manifest
    for element in manifest:
        said = element.attrib.get
        if href := said("href"):
            uid = said("id", "")
            if (uid or href) not in rows:
                rows[uid or href] = _resource((uid, href, said("media-type", ""), said("properties", "")))


def _tree(xml: bytes) -> Element | None:
    xml = with_known_entities(xml).lstrip(b" \t\r\n\0")
    if b"<!" in xml:
        prolog = _DOCTYPE.match(xml)
        xml = (prolog[1] or b"") + xml[prolog.end() :] if prolog else xml
    if len(xml) > _MOST_BYTES or b"<!" in xml or xml.count(b"<?") > xml.startswith(b"<?xml ") or not in_utf_8(xml):
        return None
    try:
        return fromstring(xml)  # noqa: S314 - it has no entities
    except (ParseError, ValueError, LookupError):
        return None


def _all_of(root: Element, namespace: str) -> bool:
    return all(tag.startswith(namespace) for tag in {one.tag for one in root.iter()})


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: Element) -> str:
    if len(element):
        raise _NotPlain
    return element.text or ""

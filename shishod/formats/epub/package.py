"""The package of an EPUB: what its OPF says, read by ebooklib's reader made lean.

ebooklib inflates every page, style and picture of a book to learn its title, and gives up when one is missing. The
subclass keeps its steps and replaces those that read more than the container and the OPF.
"""

import posixpath
import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import unquote

from ebooklib.epub import EpubReader
from lxml import etree

from shishod.errors import BrokenFile
from shishod.formats.archive import Archive
from shishod.formats.xml import local_name, parse_xml, text_of, with_known_entities

_PACKAGE_TYPE = "application/oebps-package+xml"
_PLAIN = re.compile(r"[\w-]+(?:[./][\w-]+)*", re.ASCII)  # a member as nearly all are named, that needs no second look
_HOLDERS = frozenset({"metadata", "dc-metadata", "x-metadata"})


class Statement(NamedTuple):
    """One element of the metadata: its text, and its attributes by local name."""

    text: str
    attributes: dict[str, str]


class Resource(NamedTuple):
    """One row of the manifest; `href` as it is written there."""

    id: str
    href: str
    media_type: str
    properties: str


@dataclass(slots=True)
class Package:
    """What the OPF says, in its own order, nothing interpreted."""

    folder: str = ""
    version: str = ""
    statements: dict[str, list[Statement]] = field(default_factory=dict)  # by name
    manifest: dict[str, Resource] = field(default_factory=dict)
    spine: list[str] = field(default_factory=list)
    ncx_id: str = ""
    cover_href: str = ""  # by the guide of EPUB 2

    def named(self, name: str) -> list[Statement]:
        """The statements of that name, empty ones left out."""
        return [one for one in self.statements.get(name, ()) if one.text and not one.text.isspace()]

    def refinements(self) -> dict[tuple[str, str], str]:
        """EPUB 3 refinements: (id of the statement, property) -> text; the first said wins."""
        found: dict[tuple[str, str], str] = {}
        for one in self.statements.get("meta", ()):
            if target := one.attributes.get("refines"):
                found.setdefault((target.lstrip("#"), _without_prefix(one.attributes.get("property", ""))), one.text)
        return found

    def refining(self, target: str, name: str) -> list[str]:
        """All that is said of one statement under one property."""
        metas = self.statements.get("meta", ()) if target else ()
        return [
            one.text
            for one in metas
            if one.attributes.get("refines", "").lstrip("#") == target
            and _without_prefix(one.attributes.get("property", "")) == name
        ]

    def hear(self, root: etree._Element) -> bool:
        """Take in the metadata below a root: any prefix, any nesting, any namespace. False when it has none."""
        self.version = root.get("version", "")
        holder = _child(root, "metadata")
        if holder is None:
            return False
        for element in holder.iter(etree.Element):
            name = local_name(element.tag)
            if name not in _HOLDERS:
                attributes = {key.rpartition("}")[2].lower(): value for key, value in element.items()}
                self.statements.setdefault(name, []).append(Statement(_content(element, name), attributes))
        return True

    def metas(self) -> dict[str, str]:
        """EPUB 2 `name`/`content` pairs and unrefined EPUB 3 properties by name; the first said wins."""
        found: dict[str, str] = {}
        for one in self.statements.get("meta", ()):
            if "refines" not in one.attributes:
                key = one.attributes.get("name") or one.attributes.get("property") or ""
                found.setdefault(key, one.attributes.get("content") or one.text)
        return found


def resolve(folder: str, href: str) -> str | None:
    """The member that an href names, seen from a folder; None for what lies outside the book."""
    member = f"{folder}/{href}" if folder else href
    if _PLAIN.fullmatch(member):
        return member
    href = href.partition("#")[0]
    if "%" in href:
        href = unquote(href)
    if not href or ":" in href.split("/", 1)[0] or href.startswith("//"):
        return None
    href = href.replace("\\", "/")
    member = f"{folder}/{href}" if folder and not href.startswith("/") else href
    if "./" in member or "//" in member:
        member = posixpath.normpath(member)
    member = member.lstrip("/")
    return None if member.startswith("..") else member


def load_package(archive: Archive) -> Package:
    """Read container and OPF. Raises BrokenFile when the archive has no package that can be read."""
    reader = _LeanReader(archive)
    try:
        reader.load()
    except BrokenFile as error:
        if error.reason != "limit":
            raise
        reader = _LeanReader(archive, cut=True)
        reader.load()
        if not reader.package.named("title"):
            raise
        archive.notes.append(error.text)
    return reader.package


def _without_prefix(name: str) -> str:
    return name.rpartition(":")[2]


class _LeanReader(EpubReader):  # type: ignore[misc]
    """ebooklib's reader without the contents of the book; what it finds is in `package`."""

    def __init__(self, archive: Archive, cut: bool = False) -> None:
        super().__init__("")
        self.archive = archive
        self.cut = cut
        self.package = Package()
        self.container: Any = None

    def _load(self) -> None:
        self._load_container()
        try:
            self._load_opf_file()
        except BrokenFile:
            raise
        except Exception as error:  # ebooklib and lxml raise anything on a broken OPF
            raise BrokenFile("broken-package", f"{self.opf_file} of the EPUB cannot be read: {error}") from error

    def read_file(self, name: str) -> bytes:
        xml = self.archive.read(name, self.archive.limits.text_bytes, self.cut)
        return with_known_entities(xml).lstrip(b" \t\r\n\0")

    def _load_container(self) -> None:
        """The first package of the container (ebooklib takes the last), or the first OPF where that leads nowhere."""
        named = self._named_by_container()
        if named is None:
            named = self.archive.first_ending(".opf")
            if named is None:
                raise BrokenFile("no-package", "the archive has no OPF in it, so it is not an EPUB; nothing was read")
            self.archive.notes.append("META-INF/container.xml names no package; the first OPF was read")
        self.opf_file = named
        self.package.folder = self.opf_dir = posixpath.dirname(named)

    def _named_by_container(self) -> str | None:
        xml = self.archive.try_read("META-INF/container.xml", self.archive.limits.text_bytes)
        root = parse_xml(xml) if xml else None
        if root is None:
            return None
        for element in root.iter("{*}rootfile"):
            path = element.get("full-path", "").strip()
            if element.get("media-type", _PACKAGE_TYPE).strip() != _PACKAGE_TYPE or not path:
                continue
            for name in (path, resolve("", path)):
                entry = self.archive.find(name) if name else None
                if entry is not None:
                    return entry.name
        return None

    def _root(self) -> etree._Element:
        root = self.container.getroot()
        if root is None:
            raise BrokenFile("broken-package", f"{self.opf_file} of the EPUB has no XML in it")
        return root  # type: ignore[no-any-return]

    def _load_metadata(self) -> None:
        """ebooklib keeps the text before the first child only."""
        if not self.package.hear(self._root()):
            self.archive.notes.append("the OPF has no metadata")

    def _load_manifest(self) -> None:
        for element in _children(self._root(), "manifest"):
            uid, href = element.get("id", ""), element.get("href", "")
            if href:
                row = Resource(uid, href, element.get("media-type", ""), element.get("properties", ""))
                self.package.manifest.setdefault(uid or href, row)

    def _load_spine(self) -> None:
        spine = _child(self._root(), "spine")
        if spine is not None:
            self.package.ncx_id = spine.get("toc", "")
            self.package.spine = [element.get("idref", "") for element in spine.iter("{*}itemref")]

    def _load_guide(self) -> None:
        """The only thing in it that nothing else tells is which page or picture is the cover."""
        guide = next((one for one in self._root() if local_name(one.tag) == "guide"), None)  # few have one any more
        for element in () if guide is None else guide.iterchildren(etree.Element):
            if element.get("type", "").strip().casefold() == "cover" and not self.package.cover_href:
                self.package.cover_href = element.get("href", "").strip()


def _child(root: etree._Element, name: str) -> etree._Element | None:
    found = root.find(f"{{*}}{name}")
    if found is None:
        found = next((one for one in root.iter(etree.Element) if local_name(one.tag) == name), None)
    return found


def _children(root: etree._Element, name: str) -> list[etree._Element]:
    parent = _child(root, name)
    return [] if parent is None else list(parent.iterchildren(etree.Element))


def _content(element: etree._Element, name: str) -> str:
    if name == "description" and len(element):
        inner = "".join(etree.tostring(child, encoding="unicode") for child in element)
        return (element.text or "") + inner
    return text_of(element)

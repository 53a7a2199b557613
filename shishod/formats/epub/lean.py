"""Opening an EPUB: its container and its OPF, read by ebooklib's reader made lean wherever they are not plain.

ebooklib inflates every page, style and picture of a book to learn its title, and gives up when one is missing. The
subclass keeps its steps and replaces those that read more than the container and the OPF.
"""

import posixpath
from typing import Any

from ebooklib.epub import EpubReader
from lxml import etree

from shishod.errors import BrokenFile
from shishod.formats.archive import Archive
from shishod.formats.epub.package import Package, Resource, child_of, resolve
from shishod.formats.epub.plain import plain_container, plain_package
from shishod.formats.xml import local_name, parse_xml, with_known_entities

_CONTAINER = "META-INF/container.xml"
_PACKAGE_TYPE = "application/oebps-package+xml"


def load_package(archive: Archive) -> Package:
    """Read container and OPF. Raises BrokenFile when the archive has no package that can be read."""
    if (plain := _plain(archive)) is not None:
        return plain
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


def _plain(archive: Archive) -> Package | None:
    """The package where all is as it should be."""
    most = archive.limits.text_bytes
    try:
        name = plain_container(archive.read(_CONTAINER, most))
        if name is None or name not in archive:
            return None
        return plain_package(archive.read(name, most), posixpath.dirname(name))
    except (KeyError, BrokenFile):
        return None


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
        xml = self.archive.try_read(_CONTAINER, self.archive.limits.text_bytes)
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
        spine = child_of(self._root(), "spine")
        if spine is not None:
            self.package.ncx_id = spine.get("toc", "")
            self.package.spine = [element.get("idref", "") for element in spine.iter("{*}itemref")]

    def _load_guide(self) -> None:
        """The only thing in it that nothing else tells is which page or picture is the cover."""
        guide = next((one for one in self._root() if local_name(one.tag) == "guide"), None)  # few have one any more
        for element in () if guide is None else guide.iterchildren(etree.Element):
            if element.get("type", "").strip().casefold() == "cover" and not self.package.cover_href:
                self.package.cover_href = element.get("href", "").strip()


def _children(root: etree._Element, name: str) -> list[etree._Element]:
    parent = child_of(root, name)
    return [] if parent is None else list(parent.iterchildren(etree.Element))

"""The package of an EPUB: what its OPF says, nothing interpreted."""

import posixpath
import re
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote

from lxml import etree

from shishod.formats.xml import local_name, text_of

_PLAIN = re.compile(r"[\w-]+(?:[./][\w-]+)*", re.ASCII)  # a member as nearly all are named, that needs no second look
HOLDERS = frozenset({"metadata", "dc-metadata", "x-metadata"})


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
        holder = child_of(root, "metadata")
        if holder is None:
            return False
        for element in holder.iter(etree.Element):
            name = local_name(element.tag)
            if name not in HOLDERS:
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


def _without_prefix(name: str) -> str:
    return name.rpartition(":")[2]


def child_of(root: etree._Element, name: str) -> etree._Element | None:
    """The child of that name, else whatever is called so below it, case aside."""
    found = root.find(f"{{*}}{name}")
    if found is None:
        found = next((one for one in root.iter(etree.Element) if local_name(one.tag) == name), None)
    return found


def _content(element: etree._Element, name: str) -> str:
    if name == "description" and len(element):
        inner = "".join(etree.tostring(child, encoding="unicode") for child in element)
        return (element.text or "") + inner
    return text_of(element)

"""XMP: the packet of XML in which a PDF describes itself once more."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from shishod.formats.dates import partial_date
from shishod.formats.identifiers import identifier
from shishod.formats.languages import language_tag
from shishod.formats.limits import Limits
from shishod.formats.series import series_number
from shishod.formats.words import clean, plain_text
from shishod.formats.xml import local_name, parse_xml, text_of
from shishod.model.book import Contribution, Identifier, SeriesEntry

_BODY = re.compile(rb"<((?:\w+:)?RDF)\b.*</\1\s*>", re.DOTALL)  # what stands around it is often broken
_MODIFIED = re.compile(rb"""\bModifyDate(?:>|\s*=\s*["'])\s*(\d{4}-\d\d-\d\d)""")


def facts_of(packet: bytes, limits: Limits) -> dict[str, Any]:
    """What a packet says, by the fields of a Reading. Sources: XMP part 1, Dublin Core, PRISM, calibre's own."""
    if b"<!DOCTYPE" in packet:  # no XMP has one: it is there to do harm
        return {}
    match = _BODY.search(packet)
    root = parse_xml(match[0] if match else packet)
    if root is None:
        return {}
    said: dict[str, list[str]] = {}
    for element in root.iter():
        said.setdefault(local_name(element.tag), []).extend(_listed(element, limits))

    def lines(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text for one in said.get(name, ()) if (text := clean(one, limits.words))))

    def line(name: str) -> str | None:
        return next(iter(lines(name)), None)

    facts = {
        "title": line("title"),
        "contributions": tuple(Contribution(name) for name in lines("creator")),
        "series": tuple(_series(root, limits)),
        "tags": lines("subject"),
        "publisher": line("publisher"),
        "date": partial_date(line("date")),
        "language": next((tag for text in lines("language") if (tag := language_tag(text))), None),
        "identifiers": tuple(dict.fromkeys(_identifiers(lines))),
        "description": plain_text(next(iter(said.get("description", ())), None), limits.description) or None,
    }
    return {name: value for name, value in facts.items() if value}


def modified(packet: bytes) -> str | None:
    """The day on which the document was changed last, as the packet has it."""
    found = _MODIFIED.search(packet)
    return found[1].decode() if found else None


def _listed(element: etree._Element, limits: Limits) -> list[str]:
    """The members of a bag, a sequence or an alternative (the default language first), or the text itself."""
    if len(element) == 1 and local_name(element[0].tag) in ("bag", "seq", "alt"):
        members = sorted(element[0], key=lambda one: "x-default" not in one.values())[: limits.values]
        return [text_of(one) for one in members]
    return [text_of(element)] if not len(element) else []


def _series(root: etree._Element, limits: Limits) -> Iterator[SeriesEntry]:
    for element in root.iter():
        if local_name(element.tag) == "series":
            parts = {local_name(one.tag): text_of(one) for one in element}
            if name := clean(parts.get("value"), limits.words):
                yield SeriesEntry(name, series_number(parts.get("series_index")))


def _identifiers(lines: Any) -> Iterator[Identifier]:
    for name, scheme in (("isbn", "isbn"), ("doi", "doi"), ("identifier", None)):
        for text in lines(name):
            if found := identifier(text, scheme):
                yield found

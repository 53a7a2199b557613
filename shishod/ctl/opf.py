"""A book as OPF 2, in the dialect that calibre writes and most programs read. Source: OPF 2.0.1, calibre's manual."""

import re
from typing import Any
from xml.etree import ElementTree

OPF, DC = "http://www.idpf.org/2007/opf", "http://purl.org/dc/elements/1.1/"
AUTHOR = "aut"
_UNHELD = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def opf(book: dict[str, Any]) -> bytes:
    """The answer of `/v1/books/{id}` as an OPF document."""
    ElementTree.register_namespace("", OPF)
    ElementTree.register_namespace("opf", OPF)
    ElementTree.register_namespace("dc", DC)
    package = ElementTree.Element(f"{{{OPF}}}package", {"version": "2.0", "unique-identifier": "shishod"})
    metadata = ElementTree.SubElement(package, f"{{{OPF}}}metadata")
    _say(metadata, "identifier", str(book["id"]), id="shishod", scheme="shishod")
    for one in book["identifiers"]:
        _say(metadata, "identifier", one["value"], scheme=one["scheme"].upper())
    title = ": ".join(part for part in (book["title"], book["subtitle"]) if part)
    _say(metadata, "title", title)
    for one in book["contributions"]:
        kind = "creator" if one["role"] == AUTHOR else "contributor"
        _say(metadata, kind, one["name"], role=one["role"], **{"file-as": one["sort_name"]})
    for name, text in (("publisher", book["publisher"]), ("date", book["date"]), ("language", book["language"])):
        _say(metadata, name, text)
    _say(metadata, "description", book["description"])
    for word in dict.fromkeys([*book["genres"], *book["tags"]]):
        _say(metadata, "subject", word)
    for entry in book["series"][:1]:  # the dialect knows one
        _meta(metadata, "calibre:series", entry["name"])
        _meta(metadata, "calibre:series_index", entry["number"])
    _meta(metadata, "calibre:title_sort", book["sort_title"])
    ElementTree.indent(package)
    document: bytes = ElementTree.tostring(package, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _say(metadata: ElementTree.Element, name: str, text: object, **attributes: str | None) -> None:
    if text in (None, ""):
        return
    said = {key if key == "id" else f"{{{OPF}}}{key}": value for key, value in attributes.items() if value}
    ElementTree.SubElement(metadata, f"{{{DC}}}{name}", said).text = _printable(str(text))


def _meta(metadata: ElementTree.Element, name: str, content: object) -> None:
    if content not in (None, ""):
        ElementTree.SubElement(metadata, f"{{{OPF}}}meta", {"name": name, "content": _printable(str(content))})


def _printable(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold."""
    return _UNHELD.sub("", text)

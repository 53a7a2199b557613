"""XML from strangers: recovered where it is broken, with no entity of its own resolved and nothing fetched."""

import codecs
import re
from html.entities import name2codepoint

from lxml import etree

_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31});")
_LONE = re.compile(rb"&(?!#?[A-Za-z0-9]{1,31};)")
_HEAD = 200  # bytes in which an encoding is declared
_DECLARED = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["'](?!utf-?8["'])""", re.IGNORECASE)
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"<\0", b"\0<")
_XML_OWN = frozenset({b"amp", b"lt", b"gt", b"quot", b"apos"})
_CODE_POINTS = {name.encode(): b"&#%d;" % point for name, point in name2codepoint.items()}


def with_known_entities(xml: bytes) -> bytes:
    """What XML does not know, but books use: HTML's names for characters ("&eacute;") as numbers, a lone "&" as one of
    its own, and bytes that are no UTF-8, where nothing else is declared, as what they are on Windows."""
    if not xml.isascii() and not _DECLARED.search(xml, 0, _HEAD) and not xml.startswith(_WIDE):
        xml = xml.decode("utf-8", "windows").encode()
    if b"&" not in xml:
        return xml
    if b"<![CDATA[" not in xml and not xml.startswith(_WIDE):
        xml = _LONE.sub(b"&amp;", xml)
    return _ENTITY.sub(_number, xml)


def in_utf_8(xml: bytes) -> bool:
    """Whether nothing says that it is written in anything else."""
    return not xml.startswith(_WIDE) and not _DECLARED.search(xml, 0, _HEAD)


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """For the decoder: the bytes that are at fault, one by one, in the letters of Windows."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("windows", _as_windows)


def _number(match: re.Match[bytes]) -> bytes:
    name = match[1]
    return match[0] if name in _XML_OWN else _CODE_POINTS.get(name, match[0])


def parse_xml(xml: bytes) -> etree._Element | None:
    """The root, or None when there is no element in it."""
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        return etree.fromstring(with_known_entities(xml).lstrip(b" \t\r\n\0"), parser)
    except etree.XMLSyntaxError:
        return None


def local_name(tag: object) -> str:
    """The bare name in lower case, even behind an undeclared prefix; "" for comments, whose tags are functions."""
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""


def text_of(element: etree._Element) -> str:
    """All text below an element, unresolved entities left out."""
    if not len(element):
        return element.text or ""
    parts = [element.text or ""]
    for one in element.iterdescendants():
        parts += (one.text or "" if isinstance(one.tag, str) else "", one.tail or "")
    return "".join(parts)

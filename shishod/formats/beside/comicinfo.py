"""ComicInfo.xml: what ComicRack and its heirs know of a comic, beside it or inside."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from shishod.errors import BrokenFile
from shishod.formats.dates import partial_date
from shishod.formats.identifiers import identifier
from shishod.formats.languages import language_tag
from shishod.formats.limits import Limits
from shishod.formats.series import issue_number
from shishod.formats.source import whole
from shishod.formats.words import clean, plain_text
from shishod.formats.xml import local_name, parse_xml, text_of
from shishod.model.book import Contribution, Identifier, SeriesEntry
from shishod.model.metadata import Reading

ROLES = {
    "writer": "aut", "penciller": "penciller", "inker": "inker", "colorist": "clr", "letterer": "letterer",
    "coverartist": "cov", "editor": "edt", "translator": "trl",
}  # fmt: skip
_PLACES = {
    "contributions": "Writer", "date": "Year", "language": "LanguageISO", "description": "Summary",
    "identifiers": "GTIN, Web", "genres": "Genre", "tags": "Tags", "particulars": "Volume, Count, ...",
}  # fmt: skip
_PARTICULARS = {
    "volume": "volume", "count": "count", "agerating": "age rating", "characters": "characters",
    "storyarc": "story arc", "storyarcnumber": "story arc number", "manga": "direction",
}  # fmt: skip
_DIRECTIONS = {"yesandrighttoleft": "right to left", "yes": "manga", "no": "left to right"}
_FIRST_YEAR = 1800
_NUMBERS = frozenset({"volume", "count"})  # -1 is how the schema says nothing
_BETWEEN_LINKS = re.compile(r"[\s,;]+(?=https?://)")


def read(path: bytes, limits: Limits) -> Reading:
    """Source: the ComicInfo schema 2.1 of the Anansi Project."""
    root = document(whole(path, limits.text_bytes))
    if root is None:
        text = "it is named as ComicInfo, but holds none; the book is read without it"
        raise BrokenFile("no-comicinfo", text)
    return Reading(reader="comicinfo", format="xml", **facts_of(root, limits))


def document(xml: bytes) -> etree._Element | None:
    """The root of a ComicInfo; None when it is none."""
    root = parse_xml(xml)
    return root if root is not None and local_name(root.tag) == "comicinfo" else None


def front_cover(root: etree._Element) -> int | None:
    """The page, counted from 0, that is said to be the front cover."""
    return next((number for number, said in _pages(root) if said.get("type", "").casefold() == "frontcover"), None)


def bookmarks(root: etree._Element, limits: Limits) -> dict[int, str]:
    """The headings of pages, counted from 0."""
    found = ((number, clean(said.get("bookmark"), limits.words)) for number, said in _pages(root))
    return {number: text for number, text in found if text}


def _pages(root: etree._Element) -> Iterator[tuple[int, dict[str, str]]]:
    for page in root.iterfind("{*}Pages/{*}Page"):
        said = {local_name(name): value.strip() for name, value in page.items()}
        number = said.get("image", "")
        if number.isdecimal() and len(number) < 7:
            yield int(number), said


def facts_of(root: etree._Element, limits: Limits) -> dict[str, Any]:
    """What the document says, by the fields of a Reading, `places` with it."""
    said: dict[str, str] = {}
    for element in root:
        said.setdefault(local_name(element.tag), text_of(element))
    series = clean(said.get("series"), limits.words)
    facts = {
        "title": clean(said.get("title"), limits.words) or None,
        "contributions": tuple(
            Contribution(name, role) for tag, role in ROLES.items() for name in listed(said.get(tag), limits)
        ),
        "series": (SeriesEntry(series, _place(said)),) if series else (),
        "genres": listed(said.get("genre"), limits),
        "tags": listed(said.get("tags"), limits),
        "publisher": clean(said.get("publisher"), limits.words) or None,
        "imprint": clean(said.get("imprint"), limits.words) or None,
        "date": dated(said.get("year"), said.get("month"), said.get("day")),
        "language": language_tag(clean(said.get("languageiso"), 40)),
        "identifiers": tuple(dict.fromkeys(_identifiers(said))),
        "description": plain_text(said.get("summary"), limits.description) or None,
        "particulars": tuple(_particulars(said, limits)),
    }
    places = tuple((name, _PLACES.get(name, name.title())) for name, value in facts.items() if value)
    return facts | {"places": places}


def _place(said: Mapping[str, str]) -> str | None:
    """The issue, else the volume, as manga have it; a volume that is a year is none."""
    volume = said.get("volume", "")
    return issue_number(said.get("number")) or (
        volume if volume.isdecimal() and 0 < int(volume) < _FIRST_YEAR else None
    )


def listed(text: str | None, limits: Limits) -> tuple[str, ...]:
    """The schema parts people, genres and tags at commas, and some programs at semicolons."""
    names = (clean(one, limits.words) for one in (text or "").replace(";", ",").split(",")[: limits.values])
    return tuple(dict.fromkeys(name for name in names if name))


def dated(year: str | None, month: str | None, day: str | None) -> str | None:
    """As exact as it is said; what is no number, and what stands behind it, is not."""
    parts: list[str] = []
    for text, width in ((year, 4), (month, 2), (day, 2)):
        number = (text or "").strip()
        if not number.isdecimal() or not int(number):
            break
        parts.append(number.zfill(width))
    return partial_date("-".join(parts)) or partial_date(parts[0] if parts else None)


def _identifiers(said: Mapping[str, str]) -> Iterator[Identifier]:
    if found := identifier(said.get("gtin"), "gtin"):
        yield found
    for link in _BETWEEN_LINKS.split(said.get("web", "").strip()):
        if found := identifier(link, "uri"):
            yield found


def _particulars(said: Mapping[str, str], limits: Limits) -> Iterator[tuple[str, str]]:
    for tag, name in _PARTICULARS.items():
        text = clean(said.get(tag), limits.words)
        if tag == "manga":
            text = _DIRECTIONS.get(text.casefold(), "")
        elif tag in _NUMBERS and not text.isdecimal():
            continue
        if text and text.casefold() != "unknown":
            yield name, text

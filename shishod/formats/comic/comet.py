"""CoMet.xml: Denvog's tags of a comic."""

from typing import Any

from lxml import etree

from shishod.formats.dates import partial_date
from shishod.formats.identifiers import identifier
from shishod.formats.languages import language_tag
from shishod.formats.limits import Limits
from shishod.formats.series import issue_number
from shishod.formats.words import clean, plain_text
from shishod.formats.xml import local_name, text_of
from shishod.model.book import Contribution, SeriesEntry

ROLES = {
    "writer": "aut", "creator": "cre", "penciller": "penciller", "inker": "inker", "colorist": "clr",
    "letterer": "letterer", "coverdesigner": "cov", "editor": "edt",
}  # fmt: skip
_PLACES = {"contributions": "writer", "genres": "genre", "identifiers": "identifier", "particulars": "volume, ..."}
_DIRECTIONS = {"rtl": "right to left", "ltr": "left to right"}


def facts_of(root: etree._Element, limits: Limits) -> dict[str, Any]:
    """Source: the CoMet schema 1.1."""
    said: dict[str, list[str]] = {}
    for element in root:
        said.setdefault(local_name(element.tag), []).append(text_of(element))

    def lines(name: str) -> tuple[str, ...]:
        texts = (clean(text, limits.words) for text in said.get(name, ())[: limits.values])
        return tuple(dict.fromkeys(text for text in texts if text))

    def line(name: str) -> str | None:
        return next(iter(lines(name)), None)

    series = line("series")
    particulars = {
        "volume": line("volume"),
        "age rating": line("rating"),
        "characters": ", ".join(lines("character")),
        "direction": _DIRECTIONS.get((line("readingdirection") or "").casefold()),
    }
    facts = {
        "title": line("title"),
        "contributions": tuple(Contribution(name, role) for tag, role in ROLES.items() for name in lines(tag)),
        "series": (SeriesEntry(series, issue_number(line("issue"))),) if series else (),
        "genres": lines("genre"),
        "publisher": line("publisher"),
        "date": partial_date(line("date")),
        "language": language_tag(line("language") or ""),
        "identifiers": tuple(found for text in lines("identifier") if (found := identifier(text))),
        "description": plain_text(next(iter(said.get("description", ())), None), limits.description) or None,
        "particulars": tuple((name, clean(text, limits.words)) for name, text in particulars.items() if text),
    }
    return facts | {"places": tuple((name, _PLACES.get(name, name)) for name, value in facts.items() if value)}


def cover_name(root: etree._Element) -> str:
    """The picture that is said to be the cover; "" when none is."""
    return next((clean(text_of(one)) for one in root if local_name(one.tag) == "coverimage"), "")

"""MetronInfo.xml: what metron.cloud's tools know of a comic."""

from collections.abc import Iterator
from typing import Any

from lxml import etree

from shishod.formats.dates import partial_date
from shishod.formats.identifiers import identifier
from shishod.formats.languages import language_tag
from shishod.formats.limits import Limits
from shishod.formats.series import issue_number
from shishod.formats.words import clean, plain_text
from shishod.formats.xml import local_name, text_of
from shishod.model.book import Contribution, Identifier, SeriesEntry

ROLES = {
    "writer": "aut", "script": "aut", "story": "aut", "plot": "aut", "artist": "art", "penciller": "penciller",
    "inker": "inker", "colorist": "clr", "letterer": "letterer", "cover": "cov", "editor": "edt", "translator": "trl",
    "illustrator": "ill",
}  # fmt: skip
_PLACES = {
    "title": "CollectionTitle, Stories", "contributions": "Credits", "genres": "Genres", "tags": "Tags",
    "date": "CoverDate", "language": "Series lang", "identifiers": "GTIN, IDS, URLs", "description": "Summary",
    "imprint": "Publisher/Imprint", "particulars": "Volume, Arcs, ...",
}  # fmt: skip
_SCHEMES = {"comic vine": "comicvine", "grand comics database": "gcd", "league of comic geeks": "locg"}


def facts_of(root: etree._Element, limits: Limits) -> dict[str, Any]:
    """Source: the MetronInfo schema 1.0 of the Metron Project."""
    said = _Said(root, limits)
    series = said.line("Series", "Name")
    stories = "; ".join(said.lines("Stories", "Story"))
    facts = {
        "title": said.line("CollectionTitle") or clean(stories, limits.words) or None,
        "contributions": tuple(dict.fromkeys(said.people())),
        "series": (SeriesEntry(series, issue_number(said.line("Number"))),) if series else (),
        "genres": said.lines("Genres", "Genre"),
        "tags": said.lines("Tags", "Tag"),
        "publisher": said.line("Publisher", "Name"),
        "imprint": said.line("Publisher", "Imprint"),
        "date": partial_date(said.line("CoverDate")) or partial_date(said.line("StoreDate")),
        "language": next((tag for one in said.all("Series") if (tag := language_tag(one.get("lang", "")))), None),
        "identifiers": tuple(dict.fromkeys(said.identifiers())),
        "description": plain_text(said.prose("Summary"), limits.description) or None,
        "particulars": tuple(said.particulars()),
    }
    return facts | {"places": tuple((name, _PLACES.get(name, name.title())) for name, value in facts.items() if value)}


class _Said:
    """The elements of a document, asked for by the names on the way to them, in any case."""

    def __init__(self, root: etree._Element, limits: Limits) -> None:
        self._root = root
        self._limits = limits

    def all(self, *way: str, below: etree._Element | None = None) -> list[etree._Element]:
        found = [self._root if below is None else below]
        for name in way:
            found = [one for parent in found for one in parent if local_name(one.tag) == name.casefold()]
        return found[: self._limits.values]

    def lines(self, *way: str, below: etree._Element | None = None) -> tuple[str, ...]:
        texts = (clean(text_of(one), self._limits.words) for one in self.all(*way, below=below))
        return tuple(dict.fromkeys(text for text in texts if text))

    def line(self, *way: str) -> str | None:
        return next(iter(self.lines(*way)), None)

    def prose(self, *way: str) -> str | None:
        return next((text_of(one) for one in self.all(*way)), None)

    def people(self) -> Iterator[Contribution]:
        for credit in self.all("Credits", "Credit"):
            for name in self.lines("Creator", below=credit)[:1]:
                for role in self.lines("Roles", "Role", below=credit) or ("artist",):
                    yield Contribution(name, ROLES.get(role.casefold(), role.casefold()))

    def identifiers(self) -> Iterator[Identifier]:
        for scheme in ("ISBN", "UPC"):
            for text in self.lines("GTIN", scheme):
                if found := identifier(text, scheme):
                    yield found
        for one in self.all("IDS", "ID"):
            source, value = clean(one.get("source"), 30).casefold(), clean(text_of(one), 100)
            if source and value:
                yield Identifier(_SCHEMES.get(source, source), value)
        for text in self.lines("URLs", "URL"):
            if found := identifier(text, "uri"):
                yield found

    def particulars(self) -> Iterator[tuple[str, str]]:
        arcs = [self.lines("Name", below=one) + self.lines("Number", below=one) for one in self.all("Arcs", "Arc")]
        rows = {
            "volume": self.line("Series", "Volume") or self.line("MangaVolume"),
            "count": self.line("Series", "IssueCount"),
            "age rating": self.line("AgeRating"),
            "characters": ", ".join(self.lines("Characters", "Character")),
            "story arc": ", ".join(arc[0] for arc in arcs if arc),
            "story arc number": ", ".join(arc[1] for arc in arcs if len(arc) > 1),
        }
        yield from ((name, clean(text, self._limits.words)) for name, text in rows.items() if text)

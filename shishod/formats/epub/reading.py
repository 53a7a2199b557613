"""From an open EPUB to a Reading: each fact by the rules of the format, with its place."""

from typing import Any

from shishod.formats.archive import Archive
from shishod.formats.dates import partial_date
from shishod.formats.epub.cover import locate_cover
from shishod.formats.epub.lean import load_package
from shishod.formats.epub.navigation import read_chapters
from shishod.formats.epub.package import Package
from shishod.formats.epub.people import contributions
from shishod.formats.epub.protection import protection
from shishod.formats.identifiers import identifier
from shishod.formats.languages import language_tag
from shishod.formats.limits import Limits
from shishod.formats.series import series_number
from shishod.formats.source import opened
from shishod.formats.words import clean, plain_text
from shishod.model.book import Identifier, SeriesEntry
from shishod.model.metadata import Reading

_Refinements = dict[tuple[str, str], str]


def read_epub(path: bytes, limits: Limits) -> Reading:
    """Raises BrokenFile and OSError only."""
    with opened(path) as file:
        archive = Archive(file, limits)
        package = load_package(archive)
        said = facts_of(package, limits)
        said |= {"chapters": read_chapters(archive, package), "cover": locate_cover(archive, package, package.metas())}
        return Reading(
            reader="epub",
            format="epub",
            drm=protection(archive),
            places=(*said.pop("places"), *((name, _PLACES[name]) for name in ("chapters", "cover") if said[name])),
            notes=tuple(dict.fromkeys(archive.notes)),
            **said,
        )


def facts_of(package: Package, limits: Limits) -> dict[str, Any]:
    """What the metadata of a package says, by the fields of a Reading, `places` with it; an OPF alone says as much."""
    refinements, metas = package.refinements(), package.metas()
    title, subtitle = _titles(package, refinements, limits)
    series, series_place = _series(package, refinements, metas)
    date, date_place = _date(package, metas)
    facts: dict[str, Any] = {
        "title": title,
        "subtitle": subtitle,
        "contributions": contributions(package, refinements, limits),
        "series": series,
        "genres": _distinct([one.text for one in package.named("subject")], limits),
        "tags": _distinct(_calibre_tags(metas), limits),
        "publisher": clean(_first(package, "publisher"), limits.words) or None,
        "imprint": clean(metas.get("ibooks:imprint"), limits.words) or None,
        "date": date,
        "language": _language(package),
        "identifiers": _identifiers(package, refinements, limits),
        "description": plain_text(_first(package, "description"), limits.description) or None,
    }
    places = {"series": series_place, "date": date_place}
    return facts | {"places": tuple((name, places.get(name) or _PLACES[name]) for name, said in facts.items() if said)}


_PLACES = {
    "title": "dc:title", "subtitle": "dc:title (subtitle)", "contributions": "dc:creator", "genres": "dc:subject",
    "tags": "calibre:tags", "publisher": "dc:publisher", "imprint": "ibooks:imprint", "date": "dc:date",
    "language": "dc:language", "identifiers": "dc:identifier", "description": "dc:description",
    "chapters": "contents", "cover": "manifest", "series": "belongs-to-collection",
}  # fmt: skip


def _first(package: Package, name: str) -> str | None:
    found = package.named(name)
    return found[0].text if found else None


def _distinct(texts: list[str], limits: Limits) -> tuple[str, ...]:
    words = dict.fromkeys(clean(text, limits.words) for text in texts[: limits.values])
    return tuple(word for word in words if word)


def _titles(package: Package, refinements: _Refinements, limits: Limits) -> tuple[str | None, str | None]:
    main = subtitle = first = None
    for one in package.named("title"):
        text = clean(one.text, limits.words)
        kind = refinements.get((one.attributes.get("id", ""), "title-type"), "").strip() or one.attributes.get(
            "title-type", ""
        )
        if kind == "main":
            main = main or text
        elif kind == "subtitle":
            subtitle = subtitle or text
        elif not kind or kind in ("expanded", "edition", "short"):
            first = first or text
    return main or first or _any_title(package, limits), subtitle


def _any_title(package: Package, limits: Limits) -> str | None:
    return clean(_first(package, "title"), limits.words) or None


def _series(package: Package, refinements: _Refinements, metas: dict[str, str]) -> tuple[tuple[SeriesEntry, ...], str]:
    found: list[SeriesEntry] = []
    for one in package.named("meta"):
        attributes = one.attributes
        if attributes.get("property") == "belongs-to-collection" and "refines" not in attributes:
            key = attributes.get("id", "")
            if refinements.get((key, "collection-type"), "series").strip() == "series":
                number = series_number(refinements.get((key, "group-position")))
                found.append(SeriesEntry(clean(one.text), number))
    if found:
        return tuple(dict.fromkeys(found)), "belongs-to-collection"
    if name := clean(metas.get("calibre:series")):
        return (SeriesEntry(name, series_number(metas.get("calibre:series_index"))),), "calibre:series"
    return (), ""


def _calibre_tags(metas: dict[str, str]) -> list[str]:
    """calibre keeps tags of its own as JSON or as a comma list, by version."""
    said = metas.get("calibre:tags", "").strip().strip("[]")
    return [tag.strip().strip('"') for tag in said.split(",")]


def _date(package: Package, metas: dict[str, str]) -> tuple[str | None, str]:
    """The publication, then a date that says nothing of itself, then the making of the file; never a modification."""
    ranks = {"publication": 0, "original-publication": 1, "issued": 1, "": 2, "creation": 3}
    dated = []
    for order, one in enumerate(package.named("date")):
        event = one.attributes.get("event", "").strip().casefold()
        if event in ranks and (said := partial_date(clean(one.text))):
            dated.append((ranks[event], order, said))
    if dated:
        return min(dated)[2], "dc:date"
    return partial_date(metas.get("dcterms:issued")), "dcterms:issued"


def _language(package: Package) -> str | None:
    return next((tag for one in package.named("language") if (tag := language_tag(clean(one.text, 40)))), None)


def _identifiers(package: Package, refinements: _Refinements, limits: Limits) -> tuple[Identifier, ...]:
    found: dict[Identifier, None] = {}
    for one in package.named("identifier")[: limits.values]:
        key = one.attributes.get("id", "")
        scheme = one.attributes.get("scheme") or refinements.get((key, "identifier-type"))
        if said := identifier(one.text, scheme):
            found[said] = None
    if (source := _first(package, "source")) and (said := identifier(source)) and said.scheme == "isbn":
        found.setdefault(said)
    return tuple(found)

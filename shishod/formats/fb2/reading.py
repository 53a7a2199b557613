"""From an open FB2 to a Reading: title-info for the work, publish-info for the edition, each fact with its place."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from shishod.errors import BrokenFile
from shishod.formats.archive import Archive, Entry
from shishod.formats.dates import partial_date
from shishod.formats.fb2.document import Document, taken_apart
from shishod.formats.fb2.genres import genre_of
from shishod.formats.identifiers import identifier
from shishod.formats.languages import language_tag
from shishod.formats.limits import Limits
from shishod.formats.series import series_number
from shishod.formats.source import opened, size_of
from shishod.formats.words import clean, plain_text
from shishod.formats.xml import local_name, text_of
from shishod.model.book import Chapter, Contribution, CoverPlace, Identifier, Role, SeriesEntry
from shishod.model.metadata import Reading

_WORDS = re.compile(r"\s*[,;]\s*")
_LINES = ("{*}p", "{*}v", "{*}subtitle", "{*}text-author")
_ASIDE = frozenset({"notes", "comments", "footnotes"})  # bodies that are no part of the story
_PEOPLE = (("author", Role.AUTHOR), ("translator", Role.TRANSLATOR))
_LEAST_ID = 6
_Facts = dict[str, tuple[Any, str]]  # with their places


def read_fb2(path: bytes, limits: Limits) -> Reading:
    """Raises BrokenFile and OSError only."""
    with opened(path) as file:
        content = file.read(limits.member_bytes)
        document = taken_apart(content, limits, whole=size_of(file) <= len(content))
    return _reading("fb2", document)


def read_fbz(path: bytes, limits: Limits) -> Reading:
    """Of several books in one zip the largest. Raises BrokenFile and OSError only."""
    with opened(path) as file:
        archive = Archive(file, limits)
        books = books_in(archive)
        book = books[0]
        whole = book.size <= limits.member_bytes
        document = taken_apart(archive.read(book.name, cut=not whole), limits, whole=whole)
    if len(books) > 1:
        document.notes.append(f"of the {len(books)} books in the archive only {clean(book.name)} was read")
    return _reading("fbz", document)


def books_in(archive: Archive) -> list[Entry]:
    """The books in a zip, the largest first. Raises BrokenFile where there is none."""
    books = [one for one in archive if one.plain and one.name.lower().endswith(".fb2")]
    if not books:
        raise BrokenFile("no-fb2", "the archive has no FB2 in it; nothing was read from it")
    return sorted(books, key=lambda one: one.size, reverse=True)


def _reading(reader: str, document: Document) -> Reading:
    facts = _facts(document.root, document.limits)
    if cover := _cover(document):
        facts["cover"] = cover, "coverpage"
    if chapters := _chapters(document):
        facts["chapters"] = chapters, "section titles"
    return Reading(
        reader=reader,
        format="fb2" if reader == "fb2" else "fb2.zip",
        places=tuple((name, place) for name, (_, place) in facts.items()),
        notes=tuple(document.notes),
        **{name: value for name, (value, _) in facts.items()},
    )


def _facts(root: etree._Element, limits: Limits) -> _Facts:
    """By the fields of a Reading; what is not said is not in it."""
    work, edition, made = (_part(root, f"{name}-info") for name in ("title", "publish", "document"))
    title, name = _said(work, "book-title", limits), _said(edition, "book-name", limits)
    year, written = partial_date(_said(edition, "year", limits)), _written(work, limits)
    found: _Facts = {
        "title": (title, "book-title") if title else (name, "book-name"),
        "contributions": (tuple(_people(work, limits)), "title-info"),
        "genres": (_distinct([genre_of(one) for one in _texts(work, "genre")], limits), "genre"),
        "tags": (_distinct(_WORDS.split(_said(work, "keywords", limits)), limits), "keywords"),
        "description": (_prose(work, limits), "annotation"),
        "language": (language_tag(_said(work, "lang", limits)[:40]), "lang"),
        "publisher": (_said(edition, "publisher", limits), "publisher"),
        "date": (year, "publish-info year") if year else (written, "title-info date"),
        "series": _series(work, edition, limits),
        "identifiers": (tuple(dict.fromkeys(_identifiers(edition, made, limits))), "isbn, document id"),
    }
    return {name: fact for name, fact in found.items() if fact[0]}


def _part(root: etree._Element, name: str) -> etree._Element | None:
    """A part of the description, wherever broken XML has left it."""
    found = root.find(f"{{*}}description/{{*}}{name}")
    return found if found is not None else root.find(f".//{{*}}{name}")


def _texts(part: etree._Element | None, name: str) -> list[str]:
    return [] if part is None else [text_of(one) for one in part.iterfind(f"{{*}}{name}")]


def _said(part: etree._Element | None, name: str, limits: Limits) -> str:
    """The first text of that name in a part that is not empty; "" where there is none."""
    return next((text for one in _texts(part, name) if (text := clean(one, limits.words))), "")


def _distinct(texts: list[str], limits: Limits) -> tuple[str, ...]:
    words = dict.fromkeys(clean(text, limits.words) for text in texts[: limits.values])
    return tuple(word for word in words if word)


def _prose(work: etree._Element | None, limits: Limits) -> str:
    """The annotation by its paragraphs and verses."""
    annotation = work.find("{*}annotation") if work is not None else None
    if annotation is None:
        return ""
    lines = [text_of(one) for one in annotation.iter(*_LINES)]
    return plain_text("\n\n".join(lines) if lines else text_of(annotation), limits.description)


def _written(work: etree._Element | None, limits: Limits) -> str | None:
    """When the work was written: the words before the attribute, which makes a first of January of a year."""
    element = work.find("{*}date") if work is not None else None
    if element is None:
        return None
    said, exact = partial_date(clean(text_of(element), limits.words)), partial_date(clean(element.get("value"), 40))
    if said and exact == f"{said}-01-01":  # what programs make of a year
        return said
    return exact if exact and exact.startswith(said or "") else said


def _people(work: etree._Element | None, limits: Limits) -> Iterator[Contribution]:
    """By their names in order, else by the nickname; who made the file is in document-info, and is none of them."""
    for kind, role in _PEOPLE:
        for person in [] if work is None else work.findall(f"{{*}}{kind}")[: limits.values]:
            given, middle, family = (_said(person, f"{part}-name", limits) for part in ("first", "middle", "last"))
            fore = f"{given} {middle}".strip()
            if name := f"{fore} {family}".strip() or _said(person, "nickname", limits):
                yield Contribution(name[: limits.words], role, f"{family}, {fore}" if family and fore else "")


def _series(work: etree._Element | None, edition: etree._Element | None, limits: Limits) -> tuple[Any, str]:
    """Those of the work, outer and inner; that of the publisher where the work is in none."""
    for part, place in ((work, "sequence"), (edition, "publish-info sequence")):
        rows = [] if part is None else list(part.iter("{*}sequence"))[: limits.values]
        found = [(clean(row.get("name"), limits.words), series_number(row.get("number"))) for row in rows]
        if entries := dict.fromkeys(SeriesEntry(name, number) for name, number in found if name):
            return tuple(entries), place
    return (), ""


def _identifiers(edition: etree._Element | None, made: etree._Element | None, limits: Limits) -> Iterator[Identifier]:
    """Every ISBN of the edition, and the id of the file: a UUID or anything, but too long to be another's."""
    for number in _WORDS.split(_said(edition, "isbn", limits)):
        if told := identifier(number, "isbn"):
            yield told
    if len(own := _said(made, "id", limits)) >= _LEAST_ID:
        told = identifier(own)
        yield told if told is not None and told.scheme == "uuid" else Identifier("fb2", own)


def _cover(document: Document) -> CoverPlace | None:
    """The first picture of the cover page that is one."""
    page = document.root.find("{*}description/{*}title-info/{*}coverpage")
    for image in page.iter("{*}image") if page is not None else ():
        for key, value in image.items():
            if local_name(key) == "href" and value.startswith("#") and (place := document.picture(value[1:])):
                return place
    return None


def _chapters(document: Document) -> tuple[Chapter, ...]:
    """The sections that have a title, parts and their chapters alike."""
    found: list[Chapter] = []
    for body in document.root.findall("{*}body"):
        if body.get("name", "").lower() in _ASIDE:
            continue
        for section in body.iter("{*}section"):
            title = section.find("{*}title")
            name = clean(" ".join(text_of(line) for line in title.iter("{*}p"))) if title is not None else ""
            if name and len(found) == document.limits.chapters:
                document.notes.append(f"only the first {len(found)} chapters were kept")
                return tuple(found)
            if name:
                found.append(Chapter(name, href=f"#{section.get('id')}" if section.get("id") else None))
    return tuple(found)

"""NFO: what Kodi, Jellyfin and their like know of a film, a show or an episode; or lines of a text."""

import codecs
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from shishod.formats.beside.text import decoded
from shishod.formats.dates import partial_date
from shishod.formats.limits import Limits
from shishod.formats.names import split_people
from shishod.formats.series import series_number
from shishod.formats.source import whole
from shishod.formats.words import clean, plain_text
from shishod.formats.xml import local_name, parse_xml, text_of
from shishod.model.book import Contribution, Identifier, Role, SeriesEntry
from shishod.model.metadata import Reading

_ROOTS = frozenset({"movie", "tvshow", "episodedetails", "musicvideo"})
_ROLES = {"credits": "aus", "writer": "aus", "director": "drt", "artist": "prf"}  # tag -> MARC role
_DATES = ("premiered", "aired", "releasedate", "year")
_LINKS = (
    ("imdb", re.compile(r"\b(tt\d{7,9})\b")),
    ("tmdb", re.compile(r"themoviedb\.org/(?:movie|tv)/(\d{1,9})\b")),
    ("tvdb", re.compile(r"thetvdb\.com/\S*\bid=(\d{1,9})\b")),
)
_OF_THE_SHOW = frozenset({"title", "genre", "tag", "studio", "set"})  # that each of its episodes has too
_EPISODE = re.compile(r"<episode>\s*(\d{1,4})\s*</episode>")
_DECLARED = re.compile(r"^\ufeff?\s*<\?xml[^>]*>")
_LONGEST_TEXT = 100_000  # what people write by hand is shorter
_SAID = re.compile(r"^[ \t]*(title|author|narrator)s?[ \t]*[.:]*:[ \t]*(\S.*)$", re.IGNORECASE | re.MULTILINE)


def read(path: bytes, limits: Limits) -> Reading:
    """Sources: the Kodi wiki's NFO pages, Jellyfin's own, and Audiobookshelf for lines such as "Author: Name".

    A text that says nothing in one of these ways says nothing, and is not broken.
    """
    content = whole(path, limits.text_bytes)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        content = _DECLARED.sub("", decoded(content), count=1).encode()
    root = _root(content)
    kind = "text" if root is None else local_name(root.tag)
    text = decoded(content)
    facts = _lines(text, limits) if root is None else _of(root, limits, _episodes(text))
    around = text if root is None else f"{text.partition(f'<{kind}')[0]} {text.rpartition(f'</{kind}>')[2]}"
    facts["identifiers"] = tuple(dict.fromkeys((*facts.get("identifiers", ()), *_linked(around[:_LONGEST_TEXT]))))
    facts = {name: value for name, value in facts.items() if value not in (None, "", ())}
    return Reading(reader="nfo", format="nfo", places=tuple((name, kind) for name in facts), **facts)


def _root(content: bytes) -> etree._Element | None:
    """The element that describes something; what stands around it, as Kodi allows, is passed over."""
    start = min((at for name in _ROOTS if (at := content.find(b"<" + name.encode())) >= 0), default=-1)
    if start < 0:
        return None
    declared = content[:start] if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml") else b""
    root = parse_xml((declared + content[start:]).removeprefix(b"\xef\xbb\xbf"))
    return root if root is not None and local_name(root.tag) in _ROOTS else None


def _episodes(text: str) -> str:
    """The numbers of all that one file holds, each of which has an element of its own: "1" or "1-2"."""
    numbers = [int(one) for one in _EPISODE.findall(text[:_LONGEST_TEXT])]
    return "" if not numbers else f"{min(numbers)}-{max(numbers)}"


def _of(root: etree._Element, limits: Limits, episodes: str) -> dict[str, Any]:
    said: dict[str, list[etree._Element]] = {}
    for element in root:
        said.setdefault(local_name(element.tag), []).append(element)

    def texts(name: str) -> list[str]:
        return [text for one in said.get(name, ())[: limits.values] if (text := clean(text_of(one), limits.words))]

    def first(name: str) -> str:
        return next(iter(texts(name)), "")

    kind = local_name(root.tag)
    shows = [first("title")] if kind == "tvshow" else texts("showtitle")[:1]
    number, season = (episodes, first("season")) if kind == "episodedetails" else ("", "")
    sets = [clean(one.findtext("{*}name") or one.text) for one in said.get("set", ())[:1]]
    plot = next((text_of(one) for name in ("plot", "outline") for one in said.get(name, ())), None)
    if kind == "tvshow":  # what it tells of plot, people and time is the show's, and no episode's
        plot, said = None, {name: said[name] for name in said.keys() & _OF_THE_SHOW}
    return {
        "title": first("title") if kind != "tvshow" else None,
        "contributions": tuple(dict.fromkeys(_people(said, limits))),
        "series": (
            *(SeriesEntry(name, series_number(number)) for name in shows if name),
            *(SeriesEntry(name) for name in sets if name),
        ),
        "season": int(season) if season.isdecimal() and len(season) < 5 else None,
        "genres": tuple(dict.fromkeys(texts("genre"))),
        "tags": tuple(dict.fromkeys(texts("tag"))),
        "publisher": first("studio"),
        "date": next((date for name in _DATES if (date := partial_date(first(name)))), None),
        "description": plain_text(plot, limits.description),
        "identifiers": tuple(dict.fromkeys(_identifiers(said))),
    }


def _people(said: dict[str, list[etree._Element]], limits: Limits) -> Iterator[Contribution]:
    for tag, role in _ROLES.items():
        for element in said.get(tag, ())[: limits.values]:
            if name := clean(text_of(element), limits.words):
                yield Contribution(name, role)
    for element in said.get("actor", ())[: limits.values]:
        if name := clean(element.findtext("{*}name"), limits.words):
            yield Contribution(name, "act")


def _identifiers(said: dict[str, list[etree._Element]]) -> Iterator[Identifier]:
    for element in said.get("uniqueid", ()):
        scheme, value = clean(element.get("type"), 30).casefold(), clean(element.text, 100)
        if scheme and value:
            yield Identifier(scheme, value)
    for tag, scheme in (("imdbid", "imdb"), ("imdb_id", "imdb"), ("tmdbid", "tmdb"), ("tvdbid", "tvdb")):
        for element in said.get(tag, ()):
            if value := clean(element.text, 100):
                yield Identifier(scheme, value)


def _linked(text: str) -> Iterator[Identifier]:
    for scheme, pattern in _LINKS:
        if match := pattern.search(text):
            yield Identifier(scheme, match[1])


def _lines(text: str, limits: Limits) -> dict[str, Any]:
    said: dict[str, str] = {}
    for match in _SAID.finditer(text[:_LONGEST_TEXT]):
        said.setdefault(match[1].casefold(), clean(match[2], limits.words))
    people = [
        Contribution(name, role)
        for word, role in (("author", Role.AUTHOR), ("narrator", Role.NARRATOR))
        for name in split_people(said.get(word, ""), commas=True)
    ]
    return {"title": said.get("title"), "contributions": tuple(people)}

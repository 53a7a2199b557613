"""merge(): from what each file says, and what the user said, to what is believed of the book."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from shishod.model.book import Contribution, CoverPlace, FileRole, Role, Technical, normal_name
from shishod.model.chapters import chapters_of, fitting, placed
from shishod.model.metadata import FieldSource, Finding, Metadata, Reading, Source, UserWord
from shishod.model.parts import Part, played
from shishod.model.pieces import without_disc
from shishod.model.words import FIELDS
from shishod.paths import base, display

_ARTICLE = re.compile(r"^(the|an?)\s+(?=\S)", re.IGNORECASE)

SCALARS = ("subtitle", "publisher", "imprint", "date", "language", "description", "season", "abridged", "drm")
LISTS = ("contributions", "series", "identifiers")  # the first file that says them says them all
SETS = ("genres", "tags")  # every file adds to them


# What a lower source adds to: people by their role, identifiers by their scheme, where a higher one is silent on it.
FILLED: dict[str, str] = {"contributions": "role", "identifiers": "scheme"}


def sort_title(title: str) -> str:
    """The title as it stands on a shelf: without its leading article."""
    return _ARTICLE.sub("", title) or title


def merge(
    parts: Sequence[Part], words: Sequence[UserWord], path: Reading, findings: Sequence[Finding] = ()
) -> Metadata:
    """Believe the user first, then what lies beside, then what web catalogues say in the order given, then the media in
    reading order, then what catalogues only fill, then what the path says.

    `parts` are in reading order; `path` has a title at the least. Nothing said by one source is overwritten with the
    silence of another.
    """
    said: dict[str, Any] = {}
    sources: list[FieldSource] = []

    def believe(name: str, value: Any, source: Source, place: str = "", at: datetime | None = None) -> None:
        said[name] = value
        sources.append(FieldSource(name, source, place, at))

    media = [part for part in parts if part.role is FileRole.MEDIA]
    beside = [part for part in parts if part.role is not FileRole.MEDIA]
    layers = [
        *(_Layer([part], Source.SIDECAR, f"{display(base(part.path))}, ") for part in beside),
        *(_of_the_web(finding, finding.reading) for finding in findings),
        _Layer(media, Source.FILE),
        *(_of_the_web(finding, finding.humble) for finding in findings if finding.humble is not None),
    ]
    for name in _CHOICES:
        chosen = _chosen(name, layers)
        if name in FILLED or (chosen is None and name in _OF_PATH):
            chosen = _filled(name, chosen, path)
        if chosen:
            believe(name, *chosen)
    heard = played(media)
    if found := _from_sidecars(beside, media) or _from_web(findings, heard):
        believe("chapters", *found)
    if path.subtitle and "subtitle" not in said and path.title == said.get("title"):
        believe("subtitle", path.subtitle, Source.PATH, _place_of("subtitle", path))
    for word in words:
        sources = [one for one in sources if one.field != word.field]
        _obey(word, said)
        sources.append(FieldSource(word.field, Source.USER, word.place))
    title = said.pop("title") or path.title or "?"
    shelved = said.pop("sort_title", None) or sort_title(title)
    said.setdefault("technical", _technical(heard))
    said.setdefault("chapters", chapters_of(heard))
    ordered = tuple(sorted(sources, key=lambda one: one.field))
    return Metadata(title=title, sort_title=shelved, sources=ordered, **said)


def _obey(word: UserWord, said: dict[str, Any]) -> None:
    """The user's word in its place; one on the people of a role leaves the others as they are."""
    role = FIELDS[word.field].role if word.field in FIELDS else ""
    if not role:
        said[word.field] = _EMPTY.get(word.field) if word.value is None else word.value
        return
    others = tuple(one for one in said.get("contributions", ()) if one.role != role)
    people = word.value or ()
    said["contributions"] = people + others if role == Role.AUTHOR else others + people


Choice = tuple[Any, str] | None
Believed = tuple[Any, Source, str] | tuple[Any, Source, str, datetime | None] | None


class _Layer(NamedTuple):
    """What is believed together, and how its places are named: `said` comes before each, `place` instead of it."""

    parts: Sequence[Part]
    source: Source
    said: str = ""
    place: str = ""
    at: datetime | None = None


def _of_the_web(finding: Finding, said: Reading) -> _Layer:
    """A picture of it is shown in its own way: no file of the book has it."""
    return _Layer([Part(b"", replace(said, cover=None))], Source.WEB, place=finding.place, at=finding.fetched_at)


def _chosen(name: str, layers: Sequence[_Layer]) -> Believed:
    """The first word of the layers, one after the other; what is filled up takes more from those behind."""
    choice = _CHOICES[name]
    if len(layers) == 1:
        alone = choice(name, layers[0].parts)
        return None if alone is None else (alone[0], Source.FILE, alone[1])
    value: tuple[Any, ...] | Any = None
    first, places = layers[-1], list[str]()
    for layer in layers:
        found = choice(name, layer.parts)
        if found is None or (value is not None and name not in FILLED):
            continue
        if value is None:
            value, first = found[0], layer
        else:
            more = _untold(name, value, found[0])
            if not more:
                continue
            value += more
        places.append(layer.place or f"{layer.said}{found[1]}")
    return None if value is None else (value, first.source, "; ".join(places), first.at)


def _untold(name: str, value: tuple[Any, ...], further: tuple[Any, ...]) -> tuple[Any, ...]:
    """What a lower source adds: people of roles, identifiers of schemes, that nobody above it has spoken of."""
    told = {getattr(one, FILLED[name]) for one in value}
    return tuple([one for one in further if getattr(one, FILLED[name]) not in told])


def _filled(name: str, chosen: Believed, path: Reading) -> Believed:
    """What the path says where every higher source is silent, or what it adds to them."""
    said = getattr(path, name)
    if said in _SILENCE:
        return chosen
    place = _place_of(name, path)
    if chosen is None:
        return said, Source.PATH, place
    value, source, places, *at = chosen
    more = _untold(name, value, said)
    return (value + more, source, f"{places}; path, {place}", at[0] if at else None) if more else chosen


def _from_sidecars(beside: Sequence[Part], media: Sequence[Part]) -> Believed:
    for part in beside:
        if chapters := placed(part.reading.chapters, media):
            return chapters, Source.SIDECAR, _named(part, _place_of("chapters", part.reading))
    return None


def _from_web(findings: Sequence[Finding], heard: Sequence[Part]) -> Believed:
    """The chapters of the first catalogue whose fit; those that only fill where the files have none."""
    told = [(one, one.reading) for one in findings]
    if findings and not chapters_of(heard):
        told += [(one, one.humble) for one in findings if one.humble is not None]
    for one, said in told:
        if chapters := fitting(said.chapters, heard):
            return chapters, Source.WEB, one.place, one.fetched_at
    return None


def _named(part: Part, place: str) -> str:
    return f"{display(base(part.path))}, {place}"


def _place_of(name: str, reading: Reading) -> str:
    for field, place in reading.places:
        if field == name:
            return place
    return reading.reader


def _first(name: str, parts: Sequence[Part]) -> Choice:
    for part in parts:
        value = getattr(part.reading, name)
        if value not in _SILENCE:
            return value, _place_of(name, part.reading)
    return None


def _most_said(name: str, parts: Sequence[Part]) -> Choice:
    """The value that most files agree on; among equals the earliest. Sixty tracks outvote one that was mistagged, and
    what is called "Dune (Disc 1)" here and "Dune (Disc 2)" there is called "Dune"."""
    if len(parts) == 1:
        return _first(name, parts)
    counts = Counter(value for part in parts if (value := getattr(part.reading, name)))
    if not counts:
        return None
    most = max(counts, key=counts.__getitem__)
    whole = without_disc(most) if len(counts) > 1 else most
    discs = sum(without_disc(one) == whole for one in counts) if whole != most else 0
    return whole if discs > 1 else most, next(
        _place_of(name, part.reading) for part in parts if getattr(part.reading, name) == most
    )


def _all(name: str, parts: Sequence[Part]) -> Choice:
    seen: dict[str, str] = {}
    place = ""
    for part in parts:
        for value in getattr(part.reading, name):
            if normal_name(value) not in seen:
                seen[normal_name(value)] = value
                place = place or _place_of(name, part.reading)
    return (tuple(seen.values()), place) if seen else None


def _people(name: str, parts: Sequence[Part]) -> Choice:
    """The most agreed list of everybody but narrators, and every narrator of every file after them."""
    others = [tuple(c for c in part.reading.contributions if c.role != Role.NARRATOR) for part in parts]
    chosen: tuple[Contribution, ...] = others[0] if len(others) == 1 else ()
    if len(others) > 1:
        counts = Counter(one for one in others if one)
        chosen = max((one for one in others if one), key=lambda one: counts[one], default=())
    narrators: dict[str, Contribution] = {}
    for part in parts:
        for one in part.reading.contributions:
            if one.role == Role.NARRATOR:
                narrators.setdefault(normal_name(one.name), one)
    everybody = chosen + tuple(narrators.values())
    if not everybody:
        return None
    place = next(_place_of(name, part.reading) for part in parts if part.reading.contributions)
    return everybody, place


def _cover(name: str, parts: Sequence[Part]) -> Choice:
    for part in parts:
        if (cover := part.reading.cover) is not None:
            lies = CoverPlace(cover.member, cover.mime, cover.size, part.path, cover.width, cover.height)
            return lies, _place_of(name, part.reading)
    return None


_CHOICES: dict[str, Callable[[str, Sequence[Part]], Choice]] = {
    "title": _most_said,
    "contributions": _people,
    "cover": _cover,
    **dict.fromkeys(SCALARS, _first),
    **{name: _first for name in LISTS if name != "contributions"},
    **dict.fromkeys(SETS, _all),
}
_OF_PATH = frozenset({"title", "contributions", "series", "season", "date", "identifiers"})
_SILENCE = (None, "", ())  # 0 is a season
_EMPTY: dict[str, Any] = dict.fromkeys((*LISTS, *SETS, "chapters"), ())


def _technical(parts: Sequence[Part]) -> Technical:
    """The first medium's own headers, with the durations of all sound summed and the longest page count."""
    if not parts:
        return Technical()
    told = [part.reading.technical for part in parts]
    if len(told) == 1:
        return told[0]
    first = next((one for one in told if one.duration_ms is not None), told[0])
    durations = [one.duration_ms for one in told if one.duration_ms is not None]
    pages = [one.pages for one in told if one.pages is not None]
    return replace(first, duration_ms=sum(durations) if durations else None, pages=max(pages, default=None))

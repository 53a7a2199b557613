"""contest(): of each field of a book what is believed, and what was said otherwise, with the reason why it lost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shishod.model.book import FileRole
from shishod.model.merge import merge
from shishod.model.metadata import Finding, Metadata, Reading, Source, UserWord
from shishod.model.parts import Part
from shishod.model.words import CLEARED, FIELDS, LOCKED, value_of

_MORE = ("cover", "chapters", "drm")  # fields that nobody but a file speaks of
NAMED: tuple[str, ...] = (*(name for name, one in FIELDS.items() if not one.derived), *_MORE)
_SAME_RANK = {
    Source.SIDECAR: "another sidecar is believed before it",
    Source.WEB: "another catalogue is believed before it",
    Source.FILE: "a file before it says otherwise",
    Source.PATH: "it is said nowhere else",
}
_NOUN = {Source.SIDECAR: "a sidecar", Source.WEB: "a web catalogue", Source.FILE: "the file", Source.PATH: "the path"}


@dataclass(frozen=True, slots=True)
class Claim:
    """What one source says of a field, and why that is not what is believed. `files` say it, `place` is where."""

    value: Any
    source: Source
    place: str
    files: tuple[bytes, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One field: what is believed, whose word that is, what lost, and which sources are silent on it."""

    field: str
    value: Any
    source: Source | None
    place: str
    lost: tuple[Claim, ...] = ()
    silent: tuple[str, ...] = ()


_Layer = tuple[Source, Sequence[Part]]


def contest(
    parts: Sequence[Part], words: Sequence[UserWord], path: Reading, findings: Sequence[Finding] = ()
) -> tuple[Outcome, ...]:
    """The same merge as a scan's, told field by field; fields that nobody speaks of are left out."""
    believed = merge(parts, words, path, findings)
    said = {word.field: word for word in words}
    layers = tuple(_by_source(parts, path, findings))
    outcomes = (_outcome(name, believed, said.get(name), layers) for name in NAMED)
    return tuple(one for one in outcomes if one.value is not None or one.source is not None or one.lost)


def _outcome(name: str, believed: Metadata, word: UserWord | None, layers: Sequence[_Layer]) -> Outcome:
    value = _value(name, believed)
    source, place = _source(name, believed) if value is not None or word is not None else (None, "")
    claims, silent = _claims(name, layers)
    lost = tuple(
        Claim(said, whose, where, files, why)
        for said, whose, where, files in claims
        if (why := _why_lost(name, (said, whose, len(files)), value, (source, word)))
    )
    return Outcome(name, value, source, place, lost, silent if value is not None else ())


def _value(name: str, told: Metadata | Reading) -> Any:
    if name in FIELDS:
        return value_of(name, told)
    value = getattr(told, name)
    return None if value in ((), "") else value


def _source(name: str, believed: Metadata) -> tuple[Source | None, str]:
    """Whose word a field is; files speak of all people in one field."""
    told = {one.field: (one.source, one.place) for one in believed.sources}
    part = FIELDS[name].part if name in FIELDS else name
    return told.get(name) or told.get(part) or (Source.FILE, "")


_Said = tuple[Any, Source, str, tuple[bytes, ...]]


def _claims(name: str, layers: Sequence[_Layer]) -> tuple[list[_Said], tuple[str, ...]]:
    """What each source says, the most believed first, files that agree together; and which say nothing."""
    claims: list[_Said] = []
    silent: dict[str, bool] = {}  # by whoever might have spoken; a catalogue may be asked in two layers
    for source, some in layers:
        told: dict[Any, list[Part]] = {}
        for part in some:
            value, noun = _value(name, part.reading), _noun(source, part)
            silent[noun] = silent.get(noun, True) and value is None
            if value is not None:
                told.setdefault(_alike(name, value), []).append(part)
        for agreed in told.values():
            files = tuple(part.path for part in agreed if part.path)
            claims.append((_value(name, agreed[0].reading), source, _place(name, agreed[0].reading), files))
    return claims, tuple(noun for noun, still in silent.items() if still)


def _noun(source: Source, part: Part) -> str:
    """Who speaks; of web catalogues there may be several."""
    return part.reading.reader.partition(" ")[0] if source is Source.WEB else _NOUN[source]


def _by_source(parts: Sequence[Part], path: Reading, findings: Sequence[Finding]) -> Iterator[_Layer]:
    yield Source.SIDECAR, [part for part in parts if part.role is not FileRole.MEDIA]
    yield Source.WEB, [Part(b"", replace(one.reading, reader=one.place, places=(), cover=None)) for one in findings]
    yield Source.FILE, [part for part in parts if part.role is FileRole.MEDIA]
    yield Source.WEB, [Part(b"", replace(one.humble, reader=one.place)) for one in findings if one.humble is not None]
    yield Source.PATH, [Part(b"", path)]


def _alike(name: str, value: Any) -> Any:
    """What makes two values one claim: the place where a cover lies differs from file to file."""
    return None if name in _MORE else value


def _place(name: str, reading: Reading) -> str:
    part = FIELDS[name].part if name in FIELDS else name
    return next((place for field, place in reading.places if field in (name, part)), reading.reader)


def _why_lost(
    name: str, claim: tuple[Any, Source, int], believed: Any, winner: tuple[Source | None, UserWord | None]
) -> str:
    """Why a claim is not what is believed; "" when it is, or is a part of it."""
    value, source, files = claim
    won, word = winner
    if _agrees(name, value, believed):
        return ""
    if word is not None:
        return {CLEARED: "you keep the field empty", LOCKED: "you have locked the field"}.get(
            word.place, "you have said otherwise"
        )
    if won is not None and source > won:
        return f"{_NOUN[won]} is believed before {_NOUN[source].removeprefix('a ')}"
    if won is Source.FILE and source is Source.WEB:
        return "it only fills what no file says"
    if name == "title" and source is Source.FILE:
        return f"more files say otherwise than the {files} that say{'s' * (files == 1)} this"
    return _SAME_RANK.get(source, "")


def _agrees(name: str, value: Any, believed: Any) -> bool:
    if name in _MORE:
        return believed is not None
    if isinstance(value, tuple) and isinstance(believed, tuple):
        return set(value) <= set(believed)
    return bool(value == believed)

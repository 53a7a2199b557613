"""The operator's word on a folder: .shishod.yaml, strict, for a slip of the pen must not make other books."""

from collections.abc import Callable
from typing import Any

from shishod.errors import BrokenFile
from shishod.formats.limits import Limits
from shishod.formats.series import grouped_series
from shishod.formats.source import whole
from shishod.formats.words import clean
from shishod.model.book import BookKind, Contribution, Role, SeriesEntry
from shishod.model.metadata import Reading
from shishod.model.override import Gathered, Override
from shishod.paths import base, display

REASON = "override"
KEYS = ("book", "kind", "title", "authors", "narrators", "series", "order")
LONGEST = 64 * 1024  # bytes of a file; also how much of one a walk reads


def read(path: bytes, limits: Limits) -> Reading:
    """What it says of its book's fields, and in which order its parts are played."""
    said = values_of(whole(path, LONGEST), display(base(path)))
    people = [Contribution(name, Role.AUTHOR) for name in _names(said.get("authors"))]
    people += [Contribution(name, Role.NARRATOR) for name in _names(said.get("narrators"))]
    series = tuple(grouped_series(text) or SeriesEntry(text) for text in _names(said.get("series")))
    told: dict[str, Any] = {
        "title": clean(said["title"], limits.words) if "title" in said else None,
        "contributions": tuple(people)[: limits.values],
        "series": series[: limits.values],
        "order": tuple(said.get("order", ())),
    }
    named = {"contributions": "authors, narrators"}
    places = tuple((name, named.get(name, name)) for name, value in told.items() if value and name != "order")
    return Reading(reader="override", format="yaml", places=places, **told)


def override_of(folder: bytes, content: bytes, name: str) -> Override:
    """What it says of how its folder is gathered. Raises BrokenFile with every fault and its line."""
    said = values_of(content, name)
    book, kind = said.get("book"), said.get("kind")
    return Override(folder, Gathered(book) if book else None, BookKind(kind) if kind else None)


def values_of(content: bytes, name: str) -> dict[str, Any]:
    """The values by their keys, each of the type that it must have. Raises BrokenFile with every fault and its line."""
    from shishod.strict_yaml import Fault, Mark, parse  # PyYAML, which few libraries need

    document = parse(content, name)
    faults = list(document.faults)
    said = {} if document.value is None else document.value
    if not faults and not isinstance(said, dict):
        faults.append(Fault(Mark(name), "", "it must hold words by name, as `book: one`"))
    for key, value in said.items() if isinstance(said, dict) else ():
        mark = document.marks.get((key,), Mark(name))
        if key not in KEYS:
            faults.append(Fault(mark, key, "there is no such key", f"the keys are: {', '.join(KEYS)}"))
        elif value is not None and (wrong := _CHECKS[key](value)):
            faults.append(Fault(mark, key, wrong))
    if faults:
        raise BrokenFile(REASON, "; ".join(map(str, faults)))
    return {key: value for key, value in said.items() if value is not None}


def _names(said: Any) -> list[str]:
    """Each name once; in one text they are parted by semicolons, for a name may have a comma in it."""
    texts = said.split(";") if isinstance(said, str) else said or []
    return list(dict.fromkeys(name for text in texts if (name := clean(text))))


def _one_of(*words: str) -> Callable[[Any], str]:
    listed = ", ".join(words)
    return lambda value: "" if value in words else f"it must be one of {listed}"


def _text(value: Any) -> str:
    return "" if isinstance(value, str) and value.strip() else "it must be a text; quote what looks like a number"


def _texts(value: Any) -> str:
    fine = isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value))
    return "" if fine and value else "it must be a text, or a list of texts"


def _listed(value: Any) -> str:
    return "" if isinstance(value, list) and value and not _texts(value) else "it must be a list of the files' names"


_CHECKS: dict[str, Callable[[Any], str]] = {
    "book": _one_of(*Gathered),
    "kind": _one_of(*BookKind),
    "title": _text,
    **dict.fromkeys(("authors", "narrators", "series"), _texts),
    "order": _listed,
}

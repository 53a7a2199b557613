"""What of a provider's word is to be believed, by the operator's own lists of fields; pure functions."""

from collections.abc import Collection
from dataclasses import fields, replace

from shishod.enrich.provider import PARTS, ProviderSettings
from shishod.model.book import Role
from shishod.model.metadata import Reading

_WHOLE = frozenset({"technical", "places"})  # of an answer as a whole
_NAMES = tuple(one.name for one in fields(Reading))


def believable(said: Reading, settings: ProviderSettings) -> tuple[Reading, Reading]:
    """What is believed above the files, and what only where nothing else says anything, by the two lists of fields.

    People that are neither authors nor narrators go with the authors. Facts of a medium are never taken: its file is
    here.
    """
    fills = [name for name in settings.fills if name not in settings.fields]
    above = replace(_only(said, settings.fields), reader=said.reader, particulars=said.particulars)
    return above, replace(_only(said, fills), reader=said.reader)


def renewed(before: Reading | None, now: Reading) -> Reading:
    """What is said now, and what only the search said by which it was once found."""
    if before is None:
        return now
    silent = (name for name in _NAMES if name not in _WHOLE and getattr(now, name) in (None, "", ()))
    return replace(now, **{name: getattr(before, name) for name in silent})


def together(above: Reading | None, below: Reading | None) -> Reading | None:
    """All that was believed of one answer, whichever list it was on."""
    if above is None or below is None:
        return above
    people = (*above.contributions, *(one for one in below.contributions if one not in above.contributions))
    return replace(renewed(below, above), contributions=people)


def _only(said: Reading, names: Collection[str]) -> Reading:
    parts = {PARTS[name] for name in names if name not in ("authors", "narrators", "cover")}
    people = tuple(one for one in said.contributions if _names_of(one.role) in names)
    return Reading(contributions=people, **{part: getattr(said, part) for part in sorted(parts)})


def _names_of(role: str) -> str:
    return "narrators" if role == Role.NARRATOR else "authors"

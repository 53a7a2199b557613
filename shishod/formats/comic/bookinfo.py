"""ComicBookInfo: the JSON that ComicBookLover keeps in the comment of an archive."""

import json
from collections.abc import Iterator
from typing import Any

from shishod.formats.beside.comicinfo import dated
from shishod.formats.comic.metron import ROLES
from shishod.formats.languages import language_tag
from shishod.formats.limits import Limits
from shishod.formats.series import issue_number
from shishod.formats.words import clean, plain_text
from shishod.model.book import Contribution, SeriesEntry

_KEY = "ComicBookInfo/1.0"
_PLACES = {
    "contributions": "credits", "genres": "genre", "date": "publicationYear", "description": "comments",
    "particulars": "volume, ...",
}  # fmt: skip


def facts_of(comment: bytes, limits: Limits) -> dict[str, Any] | None:
    """Source: ComicBookInfo 1.0, the wiki of its maker. None when a comment is about anything else."""
    said = _object(comment)
    if said is None:
        return None

    def line(name: str) -> str | None:
        return _line(said.get(name), limits)

    series = line("series")
    particulars = {"volume": line("volume"), "count": line("numberOfIssues")}
    facts = {
        "title": line("title"),
        "contributions": tuple(dict.fromkeys(_people(said.get("credits"), limits))),
        "series": (SeriesEntry(series, issue_number(line("issue"))),) if series else (),
        "genres": tuple(one for one in (line("genre"),) if one),
        "tags": tuple(dict.fromkeys(text for one in _rows(said.get("tags"), limits) if (text := _line(one, limits)))),
        "publisher": line("publisher"),
        "date": dated(line("publicationYear"), line("publicationMonth"), line("publicationDay")),
        "language": language_tag(line("language") or ""),
        "description": plain_text(line("comments"), limits.description) or None,
        "particulars": tuple((name, text) for name, text in particulars.items() if text),
    }
    return facts | {"places": tuple((name, _PLACES.get(name, name)) for name, value in facts.items() if value)}


def _object(comment: bytes) -> dict[str, Any] | None:
    at = comment.find(b"{")
    if at < 0 or _KEY.encode() not in comment:
        return None
    try:
        whole, _ = json.JSONDecoder().raw_decode(comment[at:].decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    said = whole.get(_KEY) if isinstance(whole, dict) else None
    return said if isinstance(said, dict) else None


def _people(credits_: Any, limits: Limits) -> Iterator[Contribution]:
    for row in _rows(credits_, limits):
        name = _line(row.get("person"), limits) if isinstance(row, dict) else None
        if name:
            role = (_line(row.get("role"), limits) or "artist").casefold()
            last, comma, first = name.partition(", ")  # as its maker writes them
            turned = bool(comma) and "," not in first and " " not in last
            yield Contribution(f"{first} {last}" if turned else name, ROLES.get(role, role), name if turned else "")


def _rows(rows: Any, limits: Limits) -> list[Any]:
    return rows[: limits.values] if isinstance(rows, list) else []


def _line(value: Any, limits: Limits) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9:
        value = str(int(value)) if value == int(value) else str(value)
    return (clean(value, limits.words) or None) if isinstance(value, str) else None

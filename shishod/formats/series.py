"""Places in a series as files write them."""

import re

from shishod.model.book import SeriesEntry, number_range
from shishod.model.volumes import BOOKS, VOLUME

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?(?:\s*[-–]\s*\d+(?:[.,]\d+)?)?")
_ISSUE = re.compile(r"(-?)(\d{1,6}(?:\.\d{1,3})?)(\.?[A-Za-z]{1,4}|)")
_OF = re.compile(r"\s*(?:/|of)\s*\d+$")
_FRACTIONS = {"¼": ".25", "½": ".5", "¾": ".75"}
_GROUPED = (
    re.compile(rf"(?P<name>.+?)[,:\s]*\(\s*(?:{VOLUME}|#)\s*(?P<number>[\d.,–-]+)\s*\)", re.IGNORECASE),
    re.compile(rf"(?P<name>.+?)\s*,?\s*\b(?:{BOOKS})\s+#?(?P<number>[\d.,–-]+)", re.IGNORECASE),
    re.compile(r"(?P<name>.+?)\s*,?\s*#\s*(?P<number>[\d.,–-]+)"),
)


def series_number(text: str | None) -> str | None:
    """ "1.0" as "1", "2,5" as "2.5", "1 – 3" as "1-3", "4/7" as "4"; None for what is no number."""
    said = _OF.sub("", (text or "").strip().lstrip("#").strip())
    if said[-1:] in _FRACTIONS:
        said = (said[:-1] or "0") + _FRACTIONS[said[-1]]
    if not _NUMBER.fullmatch(said):
        return None
    found = number_range(said.replace(",", "."))
    if found is None:
        return None
    first, last = (f"{number:.3f}".rstrip("0").rstrip(".") for number in found)
    return first if first == last else f"{first}-{last}"


def issue_number(text: str | None) -> str | None:
    """As `series_number`, and what else counts issues of comics: "-1", "12A", "1.MU"."""
    said = (text or "").strip().lstrip("#").strip()
    match = _ISSUE.fullmatch(said)
    return series_number(said) or (f"{match[1]}{match[2].lstrip('0') or '0'}{match[3]}" if match else None)


def grouped_series(text: str) -> SeriesEntry | None:
    """The series in a grouping: "Name #3", "Name, Book 3" or "Name (Book 3)"; None when it is no such thing."""
    for pattern in _GROUPED:
        match = pattern.fullmatch(text.strip())
        if match and (number := series_number(match["number"])):
            return SeriesEntry(match["name"].strip(" ,:-"), number)
    return None

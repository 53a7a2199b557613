"""Dates as books state them, as exact as they were stated and no more."""

import re
from datetime import date

_ISO = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?:[T ]\d{1,2}(?::?\d{2}.*)?|Z)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR = re.compile(r"[\[(©c.~? ]*(\d{4})[\]),.? ]*")
_MONTH_FIRST = re.compile(r"([a-z]+)\.? +(?:(\d{1,2})(?:st|nd|rd|th)?,? +)?(\d{4})", re.IGNORECASE)
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ -]+([a-z]+)\.?,?[ -]+(\d{4})", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")  # nobody who writes dots begins with the month
_UNSET = 101  # calibre writes the year 101 where it knows none


def partial_date(text: str | None) -> str | None:
    """ "1999", "1999-05" or "1999-05-01"; None for what is no date. 03/04/1999 is refused: it can be read two ways."""
    text = (text or "").strip()
    if match := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        return _checked(match[1], match[2], match[3])
    if match := _DOTTED.fullmatch(text):
        return _checked(match[3], match[2], match[1])
    if match := _YEAR.fullmatch(text):
        return _checked(match[1])
    if match := _MONTH_FIRST.fullmatch(text):
        return _checked(match[3], _month(match[1]), match[2])
    if match := _DAY_FIRST.fullmatch(text):
        return _checked(match[3], _month(match[2]), match[1])
    return None


def _month(word: str) -> str:
    short = word[:3].lower()
    return str(_MONTHS.index(short) + 1) if short in _MONTHS else "13"


def _checked(year: str, month: str | None = None, day: str | None = None) -> str | None:
    if month in ("0", "00") or day in ("0", "00"):  # as some write what they do not know
        day, month = None, None if month in ("0", "00") else month
    try:
        said = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    if said.year <= _UNSET:
        return None
    return said.isoformat()[: 10 if day else 7 if month else 4]

"""Identifiers in one canonical form: by the scheme that is said, then by what the value turns out to be."""

import re

from shishod.formats.words import clean
from shishod.model.book import Identifier

_PREFIX = re.compile(r"(?:urn:)?([a-z][a-z0-9_-]{1,20})\s*[:=]\s*(.+)", re.IGNORECASE | re.DOTALL)
_UUID = re.compile(r"\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?", re.IGNORECASE)
_ASIN = re.compile(r"[0-9A-Z]{10}")
_ASIN_ALONE = re.compile(r"B0[0-9A-Z]{8}")
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_ISBN = re.compile(
    r"(?:isbn)?(?:-?1[03])?[\s:]*((?:97[89][\s-]?)?\d(?:[\s-]?\d){8}[\s-]?[\dX])(?:\s*\(.*\))?", re.IGNORECASE
)
_THIRTEEN = re.compile(r"97[89][0-9]{10}")  # as nearly all are written, told without a library
_SAME = {
    "isbn13": "isbn", "isbn-13": "isbn", "isbn10": "isbn", "isbn-10": "isbn", "eisbn": "isbn", "e-isbn": "isbn",
    "ean": "gtin", "upc": "gtin", "mobi-asin": "asin", "amazon": "asin", "audible_asin": "asin", "cdek": "asin",
    "url": "uri", "http": "uri", "https": "uri",
}  # fmt: skip
_KNOWN = frozenset(
    {"isbn", "asin", "uuid", "doi", "issn", "oclc", "lccn", "goodreads", "google", "calibre", "openlibrary", "kobo",
     "barnesnoble", "gtin", "ean", *_SAME}
)  # fmt: skip
_ONIX = {"02": "isbn", "03": "gtin", "06": "doi", "15": "isbn", "22": "urn"}  # codelist 5, as EPUB 3 refinements say it
OTHER = "other"  # nobody says what it is, and nothing in it tells


def identifier(text: str | None, scheme: str | None = None) -> Identifier | None:
    """The identifier in canonical form: ISBN as 13 digits, UUID in lower case, never a checksum that does not agree."""
    value = clean(text)
    said = _ONIX.get(clean(scheme), clean(scheme).casefold())
    if not value:
        return None
    if (match := _PREFIX.fullmatch(value)) and match[1].casefold() in _KNOWN and value[:4].casefold() != "http":
        said, value = match[1].casefold(), match[2].strip()
    said = _SAME.get(said, said)
    if said.startswith("amazon_"):
        said = "asin"
    return _checked(said, value) or _recognised(value) or Identifier(_unchecked(said), value)


def _unchecked(scheme: str) -> str:
    return OTHER if scheme in ("isbn", "asin", "uuid", "doi", "gtin", "", "urn", "id", "unknown") else scheme[:30]


def _checked(scheme: str, value: str) -> Identifier | None:
    if scheme == "isbn":
        return _as_isbn(value)
    if scheme == "gtin":
        return _as_isbn(value) or _as_gtin(value)
    if scheme == "asin" and _ASIN.fullmatch(value.upper()):
        return Identifier("asin", value.upper())
    if scheme in ("uuid", "calibre") and (match := _UUID.fullmatch(value)):
        return Identifier(scheme, match[1].lower())
    return None


def _recognised(value: str) -> Identifier | None:
    bare = value[4:] if value[:4].casefold() == "urn:" else value
    if match := _UUID.fullmatch(bare):
        return Identifier("uuid", match[1].lower())
    if match := _DOI.fullmatch(bare):
        return Identifier("doi", match[1].lower())
    if _ASIN_ALONE.fullmatch(bare):
        return Identifier("asin", bare)
    if found := _as_isbn(bare):
        return found
    return Identifier("uri", value) if value[:7].casefold() in ("http://", "https:/") else None


def _as_isbn(value: str) -> Identifier | None:
    if _THIRTEEN.fullmatch(value) and not _ean_sum(value) % 10:
        return Identifier("isbn", value)
    match = _ISBN.fullmatch(value)
    if match is None:
        return None
    from stdnum import isbn  # most files never need it, and no start does
    from stdnum.exceptions import ValidationError

    try:
        return Identifier("isbn", isbn.to_isbn13(isbn.validate(match[1])))
    except ValidationError:
        return None


def _ean_sum(digits: str) -> int:
    """Of ISBN-13 as of any EAN-13: the weighted sum of its digits, which the last of them makes a multiple of ten."""
    return sum(map(int, digits[::2])) + 3 * sum(map(int, digits[1::2]))


def _as_gtin(value: str) -> Identifier | None:
    """The number below a bar code, of 8, 12, 13 or 14 digits."""
    from stdnum import ean
    from stdnum.exceptions import ValidationError

    try:
        return Identifier("gtin", ean.validate(value))
    except ValidationError:
        return None

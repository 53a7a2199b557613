"""From an open MOBI to a Reading: what its header says, and in a book of two that of the KF8 for the rest."""

from collections.abc import Iterator
from typing import Any

from shishod.errors import BrokenFile
from shishod.formats.dates import partial_date
from shishod.formats.identifiers import identifier
from shishod.formats.languages import language_of_windows, language_tag
from shishod.formats.limits import Limits
from shishod.formats.mobi.header import Exth, Header, parsed
from shishod.formats.mobi.index import chapters_of
from shishod.formats.mobi.palm import PalmDatabase
from shishod.formats.names import split_people
from shishod.formats.pictures import MARK_BYTES, gone, picture_type
from shishod.formats.source import opened
from shishod.formats.words import clean, plain_text
from shishod.model.book import Chapter, Contribution, CoverPlace, Identifier
from shishod.model.metadata import Reading

_KINDS = (b"BOOKMOBI", b"TEXtREAd")
_KF8 = 8
_LOCKS = (1, 2)  # Mobipocket's old way and its new one, which Kindles took over
_RECORD = "record "  # and its number: the place of a cover
_CUT = "it ends before its last record does: it was cut short, or is still copied; its headers were read"
_SAMPLE = "it is a sample, and not the whole book"


def read_mobi(path: bytes, limits: Limits) -> Reading:
    """Raises BrokenFile and OSError only."""
    with opened(path) as file:
        database = PalmDatabase(file)
        if database.kind not in _KINDS:
            raise BrokenFile("not-a-mobi", "the file is named as a Kindle book, but is none; nothing was read from it")
        headers = list(_headers(database, limits))
        if not headers:
            raise BrokenFile("truncated", "its first record, which says what the book is, is not in the file")
        notes = [_CUT] if database.cut else []
        notes += dict.fromkeys(note for one in headers for note in one.notes)
        notes += [_SAMPLE] if _is_sample(headers[0]) else []
        facts: dict[str, tuple[Any, str]] = {}
        for one in headers:
            facts |= {name: fact for name, fact in _facts(one, limits).items() if name not in facts}
        if "title" not in facts and (name := clean(_palm_name(database), limits.words)):
            facts["title"] = name, "PalmDB name"
        if cover := _cover(database, headers[0], limits, notes):
            facts["cover"] = cover, "EXTH 201"
        if chapters := _chapters(database, headers, limits):
            facts["chapters"] = chapters, "NCX"
        return Reading(
            reader="mobi",
            format=_format(headers),
            drm=_drm(headers[0]),
            places=tuple((name, place) for name, (_, place) in facts.items()),
            notes=tuple(notes),
            **{name: value for name, (value, _) in facts.items()},
        )


def _headers(database: PalmDatabase, limits: Limits) -> Iterator[Header]:
    """The header of the book, then that of the KF8 behind it, where the file is both."""
    first = parsed(database.record(0, limits.text_bytes))
    if first is None:
        return
    yield first
    begins = first.number(Exth.KF8_BEGINS)
    if begins and database.record(begins - 1, 8) == b"BOUNDARY":
        second = parsed(database.record(begins, limits.text_bytes))
        if second is not None and second.version >= _KF8:
            yield second


def _chapters(database: PalmDatabase, headers: list[Header], limits: Limits) -> tuple[Chapter, ...]:
    """Of the older book in a file of two, else of the KF8 behind it."""
    begins = (0, headers[0].number(Exth.KF8_BEGINS) or 0)
    told = (chapters_of(database, one, first, limits) for one, first in zip(headers, begins, strict=False))
    return next((chapters for chapters in told if chapters), ())


def _format(headers: list[Header]) -> str:
    if len(headers) > 1:
        return "mobi+kf8"
    version = headers[0].version
    return "azw3" if version >= _KF8 else "mobi" if version else "palmdoc"


def _drm(header: Header) -> str | None:
    """ "amazon" where a Kindle's key opens it, "mobipocket" where its own does."""
    if not header.lock:
        return None
    return "amazon" if Exth.KINDLE_KEYS in header.exth else "mobipocket" if header.lock in _LOCKS else "unknown"


def _is_sample(header: Header) -> bool:
    return bool(header.number(Exth.IS_SAMPLE)) or header.said(Exth.SORT) == ["EBSP"]


def _palm_name(database: PalmDatabase) -> str:
    return database.whole_name.decode("cp1252", "replace").replace("_", " ")


def _facts(header: Header, limits: Limits) -> dict[str, tuple[Any, str]]:
    """Each fact with its place, by the fields of a Reading; what is not said is not in it."""

    def first(kind: int) -> str:
        return next((text for one in header.said(kind) if (text := clean(one, limits.words))), "")

    title, full_name = first(Exth.TITLE), clean(header.text(header.full_name), limits.words)
    language = next((tag for one in header.said(Exth.LANGUAGE) if (tag := language_tag(clean(one, 40)))), None)
    subjects = [word for one in header.said(Exth.SUBJECT)[: limits.values] for word in one.split(";", limits.values)]
    genres = dict.fromkeys(clean(word, limits.words) for word in subjects[: limits.values])
    prose = next(iter(header.said(Exth.DESCRIPTION)), None)
    found: dict[str, tuple[Any, str]] = {
        "title": (title or full_name, "EXTH 503" if title else "full name"),
        "contributions": (_people(header, limits), "EXTH 100"),
        "publisher": (first(Exth.PUBLISHER), "EXTH 101"),
        "imprint": (first(Exth.IMPRINT), "EXTH 102"),
        "description": (plain_text(prose, limits.description), "EXTH 103"),
        "genres": (tuple(word for word in genres if word), "EXTH 105"),
        "date": (partial_date(first(Exth.DATE)), "EXTH 106"),
        "language": (language or language_of_windows(header.locale), "EXTH 524" if language else "locale"),
        "identifiers": (_identifiers(header, limits), "EXTH 104, 113"),
    }
    return {name: fact for name, fact in found.items() if fact[0]}


def _people(header: Header, limits: Limits) -> tuple[Contribution, ...]:
    """Authors, then contributors, whose part is not said; calibre signs as one, and is none."""
    found: dict[Contribution, None] = {}
    for kind, role in ((Exth.AUTHOR, "aut"), (Exth.CONTRIBUTOR, "ctb")):
        for one in header.said(kind)[: limits.values]:
            if kind == Exth.CONTRIBUTOR and one.strip().lower().startswith("calibre"):
                continue
            found |= dict.fromkeys(Contribution(name, role) for name in split_people(clean(one, limits.words)))
    return tuple(found)[: limits.values]


def _identifiers(header: Header, limits: Limits) -> tuple[Identifier, ...]:
    """Of what it was made from only a number is kept; calibre puts a UUID where the ASIN belongs."""
    found: dict[Identifier, None] = {}
    for kind, scheme in ((Exth.ISBN, "isbn"), (Exth.ASIN, "asin"), (Exth.STORE_ASIN, "asin"), (Exth.SOURCE, None)):
        for one in header.said(kind)[: limits.values]:
            told = identifier(one, scheme)
            if told is not None and (scheme or told.scheme in ("isbn", "uuid", "calibre", "doi")):
                found[told] = None
    return tuple(found)


def _cover(database: PalmDatabase, header: Header, limits: Limits, notes: list[str]) -> CoverPlace | None:
    """The picture so many records behind the first one; what lies there has to be a picture."""
    offset = header.number(Exth.COVER)
    if offset is None or header.first_picture is None:
        return None
    number = header.first_picture + offset
    mime, size = picture_type(database.record(number, MARK_BYTES)), database.length(number)
    if mime is None or not size:
        return None
    if size > limits.cover_bytes:
        notes.append(f"the cover in record {number} is larger than {limits.cover_bytes} bytes")
        return None
    return CoverPlace(f"{_RECORD}{number}", mime, size)


def picture(path: bytes, member: str, limits: Limits) -> bytes:
    """The bytes of a record that `_cover` has named."""
    number = member.removeprefix(_RECORD)
    if not number.isdecimal():
        raise gone(member)
    with opened(path) as file:
        return PalmDatabase(file).record(int(number), limits.cover_bytes)

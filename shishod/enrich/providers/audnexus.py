"""Audnexus: audiobooks as Audible sells them, by ASIN (https://audnex.us)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator

from shishod.enrich.polite import Terms
from shishod.enrich.provider import (
    FILLS,
    Desk,
    Fields,
    Here,
    ProviderSettings,
    first_number,
    listed,
    mapped,
    part,
    said,
    whole,
)
from shishod.enrich.window import Limit
from shishod.formats.dates import partial_date
from shishod.formats.identifiers import identifier
from shishod.formats.languages import language_tag
from shishod.formats.words import plain_text
from shishod.model.book import BookKind, Chapter, Contribution, Identifier, Role, SeriesEntry, Technical
from shishod.model.chapters import APART_MS
from shishod.model.finding import Candidate, Question
from shishod.model.metadata import Reading

_MINUTE_MS = 60_000
_DAYS_MS = 30 * 86_400_000  # longer than any book


Region = Literal["us", "uk", "ca", "au", "de", "fr", "it", "es", "in", "jp"]


def _some(regions: tuple[str, ...]) -> tuple[str, ...]:
    if not regions:
        raise ValueError("must not be empty")
    return regions


class AudnexusSettings(ProviderSettings):
    """Audnexus, a mirror of what Audible says; free."""

    fills: Fields = (*FILLS, "chapters")
    """What is believed of it where nothing else says anything."""
    regions: Annotated[tuple[Region, ...], AfterValidator(_some)] = ("us",)
    """Where a book may have been bought, asked one after the other: us, uk, ca, au, de, fr, it, es, in, jp."""


class Audnexus:
    """One request a book in the region where it was bought, and another for its chapters where they are wanted and the
    recording lasts as long; a book without an ASIN is not asked for."""

    name: ClassVar[str] = "audnexus"
    about: ClassVar[str] = "Audnexus: audiobooks by their ASIN; free, 100 requests a minute"
    kinds: ClassVar[frozenset[BookKind]] = frozenset({BookKind.AUDIOBOOK})
    limits: ClassVar[tuple[Limit, ...]] = (Limit(100, 60.0),)
    hosts: ClassVar[tuple[str, ...]] = ("api.audnex.us", "m.media-amazon.com")
    needs_secret: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = ("asin",)
    batch: ClassVar[int] = 1
    Settings: ClassVar[type[ProviderSettings]] = AudnexusSettings

    def terms(self, here: Here) -> Terms:
        url = here.settings.url or "https://api.audnex.us/"
        return Terms(self.name, url, volatile=frozenset({"rating"}))

    def lacks(self, question: Question) -> str:
        return "" if question.ids("asin") else "it has no ASIN, and is not looked up by anything else"

    def search(self, desk: Desk, questions: Sequence[Question]) -> list[list[Candidate]]:
        offers = []
        for question in questions:
            found = (self._book(desk, asin) for asin in question.ids("asin"))
            offers.append([one for one in found if one is not None])
        return offers

    def detail(self, desk: Desk, question: Question, candidate: Candidate) -> Candidate | None:
        found = candidate if candidate.reading.title else self._book(desk, candidate.provider_id)
        if found is None or not _wants_chapters(desk.settings, question, found):
            return found
        return replace(found, reading=replace(found.reading, chapters=self._chapters(desk, found.provider_id)))

    def _book(self, desk: Desk, asin: str) -> Candidate | None:
        for region in desk.settings.regions:
            told, tag = desk.entity(f"/books/{part(asin)}", {"region": region}, has="title")
            if told is not None:
                return replace(_candidate(asin, told), etag=tag)
        return None

    def _chapters(self, desk: Desk, asin: str) -> tuple[Chapter, ...]:
        for region in desk.settings.regions:
            if told := desk.try_for(f"/books/{part(asin)}/chapters", {"region": region}, has="chapters"):
                return tuple(_chapters(told)) if told.get("isAccurate") else ()
        return ()


def _wants_chapters(settings: ProviderSettings, question: Question, found: Candidate) -> bool:
    """Whether its chapters would be believed, as far as is known before they are asked for."""
    ours, theirs = question.duration_ms, found.reading.technical.duration_ms
    alike = ours is not None and theirs is not None and abs(ours - theirs) <= APART_MS + _MINUTE_MS
    return alike and ("chapters" in settings.fields or ("chapters" in settings.fills and not question.chapters))


def _chapters(told: dict[str, Any]) -> Iterator[Chapter]:
    for number, one in enumerate(map(mapped, listed(told.get("chapters"))), 1):
        start, length = one.get("startOffsetMs"), whole(one.get("lengthMs"))
        if length and isinstance(start, int) and 0 <= start < _DAYS_MS:
            yield Chapter(said(one.get("title")) or f"{number}", start, start + length)


def _candidate(asin: str, told: dict[str, Any]) -> Candidate:
    minutes = whole(told.get("runtimeLengthMin"))
    isbn = identifier(said(told.get("isbn")), "isbn")
    form = said(told.get("formatType"))
    reading = Reading(
        reader="audnexus",
        title=said(told.get("title")),
        subtitle=said(told.get("subtitle")),
        contributions=(*_people(told, "authors", Role.AUTHOR), *_people(told, "narrators", Role.NARRATOR)),
        series=tuple(_series(told)),
        genres=_genres(told, "genre"),
        tags=_genres(told, "tag"),
        publisher=said(told.get("publisherName")),
        date=partial_date((said(told.get("releaseDate")) or "")[:10]),
        language=language_tag(said(told.get("language")) or ""),
        identifiers=(Identifier("asin", asin), *((isbn,) if isbn and isbn.scheme == "isbn" else ())),
        description=plain_text(told["summary"]) if isinstance(told.get("summary"), str) else None,
        technical=Technical(duration_ms=minutes * _MINUTE_MS if minutes else None),
        abridged=form == "abridged" if form in ("abridged", "unabridged") else None,
        particulars=(("rating", f"{rating} of 5"),) if (rating := said(told.get("rating"))) else (),
    )
    return Candidate(asin, "asin", reading, "asin", cover_url=said(told.get("image")) or "")


def _people(told: dict[str, Any], key: str, role: str) -> list[Contribution]:
    names = dict.fromkeys(said(mapped(one).get("name")) for one in listed(told.get(key)))
    return [Contribution(name, role) for name in names if name]


def _series(told: dict[str, Any]) -> list[SeriesEntry]:
    entries = (mapped(told.get(key)) for key in ("seriesPrimary", "seriesSecondary"))
    return [SeriesEntry(name, first_number(one.get("position"))) for one in entries if (name := said(one.get("name")))]


def _genres(told: dict[str, Any], kind: str) -> tuple[str, ...]:
    named = (mapped(one) for one in listed(told.get("genres")))
    return tuple(dict.fromkeys(name for one in named if one.get("type") == kind and (name := said(one.get("name")))))

"""What is asked of web catalogues about a book, what they offer, and how a book stands with each of them."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from shishod.model.book import BookKind, Identifier, Role, SeriesEntry
from shishod.model.covers import PictureDue, PictureHung
from shishod.model.metadata import Finding, Metadata, Reading, dump_reading, load_reading


class Standing(StrEnum):
    """How a book stands with one provider; what has no row was not asked for yet."""

    MATCHED = "matched"
    UNMATCHED = "unmatched"  # there are candidates, and none is near enough
    NOT_FOUND = "not_found"
    REFUSED = "refused"  # the provider does not answer this question


@dataclass(frozen=True, slots=True)
class Question:
    """A book as it is known without any web catalogue's word; what it is looked up by, and compared with."""

    book_id: int
    kind: BookKind
    title: str
    subtitle: str | None = None
    authors: tuple[str, ...] = ()
    narrators: tuple[str, ...] = ()
    series: tuple[SeriesEntry, ...] = ()
    date: str | None = None
    language: str | None = None
    duration_ms: int | None = None
    pages: int | None = None
    identifiers: tuple[Identifier, ...] = ()
    season: int | None = None
    abridged: bool | None = None
    chapters: int = 0  # how many are known; nothing is looked up by them

    def ids(self, *schemes: str) -> tuple[str, ...]:
        """Its identifiers of these schemes."""
        return tuple(one.value for one in self.identifiers if one.scheme in schemes)

    @property
    def sought(self) -> str:
        """What it is looked for under: an episode by the name of its show."""
        return self.series[0].name if self.kind is BookKind.EPISODE and self.series else self.title

    @property
    def digest(self) -> str:
        """Another one where anything is known otherwise."""
        known = [getattr(self, one.name) for one in fields(self) if one.name not in ("book_id", "chapters")]
        return hashlib.sha256(repr(known).encode()).hexdigest()[:32]


def question_of(book_id: int, kind: BookKind, known: Metadata) -> Question:
    """The question that a book is."""
    people = {
        role: tuple(p.name for p in known.contributions if p.role == role) for role in (Role.AUTHOR, Role.NARRATOR)
    }
    return Question(
        book_id,
        kind,
        known.title,
        known.subtitle,
        people[Role.AUTHOR],
        people[Role.NARRATOR],
        known.series,
        known.date,
        known.language,
        known.technical.duration_ms,
        known.technical.pages,
        known.identifiers,
        getattr(known, "season", None),
        known.abridged,
        len(known.chapters),
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A work that a provider offers: its own id there, and what it says of it.

    `exact` names the identifier that it was found by ("isbn"), "" for what was found by words. `titles` are other names
    of it, `languages` those that it is in where there are several; `cover_url` is where its picture lies, and
    `etag` the tag of the answer that told it all.
    """

    provider_id: str
    provider_kind: str
    reading: Reading
    exact: str = ""
    titles: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    cover_url: str = ""
    etag: str = ""


class Evidence(NamedTuple):
    """One reason for or against a candidate; `weight` is its part of the score, below 0 what it takes away."""

    what: str
    weight: float
    text: str


class Scored(NamedTuple):
    """A candidate as it was compared with the book; `score` is 0 to 1."""

    candidate: Candidate
    score: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What came of asking one provider for one book. `reading` holds only what is to be believed of it, and `humble`
    what is only where nothing else says anything."""

    provider: str
    standing: Standing
    question: str
    fetched_at: datetime
    due_at: datetime | None = None
    provider_id: str = ""
    provider_kind: str = ""
    score: float = 0.0
    chosen: bool = False
    reason: str = ""
    digest: str = ""
    reading: Reading | None = None
    humble: Reading | None = None
    cover_url: str = ""
    candidates: tuple[Mapping[str, Any], ...] = ()
    rank: int = 0  # among the providers, the lower is believed first
    etag: str = ""  # of the answer that told the work, where it had one

    @property
    def believed(self) -> Finding | None:
        """What a merge gets of it."""
        if self.standing is not Standing.MATCHED or self.reading is None:
            return None
        return Finding(self.provider, self.provider_id, self.score, self.reading, self.fetched_at, self.humble)

    def packed(self) -> bytes | None:
        """Its readings, a line each."""
        if self.reading is None:
            return None
        return b"\n".join(dump_reading(one) for one in (self.reading, self.humble) if one is not None)


def sketch(scored: Scored) -> dict[str, Any]:
    """A candidate as it is kept for the operator to choose from."""
    said = scored.candidate.reading
    return {
        "id": scored.candidate.provider_id,
        "kind": scored.candidate.provider_kind,
        "title": said.title or "",
        "authors": [one.name for one in said.contributions if one.role == Role.AUTHOR],
        "date": said.date,
        "language": said.language or ", ".join(scored.candidate.languages) or None,
        "score": round(scored.score, 3),
        "evidence": [one.text for one in scored.evidence],
    }


def pack_sketches(sketches: Sequence[Mapping[str, Any]]) -> bytes | None:
    """Candidates as compact JSON; None for none."""
    return json.dumps(list(sketches), ensure_ascii=False, separators=(",", ":")).encode() if sketches else None


def unpack_sketches(packed: bytes | None) -> tuple[dict[str, Any], ...]:
    """The candidates that were packed."""
    return tuple(json.loads(packed)) if packed else ()


def unpack_readings(packed: bytes | None) -> tuple[Reading | None, Reading | None]:
    """What is believed of a finding, and what only fills."""
    above, _, below = (packed or b"").partition(b"\n")
    return load_reading(above) if above else None, load_reading(below) if below else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which books a provider is to be asked for: of these kinds, behind the book `after`, at most so many.

    `thin_only` leaves out what lacks nothing, and `needs` what has no identifier of any of these schemes; not what the
    provider was asked for before.
    """

    provider: str
    kinds: Collection[BookKind]
    now: datetime
    after: int = 0
    limit: int = 50
    thin_only: bool = True
    needs: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A book that may be asked for, as of one moment: what is known of it, and how it stands with each provider."""

    question: Question
    frozen: bool = False
    standings: Mapping[str, Found] = field(default_factory=dict)


class WebShelf(Protocol):
    """Shared: what enrichment asks of the catalogue, short calls. All raise Unreachable."""

    def books_wanted(self, wanted: Wanted) -> list[int]:
        """The books that a provider is to be asked for, in id order."""

    def note_checked(self, book_id: int, provider: str, question: str, due_at: datetime | None, now: datetime) -> None:
        """What a provider said of a book holds on until `due_at`; nothing else of it is written."""

    def make_due(self, book_ids: Collection[int], providers: Collection[str], now: datetime) -> frozenset[int]:
        """Have what these providers said of books asked for again at once; which of the books that is about."""

    def mark_fresh(self, book_ids: Collection[int], now: datetime) -> int:
        """They have been asked for again, whatever was said."""

    def pictures_due(self, provider: str, limit: int, now: datetime) -> list[PictureDue]:
        """Pictures of a provider that some book may show; those that none may are noted as looked at."""

    def hang_picture(self, hung: PictureHung, now: datetime) -> None:
        """Note what became of a picture, if its book is still told of it."""

    def rank_providers(self, names: Sequence[str]) -> None:
        """In which order the providers are believed from now on."""


class Books(Protocol):
    """Shared: the books as the rest of the house holds them."""

    def ask(self, book_id: int) -> Asked | None:
        """A book as it may be asked for; None where there is none."""

    def learn(self, book_id: int, found: Sequence[Found]) -> bool:
        """Write what was found, and the book as it is believed with it, as one transaction.

        False, with nothing written, for a book that is gone or frozen.
        """

"""Provider: what every web catalogue is to us, and what an operator may say of any of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any, ClassVar, Protocol
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, Field

from shishod.enrich.polite import PoliteClient, Terms
from shishod.enrich.window import Limit
from shishod.enrich.wire import OURSELVES
from shishod.model.book import BookKind
from shishod.model.finding import Candidate, Question
from shishod.settings import RoomSettings

PARTS: dict[str, str] = {  # what an operator calls a field -> where a Reading holds it
    **{name: name for name in ("title", "subtitle", "series", "genres", "tags", "publisher", "date", "language")},
    **{name: name for name in ("identifiers", "description", "abridged", "chapters")},
    "authors": "contributions",
    "narrators": "contributions",
    "cover": "cover",
}


def _named(fields: tuple[str, ...]) -> tuple[str, ...]:
    if unknown := [name for name in fields if name not in PARTS]:
        raise ValueError(f'there is no field "{unknown[0]}"; the fields are: {", ".join(PARTS)}')
    return fields


def _mirror(url: str) -> str:
    parts = urlsplit(url)
    if url and not (parts.hostname and (parts.scheme == "https" or (parts.scheme, parts.hostname) in UNCOVERED)):
        raise ValueError("is no address of a catalogue; it begins with https://, on this machine with http://localhost")
    if parts.username:
        raise ValueError("no name may stand in the address of a catalogue")
    return url


def _two_letters(text: str) -> str:
    if not re.fullmatch("[A-Z]{2}", text):
        raise ValueError(f'"{text}" is no country; write its two capital letters, as in US or DE')
    return text


Fields = Annotated[tuple[str, ...], AfterValidator(_named)]
Country = Annotated[str, AfterValidator(_two_letters)]
UNCOVERED = frozenset(("http", host) for host in OURSELVES)

FILLS = ("subtitle", "authors", "publisher", "date", "language", "abridged")


class ProviderSettings(RoomSettings):
    """What an operator may say of every provider."""

    threshold: float = Field(default=0.85, ge=0.5, le=1.0)
    """How sure a match must be to be believed; what is less sure is kept for `shishoctl match`."""
    fields: Fields = ("description", "series", "genres", "identifiers", "narrators", "cover")
    """What is believed of it above what the files themselves say; your own words and sidecars stay above that."""
    fills: Fields = FILLS
    """What is believed of it where nothing else says anything."""
    url: Annotated[str, AfterValidator(_mirror)] = ""
    """Another place of the same catalogue, as a mirror of your own; empty means the public one."""


@dataclass(frozen=True, slots=True)
class Here:
    """What a provider is set up with: its settings, and the secret that was found for it."""

    settings: Any
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a provider is asked from: the client, its settings, how new an answer is to be at least, and whether it is
    asked in `spare` turns alone."""

    client: PoliteClient
    settings: Any
    since: datetime | None = None
    spare: bool = False

    def ask(
        self, path: str, query: Mapping[str, str] | None = None, *, has: str, holds_s: float | None = None
    ) -> dict[str, Any] | None:
        """The JSON object of an answer, which `has` this key at least; None where there is nothing. The client's errors
        pass through."""
        answer = self.client.ask(
            path, query, shape=partial(is_with, has), holds_s=holds_s, since=self.since, spare=self.spare
        )
        return mapped(answer.json()) if answer.found else None

    def entity(
        self, path: str, query: Mapping[str, str] | None = None, *, has: str
    ) -> tuple[dict[str, Any] | None, str]:
        """What a work's own answer says, and the tag that it has; None where there is nothing."""
        answer = self.client.ask(path, query, shape=partial(is_with, has), since=self.since, spare=self.spare)
        return (mapped(answer.json()), answer.etag) if answer.found else (None, "")

    def try_for(self, path: str, query: Mapping[str, str], *, has: str) -> dict[str, Any]:
        """The same of a service that often fails; an empty object for nothing, and for a fault."""
        shape = partial(is_with, has)
        answer = self.client.ask(path, query, shape=shape, since=self.since, frail=True, spare=self.spare)
        return mapped(answer.json() if answer.found else None)

    def look(self, path: str, query: Mapping[str, str], *, has: str) -> dict[str, Any]:
        """The same for a search, whose answer holds for a shorter time; an empty object for nothing."""
        return mapped(self.ask(path, query, has=has, holds_s=self.client.terms.search_s))


class Provider(Protocol):
    """One web catalogue; it has no state, and asks only through the desk that it is handed, whose errors pass."""

    name: ClassVar[str]
    about: ClassVar[str]
    """One line for people: what it is, and the terms that go with it."""
    kinds: ClassVar[frozenset[BookKind]]
    limits: ClassVar[tuple[Limit, ...]]
    hosts: ClassVar[tuple[str, ...]]
    """Whom it may be asked of, and where its pictures lie; ".archive.org" is every host below that."""
    needs_secret: ClassVar[bool]
    needs: ClassVar[tuple[str, ...]]
    """The identifiers of which a book has to have one, for it is looked up by nothing else; none where words do."""
    batch: ClassVar[int]
    """How many questions it likes to be asked at once."""
    Settings: ClassVar[type[ProviderSettings]]

    def terms(self, here: Here) -> Terms:
        """How it wants to be spoken to."""

    def lacks(self, question: Question, /) -> str:
        """What the book would need for it to be looked up at all; "" where it may be asked."""

    def search(self, desk: Desk, questions: Sequence[Question], /) -> list[list[Candidate]]:
        """What it offers for each question, in their order; none where it was asked and knows nothing."""

    def detail(self, desk: Desk, question: Question, candidate: Candidate, /) -> Candidate | None:
        """All that it says of one; the candidate may have nothing but its id. None where there is none of that id."""


def part(text: str) -> str:
    """An id as the one part of a path that it is, whatever it holds."""
    return quote(text, safe="").replace(".", "%2E")


def year_of(date: str | None) -> str | None:
    """The year of a partial date."""
    return date[:4] if date and date[:4].isdigit() else None


def first_number(text: Any) -> str | None:
    """The number in "Book 1", "2, Dramatized Adaptation" or 1.5; None where there is none."""
    match = re.search(r"\d+(?:\.\d+)?", str(text)) if text is not None else None
    return match[0] if match else None


def listed(value: Any) -> list[Any]:
    """A list where JSON should have one, and nothing of what else it has."""
    return value if isinstance(value, list) else []


def mapped(value: Any) -> dict[str, Any]:
    """An object where JSON should have one, and an empty one of what else it has."""
    return value if isinstance(value, dict) else {}


def is_with(key: str, value: Any) -> bool:
    """Whether it is an object that says something of a key: every answer has one without which it is none."""
    return mapped(value).get(key) is not None


def said(value: Any, most: int = 1000) -> str | None:
    """A text where JSON should have one, on one line; None for nothing."""
    from shishod.formats.words import clean

    return clean(value, most) or None if isinstance(value, str) else None


def texts(values: Any, most: int = 20) -> tuple[str, ...]:
    """The texts of a list, each once, at most so many."""
    told = (said(one) for one in listed(values))
    return tuple(dict.fromkeys(one for one in told if one))[:most]


def whole(value: Any) -> int | None:
    """A whole number above nothing; None for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**53 else None

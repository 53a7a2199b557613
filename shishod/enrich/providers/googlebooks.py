"""Google Books: volumes in many languages (https://developers.google.com/books/docs/v1/using)."""

from collections.abc import Sequence
from typing import Any, ClassVar

from shishod.enrich.manners import Meaning, meaning_of
from shishod.enrich.polite import Terms
from shishod.enrich.provider import Country, Desk, Here, ProviderSettings, listed, mapped, part, said, texts, whole
from shishod.enrich.window import Limit
from shishod.formats.dates import partial_date
from shishod.formats.identifiers import identifier
from shishod.formats.languages import language_tag
from shishod.formats.words import plain_text
from shishod.model.book import BookKind, Contribution, Identifier, Technical
from shishod.model.finding import Candidate, Question
from shishod.model.metadata import Reading
from shishod.settings import WholePath

_TOO_OFTEN = (b"rateLimitExceeded", b"userRateLimitExceeded", b"dailyLimitExceeded", b"quotaExceeded")
_SIZES = ("extraLarge", "large", "medium", "small", "thumbnail")  # the first that there is


class GoogleBooksSettings(ProviderSettings):
    """Google Books. Its key is a file's content."""

    key_file: WholePath = ""
    """The file that holds the API key; empty means the credential googlebooks that systemd hands over."""
    country: Country = "US"
    """The country whose volumes are looked up; a server's own is not known to Google."""


class GoogleBooks:
    """One request a book: what it finds says all that it knows."""

    name: ClassVar[str] = "googlebooks"
    about: ClassVar[str] = "Google Books: printed books in many languages; needs a key, 1,000 requests a day"
    kinds: ClassVar[frozenset[BookKind]] = frozenset({BookKind.EBOOK, BookKind.AUDIOBOOK, BookKind.COMIC})
    limits: ClassVar[tuple[Limit, ...]] = (Limit(1, 1.0), Limit(1000, 86_400.0))
    hosts: ClassVar[tuple[str, ...]] = ("www.googleapis.com", "books.google.com", "books.googleusercontent.com")
    needs_secret: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = ()
    batch: ClassVar[int] = 1
    Settings: ClassVar[type[ProviderSettings]] = GoogleBooksSettings

    def terms(self, here: Here) -> Terms:
        return Terms(
            self.name,
            here.settings.url or "https://www.googleapis.com/books/v1/",
            secrets={"key": here.secret} if here.secret else {},
            means=_means,
            volatile=frozenset({"etag", "totalItems", "accessInfo", "saleInfo"}),
        )

    def lacks(self, _question: Question) -> str:
        return ""

    def search(self, desk: Desk, questions: Sequence[Question]) -> list[list[Candidate]]:
        return [self._one(desk, question) for question in questions]

    def detail(self, desk: Desk, _question: Question, candidate: Candidate) -> Candidate | None:
        if candidate.reading.title:
            return candidate  # a search has told it all
        told = desk.ask(f"volumes/{part(candidate.provider_id)}", {"country": desk.settings.country}, has="id")
        return None if told is None else _candidate(told, "")

    def _one(self, desk: Desk, question: Question) -> list[Candidate]:
        for isbn in question.ids("isbn")[:2]:
            near = self._ask(desk, f"isbn:{isbn}", "isbn")
            if found := [one for one in near if Identifier("isbn", isbn) in one.reading.identifiers]:
                return found  # of a number that it does not know it tells what is near
        words = f'intitle:"{_quoted(question.title)}"'
        words += f' inauthor:"{_quoted(question.authors[0])}"' if question.authors else ""
        return self._ask(desk, words, "")

    def _ask(self, desk: Desk, words: str, exact: str) -> list[Candidate]:
        query = {"q": words, "country": desk.settings.country, "maxResults": "5"}
        volumes = map(mapped, listed(desk.look("volumes", query, has="totalItems").get("items")))
        return [_candidate(one, exact) for one in volumes if one.get("id")]


def _means(status: int, body: bytes) -> Meaning:
    """Google says 403 of whom it does not know, and of whom it knows too well."""
    if status in (403, 429) and any(word in body for word in _TOO_OFTEN):
        return Meaning.TOO_OFTEN
    if status == 400 and b"API key not valid" in body:
        return Meaning.MISCONFIGURED
    return meaning_of(status)


def _quoted(text: str) -> str:
    return text.replace('"', " ").strip()


def _candidate(volume: dict[str, Any], exact: str) -> Candidate:
    told = mapped(volume.get("volumeInfo"))
    ids = [mapped(one) for one in listed(told.get("industryIdentifiers"))]
    numbers = (identifier(one.get("identifier"), "isbn") for one in ids if str(one.get("type", "")).startswith("ISBN"))
    pictures = mapped(told.get("imageLinks"))
    pages = whole(told.get("pageCount"))
    reading = Reading(
        reader="googlebooks",
        title=said(told.get("title")),
        subtitle=said(told.get("subtitle")),
        contributions=tuple(Contribution(name) for name in texts(told.get("authors"))),
        genres=texts(told.get("categories"), most=8),
        publisher=said(told.get("publisher")),
        date=partial_date(said(told.get("publishedDate"))),
        language=language_tag(said(told.get("language")) or ""),
        identifiers=tuple(dict.fromkeys(one for one in numbers if one is not None and one.scheme == "isbn")),
        description=plain_text(told["description"]) if isinstance(told.get("description"), str) else None,
        technical=Technical(pages=pages),
        particulars=_rating(told),
    )
    picture = next((url for size in _SIZES if (url := said(pictures.get(size)))), "") or ""
    secure, tag = picture.replace("http:", "https:", 1), said(volume.get("etag")) or ""
    return Candidate(str(volume.get("id")), "volume", reading, exact, cover_url=secure, etag=tag)


def _rating(told: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    stars, many = told.get("averageRating"), whole(told.get("ratingsCount"))
    return (("rating", f"{stars} of 5 ({many or 0})"),) if isinstance(stars, int | float) else ()

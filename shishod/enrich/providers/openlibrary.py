"""Open Library: works and editions of printed books (https://openlibrary.org/developers/api)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, ClassVar

from shishod.enrich.polite import Terms
from shishod.enrich.provider import Desk, Here, ProviderSettings, listed, mapped, part, said, texts, whole, year_of
from shishod.enrich.window import Limit
from shishod.formats.dates import partial_date
from shishod.formats.identifiers import identifier
from shishod.formats.languages import language_tag
from shishod.formats.series import grouped_series
from shishod.formats.words import plain_text
from shishod.model.book import BookKind, Contribution, Identifier, SeriesEntry, Technical
from shishod.model.finding import Candidate, Question
from shishod.model.metadata import Reading

_FIELDS = (
    "key,title,subtitle,author_name,first_publish_year,isbn,cover_i,language,number_of_pages_median,"
    "editions,editions.key,editions.isbn,editions.title,editions.language"
)
_COVER = "https://covers.openlibrary.org/b/id/{}-L.jpg?default=false"
_WORDS = 5  # candidates that a search by words is asked for


class OpenLibrary:
    """Asks for 25 ISBNs at once; a work is then one request, and its edition another where its ISBN is known."""

    name: ClassVar[str] = "openlibrary"
    about: ClassVar[str] = "Open Library: printed books; free, and asked by name of its operator three times a second"
    kinds: ClassVar[frozenset[BookKind]] = frozenset({BookKind.EBOOK, BookKind.AUDIOBOOK, BookKind.COMIC})
    limits: ClassVar[tuple[Limit, ...]] = (Limit(3, 1.0),)
    hosts: ClassVar[tuple[str, ...]] = ("openlibrary.org", "covers.openlibrary.org", "archive.org", ".archive.org")
    needs_secret: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = ()
    batch: ClassVar[int] = 25
    Settings: ClassVar[type[ProviderSettings]] = ProviderSettings

    def terms(self, here: Here) -> Terms:
        return Terms(self.name, here.settings.url or "https://openlibrary.org/", volatile=_VOLATILE)

    def lacks(self, _question: Question) -> str:
        return ""

    def search(self, desk: Desk, questions: Sequence[Question]) -> list[list[Candidate]]:
        wanted = dict.fromkeys(isbn for question in questions for isbn in question.ids("isbn"))
        works = self._by_isbn(desk, wanted)
        offers = []
        for question in questions:
            exact = [_candidate(works[isbn], isbn) for isbn in question.ids("isbn") if works.get(isbn)]
            offers.append(exact or self._by_words(desk, question))
        return offers

    def detail(self, desk: Desk, _question: Question, candidate: Candidate) -> Candidate | None:
        work, tag = desk.entity(f"/works/{part(candidate.provider_id)}.json", has="key")
        if work is None:
            return None
        reading = replace(
            candidate.reading,
            title=candidate.reading.title or said(work.get("title")),
            description=_description(work.get("description")),
            genres=texts(work.get("subjects"), most=8),
            date=candidate.reading.date or partial_date(said(work.get("first_publish_date"))),
        )
        picture = candidate.cover_url or _cover(next(iter(listed(work.get("covers"))), None))
        if candidate.exact:
            reading = self._with_edition(desk, reading)
        return replace(candidate, reading=reading, cover_url=picture, etag=tag)

    def _by_isbn(self, desk: Desk, wanted: Iterable[str]) -> dict[str, Any]:
        """The work of each ISBN, those that are not known to be answered asked for together."""
        known: dict[str, Any] = {}
        unknown = []
        for isbn in wanted:
            kept = desk.client.kept_part(f"isbn {isbn}", desk.since)
            if kept is None:
                unknown.append(isbn)
            elif kept.found:
                known[isbn] = kept.json()
        rest = iter(unknown)
        while some := list(islice(rest, self.batch)):
            query = {"q": f"isbn:({' OR '.join(some)})", "fields": _FIELDS, "limit": "100"}
            docs = listed(mapped(desk.ask("/search.json", query, has="docs", holds_s=0.0)).get("docs"))
            found = {isbn: doc for doc in map(mapped, docs) for isbn in _isbns(doc.get("isbn"))}
            for isbn in some:
                holds_s = desk.client.terms.search_s if isbn in found else desk.client.terms.nothing_s
                desk.client.keep_part(f"isbn {isbn}", _trimmed(found[isbn], isbn) if isbn in found else None, holds_s)
            known |= {isbn: _trimmed(found[isbn], isbn) for isbn in some if isbn in found}
        return known

    def _by_words(self, desk: Desk, question: Question) -> list[Candidate]:
        query = {"title": question.title, "fields": _FIELDS, "limit": str(_WORDS)}
        if question.authors:
            query["author"] = question.authors[0]
        docs = map(mapped, listed(desk.look("/search.json", query, has="docs").get("docs")))
        return [_candidate(doc) for doc in docs if doc.get("key")]

    def _with_edition(self, desk: Desk, reading: Reading) -> Reading:
        """What stands in the very edition whose ISBN the book has."""
        isbn = next((one.value for one in reading.identifiers if one.scheme == "isbn"), None)
        told = desk.ask(f"/isbn/{part(isbn)}.json", has="key") if isbn else None
        if told is None:
            return reading
        edition = told
        languages = [mapped(one).get("key", "") for one in listed(edition.get("languages"))]
        pages = whole(edition.get("number_of_pages"))
        return replace(
            reading,
            title=said(edition.get("title")) or reading.title,
            subtitle=said(edition.get("subtitle")),
            publisher=next(iter(texts(edition.get("publishers"))), None),
            date=partial_date(said(edition.get("publish_date"))) or reading.date,
            language=next((tag for one in languages if (tag := language_tag(str(one).rpartition("/")[2]))), None),
            series=tuple(_series(texts(edition.get("series")))),
            technical=Technical(pages=pages) if pages else reading.technical,
        )


_VOLATILE = frozenset(
    {"last_modified", "revision", "latest_revision", "edition_count", "numFound", "num_found", "start"}
)


def _candidate(doc: dict[str, Any], isbn: str = "") -> Candidate:
    spoken = (language_tag(one) for one in texts(doc.get("language"), most=50))
    pages = whole(doc.get("number_of_pages_median"))
    year = doc.get("first_publish_year")
    edition = mapped(next(iter(listed(mapped(doc.get("editions")).get("docs"))), None))
    reading = Reading(
        reader="openlibrary",
        title=said(doc.get("title")),
        subtitle=said(doc.get("subtitle")),
        contributions=tuple(Contribution(name) for name in texts(doc.get("author_name"))),
        date=year_of(str(year)) if year else None,
        identifiers=(Identifier("isbn", isbn),) if isbn else (),
        technical=Technical(pages=pages),
    )
    also = texts([edition.get("title")])
    languages = tuple(tag for tag in spoken if tag)
    number = str(doc.get("key", "")).rpartition("/")[2]
    return Candidate(number, "work", reading, "isbn" if isbn else "", also, languages, _cover(doc.get("cover_i")))


def _trimmed(doc: dict[str, Any], isbn: str) -> dict[str, Any]:
    """A search hit with the one ISBN that it was found by, of the hundreds that it may have."""
    return {name: value for name, value in doc.items() if name != "isbn"} | {"isbn": [isbn]}


def _isbns(values: Any) -> Iterator[str]:
    for value in listed(values):
        if isinstance(value, str) and (found := identifier(value, "isbn")) and found.scheme == "isbn":
            yield found.value


def _description(value: Any) -> str | None:
    text = mapped(value).get("value") if isinstance(value, dict) else value
    return plain_text(text) or None if isinstance(text, str) else None


def _cover(number: Any) -> str:
    return _COVER.format(number) if whole(number) else ""


def _series(names: Sequence[str]) -> Iterator[SeriesEntry]:
    for name in names:
        yield grouped_series(name) or SeriesEntry(name)

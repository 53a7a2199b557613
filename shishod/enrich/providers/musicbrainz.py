"""MusicBrainz: releases of audiobooks and albums (https://musicbrainz.org/doc/MusicBrainz_API)."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from shishod.enrich.manners import Meaning, meaning_of
from shishod.enrich.polite import Terms
from shishod.enrich.provider import Desk, Here, ProviderSettings, listed, mapped, part, said, whole
from shishod.enrich.window import Limit
from shishod.formats.dates import partial_date
from shishod.formats.identifiers import identifier
from shishod.formats.languages import language_tag
from shishod.model.book import BookKind, Contribution, Identifier, Role, Technical
from shishod.model.finding import Candidate, Question
from shishod.model.metadata import Reading

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RELEASE = ("musicbrainz", "musicbrainz_albumid", "mbid")  # schemes under which files keep the id of a release
_READS = re.compile(r"read by|narrat|gelesen|lu par|le[ií]do", re.IGNORECASE)
_SPECIAL = re.compile(r'([+\-&|!(){}\[\]^"~*?:\\/])')
_COVER = "https://coverartarchive.org/release/{}/front-1200"


class MusicBrainz:
    """A search, and one request for what was found, with all that belongs to it."""

    name: ClassVar[str] = "musicbrainz"
    about: ClassVar[str] = "MusicBrainz: audiobooks and albums; free, one request a second"
    kinds: ClassVar[frozenset[BookKind]] = frozenset({BookKind.AUDIOBOOK, BookKind.ALBUM})
    limits: ClassVar[tuple[Limit, ...]] = (Limit(1, 1.0),)
    hosts: ClassVar[tuple[str, ...]] = ("musicbrainz.org", "coverartarchive.org", "archive.org", ".archive.org")
    needs_secret: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = ()
    batch: ClassVar[int] = 1
    Settings: ClassVar[type[ProviderSettings]] = ProviderSettings

    def terms(self, here: Here) -> Terms:
        url = here.settings.url or "https://musicbrainz.org/ws/2/"
        return Terms(self.name, url, means=_means, volatile=frozenset({"created", "score", "count"}))

    def lacks(self, _question: Question) -> str:
        return ""

    def search(self, desk: Desk, questions: Sequence[Question]) -> list[list[Candidate]]:
        return [self._one(desk, question) for question in questions]

    def detail(self, desk: Desk, _question: Question, candidate: Candidate) -> Candidate | None:
        query = {"inc": "artist-credits+labels+genres+media", "fmt": "json"}
        told, tag = desk.entity(f"release/{part(candidate.provider_id)}", query, has="id")
        return None if told is None else replace(_candidate(told, candidate.exact), etag=tag)

    def _one(self, desk: Desk, question: Question) -> list[Candidate]:
        for number in question.ids(*_RELEASE):
            if _ID.fullmatch(number):
                return [Candidate(number, "release", Reading(title=question.title), "musicbrainz")]
        for asin in question.ids("asin")[:1]:
            if found := self._ask(desk, f"asin:{_escaped(asin)}", "asin"):
                return found
        words = f'release:"{_escaped(question.title)}"'
        words += f' AND artist:"{_escaped(question.authors[0])}"' if question.authors else ""
        words += f'{" AND" if question.kind is BookKind.AUDIOBOOK else " NOT"} secondarytype:"Audiobook"'
        return self._ask(desk, words, "")

    def _ask(self, desk: Desk, words: str, exact: str) -> list[Candidate]:
        query = {"query": words, "fmt": "json", "limit": "5"}
        releases = map(mapped, listed(desk.look("release", query, has="releases").get("releases")))
        return [_candidate(one, exact) for one in releases if _ID.fullmatch(str(one.get("id")))]


def _means(status: int, _body: bytes) -> Meaning:
    return Meaning.TOO_OFTEN if status == 503 else meaning_of(status)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _candidate(release: dict[str, Any], exact: str) -> Candidate:
    number = str(release.get("id"))
    labels = (said(mapped(mapped(one).get("label")).get("name")) for one in listed(release.get("label-info")))
    ids = [Identifier("musicbrainz", number)]
    for scheme, key in (("gtin", "barcode"), ("asin", "asin")):
        if (found := identifier(said(release.get(key)), scheme)) is not None and found.scheme in (
            "isbn",
            "asin",
            "gtin",
        ):
            ids.append(found)
    lengths = [whole(mapped(track).get("length")) for one in listed(release.get("media"))
               for track in listed(mapped(one).get("tracks"))]  # fmt: skip
    genres = (said(mapped(one).get("name")) for one in listed(release.get("genres")))
    reading = Reading(
        reader="musicbrainz",
        title=said(release.get("title")),
        contributions=tuple(_credited(listed(release.get("artist-credit")))),
        genres=tuple(name for name in genres if name)[:8],
        publisher=next((name for name in labels if name), None),
        date=partial_date(said(release.get("date"))),
        language=language_tag(said(mapped(release.get("text-representation")).get("language")) or ""),
        identifiers=tuple(ids),
        technical=Technical(duration_ms=sum(one or 0 for one in lengths) if lengths and all(lengths) else None),
    )
    return Candidate(number, "release", reading, exact, cover_url=_COVER.format(number))


def _credited(credits: Sequence[Any]) -> list[Contribution]:
    """The people of a release; whoever stands behind "read by" reads it."""
    people, role = [], Role.AUTHOR
    for one in map(mapped, credits):
        artist = mapped(one.get("artist"))
        if name := said(one.get("name")) or said(artist.get("name")):
            people.append(Contribution(name, role, said(artist.get("sort-name")) or ""))
        if _READS.search(str(one.get("joinphrase") or "")):
            role = Role.NARRATOR
    return people

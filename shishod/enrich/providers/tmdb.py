"""TMDB: movies, and shows with their seasons and episodes (https://developer.themoviedb.org/reference)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from shishod.enrich.polite import Terms
from shishod.enrich.provider import (
    Country,
    Desk,
    Here,
    ProviderSettings,
    listed,
    mapped,
    part,
    said,
    texts,
    whole,
    year_of,
)
from shishod.enrich.window import Limit
from shishod.formats.dates import partial_date
from shishod.formats.words import plain_text
from shishod.model.book import BookKind, Contribution, Identifier, SeriesEntry, Technical
from shishod.model.finding import Candidate, Question
from shishod.model.metadata import Reading
from shishod.settings import WholePath

_PICTURE = "https://image.tmdb.org/t/p/{}{}"
_WITH_MOVIE = "credits,external_ids,release_dates,alternative_titles"
_WITH_SHOW = "external_ids,content_ratings"
_ROLES = {"Director": "drt", "Writer": "aus", "Screenplay": "aus"}
_ACTOR, _CAST = "act", 10


class TmdbSettings(ProviderSettings):
    """TMDB. Its read token is a file's content."""

    token_file: WholePath = ""
    """The file that holds the API read token; empty means the credential tmdb that systemd hands over."""
    language: str = "en-US"
    """The language of titles and descriptions."""
    country: Country = "US"
    """The country whose certifications are told."""


class Tmdb:
    """A movie is a search and one request with all that belongs to it. A show is a search, and one request for each of
    its seasons, however many episodes there are."""

    name: ClassVar[str] = "tmdb"
    about: ClassVar[str] = (
        "TMDB: movies and shows; needs a token. This product uses the TMDB API but is not endorsed or certified by TMDB"
    )
    kinds: ClassVar[frozenset[BookKind]] = frozenset({BookKind.MOVIE, BookKind.EPISODE})
    limits: ClassVar[tuple[Limit, ...]] = (Limit(40, 10.0),)
    hosts: ClassVar[tuple[str, ...]] = ("api.themoviedb.org", "image.tmdb.org")
    needs_secret: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = ()
    batch: ClassVar[int] = 1
    Settings: ClassVar[type[ProviderSettings]] = TmdbSettings

    def terms(self, here: Here) -> Terms:
        return Terms(
            self.name,
            here.settings.url or "https://api.themoviedb.org/3/",
            headers={"Authorization": f"Bearer {here.secret}"} if here.secret else {},
            volatile=frozenset({"popularity", "vote_average", "vote_count"}),
        )

    def lacks(self, question: Question) -> str:
        return "" if place_of(question)[0] is not None or question.kind is BookKind.MOVIE else "its season is not known"

    def search(self, desk: Desk, questions: Sequence[Question]) -> list[list[Candidate]]:
        return [self._one(desk, question) for question in questions]

    def detail(self, desk: Desk, question: Question, candidate: Candidate) -> Candidate | None:
        if question.kind is BookKind.EPISODE:
            return self._episode(desk, question, candidate)
        query = {"append_to_response": _WITH_MOVIE, "language": desk.settings.language}
        told, tag = desk.entity(f"movie/{part(candidate.provider_id)}", query, has="id")
        return None if told is None else replace(_movie(told, desk.settings.country, candidate.exact), etag=tag)

    def _one(self, desk: Desk, question: Question) -> list[Candidate]:
        episode = question.kind is BookKind.EPISODE
        what, titled = ("tv", "name") if episode else ("movie", "title")
        for number in question.ids("imdb")[:1]:
            query = {"external_source": "imdb_id", "language": desk.settings.language}
            told = mapped(desk.ask(f"find/{part(number)}", query, has=f"{what}_results"))
            if found := [_offer(mapped(one), titled, what, "imdb") for one in listed(told.get(f"{what}_results"))]:
                return found
        query = {"query": question.sought, "language": desk.settings.language}
        if not episode and (year := year_of(question.date)):
            query["year"] = year
        results = listed(desk.look(f"search/{what}", query, has="results").get("results"))
        return [_offer(mapped(one), titled, what) for one in results[:5]]

    def _episode(self, desk: Desk, question: Question, candidate: Candidate) -> Candidate | None:
        season, number = place_of(question)
        if season is None:
            return None
        query = {"append_to_response": f"season/{season},{_WITH_SHOW}", "language": desk.settings.language}
        answer, tag = desk.entity(f"tv/{part(candidate.provider_id)}", query, has="id")
        show = mapped(answer)
        episodes = map(mapped, listed(mapped(show.get(f"season/{season}")).get("episodes")))
        told = next((one for one in episodes if one.get("episode_number") == number), None)
        return None if told is None else replace(_told(show, told, candidate, desk.settings.country), etag=tag)


def place_of(question: Question) -> tuple[int | None, int | None]:
    """The season and the first episode of a book that is one."""
    number = question.series[0].number if question.series else None
    first = (number or "").partition("-")[0].strip()
    if question.season is None or not first.isdigit():
        return None, None
    return question.season, int(first)


def _offer(one: dict[str, Any], titled: str, what: str, exact: str = "") -> Candidate:
    """A hit of a search, with what it is compared by."""
    names = texts([one.get(f"original_{titled}")])
    date = partial_date(said(one.get("release_date" if what == "movie" else "first_air_date")))
    reading = Reading(reader="tmdb", title=said(one.get(titled)), date=date)
    return Candidate(str(one.get("id")), what, reading, exact, names)


def _movie(told: dict[str, Any], country: str, exact: str) -> Candidate:
    minutes = whole(told.get("runtime"))
    reading = Reading(
        reader="tmdb",
        title=said(told.get("title")),
        contributions=tuple(_people(mapped(told.get("credits")))),
        genres=_named(told, "genres"),
        publisher=next(iter(_named(told, "production_companies")), None),
        date=partial_date(said(told.get("release_date"))),
        identifiers=_ids(told, str(told.get("id"))),
        description=plain_text(told["overview"]) or None if isinstance(told.get("overview"), str) else None,
        technical=Technical(duration_ms=minutes * 60_000 if minutes else None),
        particulars=tuple(_particulars(told, _certified(told, country))),
    )
    names = texts([told.get("original_title")])
    return Candidate(str(told.get("id")), "movie", reading, exact, names, cover_url=_picture(told.get("poster_path")))


def _told(show: dict[str, Any], told: dict[str, Any], candidate: Candidate, country: str) -> Candidate:
    """One episode; what it does not say itself its show says."""
    minutes = whole(told.get("runtime"))
    name = said(show.get("name")) or ""
    rated = {str(mapped(one).get("iso_3166_1")): said(mapped(one).get("rating"))
             for one in listed(mapped(show.get("content_ratings")).get("results"))}  # fmt: skip
    reading = Reading(
        reader="tmdb",
        title=said(told.get("name")),
        contributions=tuple(_people({"crew": told.get("crew"), "cast": told.get("guest_stars")})),
        series=(SeriesEntry(name, str(told.get("episode_number"))),) if name else (),
        genres=_named(show, "genres"),
        publisher=next(iter(_named(show, "networks")), None),
        date=partial_date(said(told.get("air_date"))),
        identifiers=_ids(show, ""),
        description=plain_text(told["overview"]) or None if isinstance(told.get("overview"), str) else None,
        technical=Technical(duration_ms=minutes * 60_000 if minutes else None),
        particulars=tuple(_particulars(show | {"still_path": told.get("still_path")}, rated.get(country))),
    )
    picture = _picture(told.get("still_path") or show.get("poster_path"))
    return replace(candidate, reading=reading, cover_url=picture)


def _named(told: dict[str, Any], key: str) -> tuple[str, ...]:
    """The names of a list of things that have one."""
    return texts([mapped(one).get("name") for one in listed(told.get(key))])


def _people(credits: dict[str, Any]) -> Iterator[Contribution]:
    for one in map(mapped, listed(credits.get("crew"))):
        if one.get("job") in _ROLES and (name := said(one.get("name"))):
            yield Contribution(name, _ROLES[one["job"]])
    for one in map(mapped, listed(credits.get("cast"))[:_CAST]):
        if name := said(one.get("name")):
            yield Contribution(name, _ACTOR)


def _ids(told: dict[str, Any], own: str) -> tuple[Identifier, ...]:
    external = mapped(told.get("external_ids"))
    imdb = said(told.get("imdb_id")) or said(external.get("imdb_id"))
    found = (("tmdb", own), ("imdb", imdb), ("wikidata", said(external.get("wikidata_id"))))
    return tuple(Identifier(scheme, value) for scheme, value in found if value and (own or scheme == "tmdb"))


def _particulars(told: dict[str, Any], certification: str | None) -> Iterator[tuple[str, str]]:
    if certification:
        yield "certification", certification
    if isinstance(stars := told.get("vote_average"), int | float) and (many := whole(told.get("vote_count"))):
        yield "rating", f"{stars} of 10 ({many})"
    for name, key in (("poster", "poster_path"), ("backdrop", "backdrop_path"), ("still", "still_path")):
        if url := _picture(told.get(key), "original"):
            yield name, url


def _certified(told: dict[str, Any], country: str) -> str | None:
    for one in map(mapped, listed(mapped(told.get("release_dates")).get("results"))):
        if one.get("iso_3166_1") == country:
            return next(iter(texts([mapped(r).get("certification") for r in listed(one.get("release_dates"))])), None)
    return None


def _picture(path: Any, size: str = "w780") -> str:
    return _PICTURE.format(size, path) if isinstance(path, str) and path.startswith("/") else ""

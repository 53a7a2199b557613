"""What every provider does alike, on recorded answers that a real server gives."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from shishod.enrich.ledger import FileNotes, Ledger
from shishod.enrich.limiter import Limiter
from shishod.enrich.manners import Misshapen
from shishod.enrich.matching import best, ranked
from shishod.enrich.polite import PoliteClient
from shishod.enrich.provider import Desk, Here, Provider
from shishod.enrich.providers import PROVIDERS
from shishod.enrich.settings import EnrichSettings
from shishod.enrich.window import Limit, Rules
from shishod.enrich.wire import Wire
from shishod.model.book import BookKind, Chapter, Contribution, Identifier, SeriesEntry
from shishod.model.finding import Candidate, Question
from shishod.model.metadata import Reading
from shishod.store.settings import StoreSettings
from shishod.work.stop import StopSignal
from tests.enrich.recorded import ALBUM_ID, ANSWERS, CHAPTERS, GOOGLE_VOLUME, RELEASE_ID
from tests.enrich.simulator import Reply, Request, Simulator, a_simulator
from tests.store.copied import open_copy

ISBN, ASIN, IMDB = (
    Identifier("isbn", "9780441478125"),
    Identifier("asin", "B073H9PF2D"),
    Identifier("imdb", "tt0083658"),
)
LEFT_HAND = Question(1, BookKind.EBOOK, "The Left Hand of Darkness", authors=("Ursula K. Le Guin",), language="en")
LEVIATHAN = Question(1, BookKind.AUDIOBOOK, "Leviathan Wakes", authors=("James S. A. Corey",))
BLADE_RUNNER = Question(1, BookKind.MOVIE, "Blade Runner", date="1982")
EPISODE = Question(1, BookKind.EPISODE, "x", series=(SeriesEntry("The Long Road", "5"),), season=2)


@dataclass(frozen=True)
class Case:
    """One provider with a book that it knows, by identifier and by words, and how many requests that may take."""

    known: Question
    exact: Identifier
    provider_id: str
    by_words: bool = True
    most: int = 3


CASES = {
    "openlibrary": Case(LEFT_HAND, ISBN, "OL59800W", most=4),
    "googlebooks": Case(LEFT_HAND, ISBN, "zyTCAlFPjgYC", most=1),
    "audnexus": Case(LEVIATHAN, ASIN, "B073H9PF2D", by_words=False, most=1),
    "musicbrainz": Case(LEVIATHAN, ASIN, RELEASE_ID, most=2),
    "tmdb": Case(BLADE_RUNNER, IMDB, "78", most=2),
}


UNKNOWN = {"isbn": "9780306406157", "asin": "B00AAAAAA0", "imdb": "tt9"}


class Stand:
    """A provider with its client, before a server that answers as the real one does."""

    def __init__(self, provider: Provider, simulator: Simulator, place: Path) -> None:
        self.provider = provider
        self.simulator = simulator
        self.catalogue = open_copy(StoreSettings(), place)
        settings = provider.Settings(url=f"{simulator.url}/{provider.name}")
        simulator.answers.update(ANSWERS)
        stop = StopSignal()
        limiter = Limiter(provider.name, Rules((Limit(1000, 0.01),)), Ledger(FileNotes(place)), stop, jitter_s=0.0)
        terms = provider.terms(Here(settings, "hush"))
        wire = Wire(["127.0.0.1"], "shishod/0 (ann@example.org)", limit_s=5.0)
        self.client = PoliteClient(terms, wire, limiter, self.catalogue, stop)
        self.desk = Desk(self.client, settings)

    def find(self, question: Question) -> Candidate | None:
        (offer,) = self.provider.search(self.desk, [question])
        chosen = best(ranked(question, offer), 0.85)
        return None if chosen is None else self.provider.detail(self.desk, question, chosen.candidate)

    def close(self) -> None:
        self.client.close()
        self.catalogue.close()


@pytest.fixture(params=PROVIDERS, ids=lambda one: one.name)
def stand(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stand]:
    with a_simulator() as simulator:
        one = Stand(request.param, simulator, tmp_path)
        yield one
        one.close()


@pytest.fixture
def case(stand: Stand) -> Case:
    return CASES[stand.provider.name]


def test_every_provider_of_the_table_has_a_case_recorded_answers_and_settings() -> None:
    names = [one.name for one in PROVIDERS]

    assert set(names) == CASES.keys() == ANSWERS.keys()
    assert len(set(names)) == len(names)
    for one in PROVIDERS:
        assert isinstance(EnrichSettings().of(one.name), one.Settings)
        assert one.kinds
        assert one.hosts
        assert one.limits
        assert one.terms(Here(one.Settings())).url.startswith("https://")


def test_a_book_is_found_by_its_identifier(stand: Stand, case: Case) -> None:
    found = stand.find(replace(case.known, identifiers=(case.exact,)))
    assert found is not None
    assert (found.provider_id, bool(found.exact)) == (case.provider_id, True)


def test_a_book_is_found_by_its_words_where_the_provider_takes_them(stand: Stand, case: Case) -> None:
    found = stand.find(case.known)

    if case.by_words:
        assert found is not None
        assert (found.provider_id, found.exact) == (case.provider_id, "")
    else:
        assert found is None
        assert stand.provider.lacks(case.known)
        assert case.exact.scheme in stand.provider.needs
    assert case.by_words is not bool(stand.provider.needs)


def test_a_book_costs_few_requests_and_none_the_second_time(stand: Stand, case: Case) -> None:
    question = replace(case.known, identifiers=(case.exact,))

    first = stand.find(question)
    asked = len(stand.simulator.requests)
    again = stand.find(question)

    assert asked <= case.most
    assert len(stand.simulator.requests) == asked
    assert first == again


def test_a_work_has_the_tag_of_the_answer_that_told_it(stand: Stand, case: Case) -> None:
    whole = stand.simulator.answers[stand.provider.name]

    def tagged(request: Request) -> Reply | None:
        reply = whole(request)
        return None if reply is None else replace(reply, headers={**reply.headers, "ETag": 'W/"7"'})

    stand.simulator.answers[stand.provider.name] = tagged

    found = stand.find(replace(case.known, identifiers=(case.exact,)))

    assert found is not None
    assert found.etag == ("f0zKg75Mx/I" if stand.provider.name == "googlebooks" else 'W/"7"')


def test_what_nobody_knows_is_not_found(stand: Stand, case: Case) -> None:
    stranger = replace(case.known, title="No Such Thing Qwx", authors=("Nobody",), date="1901")
    unknown = Identifier(case.exact.scheme, UNKNOWN[case.exact.scheme])

    assert stand.find(stranger) is None
    assert stand.find(replace(stranger, identifiers=(unknown,))) is None
    assert stand.find(replace(stranger, identifiers=(unknown,))) is None


def test_a_book_is_told_again_by_its_number_alone(stand: Stand, case: Case) -> None:
    bare = Candidate(case.provider_id, "", Reading())

    detail = stand.provider.detail(stand.desk, case.known, bare)

    assert detail is not None
    assert (detail.provider_id, detail.reading.title) == (case.provider_id, case.known.title)
    assert stand.provider.detail(stand.desk, case.known, replace(bare, provider_id="0000-none")) is None


@pytest.mark.parametrize("number", ["../../elsewhere", "..", "78?api_key=x#", "78/../../account", "a b%2Fc"])
def test_an_id_is_one_part_of_the_path_whatever_it_holds(stand: Stand, case: Case, number: str) -> None:
    stand.provider.detail(stand.desk, case.known, Candidate("1", "", Reading()))
    stand.provider.detail(stand.desk, case.known, Candidate(number, "", Reading()))

    plain, odd = stand.simulator.requests
    assert [unquote(one) for one in odd.path.split("/")] == [
        number if one == "1" else one.replace("1.json", f"{number}.json") for one in plain.path.split("/")
    ]
    assert odd.query == plain.query


def test_every_request_says_who_asks(stand: Stand, case: Case) -> None:
    stand.find(case.known)

    for request in stand.simulator.requests:
        assert request.headers["user-agent"] == "shishod/0 (ann@example.org)"


FOREIGN: list[Any] = [{}, [], None, "text", 7, {"error": "we are down", "docs": None, "id": None}]


@pytest.mark.parametrize("foreign", FOREIGN, ids=range(len(FOREIGN)))
def test_an_answer_that_is_none_of_its_own_is_not_kept_and_says_nothing_of_the_book(
    stand: Stand, case: Case, foreign: Any
) -> None:
    question = replace(case.known, identifiers=(case.exact,))
    stand.simulator.faults[stand.provider.name].append(Reply(foreign))

    with pytest.raises(Misshapen, match="answers 200 with what is none of its answers"):
        stand.find(question)

    assert stand.client.health().state == "failing"
    assert stand.find(question) is not None, "it was not kept"
    assert stand.client.health().state == "ready"


NONSENSE: list[Any] = [
    {"docs": 7, "items": {}, "releases": "x", "results": [1, None, []], "key": None},
    {"docs": [{"key": 7, "title": [], "author_name": "x", "isbn": 5, "cover_i": "x", "editions": []}]},
    {"items": [{"id": 1, "volumeInfo": {"authors": 7, "industryIdentifiers": "x", "imageLinks": []}}]},
    {"releases": [{"id": RELEASE_ID, "artist-credit": [7], "media": [{"tracks": [None]}], "label-info": {}}]},
    {"results": [{"id": None, "title": 9, "release_date": []}], "movie_results": "x"},
]


@pytest.mark.parametrize("nonsense", NONSENSE, ids=range(len(NONSENSE)))
def test_an_answer_of_another_shape_is_no_error(stand: Stand, case: Case, nonsense: Any) -> None:
    stand.simulator.answers[stand.provider.name] = lambda _: Reply(nonsense)

    for question in (case.known, replace(case.known, identifiers=(case.exact,))):
        with suppress(Misshapen):
            offers = stand.provider.search(stand.desk, [question])
            assert len(offers) == 1
            for one in ranked(question, offers[0]):
                stand.provider.detail(stand.desk, question, one.candidate)


def detail_of(stand_of: Callable[[str], Stand], name: str, question: Question) -> Candidate:
    found = stand_of(name).find(question)
    assert found is not None
    return found


@pytest.fixture
def stand_of(tmp_path: Path) -> Iterator[Callable[[str], Stand]]:
    built: list[Stand] = []
    with a_simulator() as simulator:

        def build(name: str) -> Stand:
            built.append(Stand(next(one for one in PROVIDERS if one.name == name), simulator, tmp_path / name))
            return built[-1]

        yield build
        for one in built:
            one.close()


def test_open_library_tells_the_work_and_the_edition_of_the_isbn(stand_of: Callable[[str], Stand]) -> None:
    found = detail_of(stand_of, "openlibrary", replace(LEFT_HAND, identifiers=(ISBN,)))
    said = found.reading

    assert (said.title, said.publisher, said.date, said.language) == (LEFT_HAND.title, "Ace", "1987-03-15", "en")
    assert (said.description, said.genres) == ("A lone envoy on a winter world.", ("Science fiction", "Hainish"))
    assert (said.series, said.technical.pages) == ((SeriesEntry("Hainish Cycle", "4"),), 304)
    assert said.contributions == (Contribution("Ursula K. Le Guin"),)
    assert found.cover_url == "https://covers.openlibrary.org/b/id/8599410-L.jpg?default=false"


def test_open_library_is_asked_for_25_isbns_at_once_and_for_each_only_once(stand_of: Callable[[str], Stand]) -> None:
    stand = stand_of("openlibrary")
    numbers = ["9780441478125", *(isbn(number) for number in range(59))]
    questions = [replace(LEFT_HAND, title=f"Q {n}", identifiers=(Identifier("isbn", n),)) for n in numbers]

    offers = stand.provider.search(stand.desk, questions)

    batches = [one.query["q"] for one in stand.simulator.requests if "q" in one.query]
    assert [one.count(" OR ") + 1 for one in batches] == [25, 25, 10]
    assert [bool(offer) for offer in offers] == [True] + [False] * 59
    stand.provider.search(stand.desk, questions)
    assert len([one for one in stand.simulator.requests if "q" in one.query]) == 3


def isbn(number: int) -> str:
    digits = f"97800000{number:04}"
    check = (10 - sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(digits)) % 10) % 10
    return f"{digits}{check}"


def test_google_books_tells_a_volume(stand_of: Callable[[str], Stand]) -> None:
    found = detail_of(stand_of, "googlebooks", replace(LEFT_HAND, identifiers=(ISBN,)))
    said = found.reading

    assert (said.publisher, said.date, said.language, said.genres) == ("Penguin", "1987-03", "en", ("Fiction",))
    assert (said.description, said.identifiers, said.technical.pages) == ("A lone envoy.", (ISBN,), 304)
    assert dict(said.particulars) == {"rating": "4.5 of 5 (12)"}
    assert found.cover_url.startswith("https://books.google.com/")


def test_google_books_is_believed_to_know_an_isbn_only_where_it_says_so(stand_of: Callable[[str], Stand]) -> None:
    """It answers `isbn:` with what is near, as another volume of the same author, where it does not know the number."""
    stand = stand_of("googlebooks")
    told: dict[str, Any] = {**GOOGLE_VOLUME["volumeInfo"], "title": "The Dispossessed"}  # type: ignore[dict-item]
    told["industryIdentifiers"] = [{"type": "ISBN_13", "identifier": "9780060512750"}, {"type": "OTHER"}]
    stand.simulator.answers["googlebooks"] = lambda _: Reply(
        {"totalItems": 1, "items": [{**GOOGLE_VOLUME, "volumeInfo": told}]}
    )
    question = replace(LEFT_HAND, identifiers=(ISBN,))

    (offers,) = stand.provider.search(stand.desk, [question])

    assert [one.exact for one in offers] == [""]
    assert best(ranked(question, offers), 0.85) is None


def test_google_books_is_given_its_key_and_asked_less_when_it_says_so(stand_of: Callable[[str], Stand]) -> None:
    stand = stand_of("googlebooks")
    stand.simulator.faults["googlebooks"].append(
        Reply({"error": {"errors": [{"reason": "rateLimitExceeded"}]}}, 403, {"Retry-After": "0"})
    )

    assert stand.find(LEFT_HAND) is not None

    assert {one.query["key"] for one in stand.simulator.requests} == {"hush"}
    assert stand.client.health().outcomes["too_often"] == 1


def test_audnexus_tells_an_audiobook(stand_of: Callable[[str], Stand]) -> None:
    found = detail_of(stand_of, "audnexus", replace(LEVIATHAN, identifiers=(ASIN,)))
    said = found.reading

    assert said.contributions == (Contribution("James S. A. Corey"), Contribution("Jefferson Mays", "nrt"))
    assert (said.series, said.abridged, said.language) == ((SeriesEntry("The Expanse", "1"),), False, "en")
    assert (said.date, said.technical.duration_ms) == ("2011-06-15", 75_600_000)
    assert (said.genres, said.tags) == (("Science Fiction",), ("Space Opera",))
    assert said.identifiers == (ASIN, Identifier("isbn", "9781611131765"))
    assert said.description == "Humanity has colonised the planets."


def test_audnexus_tells_the_chapters_of_a_recording_that_has_none_and_lasts_as_long(
    stand_of: Callable[[str], Stand],
) -> None:
    bare = replace(LEVIATHAN, identifiers=(ASIN,), duration_ms=75_601_000)
    stand = stand_of("audnexus")

    told = stand.find(bare)

    assert told is not None
    assert told.reading.chapters == (Chapter("Opening Credits", 0, 21_000), Chapter("Prologue", 21_000, 75_600_000))
    assert [one.path for one in stand.simulator.requests] == ["/books/B073H9PF2D", "/books/B073H9PF2D/chapters"]
    for other in (replace(bare, chapters=9), replace(bare, duration_ms=75_000_000)):
        found = stand.find(other)
        assert found is None or found.reading.chapters == ()
    assert len(stand.simulator.requests) == 2, "they would not be believed, and are not asked for"


@pytest.mark.parametrize("fault", [Reply({"error": "x"}, 500), Reply({**CHAPTERS, "isAccurate": False})])
def test_audnexus_without_chapters_tells_the_rest_and_is_asked_for_them_once(
    stand_of: Callable[[str], Stand], fault: Reply
) -> None:
    stand = stand_of("audnexus")
    whole = stand.simulator.answers["audnexus"]
    stand.simulator.answers["audnexus"] = lambda one: fault if one.path.endswith("chapters") else whole(one)

    for _ in range(2):
        told = stand.find(replace(LEVIATHAN, identifiers=(ASIN,), duration_ms=75_600_000))
        assert told is not None
        assert (told.reading.title, told.reading.chapters) == ("Leviathan Wakes", ())

    assert len(stand.simulator.requests) == 2
    assert stand.client.health().state == "ready"


def test_audnexus_is_asked_in_one_region_after_the_other(stand_of: Callable[[str], Stand]) -> None:
    stand = stand_of("audnexus")
    stand.desk = Desk(stand.client, stand.desk.settings.model_copy(update={"regions": ("de", "us", "uk")}))

    assert stand.find(replace(LEVIATHAN, identifiers=(ASIN,))) is not None

    assert [one.query["region"] for one in stand.simulator.requests] == ["de", "us"]


def test_musicbrainz_tells_who_reads(stand_of: Callable[[str], Stand]) -> None:
    found = detail_of(stand_of, "musicbrainz", replace(LEVIATHAN, identifiers=(ASIN,)))
    said = found.reading

    assert [(one.name, one.role) for one in said.contributions] == [
        ("James S. A. Corey", "aut"),
        ("Jefferson Mays", "nrt"),
    ]
    assert (said.publisher, said.date, said.language) == ("Hachette Audio", "2011-06-15", "en")
    assert said.technical.duration_ms == 75_600_000
    assert found.cover_url == f"https://coverartarchive.org/release/{RELEASE_ID}/front-1200"


def test_musicbrainz_tells_an_album_and_is_asked_for_no_audiobook_of_its_name(stand_of: Callable[[str], Stand]) -> None:
    album = Question(1, BookKind.ALBUM, "Blue Train", authors=("John Coltrane",), duration_ms=1_190_000)
    stand = stand_of("musicbrainz")

    told = stand.find(album)

    assert told is not None
    assert (told.provider_id, told.reading.publisher, told.reading.genres) == (ALBUM_ID, "Blue Note", ("hard bop",))
    assert (told.reading.date, told.reading.technical.duration_ms) == ("1958-01", 1_193_000)
    assert told.cover_url == f"https://coverartarchive.org/release/{ALBUM_ID}/front-1200"
    search, entity = stand.simulator.requests
    assert search.query["query"] == 'release:"Blue Train" AND artist:"John Coltrane" NOT secondarytype:"Audiobook"'
    assert entity.path == f"/release/{ALBUM_ID}"


def test_musicbrainz_says_503_when_it_is_asked_too_often(stand_of: Callable[[str], Stand]) -> None:
    stand = stand_of("musicbrainz")
    stand.simulator.faults["musicbrainz"].append(Reply({"error": "too many"}, 503, {"Retry-After": "0"}))

    assert stand.find(LEVIATHAN) is not None
    assert stand.client.health().outcomes["too_often"] == 1


def test_tmdb_tells_a_movie_with_all_that_belongs_to_it(stand_of: Callable[[str], Stand]) -> None:
    stand = stand_of("tmdb")
    found = stand.find(replace(BLADE_RUNNER, identifiers=(IMDB,)))
    assert found is not None
    said = found.reading

    assert [(one.name, one.role) for one in said.contributions] == [("Ridley Scott", "drt"), ("Harrison Ford", "act")]
    assert (said.date, said.technical.duration_ms, said.genres) == ("1982-06-25", 7_080_000, ("Science Fiction",))
    assert {one.scheme for one in said.identifiers} == {"tmdb", "imdb", "wikidata"}
    assert dict(said.particulars) == {
        "certification": "R",
        "rating": "7.9 of 10 (13000)",
        "poster": "https://image.tmdb.org/t/p/original/x.jpg",
        "backdrop": "https://image.tmdb.org/t/p/original/b.jpg",
    }
    assert {one.headers["authorization"] for one in stand.simulator.requests} == {"Bearer hush"}


def test_two_hundred_episodes_of_three_seasons_are_four_requests(stand_of: Callable[[str], Stand]) -> None:
    stand = stand_of("tmdb")
    episodes = [
        replace(EPISODE, season=number % 3 + 1, series=(SeriesEntry("The Long Road", str(number // 3 + 1)),))
        for number in range(200)
    ]

    found = [stand.find(one) for one in episodes]

    assert len(stand.simulator.requests) == 4
    told = [one.reading for one in found if one is not None]
    assert len(told) == 200
    assert [one.title for one in told[:4]] == ["Episode 1.1", "Episode 2.1", "Episode 3.1", "Episode 1.2"]
    assert told[4].series == (SeriesEntry("The Long Road", "2"),)
    assert dict(told[0].particulars)["certification"] == "TV-MA"
    assert dict(told[0].particulars)["still"] == "https://image.tmdb.org/t/p/original/s1e1.jpg"


def test_an_episode_whose_season_is_not_known_is_not_asked_for(stand_of: Callable[[str], Stand]) -> None:
    stand = stand_of("tmdb")
    unplaced = replace(EPISODE, season=None)

    assert stand.find(unplaced) is None
    assert stand.provider.lacks(unplaced) == "its season is not known"

"""From a book on the disk to what the web says of it, on the real house and a real server, one handful at a time."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shishod.clock import Clock
from shishod.enrich.enricher import CANDIDATES, HANDFUL, OFFERS, PAUSE_S, Enricher
from shishod.enrich.guide import Ahead, Guide
from shishod.enrich.hanger import PICTURE_TRIES
from shishod.enrich.ledger import FileNotes, Ledger
from shishod.enrich.limiter import Limiter
from shishod.enrich.manners import FAILURES
from shishod.enrich.polite import PoliteClient
from shishod.enrich.provider import Desk, Here
from shishod.enrich.providers import BY_NAME
from shishod.enrich.providers.openlibrary import OpenLibrary
from shishod.enrich.stretch import END
from shishod.enrich.window import Limit, Rules
from shishod.enrich.wire import Wire
from shishod.errors import Refused
from shishod.formats.limits import Limits
from shishod.model.book import BookKind
from shishod.model.catalog import BookQuery
from shishod.model.covers import PictureDue, PictureHung, may_be_upgraded
from shishod.model.finding import Candidate, Question, Standing, Wanted
from shishod.model.metadata import UserWord
from shishod.model.ticket import Errand
from shishod.model.words import CLEARED, Wording
from shishod.scan.edits import Editor
from shishod.scan.gallery import Gallery
from shishod.scan.learning import Learner
from shishod.scan.pauses import please
from shishod.scan.taking import Fetched, hang
from shishod.store.catalog import SqlCatalog
from tests.enrich.conftest import QuickStop
from tests.enrich.recorded import ANSWERS, LEFT_HAND_DOC, LEFT_HAND_WORK, LEVIATHAN
from tests.enrich.simulator import Reply, Request, Simulator
from tests.hearing import capture_logs
from tests.samples import a_metadata_json, a_png, an_epub, an_m4b
from tests.scan.conftest import a_house, house
from tests.scan.house import House

__all__ = ["a_house", "house"]
DAY_S = 86_400.0
UNANSWERED = "127.0.0.1 answers 500. What it was asked is asked for again by itself"
URN = "urn:isbn:9780441478125"


class Room:
    """Enrichment in one thread, on a house and a simulator."""

    def __init__(self, house: House, simulator: Simulator, place: Path, *names: str, **settings: Any) -> None:
        self.house = house
        self.simulator = simulator
        simulator.answers.update(ANSWERS)
        stop, ledger = QuickStop(), Ledger(FileNotes(place / "limits"))
        clock: Clock = house.clock
        guides = []
        for rank, name in enumerate(names):
            provider = BY_NAME[name]
            said = provider.Settings(url=f"{simulator.url}/{name}", **settings)
            limiter = Limiter(name, Rules((Limit(1000, 0.01),)), ledger, stop, jitter_s=0.0)
            wire = Wire(["127.0.0.1"], "shishod/0 (ann@example.org)", limit_s=2.0)
            terms = provider.terms(Here(said, "hush"))
            client = PoliteClient(terms, wire, limiter, house.catalog, stop, clock=clock, dice=lambda: 0.5)
            guides.append(Guide(provider, said, client, rank))
        self.books = Learner(house.catalog, house.recorder)
        self.editor = Editor(house.catalog, house.recorder)
        self.gallery = Gallery(str(place / "state0" / "covers"))
        self.ahead = Enricher(guides, house.catalog, self.books, house.queue, keep=self.keep, clock=clock, ahead=True)
        self.enricher = Enricher(guides, house.catalog, self.books, house.queue, keep=self.keep, clock=clock)

    def keep(self, due: PictureDue, content: bytes) -> PictureHung:
        found = hang(Fetched(self.gallery, content), Limits())
        return PictureHung(due, found.digest, found.form, found.width, found.height, found.text)

    def work(self) -> None:
        """Carry out all that is wanted now."""
        self.enricher.wake()
        self.carry()

    def carry(self) -> None:
        """Carry out all that was asked for."""
        while tickets := self.house.queue.claim_some(1, [Errand.ENRICH], 0):
            try:
                self.enricher.carry(tickets)
            finally:
                for ticket in tickets:
                    self.house.queue.finish(ticket)

    def book(self) -> dict[str, Any]:
        (book,) = self.house.books()
        return book

    def asked(self) -> list[str]:
        """The paths that were asked for since this was last asked."""
        paths = [one.path for one in self.simulator.requests]
        self.simulator.requests.clear()
        return paths

    def close(self) -> None:
        for guide in self.enricher.guides.values():
            guide.client.close()


Build = Callable[..., Room]


@pytest.fixture
def a_room(house: House, simulator: Simulator, tmp_path: Path) -> Iterator[Build]:
    built: list[Room] = []

    def build(*names: str, **settings: Any) -> Room:
        built.append(Room(house, simulator, tmp_path, *(names or ("openlibrary",)), **settings))
        return built[-1]

    yield build
    for one in built:
        one.close()


def left_hand(library: Path, name: str = "a.epub", **said: Any) -> None:
    known = {"title": "The Left Hand of Darkness", "authors": ["Ursula K. Le Guin"], "language": "en"}
    an_epub(library / name, **{**known, **said})


def test_a_thin_book_gains_what_the_catalogue_says_with_its_source_and_time(a_room: Build, library: Path) -> None:
    left_hand(library, identifiers=[URN])
    room = a_room()
    room.house.scan()

    room.work()

    book = room.book()
    assert book["description"] == "A lone envoy on a winter world."
    assert book["series"] == [{"name": "Hainish Cycle", "number": "4"}]
    assert book["publisher"] == "Ace", "nothing else says it"
    source = book["sources"]["description"]
    assert (source["source"], source["place"]) == ("web", "openlibrary OL59800W")
    assert source["at"] == book["findings"][0]["fetched_at"]
    assert book["sources"]["title"]["source"] == "file"
    assert (book["findings"][0]["status"], book["findings"][0]["score"]) == ("matched", 0.97)


def test_a_second_look_asks_for_nothing(a_room: Build, library: Path) -> None:
    left_hand(library)
    room = a_room()
    room.house.scan()
    room.work()
    assert room.asked()

    for _ in range(2):
        room.house.scan()
        room.work()

    assert room.asked() == []


def test_what_is_not_surely_the_book_is_kept_to_choose_from_and_changes_nothing(a_room: Build, library: Path) -> None:
    left_hand(library, title="The Left Hand", authors=["Somebody Else"])
    room = a_room()
    room.simulator.answers["openlibrary"] = lambda request: (
        Reply({"docs": [LEFT_HAND_DOC]}) if request.path == "/search.json" else ANSWERS["openlibrary"](request)
    )
    room.house.scan()
    before = room.book()

    room.work()

    book = room.book()
    (found,) = book["findings"]
    assert (found["status"], found["id"], book["description"]) == ("unmatched", "", before["description"])
    assert [one["id"] for one in found["candidates"]] == ["OL59800W"]
    assert "0.85 is asked for" in found["reason"]

    assert room.enricher.choose(book["id"], "openlibrary", "OL59800W")
    book = room.book()
    assert (book["description"], book["findings"][0]["chosen"]) == ("A lone envoy on a winter world.", True)
    assert book["title"] == "The Left Hand"


def test_of_offers_without_end_the_first_are_looked_at(a_room: Build, library: Path) -> None:
    left_hand(library)
    room = a_room()
    docs = [{**LEFT_HAND_DOC, "key": f"/works/OL{number}W", "title": f"Nearly {number}"} for number in range(OFFERS)]
    room.simulator.answers["openlibrary"] = lambda request: (
        Reply({"docs": [*docs, LEFT_HAND_DOC]}) if request.path == "/search.json" else ANSWERS["openlibrary"](request)
    )
    room.house.scan()

    room.work()

    (found,) = room.book()["findings"]
    assert (found["status"], len(found["candidates"])) == ("unmatched", CANDIDATES)


def test_a_choice_outlives_what_becomes_known_of_the_book(a_room: Build, library: Path) -> None:
    left_hand(library, title="Unknown Work")
    room = a_room()
    room.house.scan()
    room.work()
    assert room.book()["findings"][0]["status"] == "not_found"
    room.enricher.choose(room.book()["id"], "openlibrary", "OL59800W")

    left_hand(library, title="Another Unknown Work")
    room.house.scan()
    room.work()

    (found,) = room.book()["findings"]
    assert (found["status"], found["id"], found["chosen"]) == ("matched", "OL59800W", True)


def test_a_choice_that_is_none_is_refused(a_room: Build, library: Path) -> None:
    left_hand(library)
    room = a_room()
    room.house.scan()

    with pytest.raises(Refused, match="has nothing under OL0W"):
        room.enricher.choose(room.book()["id"], "openlibrary", "OL0W")
    with pytest.raises(Refused, match='"tmdb" is not on'):
        room.enricher.choose(room.book()["id"], "tmdb", "78")
    assert not room.enricher.choose(999, "openlibrary", "OL59800W")


def test_a_frozen_book_is_never_asked_for(a_room: Build, library: Path) -> None:
    left_hand(library)
    room = a_room()
    room.house.scan()
    room.house.catalog.freeze([room.book()["id"]], True)

    room.work()
    assert room.asked() == []
    assert not room.enricher.choose(room.book()["id"], "openlibrary", "OL59800W")
    assert room.book()["findings"] == []


def test_the_users_words_and_what_lies_beside_are_believed_above_the_web(a_room: Build, library: Path) -> None:
    (library / "x").mkdir()
    left_hand(library / "x", identifiers=[URN])
    a_metadata_json(library / "x/metadata.json", title="Beside", description="Beside")
    room = a_room()
    room.house.scan()
    room.editor.edit(room.book()["id"], Wording(said=(UserWord("series", None, CLEARED),)))

    room.work()

    book = room.book()
    assert (book["description"], book["series"]) == ("Beside", [])
    assert book["sources"]["series"] == {"source": "user", "place": "cleared"}


def test_a_scan_keeps_what_the_web_said(a_room: Build, library: Path) -> None:
    left_hand(library, identifiers=[URN])
    room = a_room()
    room.house.scan()
    room.work()

    left_hand(library, identifiers=[URN], publisher="New House", description="The file's own")
    room.house.scan()

    book = room.book()
    assert (book["description"], book["publisher"]) == ("A lone envoy on a winter world.", "New House")
    room.work()
    assert room.book()["publisher"] == "New House", "it only fills what the file does not say"


def test_two_providers_are_believed_in_their_order(a_room: Build, library: Path) -> None:
    left_hand(library, identifiers=[URN])
    room = a_room("googlebooks", "openlibrary")
    room.house.scan()

    room.work()

    book = room.book()
    assert book["sources"]["description"]["place"] == "googlebooks zyTCAlFPjgYC"
    assert book["sources"]["series"]["place"] == "openlibrary OL59800W"


def test_what_grew_old_is_asked_for_again_and_written_only_where_it_changed(a_room: Build, library: Path) -> None:
    left_hand(library)
    room = a_room()
    room.house.scan()
    room.work()
    before, _ = room.book(), room.asked()

    room.house.clock.wind(181 * DAY_S)
    room.work()

    assert room.asked() == ["/works/OL59800W.json"]
    after = room.book()
    assert after["updated_at"] == before["updated_at"], "it says the same"
    assert after["findings"][0]["due_at"] > before["findings"][0]["due_at"]

    room.simulator.answers["openlibrary"] = lambda request: (
        Reply({**LEFT_HAND_WORK, "description": "Retold."}) if "works" in request.path else None
    )
    room.enricher.refresh([after["id"]])
    room.work()
    assert room.book()["description"] == "Retold."


def test_a_work_that_is_gone_from_the_catalogue_is_believed_no_more(a_room: Build, library: Path) -> None:
    left_hand(library)
    room = a_room()
    room.house.scan()
    room.work()
    room.simulator.answers["openlibrary"] = lambda _: None

    room.house.clock.wind(181 * DAY_S)
    room.work()

    book = room.book()
    assert (book["findings"][0]["status"], book["description"]) == ("not_found", None)


def test_while_a_provider_is_away_nothing_is_written_and_it_is_tried_again(a_room: Build, library: Path) -> None:
    left_hand(library)
    room = a_room()
    room.house.scan()
    room.simulator.faults["openlibrary"] += [Reply({}, 500)] * 6
    room.work()
    assert (room.book()["findings"], len(room.asked())) == ([], 6)

    room.work()
    assert room.asked() == [], "it rests, however often it is asked for"
    assert room.house.queue.waiting()[Errand.ENRICH] == 1

    room.house.clock.wind(61)
    room.work()
    assert room.book()["findings"][0]["status"] == "matched"


@pytest.mark.parametrize("by", ["its words", "its ISBN, among others"])
def test_a_question_that_is_never_answered_keeps_no_other_waiting(a_room: Build, library: Path, by: str) -> None:
    ill = {isbn(number) for number in (2, 3)} if "ISBN" in by else set[str]()
    for number in range(30):
        said = [f"urn:isbn:{isbn(number)}"] if ill else []
        an_epub(library / f"{number:02}.epub", title=f"Unheard Of {number}", identifiers=said)
    room = a_room()
    answered = room.simulator.answers["openlibrary"]

    def answer(request: Request) -> Reply | None:
        by_words, by_isbn = request.query.get("title"), request.query.get("q", "")
        in_vain = any(one in by_isbn for one in ill) if ill else by_words in ("Unheard Of 2", "Unheard Of 3")
        return Reply({}, 500) if in_vain else answered(request)

    room.simulator.answers["openlibrary"] = answer
    room.house.scan()
    for _ in range(30):
        room.work()
        room.house.clock.wind(100)

    assert room.house.catalog.standings() == {"openlibrary": {"not_found": 28, "refused": 2}}
    told = {book["title"]: book["findings"][0] for id in range(1, 31) if (book := room.house.catalog.book(id))}
    refused = {title: found["reason"] for title, found in told.items() if found["status"] == "refused"}
    assert refused == dict.fromkeys(["Unheard Of 2", "Unheard Of 3"], UNANSWERED)
    asked = len(room.asked())
    room.work()
    assert room.asked() == [], "they are asked for again the next day"
    assert asked < 200


def test_while_nobody_can_be_reached_little_waits_whatever_is_written_and_it_is_said_once(
    a_room: Build, library: Path
) -> None:
    for number in range(30):
        an_epub(library / f"{number:02}.epub", title=f"Unknown {number}")
    room = a_room("openlibrary", "googlebooks")
    room.simulator.answers = dict.fromkeys(ANSWERS, lambda _: Reply(resets=True))
    room.house.scan()
    numbers = [book["id"] for book in room.house.books()]
    deepest = 0
    with capture_logs() as logs:
        for _ in range(40):
            for number in numbers:
                room.enricher.note([number])
            room.carry()
            room.house.clock.wind(20)
            deepest = max(deepest, room.house.queue.waiting()[Errand.ENRICH])

    assert deepest <= 4, "a walk and a retry for each provider"
    assert ["it rests, and is tried again" in line["event"] for line in logs].count(True) == 2
    assert {name: guide.client.health().state for name, guide in room.enricher.guides.items()} == dict.fromkeys(
        ("openlibrary", "googlebooks"), "resting"
    )
    assert room.house.catalog.standings() == {}


def test_books_without_the_identifier_that_a_provider_needs_cost_nothing(a_room: Build, library: Path) -> None:
    an_m4b(library / "Unnumbered.m4b", title="Unnumbered", artist="James S. A. Corey")
    room = a_room("audnexus")
    room.house.scan()

    room.work()

    assert room.asked() == []
    assert room.house.catalog.standings() == {}


def test_a_question_that_is_declined_is_told_as_refused(a_room: Build, library: Path) -> None:
    left_hand(library)
    room = a_room()
    room.house.scan()
    room.simulator.faults["openlibrary"].append(Reply({}, 422))

    room.work()

    (found,) = room.book()["findings"]
    assert (found["status"], found["reason"]) == ("refused", "127.0.0.1 answers 422")


def test_an_answer_of_another_shape_is_told_as_refused_and_asked_for_again_the_next_day(
    a_room: Build, library: Path
) -> None:
    left_hand(library)
    room = a_room()
    room.house.scan()
    room.simulator.faults["openlibrary"].append(Reply({"error": "maintenance"}))
    room.work()
    (found,) = room.book()["findings"]
    assert (found["status"], found["reason"]) == ("refused", "127.0.0.1 answers 200 with what is none of its answers")

    room.house.clock.wind(DAY_S + 1)
    room.work()

    assert room.book()["findings"][0]["status"] == "matched"


def test_what_was_found_stays_where_it_is_answered_with_something_else_later(a_room: Build, library: Path) -> None:
    left_hand(library)
    room = a_room()
    room.house.scan()
    room.work()
    room.simulator.faults["openlibrary"].append(Reply([]))

    room.house.clock.wind(181 * DAY_S)
    room.work()

    book = room.book()
    assert (book["findings"][0]["status"], book["description"]) == ("matched", "A lone envoy on a winter world.")
    room.asked()
    room.house.clock.wind(DAY_S + 1)
    room.work()
    assert room.asked() == ["/works/OL59800W.json"]


def test_a_catalogue_that_answers_nothing_but_that_it_is_down_is_left_alone(a_room: Build, library: Path) -> None:
    for number in range(30):
        left_hand(library, f"{number}.epub", identifiers=[f"urn:isbn:{isbn(number)}"], title=f"Unheard Of {number}")
    room = a_room("googlebooks")
    room.simulator.answers["googlebooks"] = lambda _: Reply({"error": "maintenance"})
    room.house.scan()

    room.work()

    assert len(room.asked()) == FAILURES, "it rests then"
    assert room.enricher.guides["googlebooks"].client.health().state == "resting"


def test_many_books_are_asked_for_a_handful_at_a_time(a_room: Build, library: Path) -> None:
    for number in range(60):
        an_epub(library / f"{number:02}.epub", title=f"Unknown {number}", identifiers=[f"urn:isbn:{isbn(number)}"])
    room = a_room()
    room.house.scan()

    room.work()

    batches = [one.query["q"].count(" OR ") + 1 for one in room.simulator.requests if "q" in one.query]
    assert batches == [25, 25, 10]
    assert room.house.catalog.standings() == {"openlibrary": {"not_found": 60}}


def test_while_a_handful_is_asked_for_the_next_is_asked_for_ahead_and_nothing_twice(
    a_room: Build, library: Path
) -> None:
    for number in range(2 * HANDFUL):
        an_epub(library / f"{number:02}.epub", title=f"Unknown {number}", authors=["Ann"])
    room = a_room("googlebooks")
    room.house.scan()
    room.ahead.wake()
    asked: list[tuple[bool, int, int]] = []
    while tickets := room.house.queue.claim_some(1, [Errand.ENRICH], 0):
        room.ahead.carry(tickets)
        room.house.queue.finish(tickets[0])
        written = room.house.catalog.standings().get("googlebooks", {}).get("not_found", 0)
        asked.append((isinstance(tickets[0].subject, Ahead), len(room.asked()), written))

    assert asked[:3] == [
        (False, HANDFUL, HANDFUL),
        (True, HANDFUL, HANDFUL),  # for answers alone: no book is written
        (False, 0, 2 * HANDFUL),
    ]


class Counting:
    """The catalogue, and how many of its books each question about those that are wanted goes through."""

    def __init__(self, catalog: SqlCatalog) -> None:
        self._catalog = catalog
        self.rows = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalog, name)

    def books_wanted(self, wanted: Wanted) -> list[int]:
        ids = self._catalog.books_wanted(wanted)
        known = (book["id"] for book in self._catalog.books(BookQuery(limit=500))[0])
        last = ids[-1] if len(ids) == wanted.limit else END
        self.rows += sum(wanted.after < number <= last for number in known)
        return ids


def test_a_first_scan_has_every_book_looked_at_once_however_many_batches_it_comes_in(
    a_room: Build, library: Path
) -> None:
    room = a_room()
    counting = Counting(room.house.catalog)
    room.enricher._shelf = counting  # type: ignore[assignment]
    for batch in range(8):
        for number in range(5):
            name = f"{batch} {number}"
            an_epub(library / f"{name}.epub", title=name, description="Known.", date="1999", cover=a_png(8, 12))
        before = {book["id"] for book in room.house.books()}
        room.house.scan()
        room.enricher.note([book["id"] for book in room.house.books() if book["id"] not in before])
        assert not room.house.queue.claim([Errand.ENRICH], 0), "it waits for more"
        room.house.clock.wind(PAUSE_S)
        room.carry()

    assert counting.rows == 40
    assert room.asked() == []


def test_a_book_that_changes_behind_the_walk_is_asked_for_after_it(a_room: Build, library: Path) -> None:
    for number in range(30):
        an_epub(library / f"{number:02}.epub", title=f"Unknown {number}", identifiers=[f"urn:isbn:{isbn(number)}"])
    room = a_room()
    room.house.scan()
    numbers = sorted(book["id"] for book in room.house.books())
    changed: list[int] = []

    def answer(request: Request) -> Reply | None:
        if " OR " in request.query.get("q", "") and len(room.simulator.requests) > 1 and not changed:
            left_hand(library, "00.epub", identifiers=[URN])
            room.house.scan()
            changed.append(numbers[0])
            room.enricher.note(changed)
            room.house.clock.wind(PAUSE_S)
        return ANSWERS["openlibrary"](request)

    room.simulator.answers["openlibrary"] = answer
    room.work()

    assert room.house.catalog.book(numbers[0])["findings"][0]["status"] == "matched"  # type: ignore[index]
    assert room.house.queue.waiting()[Errand.ENRICH] == 0


def isbn(number: int) -> str:
    digits = f"97800000{number:04}"
    check = (10 - sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(digits)) % 10) % 10
    return f"{digits}{check}"


def test_a_crash_at_any_request_asks_none_of_the_finished_ones_again(a_room: Build, library: Path) -> None:
    left_hand(library, "a.epub", identifiers=[URN])
    left_hand(library, "b.epub")
    room = a_room()
    room.house.scan()

    seen: list[str] = []
    for survives in range(20):
        left = [survives]

        def answer(request: Any, left: list[int] = left) -> Reply | None:
            seen.append(f"{request.path}?{sorted(request.query.items())}")
            left[0] -= 1
            if left[0] < 0:
                seen.pop()
                return Reply(resets=True)
            return ANSWERS["openlibrary"](request)

        room.simulator.answers["openlibrary"] = answer
        restarted = a_room()  # what a new process has: nothing but the catalogue
        restarted.work()
        if all(book["findings"] for book in room.house.books()):
            break
    else:
        pytest.fail("it never came to an end")

    assert sorted(seen) == sorted(set(seen)), "a finished request was asked again"
    assert [book["findings"][0]["status"] for book in room.house.books()] == ["matched", "matched"]


FIELDS = ("title", "series", "description", "publisher", "genres", "subtitle")


@pytest.mark.parametrize("seed", [*range(6), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(6, 100))])
def test_the_users_fields_never_change_whatever_comes_between(a_room: Build, library: Path, seed: int) -> None:
    dice = random.Random(seed)
    left_hand(library, identifiers=[URN])
    room = a_room("openlibrary", "googlebooks", fields=[*FIELDS, "cover"], fills=[])
    room.house.scan()
    number = room.book()["id"]
    said: dict[str, Any] = {}

    def edit() -> None:
        field = dice.choice(FIELDS)
        value: Any = None if dice.random() < 0.4 and field != "title" else f"Mine {dice.random()}"
        said[field] = value
        kept = value if value is None or field not in ("series", "genres") else ()
        word = UserWord(field, kept if field in ("series", "genres") else value, CLEARED if value is None else "")
        said[field] = None if field in ("series", "genres") else value
        room.editor.edit(number, Wording(said=(word,)))

    def retag() -> None:
        left_hand(library, identifiers=[URN], description=f"File {dice.random()}", publisher=f"House {dice.random()}")
        room.house.scan()

    def enrich() -> None:
        text = f"Web {dice.random()}"
        work = Reply({**LEFT_HAND_WORK, "description": text})

        def answer(request: Request) -> Reply | None:
            if dice.random() < 0.3:
                edit()  # while the enrichment waits for this very answer
            return work if "works" in request.path else ANSWERS["openlibrary"](request)

        room.simulator.answers["openlibrary"] = answer
        room.enricher.refresh([number])
        room.work()

    def pass_time() -> None:
        room.house.clock.wind(dice.choice([1, DAY_S, 200 * DAY_S]))
        room.work()

    for _ in range(25):
        dice.choice([edit, retag, enrich, pass_time])()
        book = room.book()
        for field, value in said.items():
            assert (book[field] or None) == value, field
            assert book["sources"][field]["source"] == "user"
    assert said


def test_an_answer_for_a_standing_is_one_of_four() -> None:
    assert [str(one) for one in Standing] == ["matched", "unmatched", "not_found", "refused"]


def test_a_book_that_has_grown_stale_is_fresh_once_it_was_asked_for(a_room: Build, library: Path) -> None:
    left_hand(library)
    an_epub(library / "b.epub", title="Frozen Book")
    room = a_room()
    room.house.scan()
    room.work()
    numbers = [book["id"] for book in room.house.books()]
    room.house.catalog.freeze([numbers[1]], True)
    room.house.catalog.grow_stale(numbers)
    assert len(room.house.catalog.stale(0, 9)) == 2

    room.enricher.refresh(numbers)
    assert len(room.house.catalog.stale(0, 9)) == 1, "of a frozen one nothing will be asked"
    room.work()

    assert room.house.catalog.stale(0, 9) == []


def heard(library: Path, **said: Any) -> None:
    an_m4b(library / "Leviathan Wakes [B073H9PF2D].m4b", title="Leviathan Wakes", artist="James S. A. Corey", **said)


def pictured(room: Room, picture: bytes) -> None:
    """Audnexus, with a picture of the book that the simulator gives."""
    told = {**LEVIATHAN, "runtimeLengthMin": None, "image": f"{room.simulator.url}/audnexus/cover.png"}
    room.simulator.answers["audnexus"] = lambda request: (
        Reply(picture, headers={"Content-Type": "image/png"}) if request.path == "/cover.png" else Reply(told)
    )


def test_a_book_without_a_cover_shows_the_catalogues_and_fetches_it_once(a_room: Build, library: Path) -> None:
    heard(library)
    room = a_room("audnexus")
    pictured(room, a_png(600, 900))
    room.house.scan()

    room.work()
    state = room.house.catalog.cover_of(room.book()["id"])

    assert state is not None
    assert (state.form, state.width, state.height, state.text) == ("png", 600, 900, "")
    assert state.digest is not None
    assert room.gallery.holds(state.digest, "png")
    assert state.digest in room.house.catalog.covers_shown()
    room.work()
    assert room.asked().count("/cover.png") == 1

    room.house.catalog.retake([state.digest])
    room.work()
    assert room.asked() == ["/cover.png"], "somebody has removed it from the cache"


@pytest.mark.parametrize(("own", "shown"), [((8, 12), 900), ((700, 950), 950)], ids=["smaller", "larger"])
def test_a_books_own_cover_gives_way_to_a_larger_one_alone(
    a_room: Build, library: Path, own: tuple[int, int], shown: int
) -> None:
    heard(library, cover=a_png(*own))
    room = a_room("audnexus")
    pictured(room, a_png(600, 900))
    room.house.scan()
    room.house.queue.request(please(Errand.COVER, 0.0))
    while room.house.turn(Errand.COVER):
        room.house.clock.wind(10)

    room.work()

    state = room.house.catalog.cover_of(room.book()["id"])
    assert state is not None
    assert state.height == shown


def test_a_recording_without_chapters_gains_the_catalogues(a_room: Build, library: Path) -> None:
    heard(library)
    room = a_room("audnexus")
    room.house.scan()
    lasts_ms = room.book()["duration_ms"]
    chapters = [{"title": "Whole", "startOffsetMs": 0, "lengthMs": lasts_ms + 900}]
    room.simulator.answers["audnexus"] = lambda request: (
        Reply({"isAccurate": True, "chapters": chapters})
        if request.path.endswith("/chapters")
        else Reply({**LEVIATHAN, "runtimeLengthMin": 1, "image": None})
    )

    room.work()

    (told,) = room.house.catalog.book(room.book()["id"])["chapters"]  # type: ignore[index]
    assert (told["title"], told["end_ms"]) == ("Whole", lasts_ms)


def test_what_is_no_picture_is_noted_and_not_fetched_again(a_room: Build, library: Path) -> None:
    heard(library)
    room = a_room("audnexus")
    pictured(room, b"<html>no picture</html>")
    room.house.scan()

    for _ in range(2):
        room.work()

    assert room.house.catalog.cover_of(room.book()["id"]) is None
    assert room.asked().count("/cover.png") == 1


def test_a_picture_that_is_never_answered_keeps_no_other_waiting(a_room: Build, library: Path) -> None:
    heard(library)
    an_m4b(library / "Caliban's War [B0073H9PF2].m4b", title="Caliban's War", artist="James S. A. Corey")
    room = a_room("audnexus")
    told = {**LEVIATHAN, "runtimeLengthMin": None}

    def answer(request: Request) -> Reply:
        if request.path == "/well.png":
            return Reply(a_png(600, 900), headers={"Content-Type": "image/png"})
        if request.path == "/ill.png":
            return Reply({}, 500)
        ill = "B073H9PF2D" in request.path
        title = told["title"] if ill else "Caliban's War"
        return Reply({**told, "title": title, "image": f"{room.simulator.url}/audnexus/{'ill' if ill else 'well'}.png"})

    room.simulator.answers["audnexus"] = answer
    room.house.scan()
    for _ in range(6):
        room.work()
        room.house.clock.wind(601)

    asked = room.asked()
    assert asked.count("/well.png") == 1
    assert asked.count("/ill.png") == 6 * PICTURE_TRIES
    assert room.house.queue.waiting()[Errand.ENRICH] == 0


def test_an_answer_that_surprises_us_is_one_books_alone(
    a_room: Build, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.epub", "b.epub"):
        left_hand(library, name)
    room = a_room()
    room.house.scan()
    detail = OpenLibrary.detail

    def surprised(self: OpenLibrary, desk: Desk, question: Question, candidate: Candidate) -> Candidate | None:
        if question.book_id == 1:
            raise KeyError("covers")
        return detail(self, desk, question, candidate)

    monkeypatch.setattr(OpenLibrary, "detail", surprised)
    room.work()

    (first,) = room.house.catalog.book(1)["findings"]  # type: ignore[index]
    (second,) = room.house.catalog.book(2)["findings"]  # type: ignore[index]
    assert (first["status"], first["reason"]) == (
        "refused",
        "its answer could not be understood (KeyError); this is a fault of shishod",
    )
    assert second["status"] == "matched"


@pytest.mark.parametrize(
    ("kind", "member", "height", "may"),
    [
        (BookKind.EBOOK, None, None, True),
        (BookKind.EBOOK, "cover.jpg", 500, True),
        (BookKind.EBOOK, "cover.jpg", None, True),
        (BookKind.EBOOK, "cover.jpg", 1400, False),
        (BookKind.EBOOK, "", 100, False),
        (BookKind.EBOOK, "page 1", 100, False),
        (BookKind.COMIC, "001.jpg", 100, False),
        (BookKind.COMIC, None, None, False),
    ],
)
def test_pages_and_pictures_beside_a_book_are_never_replaced(
    kind: BookKind, member: str | None, height: int | None, may: bool
) -> None:
    assert may_be_upgraded(kind, member, height) is may

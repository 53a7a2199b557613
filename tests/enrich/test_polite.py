"""The client against a real server that misbehaves: what is asked, how often, and what is kept of it."""

import gzip
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import timedelta
from email.utils import formatdate
from pathlib import Path

import pytest

from shishod.enrich.manners import FAILURES, SHUT, Declined, Meaning, Misconfigured, meaning_of
from shishod.enrich.polite import PoliteClient
from shishod.enrich.window import Limit, Rules
from shishod.errors import Unreachable
from shishod.store.catalog import SqlCatalog
from shishod.work.stop import StopSignal
from tests.enrich.conftest import QuickStop
from tests.enrich.simulator import Reply, Simulator
from tests.scan.house import HandClock

Build = Callable[..., PoliteClient]
DUNE = {"title": "Dune"}


@pytest.fixture
def dune(simulator: Simulator) -> Simulator:
    simulator.answers["books"] = lambda request: Reply(DUNE) if request.path == "/dune" else None
    return simulator


def test_what_is_kept_is_not_asked_again_until_it_is_old(a_client: Build, dune: Simulator, clock: HandClock) -> None:
    client = a_client()
    for _ in range(3):
        assert client.ask("dune", holds_s=100.0).json() == DUNE
    assert len(dune.requests) == 1

    clock.wind(101)
    client.ask("dune", holds_s=100.0)

    assert len(dune.requests) == 2
    assert client.health().outcomes == {"found": 2, "kept": 2}


def test_what_is_not_there_is_kept_too(a_client: Build, dune: Simulator) -> None:
    client = a_client()

    assert [client.ask("nothing").found for _ in range(3)] == [False] * 3
    assert len(dune.requests) == 1


def test_who_asks_is_named_and_its_secrets_stay_below_what_is_kept(
    a_client: Build, dune: Simulator, tmp_path: Path
) -> None:
    client = a_client(headers={"Authorization": "Bearer hush-1"}, secrets={"key": "hush-2"})

    client.ask("dune", {"q": "x y"})

    (request,) = dune.requests
    assert request.headers["user-agent"] == "shishod/0 (ann@example.org)"
    assert (request.headers["authorization"], request.query) == ("Bearer hush-1", {"q": "x y", "key": "hush-2"})
    with closing(sqlite3.connect(tmp_path / "state" / "catalogue.sqlite")) as database:
        assert "hush" not in "\n".join(database.iterdump())
    assert "hush" not in repr(client.health())


def test_many_who_ask_the_same_are_one_request(a_client: Build, simulator: Simulator) -> None:
    simulator.answers["books"] = lambda _: Reply(DUNE, stalls_s=0.2)
    client = a_client()
    said: list[object] = []
    crowd = [threading.Thread(target=lambda: said.append(client.ask("dune").json())) for _ in range(8)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join(10)

    assert said == [DUNE] * 8
    assert len(simulator.requests) == 1


def test_an_answer_that_is_still_the_same_is_renewed_without_its_body(
    a_client: Build, simulator: Simulator, answers: SqlCatalog, clock: HandClock
) -> None:
    simulator.answers["books"] = lambda request: (
        Reply(None, 304) if request.headers.get("if-none-match") == '"1"' else Reply(DUNE, headers={"ETag": '"1"'})
    )
    client = a_client()
    first = client.ask("dune", holds_s=10.0)
    clock.wind(20)
    answers.prune_answers(clock.now(), 2**20)

    again = client.ask("dune", holds_s=10.0)

    assert (again.json(), again.digest, again.etag) == (DUNE, first.digest, '"1"')
    assert again.expires_at - first.expires_at >= timedelta(seconds=20)
    assert client.health().outcomes == {"found": 1, "same": 1}


def test_a_tag_that_cannot_be_said_again_is_none(a_client: Build, simulator: Simulator) -> None:
    simulator.answers["books"] = lambda _: Reply(DUNE, headers={"ETag": '"caf\xe9"'})
    client = a_client()
    first = client.ask("dune")

    again = client.ask("dune", since=first.fetched_at + timedelta(seconds=1))

    assert (first.etag, again.json(), len(simulator.requests)) == ("", DUNE, 2)


def test_the_order_of_keys_and_what_always_changes_make_no_other_answer(a_client: Build, simulator: Simulator) -> None:
    said = iter([b'{"b": [{"x": 1, "seen": 5}], "a": 2}', b'{"a": 2, "b": [{"seen": 6, "x": 1}]}'])
    simulator.answers["books"] = lambda _: Reply(next(said))
    client = a_client(volatile=frozenset({"seen"}))
    first = client.ask("dune")

    assert client.ask("dune", since=first.fetched_at + timedelta(seconds=1)).digest == first.digest


@pytest.mark.parametrize(
    ("status", "retry_after", "wait_s"),
    [(429, "1", 1), (429, None, 10), (503, "1", 1), (429, "in five seconds", 5)],
    ids=["too often", "too often, without a time", "not now", "too often, with a date"],
)
def test_a_provider_that_is_asked_too_often_is_asked_again_when_it_says(
    a_client: Build, dune: Simulator, clock: HandClock, status: int, retry_after: str | None, wait_s: float
) -> None:
    stop = QuickStop()
    clock.wind(3600)  # a date is one of the provider's own clock
    if retry_after == "in five seconds":
        retry_after = formatdate(time.time() + 5, usegmt=True)
    dune.faults["books"].append(Reply({}, status, {"Retry-After": retry_after} if retry_after else {}))
    client = a_client(stop, Rules((Limit(1000, 0.01),)))

    def hurry() -> None:  # the bar is kept by the ledger; what it says to wait is enough to know
        with suppress(Unreachable):
            client.ask("dune")

    thread = threading.Thread(target=hurry, daemon=True)
    thread.start()
    thread.join(0.3)

    longest = max(stop.waits)
    assert longest == pytest.approx(wait_s + 0.5, abs=0.4 if wait_s != 5 else 1.4)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()


def test_a_provider_that_wants_to_be_left_alone_for_long_is_told_as_resting(a_client: Build, dune: Simulator) -> None:
    client = a_client()
    dune.faults["books"].append(Reply({}, 429, {"Retry-After": "5000"}))
    with pytest.raises(Unreachable):
        client.ask("dune")

    health = client.health()

    assert (health.state, health.reason) == ("resting", SHUT)
    assert 4900 < health.rest_s <= 5001


def test_a_storm_of_faults_is_answered_with_patience_and_then_with_rest(a_client: Build, dune: Simulator) -> None:
    stop = QuickStop()
    client = a_client(stop)
    dune.faults["books"] += [Reply({}, 503)] * 6
    with pytest.raises(Unreachable):
        client.ask("dune")
    assert [round(wait) for wait in stop.waits if wait > 0.5] == [1, 2, 4, 8, 17]
    assert len(dune.requests) == 6

    assert client.health()[:2] == ("failing", "127.0.0.1 answers 503")

    assert client.ask("dune").found, "one failure is no reason to rest"
    assert client.health()[:2] == ("ready", "")


def test_a_provider_that_fails_again_and_again_is_left_alone_and_tried_after_its_rest(
    a_client: Build, dune: Simulator, clock: HandClock
) -> None:
    client = a_client()
    dune.faults["books"] += [Reply({}, 500)] * 6 * FAILURES
    for _ in range(FAILURES):
        with pytest.raises(Unreachable):
            client.ask("dune")
    asked = len(dune.requests)

    with pytest.raises(Unreachable) as told:
        client.ask("dune")

    assert (len(dune.requests), told.value.retry_after_s) == (asked, pytest.approx(60, abs=1))
    assert client.health().state == "resting"
    clock.wind(61)
    assert client.ask("dune").found
    assert client.health().state == "ready"


@pytest.mark.parametrize(
    "fault",
    [
        Reply(resets=True),
        Reply(b"<html>not json</html>"),
        Reply(b"[" * 100_000),
        Reply({"a": "b" * 99}, stalls_s=3.0),
        Reply(b"", 304),
    ],
    ids=["reset", "not json", "a tower of brackets", "slow body", "not changed, where nobody asked"],
)
def test_what_goes_wrong_on_the_way_is_tried_again(a_client: Build, dune: Simulator, fault: Reply) -> None:
    dune.faults["books"].append(fault)

    assert a_client().ask("dune").json() == DUNE
    assert len(dune.requests) == 2


def test_an_answer_that_comes_drop_by_drop_is_not_waited_for(a_client: Build, dune: Simulator) -> None:
    dune.faults["books"].append(Reply({"a": "b" * 99}, stalls_s=0.3, pieces=99))

    assert a_client().ask("dune").json() == DUNE
    first, second = dune.requests
    assert second.at_s - first.at_s < 15, "it would have been half a minute"


def test_a_provider_that_does_not_know_us_is_asked_no_more(a_client: Build, dune: Simulator) -> None:
    client = a_client()
    dune.faults["books"].append(Reply({}, 401))

    for _ in range(3):
        with pytest.raises(Misconfigured, match=r"enrich: books:.*shishoctl reload"):
            client.ask("dune")

    assert (len(dune.requests), client.health().state) == (1, "stopped")


def test_a_picture_that_its_own_host_refuses_stops_nobody_who_asks_the_catalogue(
    a_client: Build, dune: Simulator
) -> None:
    client = a_client(url=f"{dune.url.replace('127.0.0.1', 'localhost')}/books/")
    for status in (401, 403):
        dune.faults["books"].append(Reply({}, status))
        with pytest.raises(Declined):
            client.picture(f"{dune.url}/books/cover.png", 1000)

    assert client.health().state == "ready"


def test_half_a_character_in_an_answer_is_kept_as_a_question_mark(a_client: Build, simulator: Simulator) -> None:
    simulator.answers["books"] = lambda _: Reply(b'{"title": "Dune \\ud83d"}')

    assert a_client().ask("dune").json() == {"title": "Dune ?"}


def test_a_question_that_is_declined_spoils_no_other(a_client: Build, dune: Simulator) -> None:
    client = a_client()
    dune.faults["books"].append(Reply({}, 400))
    with pytest.raises(Declined):
        client.ask("odd")

    assert client.ask("dune").found


def test_a_provider_may_have_its_own_word_for_too_often(a_client: Build, dune: Simulator) -> None:
    dune.faults["books"].append(Reply({"error": "rateLimitExceeded"}, 403, {"Retry-After": "0"}))

    def means(status: int, body: bytes) -> Meaning:
        return Meaning.TOO_OFTEN if b"rateLimit" in body else meaning_of(status)

    assert a_client(StopSignal(), means=means).ask("dune").found


def test_an_own_redirect_is_followed_and_counted_and_a_foreign_one_is_not(a_client: Build, dune: Simulator) -> None:
    client = a_client()
    dune.faults["books"].append(Reply({}, 302, {"Location": "/books/dune"}))
    assert client.ask("old").json() == DUNE
    assert len(dune.requests) == 2

    for foreign in ("http://example.org/", "https://169.254.169.254/", "ftp://127.0.0.1/", "http://a@127.0.0.1/books/"):
        dune.faults["books"].append(Reply({}, 302, {"Location": foreign}))
        with pytest.raises(Declined, match="no host of its own"):
            client.ask(f"to {foreign}")


@pytest.mark.parametrize(
    "url", ["https://[", "http://127.0.0.1:99999/a.png", "http://127.0.0.1\\@x/a.png", "", "//", "a"]
)
def test_an_address_that_is_none_is_asked_of_nobody(a_client: Build, dune: Simulator, url: str) -> None:
    client = a_client()
    with pytest.raises(Declined):
        client.picture(url, 1000)
    assert dune.requests == []

    dune.answers["books"] = lambda _: Reply({}, 302, {"Location": url or "https://]"})
    with pytest.raises(Declined):
        client.picture(f"{dune.url}/books/a.png", 1000)
    assert client.health().state == "ready"


def test_a_circle_of_redirects_ends(a_client: Build, dune: Simulator) -> None:
    dune.answers["books"] = lambda _: Reply({}, 301, {"Location": "/books/round"})

    with pytest.raises(Declined, match="on and on"):
        a_client().ask("round")
    assert len(dune.requests) == 4


@pytest.mark.parametrize("packed", [False, True], ids=["as it is", "packed"])
def test_an_answer_without_end_is_cut(a_client: Build, simulator: Simulator, packed: bool) -> None:
    endless = b'"' + b"x" * (9 * 2**20) + b'"'
    told = {"Content-Encoding": "gzip"} if packed else {}
    simulator.answers["books"] = lambda _: Reply(gzip.compress(endless) if packed else endless, headers=told)

    with pytest.raises(Declined, match="sends more than"):
        a_client().ask("endless")


def test_a_stop_ends_a_wait_between_two_tries(a_client: Build, dune: Simulator) -> None:
    stop = StopSignal()
    client = a_client(stop)
    dune.faults["books"] += [Reply({}, 500)] * 6
    threading.Timer(0.3, stop.set).start()

    with pytest.raises(Unreachable, match="the daemon stops"):
        client.ask("dune")
    assert len(dune.requests) == 1


def test_what_is_spare_is_asked_where_a_turn_is_free_and_once(a_client: Build, dune: Simulator) -> None:
    client = a_client(rules=Rules((Limit(2, 3600.0),)))
    client.ask("dune", spare=True)
    dune.faults["books"].append(Reply({}, 503))

    with pytest.raises(Unreachable, match="answers 503"):
        client.ask("other", spare=True)
    with pytest.raises(Unreachable, match="by its own rules"):
        client.ask("third", spare=True)

    assert [one.path for one in dune.requests] == ["/dune", "/other"]
    assert client.health().state == "ready", "nobody asked in earnest"


def test_a_part_of_an_answer_is_kept_by_a_name_of_its_own(a_client: Build, clock: HandClock) -> None:
    client = a_client()
    client.keep_part("isbn 1", DUNE, 100.0)
    client.keep_part("isbn 2", None, 100.0)

    kept, nothing = client.kept_part("isbn 1"), client.kept_part("isbn 2")

    assert kept is not None
    assert nothing is not None
    assert (kept.json(), nothing.found, client.kept_part("isbn 3")) == (DUNE, False, None)
    clock.wind(101)
    assert client.kept_part("isbn 1") is None


def test_old_answers_make_room(answers: SqlCatalog, a_client: Build, clock: HandClock) -> None:
    client = a_client()
    for number in range(10):
        client.keep_part(f"short {number}", "x" * 10, 50.0)
        clock.wind(1)
        client.keep_part(f"long {number}", "y" * 10, 500.0)
    clock.wind(60)

    assert answers.prune_answers(clock.now(), 2**30) == 10
    assert answers.prune_answers(clock.now(), 3 * 30) > 0
    assert client.kept_part("long 9") is not None
    assert client.kept_part("long 0") is None


def test_a_client_that_is_left_hangs_up_when_its_last_question_has_ended(a_client: Build, simulator: Simulator) -> None:
    asked, may_answer = threading.Event(), threading.Event()

    def slowly(_: object) -> Reply:
        asked.set()
        assert may_answer.wait(10)
        return Reply({"title": "Dune"})

    simulator.answers["books"] = slowly
    client, found = a_client(), list[bool]()
    asking = threading.Thread(target=lambda: found.append(client.ask("works/1").found))
    asking.start()
    assert asked.wait(10)

    client.leave()
    assert client._wire._clients._value, "it is open while a question is in hand"
    may_answer.set()
    asking.join(10)

    assert (found, client._wire._clients._value) == ([True], [])
    assert client.ask("works/2").found, "what is asked behind it is answered too"
    assert client._wire._clients._value == []

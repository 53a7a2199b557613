"""What each route answers, over a real socket."""

import base64
import json
import os
import threading
import time
from itertools import islice
from pathlib import Path

import pytest

from shishod import __version__
from shishod.control.client import Client
from shishod.control.exchange import ask
from shishod.errors import Refused, SettingsError, Unreachable
from shishod.model.library import RootState
from shishod.model.progress import ScanStatus
from shishod.model.scanlog import LogLine
from shishod.model.ticket import FolderSubject
from shishod.model.tier import Tier
from shishod.model.words import FIELDS
from tests.control.standin import NOON, Standin, Watched, a_book, a_root, a_scan
from tests.hearing import capture_logs


def test_health_names_the_version_the_loops_and_how_roots_are_watched(client: Client, daemon: Standin):
    daemon.watched = [Watched(1, "degraded", armed=4, needed=9, poll_s=60.0, reason="too few", remedy="sysctl")]

    told = client.get("/v1/health")

    assert (told["ok"], told["version"], told["loops"]) == (True, __version__, {"watch": True})
    (watch,) = told["watch"]
    assert watch["root"] == 1
    assert (watch["mode"], watch["armed"], watch["needed"], watch["poll_s"]) == ("degraded", 4, 9, 60.0)


def test_health_is_503_when_a_loop_is_dead(client: Client, daemon: Standin):
    daemon.loops = {"watch": False}

    with pytest.raises(Unreachable, match="not turning: watch"):
        client.get("/v1/health")


def test_status_lists_the_roots_and_says_in_one_line_that_all_is_well(client: Client, books: Path):
    report = client.get("/v1/status")

    assert report["roots"][0]["path"] == str(books)
    assert report["ok"]
    assert report["sentence"].startswith("All is well")


def test_a_status_stream_draws_again_until_the_reader_has_enough(client: Client):
    stream = client.events("/v1/status/events")

    assert [next(stream)[1]["ok"], next(stream)[1]["ok"]] == [True, True]


def test_a_scan_of_everything_takes_every_root(client: Client, daemon: Standin, tmp_path: Path):
    daemon.known.append(a_root(tmp_path / "more", 2, "audio"))

    scan = client.post("/v1/scans", {})

    assert scan["status"] == "queued"
    assert daemon.asked == [(Tier.QUICK, (FolderSubject(1, b""), FolderSubject(2, b"")), ("books", "audio"))]


def test_a_scan_may_be_full_and_of_one_library(client: Client, daemon: Standin, tmp_path: Path):
    daemon.known.append(a_root(tmp_path / "more", 2, "audio"))

    client.post("/v1/scans", {"library": "audio", "tier": "full"})

    assert daemon.asked == [(Tier.FULL, (FolderSubject(2, b""),), ("audio",))]


def test_a_path_that_is_not_utf8_can_be_asked_for(client: Client, daemon: Standin, books: Path):
    odd = os.fsencode(books) + b"/caf\xe9"
    os.mkdir(odd)

    client.post("/v1/scans", {"paths_b64": [base64.b64encode(odd).decode()]})

    assert daemon.asked[0][1] == (FolderSubject(1, b"caf\xe9"),)


def test_a_lone_surrogate_in_a_path_is_refused_and_breaks_nothing(client: Client, server):
    with pytest.raises(Refused):
        client.post("/v1/scans", {"paths": ["/tmp/\ud800"]})

    assert client.get("/v1/health")["ok"]


@pytest.mark.parametrize(
    "asked", [{"tier": "refresh"}, {"pathes": []}, {"paths": "x"}, {"paths_b64": ["%"]}, [], "", 0]
)
def test_a_scan_order_that_makes_no_sense_is_refused_with_its_fault(client: Client, daemon: Standin, asked):
    with pytest.raises(Refused) as caught:
        client.post("/v1/scans", asked)

    assert caught.value.kind == "invalid"
    assert daemon.asked == []


def test_an_unknown_library_is_refused_with_the_names_of_those_there_are(client: Client):
    with pytest.raises(Refused) as caught:
        client.post("/v1/scans", {"library": "bokks"})

    assert (caught.value.kind, caught.value.hint) == ("not-found", "the libraries are: books")


def test_the_scan_list_is_paged_newest_first(client: Client, daemon: Standin):
    daemon.ended = [a_scan(n, ScanStatus.COMPLETED) for n in (3, 2, 1)]

    first = client.get("/v1/scans", {"limit": 2})
    rest = client.get("/v1/scans", {"limit": 2, "before": first["before"]})

    assert [scan["id"] for scan in first["scans"] + rest["scans"]] == ["scan-3", "scan-2", "scan-1"]
    assert rest["before"] is None


def test_one_scan_can_be_looked_at_while_it_runs_and_after(client: Client, daemon: Standin):
    scan = client.post("/v1/scans")
    daemon.end(scan["id"], ScanStatus.COMPLETED)

    assert client.get(f"/v1/scans/{scan['id']}")["status"] == "completed"


@pytest.mark.parametrize("way", ["delete", "post"])
def test_a_scan_can_be_cancelled(client: Client, daemon: Standin, way: str):
    scan = client.post("/v1/scans")

    ended = (
        client.delete(f"/v1/scans/{scan['id']}") if way == "delete" else client.post(f"/v1/scans/{scan['id']}/cancel")
    )

    assert ended["status"] == "cancelled"


def test_events_tell_the_progress_and_end_with_the_scan(client: Client, daemon: Standin):
    scan = client.post("/v1/scans")
    stream = client.events(f"/v1/scans/{scan['id']}/events")

    first = next(stream)
    daemon.advance(scan["id"], processed=5, total=9)
    second = next(stream)
    daemon.end(scan["id"], ScanStatus.COMPLETED)
    rest = list(stream)

    assert (first[0], first[1]["processed"]) == ("progress", 0)
    assert (second[0], second[1]["processed"]) == ("progress", 5)
    assert [(name, told["status"]) for name, told in rest] == [("end", "completed")]


def test_of_a_busy_scan_no_more_than_ten_events_a_second_are_told(client: Client, daemon: Standin):
    scan, stop = client.post("/v1/scans"), threading.Event()

    def work() -> None:
        done = 0
        while not stop.wait(0.002):
            daemon.advance(scan["id"], processed=(done := done + 1), total=done)

    busy, began_s = threading.Thread(target=work), time.monotonic()
    busy.start()
    told = list(islice(client.events(f"/v1/scans/{scan['id']}/events"), 8))
    took_s = time.monotonic() - began_s
    stop.set()
    busy.join()

    assert len({one["processed"] for _, one in told[1:]}) == 7, "each tells more than the one before"
    assert len(told) <= 10 * took_s + 1


def test_books_are_filtered_and_paged(client: Client, daemon: Standin):
    daemon.shelf = [a_book(n, f"Earthsea {n}") for n in range(1, 6)] + [a_book(6, "Dune")]

    page = client.get("/v1/books", {"q": "earthsea", "kind": "ebook", "limit": 3})
    rest = client.get("/v1/books", {"q": "earthsea", "kind": "ebook", "limit": 3, "after": page["next"]})

    assert [book["id"] for book in page["books"]] == [1, 2, 3]
    assert ([book["id"] for book in rest["books"]], rest["next"]) == ([4, 5], None)


@pytest.mark.parametrize(
    "wrong",
    [{"limit": 0}, {"limit": 501}, {"after": -1}, {"after": 2**63}, {"kind": "leaflet"}, {"state": "x"}, {"w": 1}],
)
def test_a_query_that_makes_no_sense_names_its_fault(client: Client, wrong):
    with pytest.raises(Refused, match=next(iter(wrong))) as caught:
        client.get("/v1/books", wrong)

    assert caught.value.kind == "invalid"


def test_one_book_is_shown_with_all_that_is_known(client: Client, daemon: Standin):
    daemon.shelf = [a_book(7, "Tehanu", description="A farmer's widow.")]

    assert client.get("/v1/books/7")["description"] == "A farmer's widow."


def test_a_name_with_a_lone_surrogate_does_not_break_the_answer(client: Client, daemon: Standin):
    daemon.shelf = [a_book(7, "Teh\udcffanu")]

    assert client.get("/v1/books/7")["title"] == "Teh?anu"


def test_problems_are_paged(client: Client, daemon: Standin):
    daemon.trouble = [{"id": n, "path": f"{n}.epub", "reason": "truncated", "text": "cut off"} for n in (1, 2, 3)]

    page = client.get("/v1/problems", {"limit": 2})
    rest = client.get("/v1/problems", {"after": page["next"]})

    assert [row["id"] for row in page["problems"] + rest["problems"]] == [1, 2, 3]


def test_a_held_root_can_be_accepted_and_is_scanned_in_full(client: Client, daemon: Standin, books: Path):
    daemon.known = [a_root(books, state=RootState.HELD)]

    scan = client.post("/v1/roots/1/accept")

    assert (daemon.accepted, scan["tier"]) == ([1], "full")


def test_a_root_that_is_not_held_has_nothing_to_accept(client: Client, daemon: Standin):
    with pytest.raises(Refused, match="not held"):
        client.post("/v1/roots/1/accept")

    assert daemon.accepted == []


def test_reload_says_what_was_applied(client: Client):
    assert client.post("/v1/reload") == {"applied": ["log level"], "restart_needed": []}


def test_a_bad_configuration_is_told_and_the_old_one_kept(client: Client, daemon: Standin):
    def bad() -> dict[str, list[str]]:
        raise SettingsError("config.yaml:3: workerz: unknown key")

    daemon.reloaded = bad

    with pytest.raises(Refused, match=r"config\.yaml:3") as caught:
        client.post("/v1/reload")
    assert caught.value.kind == "settings"


def test_metrics_speak_prometheus(client: Client, daemon: Standin):
    daemon.shelf = [a_book(1)]

    text = client.text("/metrics")

    assert "shishod_books 1.0" in text
    assert 'shishod_files{state="indexed"} 1.0' in text
    assert 'shishod_root_state{library="books"' in text


@pytest.mark.parametrize("number", [str(2**63), "99999999999999999999", "9" * 5000, "x", "-1", "\u0663"])
@pytest.mark.parametrize("way", ["/v1/books/{}", "/v1/roots/{}/accept"])
def test_a_number_that_no_row_can_have_is_not_found(client: Client, way: str, number: str):
    with pytest.raises(Refused, match=r"there is no (book|root) ") as caught:
        client.post(way.format(number)) if "roots" in way else client.get(way.format(number))

    assert caught.value.kind == "not-found"
    assert "shishoctl" in caught.value.hint


@pytest.mark.parametrize("path", ["/v1/books", "/v1/problems"])
def test_a_page_after_a_number_that_no_row_can_have_is_refused(client: Client, path: str):
    with pytest.raises(Refused, match="after: ") as caught:
        client.get(path, {"after": 2**63})

    assert caught.value.kind == "invalid"
    assert client.get(path, {"after": 2**63 - 1})["next"] is None


@pytest.mark.parametrize("path", ["/", "/v2/status", "/v1/scans/none", "/v1/books/99", "/v1/books/x", "/v1/status/"])
def test_what_is_not_there_is_said_in_json(client: Client, path: str):
    with pytest.raises(Refused) as caught:
        client.get(path)

    assert caught.value.kind == "not-found"
    assert str(caught.value)


def test_a_method_that_a_route_does_not_have_is_refused_in_json(client: Client):
    with pytest.raises(Refused, match="method not allowed"):
        client.delete("/v1/status")


def test_a_database_that_does_not_answer_is_503_but_status_still_says_so(client: Client, daemon: Standin):
    daemon.database_down = True

    report = client.get("/v1/status")

    assert not report["ok"]
    assert "the database is locked" in report["sentence"].casefold()
    with pytest.raises(Unreachable, match="the database is locked"):
        client.post("/v1/scans")


def test_a_fault_of_ours_is_500_with_a_number_that_is_in_the_log(client: Client, daemon: Standin):
    def boom() -> None:
        raise ZeroDivisionError("oh")

    daemon.on_books = boom

    with pytest.raises(Refused) as caught, capture_logs() as said:
        client.get("/v1/books")

    number = str(caught.value).rsplit("(", 1)[1].rstrip(")")
    assert caught.value.kind == "internal"
    assert any(number in str(line) for line in said)
    assert client.get("/v1/health")["ok"]


def test_fields_are_edited_and_the_book_is_the_answer(client: Client, daemon: Standin):
    daemon.shelf = [a_book(3)]

    told = client.post("/v1/books/3/fields", {"set": {"abridged": True, "genres": ["A; b"]}, "unlock": "all"})

    ((number, wording),) = daemon.edited
    assert (told["id"], number) == (3, 3)
    assert {word.field: word.value for word in wording.said} == {"abridged": True, "genres": ("A; b",)}
    assert (wording.unlocked, wording.locked) == (FIELDS.keys(), frozenset())


@pytest.mark.parametrize(
    ("wish", "fault"),
    [
        ({}, "nothing is said of the book"),
        ({"title": "Mine"}, "title: extra inputs are not permitted"),
        ({"set": {"title": 3}}, "set.title"),
        ({"clear": "title"}, "clear: input should be a valid array"),
        ({"lock": "some"}, "lock"),
        ({"clear": ["title"]}, "title: a book must be called something"),
    ],
)
def test_what_cannot_be_said_of_fields_is_refused_and_nothing_written(
    client: Client, daemon: Standin, wish: dict[str, object], fault: str
):
    daemon.shelf = [a_book(3)]

    with pytest.raises(Refused) as refused:
        client.post("/v1/books/3/fields", wish)

    assert (refused.value.kind, fault in str(refused.value)) == ("invalid", True), refused.value
    assert daemon.edited == []


@pytest.mark.usefixtures("server")
def test_half_a_character_is_refused_and_nothing_written(socket_path: Path, daemon: Standin):
    daemon.shelf = [a_book(3)]

    with ask(str(socket_path), 5, "POST", "/v1/books/3/fields", rb'{"set": {"title": "\ud800"}}') as answer:
        told = json.loads(answer.read())

    assert (answer.status, told["error"]["kind"], daemon.edited) == (400, "invalid", [])


def test_fields_of_a_book_that_is_not_there_are_404(client: Client):
    with pytest.raises(Refused, match="there is no book 4") as refused:
        client.post("/v1/books/4/fields", {"set": {"title": "Mine"}})

    assert refused.value.kind == "not-found"


def test_what_keeps_a_rehearsal_from_its_end_is_told_as_any_error_is(client: Client):
    with pytest.raises(Refused, match="this daemon has nothing to scan with"):
        list(client.events("/v1/scans/rehearsal", {}))


def test_what_a_scan_said_is_told_page_by_page_from_a_level_on_and_by_its_words(client: Client, daemon: Standin):
    daemon.ended.append(a_scan(1))
    said = (("info", "scan started"), ("warning", "a file could not be read"), ("info", "scan ended"))
    daemon.lines += [LogLine("scan-1", NOON, level, text, {"path": "/a"}) for level, text in said]

    def texts(**asked: object) -> list[str]:
        return [line["text"] for line in client.get("/v1/scans/scan-1/log", asked)["lines"]]

    assert texts() == [text for _, text in said]
    assert texts(level="warning") == texts(search="could read") == ["a file could not be read"]
    page = client.get("/v1/scans/scan-1/log", {"limit": 2})
    assert texts(after=page["next"]) == ["scan ended"]
    with pytest.raises(Refused, match="there is no scan"):
        client.get("/v1/scans/scan-9/log")
    with pytest.raises(Refused, match="level"):
        client.get("/v1/scans/scan-1/log", {"level": "loud"})

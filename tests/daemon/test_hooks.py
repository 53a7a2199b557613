"""Hooks: real programs and a real service are told in batches, and again when they did not hear."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from shishod.daemon.hooks import Hooks, HookSettings
from shishod.work.bulletin import Bulletin
from tests.hearing import capture_logs
from tests.waiting import wait_until


@contextmanager
def listening(bulletin: Bulletin, **words: Any) -> Iterator[Hooks]:
    hooks = Hooks(HookSettings.model_validate(words), bulletin)
    hooks.start()
    try:
        yield hooks
    finally:
        hooks.stop(10)
        assert not hooks.alive() or not (words.get("command") or words.get("url"))


class Service:
    """A web service that answers what it is told to, one after the other, and 204 from then on."""

    def __init__(self, *answers: int) -> None:
        self.heard: list[dict[str, Any]] = []
        waiting = list(answers)

        class Answer(BaseHTTPRequestHandler):
            def do_POST(answer) -> None:
                content = answer.rfile.read(int(answer.headers["content-length"]))
                status = waiting.pop(0) if waiting else 204
                if status < 300:
                    asker = answer.headers["authorization"]
                    self.heard.append(json.loads(content) | {"path": answer.path, "asker": asker})
                answer.send_response(status)
                answer.send_header("content-length", "0")
                answer.end_headers()

            def log_message(answer, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook?of=mine"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def service() -> Iterator[Service]:
    one = Service()
    yield one
    one.close()


def a_scan(bulletin: Bulletin, *books: int) -> None:
    bulletin.tell("scan-started", scan="a")
    for book in books:
        bulletin.tell("book-new", book=book)
    bulletin.tell("scan-ended", scan="a", books_new=len(books))


def test_what_a_scan_has_found_is_sent_together(service: Service) -> None:
    bulletin = Bulletin()
    with listening(bulletin, url=service.url, events=["book-new", "scan-ended"]):
        a_scan(bulletin, 1, 2, 3)
        wait_until(lambda: service.heard, 10)

    (batch,) = service.heard
    assert [event["kind"] for event in batch["events"]] == ["book-new", "book-new", "book-new", "scan-ended"]
    assert [event.get("book") for event in batch["events"]] == [1, 2, 3, None]
    assert batch["path"] == "/hook?of=mine"


def test_only_what_is_wanted_is_sent(service: Service) -> None:
    bulletin = Bulletin()
    with listening(bulletin, url=service.url):
        a_scan(bulletin, 1)
        wait_until(lambda: service.heard, 10)

    assert [event["kind"] for event in service.heard[0]["events"]] == ["scan-ended"]


def test_what_no_scan_ends_is_sent_after_a_while(service: Service) -> None:
    bulletin = Bulletin()
    with listening(bulletin, url=service.url, events=["root-state"], gather="100ms"):
        bulletin.tell("root-state", state="offline")
        wait_until(lambda: service.heard, 10)

    assert service.heard[0]["events"][0]["state"] == "offline"


def test_a_service_that_fails_hears_it_again() -> None:
    service, bulletin = Service(500, 503), Bulletin()
    try:
        with listening(bulletin, url=service.url):
            a_scan(bulletin)
            wait_until(lambda: service.heard, 20)
    finally:
        service.close()

    assert len(service.heard) == 1


def test_a_service_that_never_hears_is_given_up_and_the_next_batch_is_tried() -> None:
    service, bulletin = Service(500, 500), Bulletin()
    try:
        with listening(bulletin, url=service.url, retries=1):
            bulletin.tell("scan-ended", scan="first")
            bulletin.tell("scan-ended", scan="second")
            wait_until(lambda: service.heard, 20)
    finally:
        service.close()

    assert [event["scan"] for batch in service.heard for event in batch["events"]] == ["second"]


def test_a_program_is_given_the_events_on_its_standard_input(tmp_path: Path) -> None:
    bulletin = Bulletin()
    script = f"cat > {tmp_path}/part && mv {tmp_path}/part {tmp_path}/heard"
    with listening(bulletin, command=["/bin/sh", "-c", script]):
        a_scan(bulletin)
        wait_until((tmp_path / "heard").exists, 10)

    assert json.loads((tmp_path / "heard").read_text())["events"][0]["kind"] == "scan-ended"


def test_a_program_that_fails_is_run_again(tmp_path: Path) -> None:
    bulletin = Bulletin()
    script = f"cat >/dev/null; echo >> {tmp_path}/runs; [ $(wc -l < {tmp_path}/runs) -gt 1 ]"
    with listening(bulletin, command=["/bin/sh", "-c", script]):
        a_scan(bulletin)
        wait_until(lambda: (tmp_path / "runs").exists() and (tmp_path / "runs").read_text() == "\n\n", 20)


def test_a_program_that_is_not_there_stops_nobody(tmp_path: Path) -> None:
    service, bulletin = Service(), Bulletin()
    try:
        with listening(bulletin, command=[str(tmp_path / "none")], url=service.url, retries=0) as hooks:
            a_scan(bulletin)
            wait_until(lambda: service.heard, 10)
            assert hooks.alive()
    finally:
        service.close()


def test_of_a_service_that_fails_the_log_names_the_host_alone() -> None:
    service, bulletin = Service(500), Bulletin()
    try:
        with listening(bulletin, url=service.url.replace("mine", "a-secret")), capture_logs() as logs:
            a_scan(bulletin)
            wait_until(lambda: service.heard, 20)
    finally:
        service.close()

    assert [one["hook"] for one in logs if "hook" in one] == ["127.0.0.1"]
    assert "a-secret" not in str(logs)


def test_a_name_and_a_password_in_the_address_are_said_to_the_service_and_to_nobody_else() -> None:
    service, bulletin = Service(500), Bulletin()
    try:
        url = service.url.replace("//", "//ann:hu%40sh@")
        with listening(bulletin, url=url), capture_logs() as logs:
            a_scan(bulletin)
            wait_until(lambda: service.heard, 20)
    finally:
        service.close()

    assert service.heard[0]["asker"] == "Basic " + base64.b64encode(b"ann:hu@sh").decode()
    assert "ann" not in str(logs)


@pytest.mark.parametrize("url", ["http://a:b/", "http://a:0/", "http://a:99999/", "http://a/é", "http://a/b c"])
def test_what_cannot_be_sent_to_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        HookSettings(url=url)


def test_without_a_hook_there_is_no_thread() -> None:
    with listening(Bulletin()) as hooks:
        assert hooks.alive()
        assert not [one for one in threading.enumerate() if one.name == "hooks"]


@pytest.mark.parametrize("url", ["ftp://a/b", "/run/x", "http:///x"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="no address of a service"):
        HookSettings(url=url)

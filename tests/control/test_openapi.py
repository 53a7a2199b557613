"""The OpenAPI document: what the routes are, and what fuzzing them by it brings to light."""

import json
import socket
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from shishod.control.client import Client
from shishod.control.openapi import document
from shishod.control.routes import ROUTES
from shishod.control.shapes import Status
from shishod.model.library import RootState
from shishod.model.progress import ScanStatus
from shishod.operations import WorkerRow
from tests.control.standin import NOON, Standin, Watched, a_book, a_root, a_scan

PAPER = document(ROUTES)
ENDLESS = {"/v1/status/events", "/v1/events/stream", "/v1/scans/{id}/events"}
EVERY = [(method, path, said) for path, methods in PAPER["paths"].items() for method, said in methods.items()]
OPERATIONS = [one for one in EVERY if one[1] not in ENDLESS]


def test_every_route_stands_in_the_document_and_nothing_else(client: Client):
    served = {(route.path, method) for route in ROUTES if isinstance(route, Route) for method in route.methods or ()}
    written = {(path, method.upper()) for path, methods in PAPER["paths"].items() for method in methods}

    assert {one for one in served if one[1] != "HEAD"} == written
    assert client.get("/v1/openapi.json") == json.loads(json.dumps(PAPER))


def test_every_operation_has_a_name_of_its_own_and_a_sentence():
    names = [said["operationId"] for _, _, said in EVERY]

    assert len(names) == len(set(names))
    assert [path for _, path, said in EVERY if not said["summary"]] == []


def test_every_reference_leads_somewhere():
    text = json.dumps(PAPER)
    asked = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}

    assert asked - PAPER["components"]["schemas"].keys() == set()


def test_what_a_request_may_say_is_written_down():
    books = {one["name"] for one in PAPER["paths"]["/v1/books"]["get"]["parameters"]}
    scan = PAPER["paths"]["/v1/scans"]["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"]

    assert {"q", "library", "kind", "state", "after", "limit"} <= books
    assert {"paths", "library"} <= PAPER["components"]["schemas"][scan.rpartition("/")[2]]["properties"].keys()


@pytest.mark.parametrize("state", RootState)
def test_the_status_has_the_shape_that_is_written_down(
    client: Client, daemon: Standin, tmp_path: Path, state: RootState
):
    daemon.known = [a_root(tmp_path, state=state, reason="why"), a_root(b"/srv/\xff", 2, "odd")]
    daemon.watched = [Watched(1, "degraded", needed=None, poll_s=60.0, reason="r", remedy="m")]
    daemon.ended = [a_scan(1, ScanStatus.COMPLETED, started_at=NOON, ended_at=NOON)]
    daemon.alive = {"scan-2": a_scan(2)}
    daemon.workers = [WorkerRow("scan-1", "inspect a", 0.25)]

    report = client.get("/v1/status")

    assert Status.model_validate(report).sentence == report["sentence"]


def test_the_status_keeps_its_shape_when_the_database_is_gone(client: Client, daemon: Standin):
    daemon.database_down = True

    assert not Status.model_validate(client.get("/v1/status")).catalogue.ok


TEXT = st.text(max_size=40) | st.sampled_from(["..", "%2e%2e%2f", "1", "-1", "9" * 30, "scan-1", "\x00", "\r\nX: y"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, bytes | None]:
    """An operation of the document with words that it may know, and values that it may not expect."""
    method, path, said = draw(st.sampled_from(OPERATIONS))
    words: dict[str, Any] = {}
    for one in said["parameters"]:
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", quote(draw(TEXT), safe="") or "x")
        elif draw(st.booleans()):
            words[one["name"]] = draw(TEXT)
    body = None
    if content := said.get("requestBody"):
        name = content["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        known = sorted(PAPER["components"]["schemas"][name]["properties"])
        body = json.dumps(draw(st.dictionaries(st.sampled_from(known) | TEXT, JSON, max_size=4) | JSON)).encode()
    target = f"{path}?{urlencode(words, errors='surrogatepass')}" if words else path
    return method.upper(), target, body


@given(request=requests())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_request_brings_an_error_of_our_own(server: object, daemon: Standin, socket_path: Path, request: Any):
    daemon.shelf = [a_book(1, findings=[])]
    method, target, body = request

    connection = HTTPConnection("shishod")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(20)
    connection.sock.connect(str(socket_path))
    try:
        connection.request(method, target, body, {"content-type": "application/json"})
        answer = connection.getresponse()
        said = answer.read()
    finally:
        connection.close()

    assert answer.status < 500, (method, target, body, said)
    if answer.status >= 400:
        assert set(json.loads(said)["error"]) == {"kind", "text", "hint"}


def test_a_change_is_left_to_root_where_the_settings_say_so(daemon: Standin, tmp_path: Path):
    import os

    from shishod.control.settings import ControlSettings
    from shishod.errors import Refused
    from tests.control.standin import serving

    if os.geteuid() != 0:
        pytest.skip("to be somebody else needs root; CI runs as root")
    tmp_path.chmod(0o755)
    for above in list(tmp_path.parents)[:3]:
        above.chmod(above.stat().st_mode | 0o011)
    with serving(daemon, tmp_path / "s", ControlSettings(changes="root", mode="0666")):
        assert Client(tmp_path / "s").post("/v1/scans", {})["status"] == "queued", "root may"
        asked = len(daemon.asked)
        reader, writer = os.pipe()
        if (child := os.fork()) == 0:
            said = b"granted"
            try:
                os.setuid(65534)
                client = Client(tmp_path / "s")
                assert client.get("/v1/status")["ok"] is not None
                client.post("/v1/scans", {})
            except Refused as refused:
                said = f"{refused.kind}: {refused}".encode()
            except BaseException as error:
                said = repr(error).encode()
            os.write(writer, said)
            os._exit(0)
        os.waitpid(child, 0)
        said = os.read(reader, 4000).decode()

    assert said == "permission: only root may change anything here (control.changes: root)"
    assert len(daemon.asked) == asked

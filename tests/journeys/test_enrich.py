"""Enrichment as its operator meets it: a real daemon, a real catalogue server beside it, and shishoctl."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from shishod.ctl.status import lines
from tests.enrich.recorded import ANSWERS
from tests.enrich.simulator import Reply, Simulator, a_simulator
from tests.journeys.running import RunningDaemon, a_daemon, running
from tests.journeys.test_dry_run import shishoctl
from tests.samples import an_epub
from tests.waiting import wait_until

QUIET = "scan: {on_start: quick, settle: 1ms}\nwatch: {enabled: false}\n"
WORKERS = 2  # each has one request in flight


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with a_simulator() as simulator:
        simulator.answers.update(ANSWERS)
        yield simulator


def settings(simulator: Simulator, *providers: str) -> str:
    told = {name: {"url": f"{simulator.url}/{name}"} for name in providers}
    return QUIET + json.dumps({"enrich": {"providers": list(providers), "contact": "ann@example.org", **told}})[1:-1]


def books(library: Path, count: int = 1) -> None:
    an_epub(library / "left hand.epub", title="The Left Hand of Darkness", authors=["Ursula K. Le Guin"])
    for number in range(count - 1):
        an_epub(library / f"{number:03}.epub", title=f"Unheard Of {number}", authors=["Nobody Known"])


def standings(daemon: RunningDaemon) -> dict[str, int]:
    (one,) = daemon.client.get("/v1/providers")["providers"]
    return dict(one["books"])


def the_book(daemon: RunningDaemon) -> dict[str, Any]:
    (row,) = daemon.client.get("/v1/books", {"q": "left hand"})["books"]
    return daemon.client.get(f"/v1/books/{row['id']}")  # type: ignore[no-any-return]


def test_a_book_is_enriched_by_itself_and_shishoctl_tells_of_it(
    tmp_path: Path, library: Path, simulator: Simulator
) -> None:
    books(library, 2)
    with a_daemon(tmp_path / "daemon", library, config=settings(simulator, "openlibrary")) as daemon:
        wait_until(lambda: standings(daemon) == {"matched": 1, "not_found": 1}, 30, "both books were asked for")
        number = str(the_book(daemon)["id"])

        shown = shishoctl(daemon, "show", number).stdout
        assert "A lone envoy on a winter world." in shown
        assert "date           1969  [web openlibrary OL59800W " in shown
        assert "description    below  [web openlibrary OL59800W " in shown
        assert f"web            openlibrary matched OL59800W (shishoctl match {number})" in shown

        report = daemon.client.get("/v1/status")
        assert report["web"] == {"openlibrary": ""}
        assert not [line for line in lines(report) if "openlibrary " in line], "nothing keeps it from being asked"
        away = lines(report | {"web": {"openlibrary": "resting: no answer", "tmdb": ""}})
        assert "  web        openlibrary resting: no answer" in away
        told = shishoctl(daemon, "providers").stdout
        assert told.startswith("openlibrary: ready\n")
        assert "1 matched, 1 not found" in told
        assert "The Left Hand of Darkness" in shishoctl(daemon, "books", "--web", "matched").stdout
        assert "Unheard Of 0" in shishoctl(daemon, "books", "--web", "not_found").stdout
        assert shishoctl(daemon, "books", "--web", "unmatched").stdout == "no such book\n"

        assert "openlibrary: matched OL59800W, 0.9" in shishoctl(daemon, "match", number).stdout
        chosen = shishoctl(daemon, "match", number, "openlibrary:OL59800W")
        assert (chosen.returncode, chosen.stderr) == (0, "")
        assert "is openlibrary:OL59800W" in chosen.stdout
        assert "chosen by you" in shishoctl(daemon, "match", number).stdout
        assert shishoctl(daemon, "match", number, "nonsense").returncode == 64

        rehearsed = shishoctl(daemon, "enrich", number, "--dry-run").stdout
        assert "openlibrary: matched OL59800W" in rehearsed
        assert "description  A lone envoy" in rehearsed
        assert "asked for 1 book" in shishoctl(daemon, "enrich", number).stdout
        assert "asked for all books" in shishoctl(daemon, "enrich").stdout
        assert shishoctl(daemon, "enrich", "--provider", "tmdb").returncode == 1

        assert "is frozen" in shishoctl(daemon, "freeze", number).stdout
        assert "web            frozen: no catalogue is asked for it" in shishoctl(daemon, "show", number).stdout
        for asked in (("match", number, "openlibrary:OL59800W"), ("enrich", number)):
            frozen = shishoctl(daemon, *asked)
            assert (frozen.returncode, "unfreeze" in frozen.stderr) == (1, True)
        assert "is not frozen" in shishoctl(daemon, "unfreeze", number).stdout
    assert {one.headers["user-agent"].split(" ", 1)[1] for one in simulator.requests} == {"(ann@example.org)"}


def test_without_a_provider_there_is_nothing_of_it(tmp_path: Path, library: Path) -> None:
    books(library)
    with a_daemon(tmp_path / "daemon", library, config=QUIET) as daemon:
        daemon.settled()
        assert daemon.process is not None
        threads = {one.read_text().strip() for one in Path(f"/proc/{daemon.process.pid}/task").glob("*/comm")}
        loaded = Path(f"/proc/{daemon.process.pid}/maps").read_text()
        assert not [name for name in threads if name.startswith("web")]
        assert "rapidfuzz" not in loaded
        assert shishoctl(daemon, "providers").stdout.startswith("no web catalogue is on")
        off = shishoctl(daemon, "enrich")
        assert (off.returncode, "enrich.providers" in off.stderr) == (1, True)
        assert not (daemon.state / "limits").exists()
    with closing(sqlite3.connect(daemon.database)) as database:
        assert database.execute("SELECT count(*) FROM findings").fetchone() == (0,)


@pytest.mark.parametrize(
    "moments", [(2, 5, 9, 14), pytest.param(range(1, 35), marks=[pytest.mark.long, pytest.mark.timeout(900)])]
)
def test_killed_at_any_moment_it_goes_on_and_asks_for_nothing_twice(
    tmp_path: Path, library: Path, simulator: Simulator, moments: Sequence[int]
) -> None:
    books(library, 30)
    daemon = RunningDaemon(tmp_path / "daemon", library, config=settings(simulator, "openlibrary"))
    kills = []
    with running(daemon):
        for asked in moments:
            wait_until(lambda asked=asked: len(simulator.requests) >= asked, 30, "so much was asked for")  # type: ignore[misc]
            daemon.kill()
            kills.append(len(simulator.requests))
            daemon.start()
        wait_until(lambda: sum(standings(daemon).values()) == 30, 60, "every book was asked for")

    asked_for = [f"{one.path}?{sorted(one.query.items())}" for one in simulator.requests]
    again = [number for number, one in enumerate(asked_for) if one in asked_for[number + 1 :]]
    print(f"{len(asked_for)} requests, killed after {kills}, asked again: {again}")
    for number in again:
        assert any(kill - WORKERS <= number < kill for kill in kills), "only what was in flight is asked again"
    assert simulator.violations == []


@pytest.mark.parametrize("fault", [Reply(resets=True), Reply({}, 503)], ids=["no connection", "503"])
def test_while_every_provider_is_away_scanning_goes_on_and_it_is_said_once(
    tmp_path: Path, library: Path, simulator: Simulator, fault: Reply
) -> None:
    books(library, 40)
    simulator.answers.update({name: lambda _: fault for name in ANSWERS})
    config = settings(simulator, "openlibrary", "audnexus")
    with a_daemon(tmp_path / "daemon", library, config=config) as daemon:
        scan = daemon.scan("full")
        assert scan["status"] == "completed"
        assert daemon.client.get("/v1/status")["counts"]["books"] == 40
        assert daemon.client.get("/v1/status")["queue"]["enrich"] <= 2, "one ticket a provider waits, not one a book"
        assert daemon.client.get("/v1/books", {"q": "left hand"})["books"]


def test_a_configuration_that_cannot_be_kept_is_refused_with_its_line(tmp_path: Path) -> None:
    import subprocess
    import sys

    config = tmp_path / "config.yaml"
    config.write_text(
        "enrich:\n  providers: [openlibrary, nolibrary]\n  openlibrary:\n    threshold: 2\n    fields: [colour]\n"
    )

    said = subprocess.run(
        [sys.executable, "-m", "shishod", "check-config", str(config)], capture_output=True, text=True, check=False
    )

    told = said.stdout + said.stderr
    assert said.returncode == 78
    for fault in ("config.yaml:2", 'there is no provider "nolibrary"', "config.yaml:4", 'there is no field "colour"'):
        assert fault in told, told

"""What a scan loses to what goes on beside it, each against the same scan without, by turns (`pytest -m long -s`)."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path

import pytest

from tests.journeys.libraries import many_books
from tests.journeys.running import RunningDaemon, running

BOOKS = 900
ROUNDS = 5
CONFIG = "scan: {settle: 1ms, hash_rate: 0, cover_rate: 0, on_start: 'off'}\nwatch: {enabled: false}\n"
AWAY = ("openlibrary", "audnexus", "musicbrainz")
Beside = Callable[[RunningDaemon], AbstractContextManager[object]]


def scan_s(place: Path, library: Path, config: str, beside: Beside) -> float:
    """The seconds that a first scan of the library takes, by the daemon's own clock."""
    daemon = RunningDaemon(place, library, config=config)
    with running(daemon), beside(daemon):
        scan = daemon.scan("full", deadline_s=600)
    assert (scan["status"], scan["failed"], scan["books_new"]) == ("completed", 0, BOOKS), scan
    began, ended = (datetime.fromisoformat(scan[at]) for at in ("started_at", "ended_at"))
    return (ended - began).total_seconds()


def slower(place: Path, config: str, beside: Beside) -> float:
    """How many times as long a scan takes with what is beside it: the fastest of either, of rounds that take turns, for
    whatever else the machine does can only make it slower."""
    library = place / "Books"
    many_books(library, BOOKS)
    took: dict[str, list[float]] = {"alone": [], "beside": []}
    for turn in range(ROUNDS):
        order = [("alone", CONFIG, lambda _: nullcontext()), ("beside", config, beside)]
        for name, *rest in order[:: 1 - turn % 2 * 2]:
            took[name].append(scan_s(place / f"{turn}-{name}", library, *rest))
    for name, seconds in took.items():
        print(f"\n{BOOKS} books {name}: {' '.join(f'{one:.2f}' for one in seconds)} s", end="")
    return min(took["beside"]) / min(took["alone"])


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_while_no_web_catalogue_can_be_reached_a_scan_is_as_fast_as_without_any(tmp_path: Path) -> None:
    nobody = {name: {"url": f"http://127.0.0.1:9/{name}"} for name in AWAY}
    enrich = {"enrich": {"providers": list(AWAY), "contact": "ann@example.org", **nobody}}

    ratio = slower(tmp_path, CONFIG + json.dumps(enrich)[1:-1], lambda _: nullcontext())

    assert ratio <= 1.05


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_whatever_is_done_to_the_socket_a_scan_is_nearly_as_fast(tmp_path: Path) -> None:
    answered: list[int] = []

    @contextmanager
    def besieged(daemon: RunningDaemon) -> Iterator[None]:
        command = [sys.executable, "-m", "tests.journeys.siege", str(daemon.socket)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as siege:
            yield
            said, _ = siege.communicate(timeout=60)
            answered.append(int((re.findall(r"200:(\d+)", said) or ["0"])[0]))

    ratio = slower(tmp_path, CONFIG, besieged)

    print(f"sound requests answered: {answered}")
    assert ratio <= 1.15
    assert all(answered)

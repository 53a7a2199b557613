"""What a scan loses to what goes on beside it, each against the same scan without, by turns (`pytest -m long -s`)."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import NamedTuple

import pytest

from tests.bench.daemon import worked_s
from tests.journeys.libraries import many_books
from tests.journeys.running import RunningDaemon, running

BOOKS = 1500
ROUNDS = 7
MORE_WORK = 1.05
CONFIG = "scan: {settle: 1ms, hash_rate: 0, cover_rate: 0, on_start: 'off'}\nwatch: {enabled: false}\n"
AWAY = ("openlibrary", "audnexus", "musicbrainz")
Beside = Callable[[RunningDaemon], AbstractContextManager[object]]


class Took(NamedTuple):
    """Seconds by the daemon's own clock, and of the processors that it and its processes used."""

    clock_s: float
    worked_s: float


def first_scan(place: Path, library: Path, config: str, beside: Beside) -> Took:
    """What a first scan of the library takes."""
    daemon = RunningDaemon(place, library, config=config)
    with running(daemon), beside(daemon):
        assert daemon.process is not None
        before_s = worked_s(daemon.process.pid)
        scan = daemon.scan("full", deadline_s=600)
        cost_s = worked_s(daemon.process.pid) - before_s
    assert (scan["status"], scan["failed"], scan["books_new"]) == ("completed", 0, BOOKS), scan
    began, ended = (datetime.fromisoformat(scan[at]) for at in ("started_at", "ended_at"))
    return Took((ended - began).total_seconds(), cost_s)


def slower(place: Path, config: str, beside: Beside) -> Took:
    """How many times as long a scan takes with what is beside it, by the clock and of the processors: the medians of
    rounds that take turns."""
    library = place / "Books"
    many_books(library, BOOKS)
    took: dict[str, list[Took]] = {"alone": [], "beside": []}
    for turn in range(ROUNDS):
        order = [("alone", CONFIG, lambda _: nullcontext()), ("beside", config, beside)]
        for name, *rest in order[:: 1 - turn % 2 * 2]:
            took[name].append(first_scan(place / f"{turn}-{name}", library, *rest))
    for name, each in took.items():
        print(f"\n{BOOKS} books {name}:", *(f"{one.clock_s:.2f} s ({one.worked_s:.2f} s)" for one in each), end="")
    middle = {name: Took(*map(median, zip(*each, strict=True))) for name, each in took.items()}
    ratio = Took(*(mine / other for mine, other in zip(middle["beside"], middle["alone"], strict=True)))
    print(f"\n{ratio.clock_s:.3f} times as long, {ratio.worked_s:.3f} times the work")
    return ratio


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_while_no_web_catalogue_can_be_reached_a_scan_is_no_more_work_than_without_any(tmp_path: Path) -> None:
    nobody = {name: {"url": f"http://127.0.0.1:9/{name}"} for name in AWAY}
    enrich = {"enrich": {"providers": list(AWAY), "contact": "ann@example.org", **nobody}}

    ratio = slower(tmp_path, CONFIG + json.dumps(enrich)[1:-1], lambda _: nullcontext())

    assert ratio.worked_s <= MORE_WORK


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_whatever_is_done_to_the_socket_a_scan_ends_and_sound_requests_are_answered(tmp_path: Path) -> None:
    answered: list[int] = []

    @contextmanager
    def besieged(daemon: RunningDaemon) -> Iterator[None]:
        command = [sys.executable, "-m", "tests.journeys.siege", str(daemon.socket)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as siege:
            yield
            said, _ = siege.communicate(timeout=60)
            answered.append(int((re.findall(r"200:(\d+)", said) or ["0"])[0]))

    slower(tmp_path, CONFIG, besieged)  # which is told: who besieges it takes the processors of the same machine

    print(f"sound requests answered: {answered}")
    assert all(answered)

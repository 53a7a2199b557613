"""What a scan loses to what goes on beside it, each against the same scan without, by turns (`pytest -m long -s`)."""

import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import NamedTuple

import pytest

from tests.bench.daemon import worked_s
from tests.journeys.libraries import many_books
from tests.journeys.running import RunningDaemon, running
from tests.journeys.siege import EVERY_S
from tests.waiting import wait_until

BOOKS = 10_000  # of which the first few are looked up in vain, which costs as much with how many ever
ROUNDS = 5
MORE_WORK = 1.05
BESIEGED = 15_000  # so that a scan lasts for several windows
WINDOWS, WINDOW_S = 15, 2.0
LEAST = 0.85  # of what is read without a siege
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
        wait_until(lambda: "shishod_parser_processes 0.0" not in daemon.client.text("/metrics"), 30, "it is ready")
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


@contextmanager
def besieging(daemon: RunningDaemon) -> Iterator[subprocess.Popen[str]]:
    """A siege that stands still until it is told to go on."""
    command = [sys.executable, "-m", "tests.journeys.siege", str(daemon.socket)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as siege:
        try:
            yield siege
        finally:
            siege.kill()


class Window(NamedTuple):
    """A while of a scan: files that were read, seconds by the clock, and those of the processors that it took."""

    files: int
    clock_s: float
    worked_s: float


def window(daemon: RunningDaemon) -> Window | None:
    """What gets done in a while; None where nothing was read in a part of it. Then one more scan of all is begun."""
    assert daemon.process is not None
    began_s, worked = time.monotonic(), worked_s(daemon.process.pid)
    before = reading(daemon)
    wait_until(lambda: time.monotonic() - began_s > WINDOW_S, 2 * WINDOW_S, "a while has passed", turn_s=0.1)
    after = reading(daemon)
    if before is None or after is None or before[0] != after[0] or before[1] == after[1]:
        return None
    return Window(after[1] - before[1], time.monotonic() - began_s, worked_s(daemon.process.pid) - worked)


def reading(daemon: RunningDaemon) -> tuple[str, int] | None:
    """The scan that reads files, and how many it has read."""
    active = daemon.status()["scan"]["active"]
    if not active:
        daemon.client.post("/v1/refresh", {"all": True})
    busy = [one for one in active if one["processed"]]
    return (busy[0]["id"], busy[0]["processed"]) if busy else None


def left(alone: Sequence[Window], besieged: Sequence[Window]) -> tuple[float, float]:
    """Which part of the files a second is left: by the clock, and by the work that the siege makes beyond what its
    files take elsewhere, of all that the processors can do. Other work on the machine moves the former."""
    each = statistics.median(one.worked_s / one.files for one in alone)
    more = statistics.median((one.worked_s - one.files * each) / one.clock_s for one in besieged)
    pace = [statistics.median(one.files / one.clock_s for one in some) for some in (besieged, alone)]
    return pace[0] / pace[1], 1 - more / len(os.sched_getaffinity(0))


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_whatever_is_done_to_the_socket_a_scan_goes_on_and_sound_requests_are_answered(tmp_path: Path) -> None:
    many_books(tmp_path / "Books", BESIEGED)
    daemon = RunningDaemon(tmp_path / "daemon", tmp_path / "Books", config=CONFIG)
    alone: list[Window] = []
    besieged: list[Window] = []
    with running(daemon), besieging(daemon) as siege:
        daemon.client.post("/v1/scans", {"tier": "full"})
        while len(besieged) < WINDOWS:
            siege.send_signal(signal.SIGSTOP)
            calm = window(daemon)
            siege.send_signal(signal.SIGCONT)
            wild = window(daemon)
            if calm and wild:
                alone.append(calm)
                besieged.append(wild)
        said = json.loads(siege.communicate(timeout=60)[0])
        assert daemon.status()["ok"]
    by_clock, by_work = left(alone, besieged)
    for name, each in (("alone", alone), ("besieged", besieged)):
        print(f"\n{name}, files a second:", *(f"{one.files / one.clock_s:.0f}" for one in each), end="")
    print(f"\n{by_clock:.3f} of the files a second are left by the clock, {by_work:.3f} by the work; {said}")
    assert set(said["answers"]) == {"200"} and said["answers"]["200"] > 0.8 * WINDOWS * WINDOW_S / EVERY_S
    assert by_work >= LEAST

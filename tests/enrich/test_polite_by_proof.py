"""Polite by proof: thousands of requests by several processes against a server that counts, on its own clock."""

import multiprocessing
import random
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from shishod.enrich.ledger import Ledger
from shishod.enrich.limiter import Limiter
from shishod.enrich.polite import PoliteClient, Terms
from shishod.enrich.window import Limit, Rules
from shishod.enrich.wire import Wire
from shishod.errors import ShishodError
from shishod.model.answers import Answer
from shishod.work.stop import StopSignal
from tests.enrich.simulator import Reply, a_simulator
from tests.enrich.test_ledger import cluster, notes_of, place, redis_url
from tests.enrich.test_window import most_in_any

__all__ = ["cluster", "place", "redis_url"]
SCALE = 50  # of the windows that providers publish
WINDOWS = {"hundred a minute": Limit(100, 60.0 / SCALE), "forty in ten seconds": Limit(40, 10.0 / SCALE)}


class Tally(NamedTuple):
    """What the server counted."""

    arrivals: list[float]
    violations: int


class InMemory:
    """Answers for one run; what is measured here is the asking."""

    def __init__(self) -> None:
        self._kept: dict[str, Answer] = {}

    def answer(self, key: str) -> Answer | None:
        return self._kept.get(key)

    def keep_answer(self, key: str, provider: str, answer: Answer) -> None:
        self._kept[key] = answer

    def prune_answers(self, now: datetime, most_bytes: int) -> int:
        return 0


def serve(limit: Limit, faulty: float, pipe: Connection) -> None:
    """A counting server in a process of its own, until it is told to say what it counted."""
    dice = random.Random(1)
    with a_simulator() as simulator:
        simulator.limits["books"] = limit
        faults = (
            *(Reply({}, 429, {"Retry-After": "0"}), Reply({}, 503), Reply(resets=True), Reply(b"x", 200)),
            *(Reply({"slow": True}, stalls_s=0.05), Reply(None, 302, {"Location": "http://example.org/"})),
        )
        simulator.answers["books"] = lambda _: dice.choice(faults) if dice.random() < faulty else Reply({"ok": True})
        pipe.send(simulator.url)
        pipe.recv()
        pipe.send(Tally([one.at_s for one in simulator.of("books")], len(simulator.violations)))


def ask(url: str, where: tuple[str, str], limit: Limit, numbers: range, threads: int, steps: bool) -> None:
    """One instance: some threads that ask for different things; somebody sets its clock while they do."""
    if steps:
        real, dice = time.time, random.Random(numbers.start)
        time.time = lambda: real() + dice.choice([-86_400.0, 0.0, 3600.0])  # type: ignore[assignment]
    stop = StopSignal()
    limiter = Limiter("books", Rules((limit,)), Ledger(notes_of(where)), stop, jitter_s=limit.window_s / 1000)
    wire = Wire(["127.0.0.1"], "shishod/0 (ann@example.org)", limit_s=10.0)
    client = PoliteClient(Terms("books", f"{url}/books/"), wire, limiter, InMemory(), stop)
    waiting: Iterator[int] = iter(numbers)
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                number = next(waiting, None)
            if number is None:
                return
            with suppress(ShishodError):  # what is told of it is another test's
                client.ask(f"thing/{number}")

    crowd = [threading.Thread(target=work) for _ in range(threads)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()


def run(where: tuple[str, str], limit: Limit, count: int, threads: int, **how: Any) -> Tally:
    """Two instances ask for so many things together; what the server counted."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=serve, args=(limit, how.get("faulty", 0.0), theirs))
    server.start()
    try:
        url = ours.recv()
        shares = (range(count // 2), range(count // 2, count))
        given = [(url, where, limit, share, threads, how.get("steps", False)) for share in shares]
        instances = [context.Process(target=ask, args=one) for one in given]
        for one in instances:
            one.start()
        for one in instances:
            one.join()
        ours.send("enough")
        tally: Tally = ours.recv()
        return tally
    finally:
        server.join(10)
        server.kill()


def use_of(tally: Tally, limit: Limit) -> float:
    """The part of the published allowance that was used from the first request to the last."""
    return len(tally.arrivals) / ((max(tally.arrivals) - min(tally.arrivals)) * limit.permits / limit.window_s)


def check(tally: Tally, limit: Limit, name: str) -> float:
    most, used = most_in_any(tally.arrivals, limit.window_s), use_of(tally, limit)
    print(f"{name}: {len(tally.arrivals)} requests, {tally.violations} violations, at most {most} of {limit.permits} in"
          f" any {limit.window_s:g} s, {used:.1%} of the allowance used")  # fmt: skip
    assert tally.violations == 0
    assert most <= limit.permits
    return used


def test_several_processes_stay_within_a_window_while_clocks_are_set(place: tuple[str, str]) -> None:
    limit = Limit(50, 0.6)

    tally = run(place, limit, 300, 4, steps=True)

    assert len(tally.arrivals) == 300
    check(tally, limit, place[0])


def test_storms_of_faults_are_met_without_one_request_too_many(tmp_path: Path) -> None:
    limit = Limit(50, 0.6)

    tally = run(("file", str(tmp_path)), limit, 120, 4, faulty=0.15)

    check(tally, limit, "file, in a storm")


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("window", WINDOWS)
def test_ten_thousand_requests_use_most_of_the_allowance_and_never_more(place: tuple[str, str], window: str) -> None:
    limit = WINDOWS[window]

    tally = run(place, limit, 10_000, 8, steps=True)

    assert len(tally.arrivals) == 10_000
    assert check(tally, limit, f"{place[0]}, {window}") >= 0.85


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_ten_thousand_requests_through_storms_break_no_rule(place: tuple[str, str]) -> None:
    limit = WINDOWS["hundred a minute"]

    check(run(place, limit, 10_000, 8, faulty=0.02, steps=True), limit, f"{place[0]}, in storms")

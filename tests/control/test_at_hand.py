"""What is at hand during a scan is answered by the loop itself, which is let in sooner while it answers."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shishod.control.client import Client
from shishod.control.house import SHORT
from shishod.control.loop import PROMPT_S, new_loop
from shishod.control.server import ControlServer
from shishod.model.progress import ScanStatus
from tests.control.standin import Standin, a_scan, until


@pytest.fixture
def crowded(server: ControlServer, daemon: Standin, socket_path: Path):
    """A daemon that scans, whose status was asked before, and whose catalogue is asked by as many as may at once."""
    daemon.alive = {"scan-1": a_scan(1, processed=7)}
    Client(socket_path, timeout_s=5.0).get("/v1/status")
    inside, over = threading.Semaphore(0), threading.Event()
    daemon.on_books = lambda: (inside.release(), over.wait(20))[0]
    with ThreadPoolExecutor(SHORT) as askers:
        for _ in range(SHORT):
            askers.submit(Client(socket_path, timeout_s=30.0).get, "/v1/books")
        for _ in range(SHORT):
            assert inside.acquire(timeout=10)
        yield
        over.set()


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/v1/status", lambda told: told["scan"]["active"][0]),
        ("/v1/scans/scan-1", lambda told: told),
    ],
)
def test_during_a_scan_it_waits_for_nobody_who_asks_the_catalogue(crowded, client: Client, path: str, found):
    scan = found(client.get(path))

    assert (scan["id"], scan["processed"], scan["phase"]) == ("scan-1", 7, "reading")


def test_nor_does_who_follows_a_scan(crowded, client: Client, daemon: Standin):
    _, told = next(client.events("/v1/scans/scan-1/events"))

    assert told["processed"] == 7


def test_a_scan_that_has_ended_is_told_by_the_history(client: Client, daemon: Standin):
    daemon.ended = [a_scan(1, ScanStatus.COMPLETED)]

    assert client.get("/v1/scans/scan-1")["status"] == "completed"


def test_the_interpreter_changes_hands_sooner_from_a_question_to_its_answer_and_at_no_other_time():
    usual_s = sys.getswitchinterval()
    loop = new_loop()
    answering = threading.Thread(target=loop.run_forever)
    answering.start()
    asked: list[float] = []
    try:
        until(lambda: loop.is_running() and sys.getswitchinterval() == usual_s)
        loop.call_soon_threadsafe(lambda: asked.append(sys.getswitchinterval()))
        until(lambda: bool(asked) and sys.getswitchinterval() == usual_s)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        answering.join()
        loop.close()

    assert asked == [pytest.approx(PROMPT_S)]
    assert sys.getswitchinterval() == usual_s


def test_whoever_asks_without_end_is_answered_at_the_usual_pace_and_after_a_rest_sooner_again():
    usual_s = sys.getswitchinterval()
    loop = new_loop()
    answering = threading.Thread(target=loop.run_forever)
    answering.start()
    paces: list[float] = []
    never = threading.Event()

    def answer() -> None:
        never.wait(0.02)
        paces.append(sys.getswitchinterval())

    def ask_until(pace_s: float, pause_s: float) -> None:
        while not paces or paces[-1] != pytest.approx(pace_s):
            asked = len(paces)
            loop.call_soon_threadsafe(answer)
            until(lambda asked=asked: len(paces) > asked)
            never.wait(pause_s)

    try:
        ask_until(PROMPT_S, 0)
        ask_until(usual_s, 0)
        ask_until(PROMPT_S, 0.3)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        answering.join()
        loop.close()

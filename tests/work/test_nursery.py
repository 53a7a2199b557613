"""What reading processes are forked from lives as long as one of them does, and comes back with the next."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.util import get_temp_dir
from pathlib import Path

import pytest

from shishod.work.runners.nursery import NURSERY
from shishod.work.runners.processes import ProcessRunner
from tests.contracts.deeds import double, where
from tests.waiting import wait_until


@contextmanager
def a_runner(idle_s: float) -> Iterator[ProcessRunner]:
    runner = ProcessRunner(1, preload=["tests.contracts.deeds"], idle_s=idle_s)
    try:
        yield runner
    finally:
        runner.close()


def keepers() -> set[int]:
    """Our children that only multiprocessing keeps: the fork server and the tracker beside it."""
    children = [child for task in Path("/proc/self/task").iterdir() for child in _told(task / "children").split()]
    return {
        int(child) for child in children if b"from multiprocessing." in _told(Path("/proc", child.decode(), "cmdline"))
    }


def _told(place: Path) -> bytes:
    """What the kernel says there; nothing of a thread or a process that has just ended."""
    try:
        return place.read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


@pytest.fixture(autouse=True)
def empty() -> None:
    """No runner of another test has a process."""
    wait_until(lambda: NURSERY.rest() or not keepers(), 10, "what other tests read with is gone")


def test_when_the_last_process_retires_nothing_is_left_and_the_next_call_begins_anew() -> None:
    with a_runner(idle_s=0.05) as runner:
        assert runner.run(double, [1]) == [2]
        assert len(keepers()) == 2
        wait_until(lambda: not keepers(), 10, "they ended with the process")

        assert runner.run(double, [2]) == [4]


def test_as_long_as_another_runner_has_a_process_all_stays() -> None:
    with a_runner(idle_s=0.05) as brief, a_runner(idle_s=600) as lasting:
        (kept,) = lasting.run(where, [0])
        before = keepers()
        brief.run(double, [1])
        wait_until(lambda: brief.stats()["processes"] == 0, 10, "the brief one has retired")

        assert not NURSERY.rest()
        assert keepers() == before
        assert lasting.run(where, [0]) == [kept]


def test_nothing_is_left_open_or_lying_about_however_often_it_ends() -> None:
    with a_runner(idle_s=0.01) as runner:
        runner.run(double, [0])
        wait_until(lambda: not keepers(), 10, "they ended")
        files, sockets = len(os.listdir("/proc/self/fd")), _sockets()
        for number in range(3):
            assert runner.run(double, [number]) == [2 * number]
            wait_until(lambda: not keepers(), 10, "they ended again")

        wait_until(lambda: len(os.listdir("/proc/self/fd")) <= files and _sockets() <= sockets, 5, "nothing was left")


def test_no_call_is_lost_to_an_end_in_that_very_moment() -> None:
    with a_runner(idle_s=0.001) as one, a_runner(idle_s=0.001) as two:
        told: list[object] = []

        def call(runner: ProcessRunner) -> None:
            for number in range(6):
                told.append(runner.run(double, [number]) == [2 * number])

        callers = [threading.Thread(target=call, args=(runner,)) for runner in (one, two)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join(60)

        assert told == [True] * 12


def _sockets() -> int:
    return len(os.listdir(get_temp_dir()))

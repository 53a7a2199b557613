"""Where processes wait more than they compute there are more of them, and they stand back behind everybody else."""

import os
from collections.abc import Callable

import pytest

from shishod.work.runners.processes import ProcessRunner, lanes
from tests.contracts.deeds import deed, priority
from tests.waiting import wait_until
from tests.work.crowd import together

GET_IOPRIO = {"x86_64": 252, "aarch64": 31}


@pytest.mark.parametrize(
    ("computing", "many"), [(1.0, 2), (0.9, 2), (0.67, 3), (0.5, 4), (0.25, 8), (0.1, 8), (0.0, 8)]
)
def test_so_many_run_that_as_many_compute_as_were_asked_for(computing: float, many: int) -> None:
    assert lanes(2, 8, computing) == many


def test_no_more_run_than_may() -> None:
    assert lanes(4, 4, 0.1) == 4


def test_processes_that_wait_make_room_for_more() -> None:
    runner = ProcessRunner(1, most=4, preload=["tests.contracts.deeds"])
    try:
        assert runner.stats()["allowed"] == 1
        # it waits for something, and computes nothing
        wait_until(lambda: runner.run(deed, ["busy"]) and runner.stats()["allowed"] == 4)

        together(*[lambda: runner.run(deed, ["busy"])] * 4)
        assert runner.stats()["processes"] == 4
    finally:
        runner.close()


def test_processes_that_compute_make_no_room() -> None:
    runner = ProcessRunner(1, most=4, preload=["tests.contracts.deeds"])
    try:
        for _ in range(6):
            runner.run(deed, ["compute"])
        assert runner.stats()["allowed"] == 1
    finally:
        runner.close()


@pytest.fixture
def of_a_process() -> Callable[[], tuple[int, int]]:
    runner = ProcessRunner(1, preload=["tests.contracts.deeds"])

    def ask() -> tuple[int, int]:
        try:
            (answer,) = runner.run(priority, [GET_IOPRIO.get(os.uname().machine, 0)])
            assert isinstance(answer, tuple)
            return answer
        finally:
            runner.close()

    return ask


def test_what_reads_stands_back_for_the_processor_and_the_disk(of_a_process: Callable[[], tuple[int, int]]) -> None:
    nice, disk = of_a_process()

    assert nice >= 10
    assert disk in (3, -1)  # idle, or a machine whose numbers this test does not know

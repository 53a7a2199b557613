"""One run in several processes at once: the answers of one run, in its order."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from shishod.work.runners import Failed
from shishod.work.runners.abreast import abreast
from shishod.work.runners.inline import InlineRunner
from shishod.work.runners.processes import ProcessRunner
from tests.contracts.deeds import deed, double, where


@pytest.fixture
def processes() -> Iterator[ProcessRunner]:
    runner = ProcessRunner(2, limit_s=0.5, preload=["tests.contracts.deeds"])
    yield runner
    runner.close()


@pytest.mark.parametrize("count", [0, 1, 2, 5, 16])
@pytest.mark.parametrize("hands", [1, 2, 3, 40])
def test_every_thing_has_its_answer_in_order(count: int, hands: int) -> None:
    assert abreast(InlineRunner(), double, range(count), hands) == [2 * number for number in range(count)]


def test_several_processes_work_at_once(processes: ProcessRunner) -> None:
    told = set(abreast(processes, where, range(4), 2))

    assert len(told) == 2
    assert os.getpid() not in told


def test_a_thing_that_hangs_keeps_only_its_own_part_from_being_read(processes: ProcessRunner) -> None:
    hung, unread, *others = abreast(processes, deed, ["hang", "a", "b", "c"], 2)

    assert [one.reason for one in (hung, unread) if isinstance(one, Failed)] == ["timeout", "unread"]
    assert others == ["B", "C"]


def test_a_runner_that_breaks_off_is_told_for_every_thing() -> None:
    class Broken(InlineRunner):
        def run(
            self, function: Callable[[Any], Any], things: Sequence[Any], *, to_the_end: bool = True
        ) -> list[Any | Failed]:
            raise RuntimeError("no room")

    answers = abreast(Broken(), double, [1, 2, 3], 2)

    assert [isinstance(one, Failed) and "no room" in one.text for one in answers] == [True] * 3

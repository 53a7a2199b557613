"""One piece of work in several parts at once: what each returned, in its order."""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pytest

from shishod.work.runners import Failed, Runner
from shishod.work.runners.abreast import abreast
from shishod.work.runners.processes import ProcessRunner
from tests.contracts.deeds import deed, where


@pytest.fixture
def processes() -> Iterator[ProcessRunner]:
    runner = ProcessRunner(2, limit_s=0.5, preload=["tests.contracts.deeds"])
    yield runner
    runner.close()


def run_by(runner: Runner, function: Callable[[Any], Any], things: Sequence[Any]) -> list[Any]:
    return runner.run(function, things, to_the_end=False)


@pytest.mark.parametrize("count", [0, 1, 2, 5, 16])
@pytest.mark.parametrize("parts", [1, 2, 3, 40])
def test_the_parts_are_equal_and_in_order(count: int, parts: int) -> None:
    shares = abreast(list, range(count), parts)

    assert [number for share in shares for number in share] == list(range(count))
    assert len(shares) <= parts
    assert all(len(share) == len(shares[0]) for share in shares[:-1])


def test_several_processes_work_at_once(processes: ProcessRunner) -> None:
    told = {one for share in abreast(partial(run_by, processes, where), range(4), 2) for one in share}

    assert len(told) == 2
    assert os.getpid() not in told


def test_a_thing_that_hangs_keeps_only_its_own_part_from_being_done(processes: ProcessRunner) -> None:
    (hung, unread), others = abreast(partial(run_by, processes, deed), ["hang", "a", "b", "c"], 2)

    assert [one.reason for one in (hung, unread) if isinstance(one, Failed)] == ["timeout", "unread"]
    assert others == ["B", "C"]


def test_what_one_part_raises_is_raised_when_all_have_ended() -> None:
    ended = []

    def carry(share: Sequence[int]) -> None:
        if share[0] in (2, 3):
            raise ValueError(share[0])
        ended.append(share[0])

    with pytest.raises(ValueError, match="2"):
        abreast(carry, [1, 2, 3, 4], 4)

    assert sorted(ended) == [1, 4]

"""What waits is written together."""

import threading
from collections.abc import Sequence

import pytest

from shishod.work.batch import Batcher
from tests.waiting import wait_until
from tests.work.crowd import together


class Disk:
    """A place to write to whose gate the test opens and shuts; "bad" things are refused."""

    def __init__(self, *, shut: bool = False) -> None:
        self.batches: list[list[str]] = []
        self.gate = threading.Event()
        if not shut:
            self.gate.set()

    def write(self, things: Sequence[str]) -> list[str]:
        self.batches.append(list(things))
        assert self.gate.wait(10)
        if "bad" in things:
            raise OSError("refused")
        return [thing.upper() for thing in things]


def queued(batcher: Batcher[str, str], disk: Disk, *callers: Sequence[str]) -> list[threading.Thread]:
    """The first caller writes and is held at the gate; the others are known to wait behind it."""
    threads = []
    for count, things in enumerate(callers):
        threads.append(threading.Thread(target=batcher.put, args=(things,), daemon=True))
        threads[-1].start()
        wait_until(lambda n=count: len(disk.batches) == 1 and len(batcher._waiting) == n)
    return threads


def test_a_lone_caller_is_written_at_once() -> None:
    disk = Disk()

    assert Batcher(disk.write).put(["a"]) == ["A"]
    assert disk.batches == [["a"]]


def test_results_come_back_in_the_callers_order() -> None:
    assert Batcher(Disk().write).put(["c", "a", "b"]) == ["C", "A", "B"]


def test_nothing_is_not_written() -> None:
    disk = Disk()

    assert list(Batcher(disk.write).put([])) == []
    assert disk.batches == []


def test_what_came_while_one_wrote_is_written_together() -> None:
    disk = Disk(shut=True)
    batcher = Batcher(disk.write)
    threads = queued(batcher, disk, ["a"], ["b"], ["c", "d"])

    disk.gate.set()
    for thread in threads:
        thread.join(10)

    assert disk.batches == [["a"], ["b", "c", "d"]]
    assert batcher.stats() == {"batches": 2, "things": 4}


def test_a_batch_is_no_longer_than_allowed() -> None:
    disk = Disk(shut=True)
    threads = queued(Batcher(disk.write, most=3), disk, ["a"], ["b", "c"], ["d", "e"], ["f"])

    disk.gate.set()
    for thread in threads:
        thread.join(10)

    assert disk.batches == [["a"], ["b", "c"], ["d", "e", "f"]]


def test_a_callers_things_are_never_torn_apart() -> None:
    disk = Disk()

    assert Batcher(disk.write, most=2).put(["a", "b", "c"]) == ["A", "B", "C"]
    assert disk.batches == [["a", "b", "c"]]


def test_a_failure_reaches_exactly_the_callers_of_its_batch() -> None:
    disk = Disk(shut=True)
    batcher = Batcher(disk.write)
    outcomes: dict[str, object] = {}

    def put(*things: str) -> None:
        try:
            outcomes[things[0]] = batcher.put(things)
        except OSError as error:
            outcomes[things[0]] = str(error)

    threads = []
    for count, things in enumerate([("first",), ("neighbour",), ("bad",)]):
        threads.append(threading.Thread(target=put, args=things, daemon=True))
        threads[-1].start()
        wait_until(lambda n=count: len(disk.batches) == 1 and len(batcher._waiting) == n)
    disk.gate.set()
    for thread in threads:
        thread.join(10)

    assert outcomes == {"first": ["FIRST"], "neighbour": "refused", "bad": "refused"}
    assert batcher.put(["after"]) == ["AFTER"]


def test_a_writer_that_miscounts_is_found_out() -> None:
    batcher: Batcher[str, str] = Batcher(lambda _: ["only one"])

    with pytest.raises(ValueError, match="2 things were written, but 1 results"):
        batcher.put(["a", "b"])


def test_as_many_write_at_once_as_are_allowed() -> None:
    meeting = threading.Barrier(2)

    def write(things: Sequence[str]) -> Sequence[str]:
        meeting.wait(10)  # broken unless two are in here at the same time
        return things

    batcher = Batcher(write, writers=2)
    together(lambda: batcher.put(["a"]), lambda: batcher.put(["b"]))

    assert batcher.stats() == {"batches": 2, "things": 2}

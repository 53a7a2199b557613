"""What every runner does; and what only those do that keep each call in a process of its own."""

import importlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shishod.work.runners import Failed, Runner
from shishod.work.runners.inline import InlineRunner
from shishod.work.runners.processes import ProcessRunner
from tests.contracts.deeds import Poisoned, deed, double, where
from tests.waiting import wait_until
from tests.work.crowd import together

LIMIT_S = 3.0
RUNNERS: dict[str, Callable[[], Runner]] = {
    "inline": InlineRunner,
    "processes": lambda: ProcessRunner(2, limit_s=LIMIT_S, memory_bytes=512 * 2**20, preload=["tests.contracts.deeds"]),
}


@pytest.fixture(params=RUNNERS)
def runner(request: pytest.FixtureRequest) -> Iterator[Runner]:
    runner = RUNNERS[request.param]()
    yield runner
    runner.close()


@pytest.fixture
def processes() -> Iterator[Runner]:
    runner = RUNNERS["processes"]()
    yield runner
    runner.close()


def reasons(outcomes: list[object]) -> list[object]:
    """The outcomes, with the reason in the place of each Failed."""
    return [outcome.reason if isinstance(outcome, Failed) else outcome for outcome in outcomes]


def test_the_inline_runner_imports_what_it_will_need_before_its_threads_do() -> None:
    sys.modules.pop("colorsys", None)

    InlineRunner(["colorsys"]).warm()

    assert "colorsys" in sys.modules


def test_nothing_is_done_inline_while_what_it_needs_is_being_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slow_to_come.py").write_text("import queue\nHERE, GO_ON = queue.Queue(), queue.Queue()\n")
    (tmp_path / "half_made.py").write_text(
        "import slow_to_come\nslow_to_come.HERE.put(1)\nslow_to_come.GO_ON.get(timeout=30)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    slow = importlib.import_module("slow_to_come")
    runner, done = InlineRunner(["half_made"]), list[int]()
    warming = threading.Thread(target=runner.warm)
    working = threading.Thread(target=lambda: done.extend(runner.run(double, [1])))

    warming.start()
    slow.HERE.get(timeout=30)
    working.start()
    working.join(0.1)
    before = list(done)
    slow.GO_ON.put(1)
    for thread in (warming, working):
        thread.join(30)

    assert (before, done) == ([], [2])


def test_the_inline_runner_enters_no_parser_twice_at_once() -> None:
    runner, inside, met = InlineRunner(), threading.Semaphore(1), list[bool]()

    def alone(_: int) -> None:
        met.append(inside.acquire(blocking=False))
        threading.Event().wait(0.001)
        inside.release()

    together(*[lambda: runner.run(alone, range(20))] * 4)

    assert len(met) == 80 and all(met)


class TestEveryRunner:
    def test_answers_in_the_order_of_the_things(self, runner: Runner) -> None:
        assert runner.run(double, list(range(100))) == list(range(0, 200, 2))

    def test_answers_nothing_with_nothing(self, runner: Runner) -> None:
        assert runner.run(double, []) == []

    def test_an_exception_costs_its_own_thing_only(self, runner: Runner) -> None:
        assert runner.run(deed, ["a", "value error", "b"]) == ["A", Failed("error", "ValueError: no such chapter"), "B"]

    @pytest.mark.parametrize("what", ["system exit", "interrupt", "recurse", "unspeakable"])
    def test_whatever_is_raised_is_an_outcome(self, runner: Runner, what: str) -> None:
        assert reasons(runner.run(deed, ["a", what, "b"])) == ["A", "error", "B"]

    def test_lack_of_memory_has_its_own_reason(self, runner: Runner) -> None:
        assert reasons(runner.run(deed, ["a", "memory error", "b"])) == ["A", "memory", "B"]

    def test_none_is_a_result(self, runner: Runner) -> None:
        assert runner.run(deed, ["nothing"]) == [None]

    def test_many_threads_get_each_their_own(self, runner: Runner) -> None:
        def ask(number: int) -> None:
            for turn in range(10):
                assert runner.run(double, [number, turn]) == [number * 2, turn * 2]

        together(*[lambda number=number: ask(number) for number in range(9)])

    def test_a_large_result_comes_through_whole(self, runner: Runner) -> None:
        assert runner.run(deed, ["large", "a"]) == [bytes(4 * 2**20), "A"]

    def test_large_things_go_through_whole(self, runner: Runner) -> None:
        things = [b"x" * 2**20, b"y" * 2**20]

        assert runner.run(double, things) == [thing * 2 for thing in things]

    def test_being_warm_changes_no_answer(self, runner: Runner) -> None:
        runner.warm()

        assert runner.run(double, [1]) == [2]

    def test_after_closing_everything_is_stopped(self, runner: Runner) -> None:
        runner.run(double, [1])

        runner.close()
        runner.close()

        assert reasons(runner.run(double, [1, 2])) == ["stopped", "stopped"]

    def test_who_wants_to_is_told_of_each_thing_as_soon_as_it_was_tried(self, runner: Runner) -> None:
        heard: list[int] = []

        runner.run(deed, ["a", "value error", "b"], told=heard.append)

        assert heard == [0, 1, 2]

    def test_what_is_stopped_is_never_told_as_done(self, runner: Runner) -> None:
        heard: list[int] = []

        def stop(at: int) -> None:
            heard.append(at)
            if at == 1:
                runner.close()

        outcomes = runner.run(deed, ["a", "b", *["busy"] * 20], told=stop)

        assert reasons(outcomes)[-1] == "stopped"
        assert heard[:2] == [0, 1]
        assert len(heard) == sum(reason != "stopped" for reason in reasons(outcomes)) < len(outcomes)

    def test_it_counts_what_it_did(self, runner: Runner) -> None:
        runner.run(double, [1, 2, 3])

        assert runner.stats()["things"] == 3


class TestProcesses:
    def test_run_outside_the_daemon(self, processes: Runner) -> None:
        assert os.getpid() not in processes.run(where, [1, 2, 3])

    @pytest.mark.parametrize("what", ["hang", "hang deaf"])
    def test_a_hang_costs_its_own_thing_only(self, processes: Runner, what: str) -> None:
        assert processes.run(deed, ["a", what, "b"]) == [
            "A",
            Failed("timeout", "it took longer than 3 s, so its process was ended"),
            "B",
        ]

    def test_a_thing_that_costs_its_process_is_told_in_its_place(self, processes: Runner) -> None:
        heard: list[int] = []

        processes.run(deed, ["a", "segfault", "b"], told=heard.append)

        assert heard == [0, 1, 2]

    def test_a_crash_costs_its_own_thing_only(self, processes: Runner) -> None:
        assert processes.run(deed, ["a", "segfault", "b", "segfault"]) == [
            "A",
            Failed("crash", "its process was ended by SIGSEGV"),
            "B",
            Failed("crash", "its process was ended by SIGSEGV"),
        ]

    def test_a_parser_that_leaves_is_a_crash_and_is_noticed_at_once(self, processes: Runner) -> None:
        outcomes = processes.run(deed, ["a", "leave", "b"])

        assert outcomes == ["A", Failed("crash", "its process ended by itself with status 0"), "B"]

    def test_a_memory_bomb_costs_its_own_thing_only(self, processes: Runner) -> None:
        assert reasons(processes.run(deed, ["a", "eat", "b"])) == ["A", "memory", "B"]

    def test_a_result_beyond_all_measure_is_refused(self, processes: Runner) -> None:
        assert reasons(processes.run(deed, ["a", "huge", "b"])) == ["A", "memory", "B"]

    @pytest.mark.parametrize("what", ["lambda", "lock", "nested", "poisoned"])
    def test_a_result_that_cannot_travel_is_an_error(self, processes: Runner, what: str) -> None:
        assert reasons(processes.run(deed, ["a", what, "b"])) == ["A", "error", "B"]

    def test_a_thing_that_cannot_travel_is_an_error(self, processes: Runner) -> None:
        assert reasons(processes.run(str, ["a", threading.Lock(), "b"])) == ["a", "error", "b"]

    def test_a_thing_that_cannot_be_received_is_an_error(self, processes: Runner) -> None:
        assert reasons(processes.run(str, ["a", Poisoned(), "b"])) == ["a", "error", "b"]

    def test_a_function_that_cannot_travel_is_an_error(self, processes: Runner) -> None:
        assert reasons(processes.run(lambda thing: thing, [1, 2])) == ["error", "error"]

    def test_everything_bad_at_once_costs_nothing_good(self, processes: Runner) -> None:
        bad = ["segfault", "eat", "hang", "leave", "value error", "nested", "system exit"]
        things = [word for index, what in enumerate(bad) for word in (f"good {index}", what)]

        outcomes = processes.run(deed, things)

        assert outcomes[::2] == [f"GOOD {index}" for index in range(len(bad))]
        assert reasons(outcomes[1::2]) == ["crash", "memory", "timeout", "crash", "error", "error", "error"]

    def test_a_neighbour_in_another_process_notices_nothing(self, processes: Runner) -> None:
        outcomes: dict[str, list[object]] = {}

        together(
            lambda: outcomes.update(bad=processes.run(deed, ["segfault"] * 5)),
            lambda: outcomes.update(good=processes.run(deed, ["a"] * 200)),
        )

        assert outcomes["good"] == ["A"] * 200
        assert reasons(outcomes["bad"]) == ["crash"] * 5

    def test_closing_ends_what_runs(self, processes: Runner) -> None:
        outcomes: list[object] = []
        caller = threading.Thread(target=lambda: outcomes.extend(processes.run(deed, ["a", "hang", "b"])), daemon=True)
        caller.start()
        wait_until(lambda: processes.stats()["things"] == 1)

        processes.close()
        caller.join(LIMIT_S / 2)

        assert reasons(outcomes) == ["A", "stopped", "stopped"]

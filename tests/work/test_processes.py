"""Processes come when there is work, go when there is none, and leave nothing behind."""

import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shishod.work.runners import Failed
from shishod.work.runners.confined import Limits, serve
from shishod.work.runners.lane import Lane
from shishod.work.runners.processes import BARREN, ProcessRunner
from tests.contracts.deeds import deed, double, hang_the_first_time, where
from tests.hearing import capture_logs
from tests.waiting import wait_until
from tests.work.crowd import together

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def make() -> Iterator[Callable[..., ProcessRunner]]:
    made: list[ProcessRunner] = []

    def make(processes: int = 1, **limits: float) -> ProcessRunner:
        made.append(ProcessRunner(processes, preload=["tests.contracts.deeds"], **limits))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for runner in made:
        runner.close()


def is_gone(pid: int) -> bool:
    """Whether a process is no more, or is only waiting to be forgotten."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):  # the second when it goes between opening and reading
        return True


def test_a_process_is_used_again(make: Callable[..., ProcessRunner]) -> None:
    runner = make()

    pids = {runner.run(where, [0])[0] for _ in range(5)}

    assert len(pids) == 1
    assert runner.stats()["started"] == 1


def test_a_process_that_nobody_waits_for_any_more_ends_in_silence() -> None:
    context = multiprocessing.get_context("forkserver")
    near, far = context.Pipe()
    process = context.Process(target=serve, args=(far, Limits(0)))
    near.close()

    process.start()
    process.join(30)

    assert process.exitcode == 0, "1 is a traceback on the standard error of the daemon"


def test_a_crowd_of_answers_is_taken_with_few_calls(
    make: Callable[..., ProcessRunner], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []
    read = Lane._read

    def counted(lane: Lane) -> list[bytes]:
        reads.append(lane)
        return read(lane)

    monkeypatch.setattr(Lane, "_read", counted)
    runner = make(1)
    runner.run(double, [0])
    reads.clear()

    assert runner.run(double, list(range(200))) == [2 * number for number in range(200)]
    assert len(reads) < 100


def test_no_more_processes_than_allowed_and_none_without_need(make: Callable[..., ProcessRunner]) -> None:
    runner = make(2)
    runner.run(double, [1])
    assert runner.stats()["processes"] == 1

    together(*[lambda: runner.run(double, list(range(50)))] * 6)

    assert runner.stats()["processes"] <= 2


def test_an_idle_process_that_is_killed_is_missed_by_nobody(make: Callable[..., ProcessRunner]) -> None:
    runner = make()
    pid = int(str(runner.run(where, [0])[0]))
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: is_gone(pid))

    outcome = runner.run(where, [0])

    assert outcome != [pid]
    assert not isinstance(outcome[0], Failed)


def test_a_warm_process_that_is_killed_is_blamed_on_nothing(make: Callable[..., ProcessRunner]) -> None:
    runner = make()
    runner.warm()
    (lane,) = runner._lanes
    lane.kill()
    wait_until(lambda: not lane._process.is_alive())

    assert runner.run(deed, ["a"]) == ["A"]


def test_what_was_in_hand_when_a_used_process_was_killed_is_tried_again(
    make: Callable[..., ProcessRunner], tmp_path: Path
) -> None:
    runner = make()
    runner.run(double, [1])
    note = tmp_path / "note"
    outcomes: list[object] = []
    caller = threading.Thread(target=lambda: outcomes.extend(runner.run(hang_the_first_time, [str(note)])), daemon=True)
    caller.start()
    wait_until(note.exists)

    os.kill(int(note.read_text()), signal.SIGKILL)  # as the kernel does when memory is short
    caller.join(10)

    assert outcomes == [int(note.read_text())]


def test_idle_processes_retire_and_come_back_on_demand(make: Callable[..., ProcessRunner]) -> None:
    runner = make(idle_s=0.05)
    pid = int(str(runner.run(where, [0])[0]))

    wait_until(lambda: is_gone(pid), why="an idle process stayed")
    wait_until(lambda: runner.stats()["processes"] == 0)
    wait_until(lambda: "run-tidy" not in {thread.name for thread in threading.enumerate()})

    began = time.monotonic()
    assert runner.run(double, [1]) == [2]
    assert time.monotonic() - began < 5  # about 10 ms on a quiet machine
    wait_until(lambda: runner.stats()["processes"] == 0, why="the second idle process stayed")


def test_who_is_expected_finds_one_process_ready_however_often_that_is_said(make: Callable[..., ProcessRunner]) -> None:
    runner = make()
    for _ in range(5):
        runner.expect()
    wait_until(lambda: runner.stats()["processes"] == 1 and not runner._expecting, why="it was made meanwhile")
    runner.expect()

    runner.run(double, [1])

    assert runner.stats()["started"] == 1


def test_a_process_that_served_long_is_replaced(make: Callable[..., ProcessRunner]) -> None:
    runner = make(max_tasks=3)

    pids = [runner.run(where, [0])[0] for _ in range(7)]

    assert len(set(pids)) == 3


def test_lost_processes_are_counted_and_leave_no_open_file(make: Callable[..., ProcessRunner]) -> None:
    runner = make()
    runner.run(deed, ["segfault"])
    before = len(os.listdir("/proc/self/fd"))

    runner.run(deed, ["a", "segfault"] * 5)

    assert runner.stats()["crash"] >= 6
    assert len(os.listdir("/proc/self/fd")) <= before + 2  # the process that is idle now


def test_a_hang_is_over_soon_after_its_limit(make: Callable[..., ProcessRunner]) -> None:
    runner = make(limit_s=0.3)
    runner.warm()
    began = time.monotonic()

    runner.run(deed, ["hang deaf"])

    assert 0.3 <= time.monotonic() - began < 3


def test_a_process_that_hung_is_ended(make: Callable[..., ProcessRunner], tmp_path: Path) -> None:
    runner = make(limit_s=0.5)
    note = tmp_path / "note"

    runner.run(hang_the_first_time, [str(note)])

    wait_until(lambda: is_gone(int(note.read_text())))
    assert runner.stats()["processes"] == 0
    assert runner.stats()["timeout"] == 1


def test_the_limit_is_each_things_own(make: Callable[..., ProcessRunner]) -> None:
    runner = make(limit_s=0.4)

    assert runner.run(deed, ["busy"] * 6) == ["done"] * 6  # 0.15 s each


def test_a_process_confines_itself(make: Callable[..., ProcessRunner]) -> None:
    (said,) = make(memory_bytes=600 * 2**20).run(deed, ["confinement"])

    assert isinstance(said, dict)
    assert said["core"] == 0
    assert said["memory"] == 600 * 2**20
    assert said["files"] <= 256
    assert said["deaf"] is True
    assert said["notify"] is None
    with open("/proc/self/oom_score_adj", encoding="ascii") as ours:
        assert said["oom"] >= int(ours.read())
    assert said["main"] is None


def test_a_parser_may_start_programs_of_its_own(make: Callable[..., ProcessRunner]) -> None:
    assert make().run(deed, ["child"]) == [0]


@pytest.fixture
def no_more_files() -> Iterator[Callable[[], None]]:
    """Called, it lets nothing be opened any more until the end of the test."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_where_no_process_can_be_started_nothing_is_blamed_and_it_is_said_once(
    make: Callable[..., ProcessRunner], no_more_files: Callable[[], None]
) -> None:
    runner = make()

    with capture_logs() as lines:
        no_more_files()
        outcomes = [*runner.run(double, [1, 2]), *runner.run(double, [3])]
        runner.warm()

    told = f"no process could be started: [Errno 24] Too many open files. {BARREN}"
    assert outcomes == [Failed("unable", told)] * 3
    assert [line["log_level"] for line in lines] == ["warning"]
    assert runner.stats()["processes"] == 0


def test_closing_ends_every_process(make: Callable[..., ProcessRunner]) -> None:
    runner = make(2)
    pid = int(str(runner.run(where, [0])[0]))

    runner.close()

    wait_until(lambda: is_gone(pid))
    assert runner.stats()["processes"] == 0


SCRIPT = """
import os, sys, threading
print("imported", flush=True)

if __name__ == "__main__":
    from shishod.work.runners.processes import ProcessRunner
    from tests.contracts.deeds import deed, where

    runner = ProcessRunner(2)
    print(*runner.run(where, [0]), os.getpid(), flush=True)
    threading.Thread(target=runner.run, args=(deed, ["hang deaf"]), daemon=True).start()
    threading.Thread(target=runner.run, args=(deed, ["hang deaf"]), daemon=True).start()
    while runner.stats()["started"] < 2:
        pass
    print("busy", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A program with two processes that hang and hear no signal; it ends by itself at a line of input."""
    script = tmp_path / "daemon.py"
    script.write_text(SCRIPT)
    daemon = subprocess.Popen(
        [sys.executable, script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    yield daemon
    daemon.kill()
    daemon.communicate(timeout=10)


def family(pid: int) -> set[int]:
    """A process and all that came of it, by their parents."""
    parents: dict[int, int] = {}
    for name in os.listdir("/proc"):
        if name.isdecimal():
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as stat:
                    parents[int(name)] = int(stat.read().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    kin = {pid}
    while more := {child for child, parent in parents.items() if parent in kin} - kin:
        kin |= more
    return kin


def begun(daemon: subprocess.Popen[str]) -> set[int]:
    """Wait until both processes hang; the whole family by pid."""
    assert daemon.stdout is not None
    assert daemon.stdout.readline() == "imported\n"
    assert daemon.stdout.readline().split()[1] == str(daemon.pid)
    assert daemon.stdout.readline() == "busy\n", "the main module was imported again in a process"
    kin = family(daemon.pid)
    assert len(kin) >= 4  # itself, the fork server and two processes
    return kin


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_no_process_outlives_a_daemon_that_is_killed(daemon: subprocess.Popen[str], how: signal.Signals) -> None:
    kin = begun(daemon)

    daemon.send_signal(how)
    daemon.wait(10)

    wait_until(lambda: all(is_gone(pid) for pid in kin), why="orphans")


def test_a_daemon_that_ends_waits_for_no_process_that_hangs(daemon: subprocess.Popen[str]) -> None:
    kin = begun(daemon)

    daemon.communicate("\n", timeout=10)

    assert daemon.returncode == 0
    wait_until(lambda: all(is_gone(pid) for pid in kin), why="orphans")

"""The main thread's whole life, with real threads, real signals and a real NOTIFY_SOCKET."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shishod.clock import CLOCK
from shishod.daemon.parts import Part, Vigil
from shishod.daemon.supervisor import PartDied, Supervisor
from shishod.daemon.systemd import Notifier
from shishod.errors import SettingsError, Unreachable
from shishod.work.stop import StopSignal
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(30)


class Loop:
    """A part with a real thread that beats until it is stopped, frozen or killed."""

    def __init__(self, name: str, told: list[str], *, beats: bool = False, restartable: bool = False) -> None:
        self.name, self.told = name, told
        self.frozen, self.killed, self.stuck = threading.Event(), threading.Event(), threading.Event()
        self.beat_s = 0.0
        self.broken_start: Exception | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread()
        self.part = Part(name, self.start, self.stop, self.alive, (lambda: self.beat_s) if beats else None, restartable)

    def start(self) -> None:
        self.told.append(f"start {self.name}")
        if self.broken_start:
            raise self.broken_start
        self.killed.clear()
        self._thread = threading.Thread(target=self._turn, name=self.name, daemon=True)
        self._thread.start()

    def stop(self, limit_s: float) -> None:
        self.told.append(f"stop {self.name}")
        while self.stuck.is_set():
            self._ended.wait(0.05)
        self._ended.set()
        self._thread.join(limit_s)

    def alive(self) -> bool:
        return self._thread.is_alive()

    def _turn(self) -> None:
        while not self._ended.wait(0.01) and not self.killed.is_set():
            if not self.frozen.is_set():
                self.beat_s = time.monotonic()


@pytest.fixture
def told() -> list[str]:
    return []


@contextlib.contextmanager
def meanwhile(act: Callable[[], None], last: int = signal.SIGTERM) -> Iterator[None]:
    """Run `act` beside the supervisor, then send ourselves the signal that ends it; failures of `act` are raised."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:
            failures.append(error)
        finally:
            os.kill(os.getpid(), last)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield
    thread.join(10)
    if failures:
        raise failures[0]


def a_supervisor(loops: list[Loop], **others: Any) -> Supervisor:
    parts = [loop.part for loop in loops]
    named = {"tick_s": 0.02, "status_every_s": 0.0, "drain_s": 1.0, **others}
    return Supervisor(parts, named.pop("stop", StopSignal()), Notifier(), **named)


def test_parts_start_in_order_and_stop_in_reverse(told: list[str], systemd: Any) -> None:
    loops = [Loop(name, told) for name in ("store", "watch", "control")]

    with meanwhile(lambda: wait_until(lambda: systemd.count("READY=1"))):
        a_supervisor(loops).run()

    assert told == ["start store", "start watch", "start control", "stop control", "stop watch", "stop store"]


def test_ready_is_said_once_every_part_has_started_and_stopping_before_any_stops(told: list[str], systemd: Any) -> None:
    loop = Loop("control", told)
    order: list[str] = []

    def start() -> None:
        order.append(f"ready said {systemd.count('READY=1')} times")
        loop.start()

    def stop(limit_s: float) -> None:
        wait_until(lambda: systemd.count("STOPPING=1"), 0.5)
        order.append("stopping was said")
        loop.stop(limit_s)

    with meanwhile(lambda: wait_until(lambda: systemd.count("READY=1"))):
        part = Part("control", start, stop, loop.alive)
        Supervisor([part], StopSignal(), Notifier(), tick_s=0.02, drain_s=1.0).run()

    assert order == ["ready said 0 times", "stopping was said"]


def test_what_is_made_ahead_keeps_nobody_waiting_for_ready(told: list[str], systemd: Any) -> None:
    ready: list[int] = []

    def make_ahead() -> None:
        wait_until(lambda: systemd.count("READY=1"), 5)
        ready.append(systemd.count("READY=1"))

    with meanwhile(lambda: wait_until(lambda: ready)):
        a_supervisor([Loop("control", told)], once_ready=make_ahead).run()

    assert ready == [1]


@pytest.mark.parametrize("ender", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_run_and_every_loop_hears_of_it_at_once(told: list[str], systemd: Any, ender: int) -> None:
    stop = StopSignal()
    supervisor = a_supervisor([Loop("scan", told)], stop=stop, tick_s=60.0)
    began = time.monotonic()

    with meanwhile(lambda: wait_until(lambda: systemd.count("READY=1")), last=ender):
        supervisor.run()

    assert stop.is_set()
    assert supervisor.undrained == ()
    assert time.monotonic() - began < 5


def test_the_handlers_of_before_are_put_back(told: list[str], systemd: Any) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    with meanwhile(lambda: wait_until(lambda: systemd.count("READY=1"))):
        a_supervisor([Loop("scan", told)]).run()

    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_the_watchdog_hears_of_every_tick_while_all_is_well(told: list[str], systemd: Any) -> None:
    with meanwhile(lambda: wait_until(lambda: systemd.count("WATCHDOG=1") >= 5)):
        a_supervisor([Loop("control", told, beats=True)]).run()


def test_a_beating_loop_that_does_not_turn_silences_the_watchdog_until_it_does(told: list[str], systemd: Any) -> None:
    loop = Loop("control", told, beats=True)

    def freeze_and_thaw() -> None:
        wait_until(lambda: systemd.count("WATCHDOG=1"))
        loop.frozen.set()
        wait_until(lambda: systemd.last_status() == "not working: control; 3 roots")
        silent_since = systemd.count("WATCHDOG=1")
        before = ticks[0]
        wait_until(lambda: ticks[0] > before + 5)
        assert systemd.count("WATCHDOG=1") == silent_since
        loop.frozen.clear()
        wait_until(lambda: systemd.count("WATCHDOG=1") > silent_since)
        wait_until(lambda: systemd.last_status() == "3 roots")

    ticks = [0]

    def count_a_tick() -> None:
        ticks[0] += 1

    with meanwhile(freeze_and_thaw):
        a_supervisor([loop], status=lambda: "3 roots", on_tick=[count_a_tick]).run()


def test_a_part_without_a_beat_may_hang_on_its_disk_for_ever(told: list[str], systemd: Any) -> None:
    scan = Loop("scan", told)
    scan.frozen.set()

    with meanwhile(lambda: wait_until(lambda: systemd.count("WATCHDOG=1") >= 10)):
        a_supervisor([scan, Loop("control", told, beats=True)]).run()


def test_a_restartable_part_that_dies_is_started_again_and_said_to_be_down_meanwhile(
    told: list[str], systemd: Any
) -> None:
    watch = Loop("watch", told, beats=True, restartable=True)

    def kill() -> None:
        wait_until(lambda: systemd.count("READY=1"))
        watch.killed.set()
        wait_until(lambda: systemd.last_status() == "not working: watch; 3 roots")
        wait_until(lambda: told.count("start watch") == 2)
        wait_until(lambda: systemd.last_status() == "3 roots")

    with meanwhile(kill):
        a_supervisor([watch], status=lambda: "3 roots").run()


def test_a_part_that_will_not_start_again_is_tried_again_later_and_the_others_go_on(
    told: list[str], systemd: Any
) -> None:
    watch, control = Loop("watch", told, restartable=True), Loop("control", told, beats=True)

    def kill() -> None:
        wait_until(lambda: systemd.count("READY=1"))
        watch.broken_start = OSError("inotify instance limit reached")
        watch.killed.set()
        wait_until(lambda: told.count("start watch") == 2)
        heard = systemd.count("WATCHDOG=1")
        wait_until(lambda: systemd.count("WATCHDOG=1") > heard)
        watch.broken_start = None
        wait_until(lambda: told.count("start watch") == 3)
        wait_until(watch.alive)

    with meanwhile(kill):
        a_supervisor([watch, control]).run()


def test_pauses_between_restarts_double_to_a_minute_and_are_forgotten_after_a_good_minute() -> None:
    vigil = Vigil(Loop("watch", []).part, started_s=0.0)
    pauses = [vigil.note_death(now_s=10.0) for _ in range(8)]
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]

    vigil.note_start(100.0)

    assert vigil.note_death(now_s=161.0) == 1


def test_a_part_that_cannot_be_restarted_alone_ends_the_daemon_in_good_order(told: list[str], systemd: Any) -> None:
    store, workers = Loop("store", told), Loop("workers", told)

    def kill() -> None:
        wait_until(lambda: systemd.count("READY=1"))
        workers.killed.set()
        wait_until(lambda: "stop store" in told)

    with meanwhile(kill, last=signal.SIGCHLD), pytest.raises(PartDied, match="workers has died; nothing"):
        a_supervisor([store, workers]).run()

    assert told[-2:] == ["stop workers", "stop store"]


def test_what_a_start_refuses_reaches_the_caller_and_only_what_was_started_is_stopped(
    told: list[str], systemd: Any
) -> None:
    store, control = Loop("store", told), Loop("control", told)
    control.broken_start = SettingsError("another daemon answers there")

    with pytest.raises(SettingsError, match="another daemon"):
        a_supervisor([store, control]).run()

    assert told == ["start store", "start control", "stop store"]
    assert not systemd.count("READY=1")


def test_a_part_that_will_not_stop_does_not_keep_the_others_from_stopping(told: list[str], systemd: Any) -> None:
    store, scan = Loop("store", told), Loop("scan", told)
    scan.stuck.set()
    supervisor = a_supervisor([store, scan], drain_s=0.3)

    with meanwhile(lambda: wait_until(lambda: systemd.count("READY=1"))):
        supervisor.run()
    scan.stuck.clear()

    assert supervisor.undrained == ("scan",)
    assert not store.alive()


def test_a_check_that_raises_is_said_once_and_ends_nothing(
    told: list[str], systemd: Any, caplog: pytest.LogCaptureFixture
) -> None:
    calls = [0]

    def broken() -> None:
        calls[0] += 1
        raise RuntimeError("no such table")

    with caplog.at_level("INFO"), meanwhile(lambda: wait_until(lambda: calls[0] > 5)):
        a_supervisor([Loop("scan", told)], on_tick=[broken]).run()

    assert sum("a part of the tick failed" in str(record.msg) for record in caplog.records) == 1


def test_a_database_that_hangs_keeps_the_status_line_waiting_and_not_the_watchdog(
    told: list[str], systemd: Any
) -> None:
    hangs, answers = threading.Event(), threading.Event()
    asked = [0]

    def status() -> str:
        asked[0] += 1
        if hangs.is_set():
            answers.wait(20)
        return f"{threading.current_thread().name}: 3 roots" if not answers.is_set() else "4 roots"

    def hang_and_answer() -> None:
        wait_until(lambda: systemd.last_status() == "status-line: 3 roots")
        hangs.set()
        wait_until(lambda: systemd.last_status() == "the catalogue does not answer; before that: status-line: 3 roots")
        before, heard = asked[0], systemd.count("WATCHDOG=1")
        wait_until(lambda: systemd.count("WATCHDOG=1") >= heard + 10)
        assert asked[0] == before  # one question waits, and no second one is asked
        answers.set()
        wait_until(lambda: systemd.last_status() == "4 roots")

    try:
        with meanwhile(hang_and_answer):
            a_supervisor([Loop("control", told, beats=True)], status=status).run()
    finally:
        answers.set()


def test_a_database_that_is_away_is_the_status_line_and_no_fault_of_ours(
    told: list[str], systemd: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def status() -> str:
        raise Unreachable("the catalogue did not answer: connection refused")

    def hear() -> None:
        wait_until(lambda: systemd.last_status() == "the catalogue did not answer: connection refused")

    with caplog.at_level("DEBUG"), meanwhile(hear):
        a_supervisor([Loop("scan", told)], status=status).run()

    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize("refused", [SettingsError("line 3: no"), OSError("disk gone")])
def test_a_reload_that_fails_leaves_the_daemon_running(told: list[str], systemd: Any, refused: Exception) -> None:
    asked = threading.Event()

    def reload() -> None:
        asked.set()
        raise refused

    def hang_up() -> None:
        wait_until(lambda: systemd.count("READY=1"))
        os.kill(os.getpid(), signal.SIGHUP)
        wait_until(asked.is_set)
        heard = systemd.count("WATCHDOG=1")
        wait_until(lambda: systemd.count("WATCHDOG=1") > heard)

    with meanwhile(hang_up):
        a_supervisor([Loop("control", told, beats=True)], reload=reload).run()


def test_a_hangup_during_the_start_is_not_lost(told: list[str], systemd: Any) -> None:
    reloaded = threading.Event()
    loop = Loop("control", told)
    early = Part("early", lambda: os.kill(os.getpid(), signal.SIGHUP), lambda _: None, lambda: True)
    supervisor = Supervisor(
        [early, loop.part], StopSignal(), Notifier(), CLOCK, reload=reloaded.set, tick_s=0.02, drain_s=1.0
    )

    with meanwhile(lambda: wait_until(reloaded.is_set)):
        supervisor.run()


SECOND_INTERRUPT = """
import threading
from shishod.daemon.parts import Part
from shishod.daemon.supervisor import Supervisor
from shishod.daemon.systemd import Notifier
from shishod.work.stop import StopSignal
never = threading.Event()
def stop(limit_s):
    print("stopping", flush=True)
    never.wait()
part = Part("scan", lambda: print("up", flush=True), stop, lambda: True)
Supervisor([part], StopSignal(), Notifier(), drain_s=60.0).run()
"""


def test_a_second_interrupt_ends_the_process_at_once() -> None:
    daemon = subprocess.Popen([sys.executable, "-c", SECOND_INTERRUPT], stdout=subprocess.PIPE, text=True)
    assert daemon.stdout
    assert daemon.stdout.readline() == "up\n"
    daemon.send_signal(signal.SIGINT)
    assert daemon.stdout.readline() == "stopping\n"

    daemon.send_signal(signal.SIGINT)

    assert daemon.wait(5) == -signal.SIGINT
    daemon.stdout.close()

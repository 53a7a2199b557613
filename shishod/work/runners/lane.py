"""Lane: one worker process and the pipe to it, as one caller at a time sees them."""

import multiprocessing.process
import os
import pickle
import select
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.context import ForkServerContext

from shishod.work.runners.confined import HEAD, Limits, serve
from shishod.work.runners.ground import Standing
from shishod.work.runners.nursery import NURSERY

START_S = 60.0  # a cold machine reads Python from a sleeping disk
LONGEST_S = 3600.0  # poll counts milliseconds in an int
READ_BYTES = 1 << 18
AT_LEAST_S = 0.0003  # that a thing takes, as far as the next ones are let arrive
GATHER_S = 0.01  # the longest that what has arrived waits for more


class Lost(Exception):
    """End this lane: its process gave no answer. `reason` is "timeout", "crash" or "memory"."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text


class Lane:
    """Its caller's alone, but for `kill`. `answers` counts what its process has answered in its life, and `took_ns`
    is how long that took it."""

    def __init__(self, context: ForkServerContext, limits: Limits) -> None:
        self.answers = 0
        self.took_ns = 0
        self.calls = 0
        self.standing = Standing()
        self._owed = 0
        self._ended = False
        try:
            self._pipe, far = context.Pipe()
        except OSError as error:
            raise Lost("crash", f"no process could be started: {error}") from error
        self._process = context.Process(target=serve, args=(far, limits), name="shishod-run", daemon=True)
        try:
            with NURSERY.birth(), _main_left_alone():
                self._process.start()
        except (OSError, EOFError) as error:
            self._pipe.close()
            raise Lost("crash", f"no process could be started: {error}") from error
        finally:
            far.close()
        # At exit multiprocessing joins its children; one that a dead share holds in the kernel would keep us for ever.
        multiprocessing.process._children.discard(self._process)  # type: ignore[attr-defined]
        self._killed = threading.Event()
        self._partial = b""  # of an answer
        self._arrivals = select.poll()  # Connection.poll makes one anew for every answer
        self._arrivals.register(self._pipe, select.POLLIN)

    def await_ready(self) -> None:
        """Wait until it has confined itself; from then on `standing` says how."""
        try:
            self.standing = Standing(*pickle.loads(self.receive(START_S)[0]))  # noqa: S301 - from our own process
        except (pickle.UnpicklingError, TypeError) as error:
            raise Lost("crash", "the process did not start as it should") from error

    def send(self, call: bytes, things: Sequence[bytes]) -> None:
        """Hand over a call; the far side answers each thing by itself."""
        self.calls += 1
        self._owed = len(things)
        try:
            self._pipe.send_bytes(pickle.dumps((call, things)))
        except OSError as error:
            raise Lost("crash", self._epitaph()) from error

    def receive(self, limit_s: float, expected: int = 1) -> Sequence[bytes]:
        """The next of so many answers, one or more; raises Lost when none has come within `limit_s`, by a clock that
        never steps.

        Where more are to come, some are let arrive before all are taken: being woken for each costs more than the rest.
        """
        deadline_s = time.monotonic() + limit_s
        try:
            while True:
                self._wait(deadline_s, limit_s)
                if expected > 2:
                    self._killed.wait(min((expected - 1) * AT_LEAST_S, GATHER_S))
                if answers := self._read():
                    self._owed -= len(answers)
                    return answers
        except (EOFError, OSError) as error:
            raise Lost("crash", self._epitaph()) from error

    def _wait(self, deadline_s: float, limit_s: float) -> None:
        wait_s = deadline_s - time.monotonic()
        while not self._arrivals.poll(min(max(wait_s, 0), LONGEST_S) * 1000):
            if wait_s <= 0:
                raise Lost("timeout", f"it took longer than {limit_s:g} s, so its process was ended")
            wait_s = deadline_s - time.monotonic()

    def _read(self) -> list[bytes]:
        """Take all that has arrived at once: a thread that works beside others pays dearly for every call it makes."""
        arrived = os.read(self._pipe.fileno(), READ_BYTES)
        if not arrived:
            raise EOFError
        arrived = self._partial + arrived
        answers, at = list[bytes](), 0
        while len(arrived) >= at + HEAD.size:
            length, took_ns = HEAD.unpack_from(arrived, at)
            end = at + HEAD.size + length
            if len(arrived) < end:
                break
            answers.append(arrived[at + HEAD.size : end])
            self.took_ns += took_ns
            at = end
        self._partial = arrived[at:]
        return answers

    def computed_ns(self) -> int | None:
        """How long its process has run, or waited for a processor, in its life; None where the kernel does not say."""
        with suppress(OSError, ValueError), open(f"/proc/{self._process.pid}/schedstat", encoding="ascii") as told:
            ran_ns, waited_ns, _ = map(int, told.read().split())
            return ran_ns + waited_ns
        return None

    def kill(self) -> None:
        """End the process, and what it has started, from any thread; its caller finds it Lost."""
        self._killed.set()
        alive, pid = self._process.is_alive(), self._process.pid
        if alive:
            self._process.kill()
        if pid and (alive or self._owed):  # else its number may be another's by now
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)

    def end(self) -> None:
        """Kill and let go without waiting: a process that hangs in the kernel dies when the kernel lets it."""
        self.kill()
        self._pipe.close()
        if not self._ended:
            self._ended = True
            NURSERY.death()

    def _epitaph(self) -> str:
        self._process.join(1.0)
        code = self._process.exitcode
        if code == -signal.SIGXCPU:
            return "it took more processor time than reading a file may"
        if code is None:
            return "its process closed the pipe and went on"
        if code < 0:
            return f"its process was ended by {signal.Signals(-code).name}"
        return f"its process ended by itself with status {code}"


@contextmanager
def _main_left_alone() -> Iterator[None]:
    """Keep multiprocessing from importing our main module again in every process, which costs more than the fork."""
    main = vars(sys.modules["__main__"])
    kept = main.get("__spec__"), main.get("__file__")
    main["__spec__"] = main["__file__"] = None
    try:
        yield
    finally:
        main["__spec__"], main["__file__"] = kept

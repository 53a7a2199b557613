"""The far side: what a worker process does with itself and with what it is sent."""

import ctypes
import gc
import math
import os
import pickle
import resource
import signal
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from typing import Any

from shishod.work.runners import Failed, blame
from shishod.work.runners.ground import Sandbox, Standing
from shishod.work.runners.sandbox import enter

HEAD = struct.Struct("!IQ")  # before every answer: how many bytes it has, and how many nanoseconds it took
GARBAGE = 20_000  # objects before it is looked for; a reading makes few cycles and many objects
MAX_OUTCOME = 16 * 2**20  # bytes; what a parser found is never so long, so it is an accident or an attack
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_IOPRIO_SET = {"x86_64": 251, "aarch64": 30, "riscv64": 30, "armv7l": 314}  # no C library has it
_IDLE_CLASS = 3 << 13  # linux/ioprio.h


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker process may use. `memory_bytes` is address space; 0 leaves it open.

    `cpu_s` is for one thing, and for each program that is run for it; `children` are processes and threads beside
    those that this user has already. Without a `sandbox` it may touch what it likes.
    """

    memory_bytes: int
    cpu_s: float = 30.0
    file_bytes: int = 64 * 2**20
    open_files: int = 256
    children: int = 128
    oom_score: int = 500
    sandbox: Sandbox | None = None
    nice: int = 10  # at least; and the disk is for whoever else wants it


def serve(pipe: Connection, limits: Limits) -> None:
    """Say how this process is confined, then answer what comes through the pipe until it closes.

    Each thing has one outcome, sent as soon as it is there.
    """
    standing = _confine(limits)
    gc.freeze()  # what was imported stays: no collection need look at it, or write into pages that all processes share
    gc.set_threshold(GARBAGE)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):  # the daemon has let go of this process, or is gone
        _send(pipe, pickle.dumps(standing), 0)
        while True:
            packed_call, packed = pickle.loads(pipe.recv_bytes())  # noqa: S301 - from our own daemon
            call = _call(packed_call)
            for thing in packed:
                began_ns = time.monotonic_ns()
                _allow_cpu(limits.cpu_s)
                answer = _answer(call, thing)
                _send(pipe, answer, time.monotonic_ns() - began_ns)


def _send(pipe: Connection, answer: bytes, took_ns: int) -> None:
    """Head and bytes; the far side takes as many answers as there are with one read."""
    frame = memoryview(HEAD.pack(len(answer), took_ns) + answer)
    while frame:
        frame = frame[os.write(pipe.fileno(), frame) :]


def _call(packed: bytes) -> Callable[[Any], Any]:
    try:
        call: Callable[[Any], Any] = pickle.loads(packed)  # noqa: S301 - from our own daemon
    except BaseException as error:  # noqa: BLE001 - what it imports may raise anything; every thing is told
        failed = blame(error)
        return lambda _: failed
    return call


def _confine(limits: Limits) -> Standing:
    # The fork server, our parent, ends when nobody holds its alive pipe any more. Without our own hold on it that is
    # when the daemon ends, however it does; and then so do we, whatever we are at.
    os.close(forkserver._forkserver._forkserver_alive_fd)  # type: ignore[attr-defined]
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the daemon decides when we end
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.environ.pop("NOTIFY_SOCKET", None)
    os.setpgid(0, 0)  # what it starts is ended with it
    _stand_back(limits.nice)
    keep_within(limits)
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
        score.write(str(limits.oom_score))  # a wish: where the kernel denies it, the daemon may be chosen before us
    return Standing() if limits.sandbox is None else enter(limits.sandbox)


def keep_within(limits: Limits) -> None:
    """Have the kernel hold this process, and each that it starts, to the limits."""
    _cap(resource.RLIMIT_CORE, 0)
    _cap(resource.RLIMIT_FSIZE, limits.file_bytes)
    if os.getuid():  # the kernel lets root have as many as it likes
        _cap(resource.RLIMIT_NPROC, _tasks() + limits.children)
    _cap(resource.RLIMIT_NOFILE, limits.open_files)
    if limits.memory_bytes:
        _cap(resource.RLIMIT_AS, limits.memory_bytes)


def _stand_back(nice: int) -> None:
    """For the processor, and for the disk, in the idle class of its queue.

    Where a sandbox forbids it, that has said already how far we stand back.
    """
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, max(os.getpriority(os.PRIO_PROCESS, 0), nice))
    if (number := _IOPRIO_SET.get(os.uname().machine)) is not None:
        ctypes.CDLL(None, use_errno=True).syscall(number, 1, 0, _IDLE_CLASS)


def _cap(kind: int, most: int) -> None:
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(kind, (most, most))


def _allow_cpu(more_s: float) -> None:
    """From now on so much more; a program that is started inherits the sum, and begins to count at nothing."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    most = math.ceil(time.process_time() + more_s)
    resource.setrlimit(resource.RLIMIT_CPU, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _tasks() -> int:
    """Processes and threads of this user, as far as we are shown them."""
    count, me = 0, os.getuid()
    with suppress(OSError):
        for entry in os.scandir("/proc"):
            with suppress(OSError):
                if entry.name.isdecimal() and entry.stat().st_uid == me:
                    count += os.stat(f"/proc/{entry.name}/task").st_nlink - 2
    return count


def _answer(call: Callable[[Any], Any], thing: bytes) -> bytes:
    try:
        outcome: Any = call(pickle.loads(thing))  # noqa: S301 - from our own daemon
        packed = pickle.dumps(outcome, pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        return pickle.dumps(Failed("memory", "it needs more memory than a reading process may use"))
    except BaseException as error:  # noqa: BLE001 - parsers raise anything; the outcome says what
        return pickle.dumps(blame(error))
    if len(packed) > MAX_OUTCOME:
        return pickle.dumps(Failed("memory", f"its result of {len(packed)} bytes is too big to be one"))
    return packed

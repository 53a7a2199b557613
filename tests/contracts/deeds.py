"""What runners are asked to do in the tests: good deeds and bad ones, importable by any process."""

import ctypes
import os
import resource
import signal
import subprocess
import sys
import threading
from typing import Any

kept: list[bytes] = []


def double(thing: Any) -> Any:
    return thing * 2


def where(_: object) -> int:
    return os.getpid()


def hang_the_first_time(note: str) -> int:
    """Leave a note with our process id and hang; where there is a note already, answer with it."""
    if os.path.exists(note):
        with open(note, encoding="ascii") as first:
            return int(first.read())
    with open(f"{note}.new", "w", encoding="ascii") as first:
        first.write(str(os.getpid()))
    os.rename(f"{note}.new", note)
    threading.Event().wait()
    return 0


def priority(ask_disk: int) -> tuple[int, int]:
    """How far this process stands back, and the class of its disk's queue; -1 where its number is not known."""
    disk = ctypes.CDLL(None).syscall(ask_disk, 1, 0) >> 13 if ask_disk else -1
    return os.getpriority(os.PRIO_PROCESS, 0), disk


def deed(what: str) -> object:
    """Do as the word says; an unknown word is answered in capitals."""
    return DEEDS.get(what, what.upper)()


def _hang() -> None:
    threading.Event().wait()


def _hang_deaf() -> None:
    """Hang in C with every signal blocked that can be."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    ctypes.CDLL(None).pause()


def _busy() -> str:
    threading.Event().wait(0.15)
    return "done"


def _compute() -> int:
    return sum(number * number for number in range(300_000))


def _segfault() -> None:
    ctypes.string_at(0)


def _eat() -> None:
    while True:
        kept.append(bytes(16 * 2**20))


def _recurse() -> object:
    return _recurse()


def _nested() -> object:
    nest: list[Any] = []
    for _ in range(100_000):
        nest = [nest]
    return nest


class Unspeakable(Exception):
    """Its text cannot be had, and it cannot be sent."""

    def __str__(self) -> str:
        raise RuntimeError

    def __reduce__(self) -> Any:
        raise RuntimeError


class Poisoned:
    """A value that is sent well and cannot be received."""

    def __reduce__(self) -> Any:
        return _refuse, ()


def _refuse() -> None:
    raise RuntimeError("not to be received")


def _raise(error: BaseException) -> None:
    raise error


def _confinement() -> dict[str, object]:
    with open("/proc/self/oom_score_adj", encoding="ascii") as score:
        oom = int(score.read())
    return {
        "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
        "memory": resource.getrlimit(resource.RLIMIT_AS)[0],
        "files": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        "deaf": all(signal.getsignal(one) == signal.SIG_IGN for one in (signal.SIGINT, signal.SIGTERM)),
        "notify": os.environ.get("NOTIFY_SOCKET"),
        "oom": oom,
        "main": getattr(sys.modules.get("__mp_main__"), "__file__", None),
    }


def _child() -> int:
    return subprocess.run(["true"], check=True).returncode


DEEDS: dict[str, Any] = {
    "value error": lambda: _raise(ValueError("no such chapter")),
    "system exit": lambda: _raise(SystemExit(3)),
    "interrupt": lambda: _raise(KeyboardInterrupt()),
    "memory error": lambda: _raise(MemoryError()),
    "unspeakable": lambda: _raise(Unspeakable()),
    "recurse": _recurse,
    "nothing": lambda: None,
    "hang": _hang,
    "hang deaf": _hang_deaf,
    "busy": _busy,
    "compute": _compute,
    "segfault": _segfault,
    "leave": lambda: os._exit(0),
    "eat": _eat,
    "lambda": lambda: lambda: None,
    "lock": threading.Lock,
    "nested": _nested,
    "poisoned": Poisoned,
    "huge": lambda: bytes(40 * 2**20),
    "large": lambda: bytes(4 * 2**20),
    "confinement": _confinement,
    "child": _child,
}

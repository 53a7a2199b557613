"""What a parser that a file has taken over might try, importable by any process."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

Crime = tuple[str, ...]


def crime(one: Crime) -> object:
    """Commit it; the answer is what came of it, an exception where it was refused."""
    name, *words = one
    return CRIMES[name](*words)


def _overwrite(path: str) -> None:
    with open(path, "r+b") as book:
        book.write(b"spoiled")


def _create(path: str) -> int:
    return Path(path).write_bytes(b"mine")


def _connect(port: str) -> None:
    with socket.create_connection(("127.0.0.1", int(port)), 2):
        pass


def _connect_by_a_program(port: str) -> int:
    """A child has the same walls around it."""
    program = f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)"
    return subprocess.run([sys.executable, "-c", program], stderr=subprocess.DEVNULL, check=False).returncode


def _multiply() -> int:
    """Fork until it is refused; none of the forks goes away by itself."""
    made = 0
    try:
        while True:
            if os.fork() == 0:
                signal.pause()
            made += 1
    except OSError:
        return made


def _multiply_and_hang() -> None:
    for _ in range(3):
        if os.fork() == 0:
            break
    threading.Event().wait()


def _burn_in_a_child(note: str) -> int:
    with open("/dev/null", "rb") as silence:
        child = subprocess.Popen([sys.executable, "-c", "while True: pass"], stdin=silence, start_new_session=True)
    return child.pid


def _hoard(path: str) -> int:
    kept = []
    while True:
        kept.append(open(path, "rb"))  # noqa: SIM115 - that is the crime


def _fill(folder: str) -> None:
    with open(f"{folder}/large", "wb") as large:
        while True:
            large.write(bytes(2**20))


def _touch(path: str) -> None:
    os.utime(path, (0, time.time()))


def _listing(path: str) -> list[str]:
    return sorted(os.listdir(path))


CRIMES: dict[str, Any] = {
    "read": lambda path: Path(path).read_bytes(),
    "list": _listing,
    "overwrite": _overwrite,
    "create": _create,
    "remove": os.remove,
    "rename": os.rename,
    "make a folder": os.mkdir,
    "truncate": lambda path: os.truncate(path, 0),
    "change its mode": lambda path: os.chmod(path, 0o777),
    "change its times": _touch,
    "link": os.link,
    "connect": _connect,
    "connect by a program": _connect_by_a_program,
    "make a pair": lambda: len(socket.socketpair()),
    "kill": lambda pid: os.kill(int(pid), signal.SIGKILL),
    "multiply": _multiply,
    "multiply and hang": _multiply_and_hang,
    "burn in a child": _burn_in_a_child,
    "hoard": _hoard,
    "fill": _fill,
    "be": os.getpid,
    "run a program": lambda: subprocess.run(["true"], check=True, start_new_session=True).returncode,
    "spell": lambda: __import__("colorsys").rgb_to_hls(0, 0, 0)[0],  # a module that nobody has loaded before
}

"""How long it takes to be there: the command line from its call to its answer, the daemon from its call to READY."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

SHISHOCTL = Path(sys.executable).with_name("shishoctl")
INSTALLED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""What is installed has its bytecode beside it, also where it is measured out of a clone."""


def call(*command: str) -> float:
    """Seconds that a command takes from its start to its end."""
    started_s = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=INSTALLED)
    return time.perf_counter() - started_s


def nothing() -> float:
    """What any program in Python takes."""
    return call(sys.executable, "-c", "pass")


def status(socket_path: Path) -> float:
    """`shishoctl status`, as it is installed."""
    return call(str(SHISHOCTL), "--socket", str(socket_path), "status")


def ready(root: str, place: Path) -> float:
    """Seconds from the start of a daemon with an empty catalogue to its READY=1, as systemd would hear it."""
    place.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "shishod", "run", "--idle", "--library", root, "--state-dir", str(place / "state")]
    command += ["--socket", str(place / "s"), "--log-level", "warning"]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard, (place / "log").open("wb") as said:
        heard.bind(str(place / "notify"))
        heard.settimeout(60)
        started_s = time.perf_counter()
        environment = {**INSTALLED, "NOTIFY_SOCKET": str(place / "notify")}
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=said, stdin=subprocess.DEVNULL)
        try:
            while b"READY=1" not in heard.recv(4096):
                pass
            return time.perf_counter() - started_s
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()

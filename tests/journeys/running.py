"""A real daemon on a real folder, started, killed and asked as its users do."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from shishod.control.client import Client
from shishod.errors import Unreachable
from tests.waiting import wait_until

IN_PAUSES = ("hash", "cover")


class RunningDaemon:
    """One state folder and socket; `start` may be called again after `stop` or `kill`.

    The libraries are named in the configuration where there is one, and may have their own words there instead.
    """

    def __init__(self, place: Path, *libraries: Path, config: str = "") -> None:
        place.mkdir(parents=True, exist_ok=True)
        self.state = place / "state"
        self.socket = place / "s"
        self.log = place / "log"
        self.database = self.state / "catalogue.sqlite"
        self.client = Client(self.socket, timeout_s=30)
        self._command = [sys.executable, "-m", "shishod", "run", "--state-dir", str(self.state)]
        self._command += ["--socket", str(self.socket), "--log-level", "debug"]
        if config:
            if libraries:
                named = {f"Books {number}": {"paths": [str(path)]} for number, path in enumerate(libraries, 1)}
                config += f"\nlibraries: {json.dumps(named)}\n"
                libraries = ()
            (place / "config.yaml").write_text(config)
            self._command += ["--config", str(place / "config.yaml")]
        for library in libraries:
            self._command += ["--library", str(library)]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, ready: bool = True, more: Sequence[str] = ()) -> "RunningDaemon":
        with self.log.open("ab") as said:
            self.process = subprocess.Popen(
                [*self._command, *more], stdout=said, stderr=said, stdin=subprocess.DEVNULL, start_new_session=True
            )
        if ready:
            wait_until(self._up, 30, "the daemon answers")
        return self

    def _up(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"the daemon ended:\n{self.log.read_text(errors='replace')[-3000:]}")
        with contextlib.suppress(Unreachable):
            return bool(self.client.get("/v1/health"))
        return False

    def stop(self) -> int:
        """SIGTERM and its exit code; none needed more than five seconds."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(10)

    def kill(self) -> None:
        """SIGKILL, as a power cut or the kernel's memory killer would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def freeze(self) -> None:
        """Return once every thread stands still: the signal takes its time, and what reads meanwhile reads on."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        tasks = Path(f"/proc/{self.process.pid}/task")
        wait_until(lambda: all(_stands(task) for task in tasks.iterdir()), 10, "every thread stands still")

    def thaw(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def last_words(self) -> str:
        """The end of its log, for a test that has failed."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "the daemon's last words:\n" + "\n".join([line for line in lines if not line.startswith("<7>")][-40:])

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(10)

    def status(self) -> dict[str, Any]:
        return self.client.get("/v1/status")  # type: ignore[no-any-return]

    def books(self) -> list[dict[str, Any]]:
        """Every book, all pages."""
        found: list[dict[str, Any]] = []
        after = 0
        while True:
            page = self.client.get("/v1/books", {"limit": 500, "after": after})
            found += page["books"]
            if page.get("next") is None:
                return found
            after = page["next"]

    def book_named(self, title: str) -> dict[str, Any] | None:
        return next((book for book in self.books() if book["title"] == title), None)

    def idle(self) -> bool:
        """Nothing runs and nothing is due; what is hashed and which covers are taken in the pauses is no work."""
        status = self.status()
        waiting = sum(count - status["later"][one] for one, count in status["queue"].items() if one not in IN_PAUSES)
        working = [one for one in status["workers"] if one["doing"] not in IN_PAUSES]
        return not status["scan"]["active"] and not waiting and not working

    def quiet(self) -> bool:
        """Nothing is hashed either, and no cover taken."""
        status = self.status()
        return self.idle() and not any(status["queue"][one] for one in IN_PAUSES) and not status["workers"]

    def settled(self, deadline_s: float = 60) -> dict[str, Any]:
        """The status once nothing is left to do and the first scan since the start has ended."""

        def settled() -> dict[str, Any] | None:
            status = self.status()
            ours = any(scan["requested_at"] >= status["started_at"] for scan in status["last_scans"])
            return status if ours and self.idle() else None

        return wait_until(settled, deadline_s, "nothing is left")

    def outcomes(self) -> Counter[str]:
        """How many files the daemon has tried to read since its start, by what became of it."""
        told = re.findall(r'^shishod_scan_files_total{outcome="(\w+)"} ([0-9.]+)$', self.client.text("/metrics"), re.M)
        return Counter({outcome: int(float(number)) for outcome, number in told if float(number)})

    def scan(self, tier: str = "full", deadline_s: float = 120, turn_s: float = 0.01) -> dict[str, Any]:
        """A scan from its request to its end. It is asked at every turn, which costs what is measured beside it."""
        return self.ended(self.client.post("/v1/scans", {"tier": tier})["id"], deadline_s, turn_s)

    def ended(self, scan: str, deadline_s: float = 120, turn_s: float = 0.01) -> dict[str, Any]:
        """A scan that was asked for, at its end."""
        return wait_until(
            lambda: (now := self.client.get(f"/v1/scans/{scan}"))["ended_at"] and now,
            deadline_s,
            "the scan ends",
            turn_s,
        )

    def watching(self) -> bool:
        roots = self.status()["roots"]
        return bool(roots) and all(root["watch"]["mode"] == "events" for root in roots)


def _stands(task: Path) -> bool:
    try:
        return (task / "stat").read_text().rpartition(")")[2].split()[0] == "T"
    except (FileNotFoundError, ProcessLookupError):
        return True


@contextlib.contextmanager
def running(daemon: RunningDaemon) -> Iterator[RunningDaemon]:
    """A daemon that answers, and is ended with the block whatever happened; its last words stand with what failed."""
    try:
        yield daemon.start()
    except BaseException as error:
        error.add_note(daemon.last_words())
        raise
    finally:
        daemon.end()


def a_daemon(place: Path, *libraries: Path, config: str = "") -> contextlib.AbstractContextManager[RunningDaemon]:
    return running(RunningDaemon(place, *libraries, config=config))

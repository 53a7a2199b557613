"""The product under the clock: a real daemon on a library, asked over its socket."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shishod.control.client import Client
from shishod.errors import Unreachable
from tests.bench.library import Shelf
from tests.waiting import wait_until

SAMPLE_EVERY_S = 0.05
_SCHEDULED = 2  # of the clocks of a process the one that counts all of its threads, the ended ones too


@dataclass(frozen=True, slots=True)
class Memory:
    """The most that the daemon and all its processes held at once, in bytes."""

    pss: int  # what they cost the machine: shared pages counted once
    rss: int  # as `ps` adds it up: shared pages counted for each


@dataclass(frozen=True, slots=True)
class Daemon:
    """A running daemon that neither watches nor scans until it is asked."""

    client: Client
    pid: int
    root: str
    socket: Path

    def scan(self, tier: str, *, covers: bool = False) -> float:
        """Seconds from the request to `completed` with nothing left in any queue, with `covers` until all are stored.

        The daemon's clock is ours. Its own `ended_at` is taken, because news of it comes in steps of 0.1 s; it must
        agree with the news.
        """
        asked = datetime.now(UTC)
        scan = self.client.post("/v1/scans", {"paths": [self.root], "tier": tier})
        *_, (_, last) = self.client.events(f"/v1/scans/{scan['id']}/events")
        told_s = (datetime.now(UTC) - asked).total_seconds()
        if last["status"] != "completed" or last["failed"] or last["problems"]:
            raise AssertionError(f"the scan did not complete cleanly: {last}")
        if self._waiting():
            wait_until(lambda: not self._waiting(), 600, "the queues are empty")
            return (datetime.now(UTC) - asked).total_seconds()
        ended_s = (datetime.fromisoformat(last["ended_at"]) - asked).total_seconds()
        if not ended_s <= told_s <= ended_s + 0.5 + ended_s / 10:  # late news of a long scan is a busy machine's
            raise AssertionError(f"the scan says it took {ended_s:.3f} s, its end was heard of after {told_s:.3f} s")
        if not covers:
            return ended_s
        drained = wait_until(lambda: self._drained(last["ended_at"]), 600, "all covers are stored", turn_s=0.2)
        return (datetime.fromisoformat(str(drained)) - asked).total_seconds()

    def cpu_s(self) -> float:
        return worked_s(self.pid)

    def _drained(self, ended_at: str) -> str | None:
        """When no cover was left that could be taken, if that was after the end of the scan."""
        drained: str | None = self.client.get("/v1/status")["covers"]["drained_at"]
        return drained if drained and drained > ended_at else None

    def _waiting(self) -> bool:
        """Whether anything is left of the scan; files are hashed in the pauses afterwards, at a pace of their own."""
        queue = self.client.get("/v1/status")["queue"]
        return any(count for errand, count in queue.items() if errand not in ("hash", "cover"))

    def must_hold(self, shelf: Shelf) -> None:
        """Speed counts only where the catalogue is whole. The counts of `status` may be a second old."""
        wanted = {"books": shelf.books, "files": shelf.files, "covers_due": 0}

        def counts() -> dict[str, int]:
            told = self.client.get("/v1/status")["counts"]
            return {name: told[name] for name in wanted}

        wait_until(lambda: counts() == wanted, 3, f"the catalogue holds {wanted}")


@contextlib.contextmanager
def a_daemon(root: str, place: Path, *, hashing: bool = True, retire_s: float = 60.0) -> Iterator[Daemon]:
    """Start `shishod run --idle` with an empty catalogue in `place`, and stop it at the end.

    Without `hashing` it is at rest after a first scan, as it is once every file has been hashed, and not minutes later.
    It is asked for nothing before its readers are imported: the naive scanner's clock leaves that out, too.
    """
    state, socket = place / "state", place / "s"
    scan = {} if hashing else {"hash_rate": 0}
    config = place / "config.yaml"
    said = {"libraries": {"Books": {"paths": [root]}}, "scan": scan, "work": {"idle_retire": f"{retire_s:g}s"}}
    config.write_text(json.dumps(said), encoding="utf-8")
    command = [sys.executable, "-m", "shishod", "run", "--idle", "--config", str(config)]
    command += ["--state-dir", str(state), "--socket", str(socket), "--log-level", "warning"]
    with (place / "log").open("wb") as heard:
        process = subprocess.Popen(command, stdout=heard, stderr=heard, stdin=subprocess.DEVNULL)
    try:
        client = Client(socket, timeout_s=600)
        wait_until(lambda: process.poll() is not None or _answers(client), 30, "the daemon answers")
        if process.poll() is not None:
            raise AssertionError(f"the daemon ended:\n{(place / 'log').read_text(errors='replace')}")
        wait_until(lambda: "shishod_parser_processes 1.0" in client.text("/metrics"), 30, "its readers are loaded")
        yield Daemon(client, process.pid, root, socket)
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """As it would, and if it does not, all the same."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _answers(client: Client) -> bool:
    try:
        return bool(client.get("/v1/health"))
    except Unreachable:
        return False


class MemorySampler:
    """Looks at the daemon's memory every 50 ms from a thread of the bench; not for use while a clock runs."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._stop = threading.Event()
        self._most = Memory(0, 0)
        self._thread = threading.Thread(target=self._run, name="memory", daemon=True)

    def __enter__(self) -> "MemorySampler":
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def most(self) -> Memory:
        return self._most

    def _run(self) -> None:
        while True:
            now = memory_of(self._pid)
            self._most = Memory(max(self._most.pss, now.pss), max(self._most.rss, now.rss))
            if self._stop.wait(SAMPLE_EVERY_S):
                return


def memory_of(pid: int) -> Memory:
    """The sum over a process and all that descend from it; one that has just ended counts nothing."""
    pss = rss = 0
    for member in family(pid):
        with contextlib.suppress(OSError), open(f"/proc/{member}/smaps_rollup", encoding="ascii") as rollup:
            held = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in rollup if line.endswith("kB\n")}
            pss, rss = pss + held.get("Pss", 0), rss + held.get("Rss", 0)
    return Memory(pss, rss)


def family(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{name}/stat", "rb") as stat:
                parent = int(stat.read().rpartition(b")")[2].split()[1])
                children.setdefault(parent, []).append(int(name))
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def worked_s(pid: int) -> float:
    """Processor time of a daemon and of all its processes that are alive, by the clock that the kernel keeps of each:
    /proc tells it in hundredths of a second, in which a small scan is over. See clock_getcpuclockid(3)."""
    spent_s = 0.0
    for member in family(pid):
        with contextlib.suppress(OSError):
            spent_s += time.clock_gettime((~member << 3) | _SCHEDULED)
    return spent_s

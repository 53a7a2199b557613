"""Looking again at what has not changed, against `find`: by the running daemon at each depth, and by a new process."""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.bench.daemon import a_daemon
from tests.bench.figure import Figure, alternated, only, ratio
from tests.bench.figures import a_place, warmed
from tests.bench.library import Shelf
from tests.bench.starts import INSTALLED

FIND = r"%p %s %T@ %C@ %i\n"
MANY = 1_000_000
TIMES_FIND = {"full": 1.2, "quick": 0.75, "peek": 0.25}
TIMES_FIND_OF_MANY = {"full": 1.5, "quick": 1.0, "peek": 0.3}
ONCE_MORE_S = 0.6  # a process that starts, scans and ends, over a scan by the daemon that is there


class Turn(NamedTuple):
    """What one turn took: on the clock, and of the processors."""

    wall_s: float
    cpu_s: float


def find(root: str) -> Turn:
    started_s, before_s = time.perf_counter(), children_s()
    with tempfile.TemporaryFile() as listing:
        subprocess.run(["find", root, "-printf", FIND], stdout=listing, check=True)
    return Turn(time.perf_counter() - started_s, children_s() - before_s)


def rescans(shelf: Shelf, rounds: int) -> list[Figure]:
    """Unchanged rescans against find; the settling scan and one turn of each come before the clock.

    Of processor time there are figures too, without a bound: beside other work they stay what they are.
    """
    warmed(shelf)
    worked: dict[str, list[float]] = {}

    def clocked(side: str, turn: Callable[[], Turn]) -> Callable[[], float]:
        def take() -> float:
            took = turn()
            worked.setdefault(side, []).append(took.cpu_s)
            return took.wall_s

        return take

    with a_place() as place, a_daemon(shelf.root, place, hashing=False) as daemon:
        daemon.scan("full", covers=shelf.books > 0)
        daemon.must_hold(shelf)

        def scan(tier: str) -> Turn:
            before_s = daemon.cpu_s()
            return Turn(daemon.scan(tier), daemon.cpu_s() - before_s)

        turns: dict[str, Callable[[], float]] = {}
        for tier in TIMES_FIND:
            turns[f"find before {tier}"] = clocked("find", lambda: find(shelf.root))
            turns[tier] = clocked(tier, lambda tier=tier: scan(tier))  # type: ignore[misc]
        alternated(1, **turns)
        worked.clear()
        runs = alternated(rounds, **turns)
    runs["find"] = [took for name in [*runs] if name.startswith("find ") for took in runs.pop(name)]
    bounds = TIMES_FIND if shelf.entries < MANY else TIMES_FIND_OF_MANY
    what = f"rescan of {shelf.entries:,} unchanged files, over find"
    rows = []
    for tier, most in bounds.items():
        over, worth = ratio(runs, tier, "find"), ratio(worked, tier, "find")
        rows.append(Figure(f"{tier} {what}", over, "x", only(runs, tier, "find"), most=most))
        rows.append(Figure(f"{tier} {what}, processor time", worth, "x", only(worked, tier, "find")))
    return rows


def from_cold(shelf: Shelf, rounds: int) -> list[Figure]:
    """`shishod scan --once` of what has not changed, against the same scan by a daemon that is there."""
    warmed(shelf)
    with a_place() as place:
        with a_daemon(shelf.root, place, hashing=False) as daemon:
            daemon.scan("full", covers=True)
            daemon.must_hold(shelf)
            daemon.scan("quick")
            resident = [daemon.scan("quick") for _ in range(rounds)]
        once(shelf.root, place / "state")
        cold = [once(shelf.root, place / "state") for _ in range(rounds)]
    runs = {"resident": resident, "cold": cold}
    more_s = sorted(cold)[rounds // 2] - sorted(resident)[rounds // 2]
    name = f"`shishod scan --once` of {shelf.books:,} unchanged books, beyond the same scan by a daemon"
    return [Figure(name, more_s, "s", runs, most=ONCE_MORE_S)]


def once(root: str, state: Path) -> float:
    """Seconds that a process takes to scan an unchanged library, from its start to its end."""
    command = [sys.executable, "-m", "shishod", "scan", "--once", "--library", root, "--state-dir", str(state)]
    started_s = time.perf_counter()
    subprocess.run([*command, "--log-level", "warning"], check=True, env=INSTALLED, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started_s


def children_s() -> float:
    """Processor time of all that we have started and that has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

"""What is measured, in rounds that alternate, and what each figure must be."""

import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.bench.daemon import MemorySampler, a_daemon
from tests.bench.drops import SETTLE_S, SLACK_S, drops
from tests.bench.floors import microseconds, of_each_format, parse_floor, some_files
from tests.bench.library import Shelf
from tests.bench.starts import nothing, ready, status

COLD_TIMES_FASTER = 8.0  # than the naive scanner, first scan
FULL_TIMES_FIND = 1.6  # unchanged full rescan
QUICK_TIMES_FIND = 1.0  # unchanged quick rescan
TENFOLD_COSTS_AT_MOST = 11.0  # ten times the books
STATUS_TIMES_NOTHING = 4.0  # `shishoctl status` over `python3 -c pass`
READY_S = 0.6  # from the start of the daemon to READY
PEAK_MIB = 200.0  # PSS of a first scan of 10,000 books
PARSE_TIMES_FASTER = {".epub": 6.0, ".mp3": 2.0}  # than the stock parser of the same file


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: a ratio of medians, held to a bound, with the runs that made it; no bound, no verdict."""

    name: str
    value: float
    unit: str
    bound: str
    holds: bool | None
    runs: dict[str, list[float]]


@contextmanager
def a_place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="shishod-bench-") as folder:
        yield Path(folder)


def warmed(shelf: Shelf) -> None:
    """Every byte into the page cache, so that both sides read from memory."""
    subprocess.run(["tar", "-cf", "/dev/zero", "-C", shelf.root, "."], check=True, stderr=subprocess.DEVNULL)


class Took(NamedTuple):
    """What one scan took: on the clock, and of the processors."""

    wall_s: float
    cpu_s: float


def naive_scan(shelf: Shelf) -> Took:
    with a_place() as place:
        command = [sys.executable, "-m", "tests.bench.baseline", shelf.root, str(place / "naive.db")]
        told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    if (told["books"], told["files"], told["covers"]) != (shelf.books, shelf.files, shelf.books):
        raise AssertionError(f"the naive scanner found {told}, the library is {shelf}")
    return Took(float(told["elapsed_s"]), float(told["cpu_s"]))


def cold_scan(shelf: Shelf) -> Took:
    with a_place() as place, a_daemon(shelf.root, place) as daemon:
        before_s = daemon.cpu_s()
        wall_s = daemon.scan("full", covers=True)
        took = Took(wall_s, daemon.cpu_s() - before_s)
        daemon.must_hold(shelf)
        if (stored := len(list((place / "state" / "covers").rglob("*.png")))) != shelf.books:
            raise AssertionError(f"{stored} covers are stored, {shelf.books} books have one")
        return took


def find(root: str) -> float:
    started_s = time.perf_counter()
    with tempfile.TemporaryFile() as listing:
        subprocess.run(["find", root, "-printf", r"%p %s %T@ %C@ %i\n"], stdout=listing, check=True)
    return time.perf_counter() - started_s


def alternated(rounds: int, **turns: Callable[[], float]) -> dict[str, list[float]]:
    """A B A B ...: whatever else the machine does meets all of them alike."""
    runs: dict[str, list[float]] = {name: [] for name in turns}
    for _ in range(rounds):
        for name, turn in turns.items():
            runs[name].append(turn())
    return runs


def ratio(runs: dict[str, list[float]], over: str, under: str) -> float:
    return statistics.median(runs[over]) / statistics.median(runs[under])


def cold(shelf: Shelf, rounds: int) -> list[Figure]:
    """The first scan with all covers stored, against the naive one, and against reading alone."""
    warmed(shelf)
    worked: dict[str, list[float]] = {"naive": [], "shishod": []}

    def clocked(side: str, scan: Callable[[Shelf], Took]) -> float:
        took = scan(shelf)
        worked[side].append(took.cpu_s)
        return took.wall_s

    runs = alternated(
        rounds,
        naive=lambda: clocked("naive", naive_scan),
        shishod=lambda: clocked("shishod", cold_scan),
        floor=lambda: parse_floor(shelf),
    )
    value, least = ratio(runs, "naive", "shishod"), COLD_TIMES_FASTER
    name = f"first scan of {shelf.books:,} books with their covers"
    over = ratio(runs, "shishod", "floor")
    return [
        Figure(f"{name}, faster than the naive scanner", value, "x", f">= {least:g}", value >= least, runs),
        Figure(f"{name}, processor time of naive over ours", ratio(worked, "naive", "shishod"), "x", "", None, worked),
        Figure(f"{name}, over its parse floor", over, "x", "", None, _only(runs, "shishod", "floor")),
    ]


def parsing(shelf: Shelf, rounds: int) -> list[Figure]:
    """Each format against the stock parser of the same files, in processor time and in this process."""
    warmed(shelf)
    rows = []
    for ending, ours, stock in of_each_format():
        files = some_files(shelf, ending)
        turns = {"stock": partial(microseconds, stock, files), "shishod": partial(microseconds, ours, files)}
        alternated(1, **turns)
        runs = alternated(rounds, **turns)
        value, least = ratio(runs, "stock", "shishod"), PARSE_TIMES_FASTER.get(ending)
        name = f"reading {ending}, {statistics.median(runs['shishod']):,.0f} us a file, faster than the stock parser"
        bound = f">= {least:g}" if least else ""
        rows.append(Figure(name, value, "x", bound, None if least is None else value >= least, runs))
    return rows


def starting(shelf: Shelf, rounds: int) -> list[Figure]:
    """The command line beside a program that does nothing, and the daemon until it is READY."""
    with a_place() as place, a_daemon(shelf.root, place) as daemon:
        turns = {"nothing": nothing, "status": lambda: status(daemon.socket)}
        alternated(1, **turns)
        runs = alternated(rounds, **turns)
    value, most = ratio(runs, "status", "nothing"), STATUS_TIMES_NOTHING
    readies = [_ready(shelf.root) for _ in range(rounds)]
    until = statistics.median(readies)
    return [
        Figure("`shishoctl status`, over a program that does nothing", value, "x", f"<= {most:g}", value <= most, runs),
        Figure("daemon READY", until, "s", f"<= {READY_S:g}", until <= READY_S, {"ready": readies}),
    ]


def _ready(root: str) -> float:
    with a_place() as place:
        return ready(root, place)


def rescans(shelf: Shelf, rounds: int) -> list[Figure]:
    """Unchanged rescans against find; the settling scan and one turn of each come before the clock."""
    warmed(shelf)
    with a_place() as place, a_daemon(shelf.root, place) as daemon:
        daemon.scan("full", covers=True)
        daemon.must_hold(shelf)
        turns = {
            "find": lambda: find(shelf.root),
            "full": lambda: daemon.scan("full"),
            "find again": lambda: find(shelf.root),
            "quick": lambda: daemon.scan("quick"),
        }
        alternated(1, **turns)
        runs = alternated(rounds, **turns)
    runs["find"] += runs.pop("find again")
    full, quick = ratio(runs, "full", "find"), ratio(runs, "quick", "find")
    most_full, most_quick = FULL_TIMES_FIND, QUICK_TIMES_FIND
    what = f"rescan of {shelf.books:,} unchanged books, over find"
    return [
        Figure(f"full {what}", full, "x", f"<= {most_full:g}", full <= most_full, _only(runs, "full", "find")),
        Figure(f"quick {what}", quick, "x", f"<= {most_quick:g}", quick <= most_quick, _only(runs, "quick", "find")),
    ]


def scale(small: Shelf, large: Shelf, rounds: int) -> list[Figure]:
    """Ten times the books must not cost much more than ten times the time."""
    warmed(small)
    warmed(large)
    runs = alternated(rounds, small=lambda: cold_scan(small).wall_s, large=lambda: cold_scan(large).wall_s)
    value, most = ratio(runs, "large", "small"), TENFOLD_COSTS_AT_MOST * large.books / small.books / 10
    name = f"first scan of {large.books:,} books, over that of {small.books:,}"
    return [Figure(name, value, "x", f"<= {most:g}", value <= most, runs)]


def memory(shelf: Shelf) -> list[Figure]:
    """The peak through a first scan and a rescan, in a run of its own: looking costs time."""
    with a_place() as place, a_daemon(shelf.root, place) as daemon:
        with MemorySampler(daemon.pid) as sampler:
            daemon.scan("full", covers=True)
            daemon.scan("full")
        most = sampler.most
    name = f"peak memory with {shelf.books:,} books, daemon and workers"
    mebi, tenfold = 1 << 20, shelf.books == 10_000
    pss = most.pss / mebi
    return [
        Figure(
            f"{name} (PSS)", pss, "MiB", f"<= {PEAK_MIB:g}" if tenfold else "", pss <= PEAK_MIB if tenfold else None, {}
        ),
        Figure(f"{name} (RSS)", most.rss / mebi, "MiB", "", None, {}),
    ]


def visible(count: int) -> list[Figure]:
    """From the last byte of a dropped book to its first sight over the socket."""
    with a_place() as place:
        took = sorted(drops(place, count))
    slowest = took[max(math.ceil(count * 0.99) - 1, 0)]
    most = SETTLE_S + SLACK_S
    name = f"drop to visible, {count} single drops"
    return [
        Figure(f"{name}, median", statistics.median(took), "s", "", None, {}),
        Figure(f"{name}, 99th of a hundred", slowest, "s", f"<= {most:g}", slowest <= most, {"drop": took}),
    ]


def _only(runs: dict[str, list[float]], *names: str) -> dict[str, list[float]]:
    return {name: runs[name] for name in names}

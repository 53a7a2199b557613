"""What is measured, in rounds that alternate, and what each figure must be."""

import atexit
import json
import math
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from shishod.daemon.supervisor import TICK_S
from tests.bench.daemon import MemorySampler, a_daemon, family, memory_of
from tests.bench.drops import MEDIAN_SLACK_S, SETTLE_S, SLACK_S, drops
from tests.bench.figure import Figure, alternated, only, ratio
from tests.bench.floors import microseconds, of_each_format, parse_floor, some_files
from tests.bench.library import Shelf
from tests.bench.starts import nothing, ready, status
from tests.waiting import wait_until

ROOM_BYTES = 20 << 30
LEAST_FASTER = 12.0  # than the naive scanner, first scan
OVER_ITS_FLOOR = 1.4  # first scan, over reading the same files and storing nothing
TENFOLD_COSTS_AT_MOST = 10.5  # ten times the books
STATUS_TIMES_NOTHING = 4.0  # `shishoctl status` over `python3 -c pass`
READY_S = 0.6  # from the start of the daemon to READY
PEAK_MIB = 200.0  # PSS of a first scan of 10,000 books
IDLE_MIB = 100.0  # PSS afterwards, once nothing is left to do
RETIRE_S = 2.0  # after which a reading process goes, here
GIVEN_BACK_S = TICK_S + 1.0  # what is kept for work is given back by then
PARSE_TIMES_FASTER = {".epub": 6.0, ".mp3": 2.0}  # than the stock parser of the same file


@contextmanager
def a_place() -> Iterator[Path]:
    """A folder that is removed when all is measured, where the disk has room for so long.

    ext4 looks through what was removed minutes ago wherever it makes a file, and the next round would pay for that.
    """
    folder = Path(tempfile.mkdtemp(prefix="shishod-bench-"))
    try:
        yield folder
    finally:
        if shutil.disk_usage(folder).free < ROOM_BYTES:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            atexit.register(shutil.rmtree, folder, ignore_errors=True)


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
    name = f"first scan of {shelf.books:,} books with their covers"
    faster, over = ratio(runs, "naive", "shishod"), ratio(runs, "shishod", "floor")
    worth = ratio(worked, "naive", "shishod")
    return [
        Figure(f"{name}, faster than the naive scanner", faster, "x", only(runs, "naive", "shishod"), LEAST_FASTER),
        Figure(f"{name}, processor time of naive over ours", worth, "x", worked),
        Figure(f"{name}, over its parse floor", over, "x", only(runs, "shishod", "floor"), most=OVER_ITS_FLOOR),
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
        name = f"reading {ending}, {statistics.median(runs['shishod']):,.0f} us a file, faster than the stock parser"
        rows.append(Figure(name, ratio(runs, "stock", "shishod"), "x", runs, PARSE_TIMES_FASTER.get(ending)))
    return rows


def starting(shelf: Shelf, rounds: int) -> list[Figure]:
    """The command line beside a program that does nothing, and the daemon until it is READY."""
    with a_place() as place, a_daemon(shelf.root, place) as daemon:
        turns = {"nothing": nothing, "status": lambda: status(daemon.socket)}
        alternated(1, **turns)
        runs = alternated(rounds, **turns)
    over = ratio(runs, "status", "nothing")
    readies = alternated(rounds, ready=lambda: _ready(shelf.root), nothing=nothing)
    until = statistics.median(readies["ready"])
    return [
        Figure("`shishoctl status`, over a program that does nothing", over, "x", runs, most=STATUS_TIMES_NOTHING),
        Figure("daemon READY", until, "s", only(readies, "ready"), most=READY_S),
        Figure("daemon READY, over a program that does nothing", ratio(readies, "ready", "nothing"), "x", readies),
    ]


def _ready(root: str) -> float:
    with a_place() as place:
        return ready(root, place)


def scale(small: Shelf, large: Shelf, rounds: int) -> list[Figure]:
    """Ten times the books must not cost much more than ten times the time."""
    warmed(small)
    warmed(large)
    runs = alternated(rounds, small=lambda: cold_scan(small).wall_s, large=lambda: cold_scan(large).wall_s)
    most = TENFOLD_COSTS_AT_MOST * large.books / small.books / 10
    name = f"first scan of {large.books:,} books, over that of {small.books:,}"
    return [Figure(name, ratio(runs, "large", "small"), "x", runs, most=most)]


def memory(shelf: Shelf) -> list[Figure]:
    """The peak through a first scan and a rescan, in a run of its own: looking costs time. Then what stays of it once
    the reading processes have retired, which is to be the daemon alone."""
    with a_place() as place, a_daemon(shelf.root, place, hashing=False, retire_s=RETIRE_S) as daemon:
        with MemorySampler(daemon.pid) as sampler:
            daemon.scan("full", covers=True)
            daemon.scan("full")
        wait_until(lambda: family(daemon.pid) == [daemon.pid], 60, "the reading processes have retired", turn_s=0.2)
        alone_s = time.monotonic()
        wait_until(lambda: time.monotonic() - alone_s > GIVEN_BACK_S, 60, "a tick has passed", turn_s=0.2)
        most, idle = sampler.most, memory_of(daemon.pid)
    name = f"memory with {shelf.books:,} books, daemon and workers"
    large = shelf.books == 10_000
    return [
        Figure(f"peak {name} (PSS)", most.pss / (1 << 20), "MiB", most=PEAK_MIB if large else None),
        Figure(f"peak {name} (RSS)", most.rss / (1 << 20), "MiB"),
        Figure(f"idle {name} (PSS)", idle.pss / (1 << 20), "MiB", most=IDLE_MIB if large else None),
    ]


def visible(count: int) -> list[Figure]:
    """From the last byte of a dropped book to its first sight over the socket, with a reading process that is warm."""
    with a_place() as place:
        took = sorted(drops(place, count))
    slowest = took[max(math.ceil(count * 0.99) - 1, 0)]
    name = f"drop to visible, {count} single drops, none missed"
    median, runs = statistics.median(took), {"drop": took}
    return [
        Figure(f"{name}, median", median, "s", runs, most=SETTLE_S + MEDIAN_SLACK_S),
        Figure(f"{name}, 99th of a hundred", slowest, "s", runs, most=SETTLE_S + SLACK_S),
    ]

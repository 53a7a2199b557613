"""`python -m tests.bench.workers`: what more workers bring, with files that open at once and with files that open late.

Late ones take 5 ms longer, as on a share, by a library that is loaded before all others; a folder is listed as ever.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from tests.journeys.libraries import many_books
from tests.journeys.running import RunningDaemon, running
from tests.waiting import wait_until

WORKERS = (1, 2, 4, 8)
LATE_US = 5_000
SOURCE = Path(__file__).with_name("slow.c")
READY = "shishod_parser_processes 1.0"
QUIET = "scan: {settle: 1ms, hash_rate: 0, cover_rate: 0, on_start: 'off'}\nwatch: {enabled: false}\n"


def built(place: Path) -> Path:
    """The library that makes opening late."""
    made = place / "slow.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", made, SOURCE, "-ldl"], check=True)
    return made


def scan_s(place: Path, library: Path, workers: int, slow: Path | None) -> float:
    """The seconds that a first scan of the library takes, by the daemon's own clock, once it has been up for a moment:
    a process that reads is ready by then.
    """
    work = json.dumps({"workers": workers, "nice": 0, "chunk": 8})
    daemon = RunningDaemon(place, library, config=f"{QUIET}work: {work}\n")
    if slow is not None:
        late = [f"LD_PRELOAD={slow}", f"SLOW_ROOT={library}", f"SLOW_US={LATE_US}"]
        daemon._command = ["env", *late, *daemon._command]
    with running(daemon):
        wait_until(lambda: READY in daemon.client.text("/metrics"), 60, "a process is ready", turn_s=0.1)
        scan = daemon.scan("full", deadline_s=600, turn_s=0.2)
    assert (scan["status"], scan["failed"]) == ("completed", 0), scan
    began, ended = (datetime.fromisoformat(scan[at]) for at in ("started_at", "ended_at"))
    return (ended - began).total_seconds()


def table(place: Path, books: int, rounds: int, *, late_only: bool = False) -> dict[tuple[bool, int], float]:
    """Median seconds by whether files open late and by workers; the settings take turns."""
    library = place / "Books"
    many_books(library, books)
    slow = built(place)
    runs: dict[tuple[bool, int], list[float]] = {}
    for turn in range(rounds):
        for late in (True,) if late_only else (False, True):
            for workers in WORKERS:
                at = place / f"{turn}-{late}-{workers}"
                runs.setdefault((late, workers), []).append(scan_s(at, library, workers, slow if late else None))
    return {key: statistics.median(seconds) for key, seconds in runs.items()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.workers", description=__doc__)
    parser.add_argument("--books", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shishod-workers-") as folder:
        found = table(Path(folder), asked.books, asked.rounds)
    print(f"{asked.books} books, {os.cpu_count()} cores, CPython {platform.python_version()}, median of {asked.rounds}")
    print("workers     at once              5 ms late")
    for workers in WORKERS:
        cells = [
            f"{found[late, workers]:6.2f} s {found[late, 1] / found[late, workers]:5.2f}x" for late in (False, True)
        ]
        print(f"{workers:>7}     {cells[0]}     {cells[1]}")


if __name__ == "__main__":
    sys.exit(main())

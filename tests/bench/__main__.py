"""`python -m tests.bench`: measure, print a table, and end with 1 when a figure does not hold."""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import figures
from tests.bench.bare import make_bare
from tests.bench.figures import Figure
from tests.bench.library import Shelf, make

Make = Callable[[int], Shelf]
WHAT = ("cold", "rescan", "walk", "parse", "scale", "memory", "status", "drops", "all")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=WHAT, default="all")
    parser.add_argument(
        "--books",
        type=int,
        help="instead of 1,000 (cold, parse), 10,000 (rescan, scale, memory) and 20,000 files (walk)",
    )
    parser.add_argument("--rounds", type=int, help="how often each side has its turn; 5 cold, 7 for rescans")
    parser.add_argument("--keep", type=Path, help="make the libraries here and use them again next time")
    parser.add_argument("--json", action="store_true", help="every run, for another program")
    return parser.parse_args()


@contextmanager
def libraries(keep: Path | None) -> Iterator[tuple[Make, Make]]:
    """What makes a library of so many books, and a tree of so many bare files, in a folder that is kept or is gone
    afterwards."""
    with tempfile.TemporaryDirectory(prefix="shishod-books-") as passing:
        place = keep or Path(passing)
        place.mkdir(parents=True, exist_ok=True)
        yield (
            lambda books: make((place / f"books-{books}").absolute(), books),
            lambda files: make_bare((place / f"bare-{files}").absolute(), files),
        )


def measured(asked: argparse.Namespace, shelf: Make, bare: Make) -> Iterator[Figure]:
    small, large = asked.books or 1_000, asked.books or 10_000
    if asked.what in ("cold", "all"):
        yield from figures.cold(shelf(small), asked.rounds or 5)
    if asked.what in ("rescan", "all"):
        yield from figures.rescans(shelf(large), asked.rounds or 7)
    if asked.what in ("walk", "all"):
        yield from figures.rescans(bare(asked.books or 20_000), asked.rounds or 7)
    if asked.what in ("parse", "all"):
        yield from figures.parsing(shelf(small), asked.rounds or 5)
    if asked.what in ("status", "all"):
        yield from figures.starting(shelf(small), asked.rounds or 9)
    if asked.what in ("scale", "all"):
        yield from figures.scale(shelf(large // 10), shelf(large), asked.rounds or 3)
    if asked.what in ("memory", "all"):
        yield from figures.memory(shelf(large))
    if asked.what in ("drops", "all"):
        yield from figures.visible(asked.books or 200)


def table(rows: list[Figure]) -> Table:
    load = (
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"  # above the cores it costs us more than the others
    )
    drawn = Table(title=f"shishod, CPython {platform.python_version()}, {load}", title_justify="left")
    for heading in ("figure", "measured", "bound", "", "median of each side (slowest)"):
        drawn.add_column(heading, justify="right" if heading in ("measured", "bound") else "left")
    for row in rows:
        sides = [f"{name} {statistics.median(s):.3f} ({max(s):.3f}) of {len(s)}" for name, s in row.runs.items()]
        verdict = {True: "holds", False: "FAILS", None: ""}[row.holds]
        drawn.add_row(row.name, f"{row.value:.2f} {row.unit}", row.bound, verdict, "; ".join(sides))
    return drawn


def main() -> int:
    asked = arguments()
    with libraries(asked.keep) as (shelf, bare):
        rows = list(measured(asked, shelf, bare))
    if asked.json:
        print(json.dumps([asdict(row) for row in rows], indent=2))
    else:
        Console(width=None if sys.stdout.isatty() else 160).print(table(rows))
    return 1 if any(row.holds is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())

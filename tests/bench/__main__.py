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
from tests.bench.figures import Figure
from tests.bench.library import Shelf, make

WHAT = ("cold", "rescan", "scale", "memory", "drops", "all")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=WHAT, default="all")
    parser.add_argument("--books", type=int, help="instead of 1,000 (cold) and 10,000 (rescan, scale, memory)")
    parser.add_argument("--rounds", type=int, help="how often each side has its turn; 3 cold, 7 for rescans")
    parser.add_argument("--keep", type=Path, help="make the libraries here and use them again next time")
    parser.add_argument("--json", action="store_true", help="every run, for another program")
    return parser.parse_args()


@contextmanager
def libraries(keep: Path | None) -> Iterator[Callable[[int], Shelf]]:
    """What makes a library of so many books, in a folder that is kept or is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="shishod-books-") as passing:
        place = keep or Path(passing)
        place.mkdir(parents=True, exist_ok=True)
        yield lambda books: make((place / f"books-{books}").absolute(), books)


def measured(asked: argparse.Namespace, shelf: Callable[[int], Shelf]) -> Iterator[Figure]:
    small, large = asked.books or 1_000, asked.books or 10_000
    if asked.what in ("cold", "all"):
        yield from figures.cold(shelf(small), asked.rounds or 3)
    if asked.what in ("rescan", "all"):
        yield from figures.rescans(shelf(large), asked.rounds or 7)
    if asked.what in ("scale", "all"):
        yield from figures.scale(shelf(large // 10), shelf(large), asked.rounds or 3)
    if asked.what in ("memory", "all"):
        yield from figures.memory(shelf(large))
    if asked.what in ("drops", "all"):
        yield from figures.visible(asked.books or 200)


def table(rows: list[Figure]) -> Table:
    drawn = Table(title=f"shishod on {os.cpu_count()} cores, CPython {platform.python_version()}", title_justify="left")
    for heading in ("figure", "measured", "bound", "", "median of each side (slowest), seconds"):
        drawn.add_column(heading, justify="right" if heading in ("measured", "bound") else "left")
    for row in rows:
        sides = [f"{name} {statistics.median(s):.3f} ({max(s):.3f}) of {len(s)}" for name, s in row.runs.items()]
        verdict = {True: "holds", False: "FAILS", None: ""}[row.holds]
        drawn.add_row(row.name, f"{row.value:.2f} {row.unit}", row.bound, verdict, "; ".join(sides))
    return drawn


def main() -> int:
    asked = arguments()
    with libraries(asked.keep) as shelf:
        rows = list(measured(asked, shelf))
    if asked.json:
        print(json.dumps([asdict(row) for row in rows], indent=2))
    else:
        Console(width=None if sys.stdout.isatty() else 160).print(table(rows))
    return 1 if any(row.holds is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())

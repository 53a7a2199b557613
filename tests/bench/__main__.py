"""`python -m tests.bench`: measure, print a table, and end with 1 when a figure does not hold."""

import argparse
import json
import os
import platform
import shlex
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import accumulate
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import drawing, figures
from tests.bench.bare import make_bare, make_silent
from tests.bench.contest import contest
from tests.bench.figure import Figure
from tests.bench.library import Shelf, make, plan
from tests.bench.rescans import from_cold, rescans

WHAT = ("walk", "cold", "rescan", "parse", "drop", "status", "memory", "scale", "peers", "all", "small")
TRACKS = 4_000  # so many at least
TO_READ = 100_000  # so many files of a bare tree are not read before it is walked
SHARE = 0.25  # of what is promised, for `small`: the first scan is not yet what it is to be, and CI is a busy machine


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=WHAT, default="all")
    parser.add_argument(
        "--books",
        type=int,
        help="instead of 1,000 (cold, parse, peers), 10,000 (rescan, scale, memory), 200 drops; with walk it is files,"
        " instead of 20,000",
    )
    parser.add_argument("--rounds", type=int, help="how often each side has its turn; 5, and 9 for rescans and starts")
    parser.add_argument("--keep", type=Path, help="make the libraries here and use them again next time")
    parser.add_argument("--json", action="store_true", help="every run, for another program")
    parser.add_argument("--into", type=Path, help="put figures.md and figures.png there too (extra `bench`)")
    return parser.parse_args()


class Shelves:
    """Libraries of any size and kind, made when they are first asked for."""

    def __init__(self, place: Path) -> None:
        self.place = place.absolute()
        self.place.mkdir(parents=True, exist_ok=True)

    def books(self, books: int, kind: str | None = None) -> Shelf:
        return make(self.place / f"{kind or 'books'}-{books}", books, kind=kind)

    def bare(self, files: int) -> Shelf:
        if files < TO_READ:
            return make_bare(self.place / f"bare-{files}", files)
        return make_silent(self.place / f"silent-{files}", files)

    def tracks(self, least: int) -> Shelf:
        """MP3 audiobooks of so many tracks together, or a few more."""
        counted = accumulate(one.parts for one in plan(least))
        return self.books(next(books for books, tracks in enumerate(counted, 1) if tracks >= least), "mp3")


@contextmanager
def libraries(keep: Path | None) -> Iterator[Shelves]:
    """In a folder that is kept, or is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="shishod-books-") as passing:
        yield Shelves(keep or Path(passing))


def measured(asked: argparse.Namespace, of: Shelves) -> Iterator[Figure]:
    small, large = asked.books or 1_000, asked.books or 10_000
    often, more_often = asked.rounds or 5, asked.rounds or 9
    rows: dict[str, Callable[[], Iterable[Figure]]] = {
        "walk": lambda: rescans(of.bare(asked.books or 20_000), more_often),
        "cold": lambda: figures.cold(of.books(small), often),
        "rescan": lambda: [*rescans(of.books(large), more_often), *from_cold(of.books(large), often)],
        "parse": lambda: figures.parsing(of.books(small), often),
        "drop": lambda: figures.visible(asked.books or 200),
        "status": lambda: figures.starting(of.books(small), more_often),
        "memory": lambda: figures.memory(of.books(large)),
        "scale": lambda: figures.scale(of.books(large // 10), of.books(large), often),
        "peers": lambda: contest(
            lambda: of.books(small, "epub"), lambda: of.tracks(4 * asked.books if asked.books else TRACKS), often
        ),
    }
    if asked.what == "small":
        yield from small_figures(of)
        return
    for what in rows if asked.what == "all" else (asked.what,):
        yield from rows[what]()


def small_figures(of: Shelves) -> Iterator[Figure]:
    """A minute of what counts most, for CI."""
    few = of.books(200)
    yield from figures.cold(few, 3)
    yield from figures.parsing(few, 3)
    yield from rescans(of.bare(20_000), 3)
    yield from figures.starting(few, 3)
    yield from figures.visible(20)


def table(rows: list[Figure], share: float) -> Table:
    load = (
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"  # above the cores it costs us more than the others
    )
    drawn = Table(
        title=f"shishod, CPython {platform.python_version()}, {load}"
        + f", held to {share:.0%} of each bound" * (share < 1),
        title_justify="left",
    )
    for heading in ("figure", "measured", "bound", "", "median of each side (slowest)"):
        drawn.add_column(heading, justify="right" if heading in ("measured", "bound") else "left")
    for row in rows:
        sides = [f"{name} {statistics.median(s):.3f} ({max(s):.3f}) of {len(s)}" for name, s in row.runs.items()]
        verdict = {True: "holds", False: "FAILS", None: ""}[row.holds_for(share)]
        drawn.add_row(row.name, f"{row.value:.2f} {row.unit}", row.bound, verdict, "; ".join(sides))
    return drawn


def main() -> int:
    asked = arguments()
    share = SHARE if asked.what == "small" else 1.0
    with libraries(asked.keep) as shelves:
        rows = list(measured(asked, shelves))
        if asked.into is not None:
            command = f"python -m tests.bench {shlex.join(sys.argv[1:])}"
            asked.into.mkdir(parents=True, exist_ok=True)
            said = drawing.markdown(rows, command, shelves.place)
            (asked.into / "figures.md").write_text(said, encoding="utf-8")
            drawing.draw(rows, command, asked.into / "figures.png")
    if asked.json:
        print(json.dumps([asdict(row) for row in rows], indent=2))
    else:
        Console(width=None if sys.stdout.isatty() else 160).print(table(rows, share))
    return 1 if any(row.holds_for(share) is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())

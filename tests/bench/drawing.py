"""What was measured, as a table in Markdown and as a picture; the picture needs the extra `bench`."""

import os
import platform
import re
import statistics
import subprocess
from collections.abc import Sequence
from pathlib import Path

from shishod import __version__
from tests.bench.figure import Figure

HELD, BROKEN, PLAIN = "#2a7f62", "#b33a3a", "#8a8f98"


def machine() -> str:
    """The machine, in a line: processor, cores, kernel, and the interpreter."""
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    kib = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(encoding="ascii"))[1])  # type: ignore[index]
    return (
        f"shishod {__version__} on CPython {platform.python_version()}, Linux {platform.release().split('-')[0]}, "
        f"{os.cpu_count()} cores ({model[1] if model else platform.machine()}), {kib / 2**20:.0f} GiB, "
        f"load {os.getloadavg()[0]:.1f}"
    )


def filesystem(path: Path) -> str:
    """The type of the filesystem that the libraries lie on."""
    said = subprocess.run(["stat", "-f", "-c", "%T", path], capture_output=True, text=True, check=False)
    return said.stdout.strip() or "?"


def markdown(rows: Sequence[Figure], command: str, place: Path) -> str:
    """The table, under the line that says where and by which command it was made."""
    lines = [
        f"{machine()}, {filesystem(place)}; `{command}`",
        "",
        "| figure | measured | bound | | median of each side |",
        "|---|---:|---:|---|---|",
    ]
    for row in rows:
        sides = "; ".join(f"{name} {statistics.median(side):.4g} (of {len(side)})" for name, side in row.runs.items())
        verdict = {True: "holds", False: "**fails**", None: ""}[row.holds]
        lines.append(f"| {row.name} | {row.value:.2f} {row.unit} | {row.bound} | {verdict} | {sides} |")
    return "\n".join(lines) + "\n"


def draw(rows: Sequence[Figure], command: str, target: Path) -> None:
    """Each ratio as a bar from its bound: 1 is what is promised, and the further to the right, the better."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    held = [row for row in rows if row.bound]
    worth = [row.value / row.least if row.least else (row.most or 0) / row.value for row in held]
    figure, axes = pyplot.subplots(figsize=(11, 0.42 * len(held) + 1.6), layout="constrained")
    colours = [HELD if row.holds else BROKEN for row in held]
    bars = axes.barh([_short(row.name) for row in held], worth, color=colours)
    axes.bar_label(bars, [f"{row.value:.2f} {row.unit} ({row.bound})" for row in held], padding=4, fontsize=8)
    axes.axvline(1.0, color=PLAIN, linewidth=1)
    axes.set_xscale("log")
    axes.set_xlim(right=max([*worth, 1.0]) * 3)
    axes.invert_yaxis()
    axes.set_xlabel("times as good as promised", fontsize=8)
    axes.tick_params(labelsize=8)
    axes.set_title(f"{machine()}\n{command}", fontsize=8, loc="left")
    figure.savefig(target, dpi=110)
    pyplot.close(figure)


def _short(name: str) -> str:
    return name.partition(", which")[0]

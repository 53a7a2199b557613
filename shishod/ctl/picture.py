"""The live picture of `status --watch`: the same facts as `status`, drawn calmly, with how fast a scan goes."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from shishod.ctl.voice import local, outcome, plain, span

SMOOTH = 0.2  # how much a new look counts against those before it
COLOURS = {"ok": "green", "warning": "yellow", "critical": "red"}
BAR = 40
BARS = 3  # as many as are told one by one below


class Pace:
    """How many files a second each scan does, smoothed over the looks at it."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, int]] = {}
        self._rates: dict[str, float] = {}

    def look(self, scan: Mapping[str, Any], now_s: float) -> None:
        """How it stands now; the first look tells no pace yet."""
        before_s, before = self._seen.get(scan["id"], (now_s, scan["processed"]))
        self._seen[scan["id"]] = now_s, scan["processed"]
        if now_s > before_s:
            rate = (scan["processed"] - before) / (now_s - before_s)
            old = self._rates.get(scan["id"], rate)
            self._rates[scan["id"]] = old + SMOOTH * (rate - old)

    def rate(self, scan: Mapping[str, Any]) -> float | None:
        """Files a second; None where it is not known yet."""
        return self._rates.get(scan["id"])

    def left_s(self, scan: Mapping[str, Any]) -> float | None:
        """Seconds until the end; None while its size or its pace is not known."""
        rate = self.rate(scan)
        if not scan["discovered"] or not rate:
            return None
        left: float = (scan["total"] - scan["processed"]) / rate
        return left


def picture(report: Mapping[str, Any], lines: list[str], pace: Pace) -> RenderableType:
    """One look: the sentence, the scans with their bars, then what `status` says, and the last scans."""
    head, *rest = lines
    drawn: list[RenderableType] = [Text(head, style=f"bold {COLOURS[report['severity']]}"), Text()]
    for scan in report["scan"]["active"][:BARS]:
        drawn += [_scan(scan, pace), Text()]
    drawn.append(Text("\n".join(rest)))
    if report["last_scans"]:
        drawn += [Text(), _history(report["last_scans"])]
    return Group(*drawn)


def _scan(scan: Mapping[str, Any], pace: Pace) -> Table:
    rate, left_s = pace.rate(scan), pace.left_s(scan)
    total = f"{scan['total']:,}{'' if scan['discovered'] else ' so far'}"
    facts = f"{scan['processed']:,} of {total}"
    facts += f", {rate:.0f} a second" if rate else ""
    facts += f", about {span(left_s)} left" if left_s is not None else ""
    row = Table.grid(padding=(0, 1))
    bar = ProgressBar(total=max(scan["total"], 1), completed=scan["processed"], width=BAR, pulse=not scan["discovered"])
    row.add_row(Text(f"{scan['tier']} scan"), bar, Text(facts))
    row.add_row(Text(), Text(plain(scan["current"]), overflow="ellipsis", no_wrap=True), Text())
    return row


def _history(scans: list[dict[str, Any]]) -> Table:
    table = Table.grid(padding=(0, 2))
    for scan in scans:
        table.add_row(Text(f"  {local(scan['ended_at'])}"), Text(scan["tier"]), Text(plain(outcome(scan))))
    return table

"""How shishoctl speaks: text that no file name can misuse, spans and times as people say them."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

TYPE_CHECKING = False  # typing takes as long to load as all of ours
if TYPE_CHECKING:
    from typing import Any

LEAST = 12  # of a column on a narrow terminal


def plain(text: object) -> str:
    """Text for a terminal: control and format characters escaped, odd spaces made plain."""
    said = str(text)
    if said.isprintable():
        return said
    return "".join(_safe(character) for character in said)


def _safe(character: str) -> str:
    if character.isprintable():
        return character
    if unicodedata.category(character) == "Zs":
        return " "
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def echo(text: str = "", *, err: bool = False) -> None:
    """A line at once, as it is, on standard output or on standard error."""
    print(text, file=sys.stderr if err else sys.stdout, flush=True)


def say_no_more() -> None:
    """What is still in the buffer goes nowhere, so that the last flush is silent too."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(text: object = "") -> None:
    """One line on standard output."""
    echo(plain(text))


def say_json(answer: Any) -> None:
    """JSON for a program to read; on a terminal with indents."""
    echo(json.dumps(answer, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None))


def say_rows(rows: Iterable[Sequence[object]]) -> None:
    """Rows in columns, each as wide as its widest cell; the last one runs free.

    On a terminal that is too narrow the widest columns are cut; elsewhere nothing is.
    """
    cells = [[plain(cell) for cell in row] for row in rows]
    if not cells:
        return
    widths = [max(_width(cell) for cell in column) for column in zip(*cells, strict=True)]
    if sys.stdout.isatty():
        from shutil import get_terminal_size

        widths = fitted(widths, get_terminal_size().columns)
        cells = [[_cut(cell, width) for cell, width in zip(row, widths, strict=True)] for row in cells]
    for row in cells:
        padded = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        echo("  ".join([*padded[:-1], row[-1]]).rstrip())


def fitted(widths: Sequence[int], room: int) -> list[int]:
    """Widths of columns, two apart, that take no more than the room, none cut below `LEAST`; the widest give first."""
    told = list(widths)
    while sum(told) + 2 * (len(told) - 1) > room and max(told) > LEAST:
        told[told.index(max(told))] -= 1
    return told


def _cut(text: str, width: int) -> str:
    if _width(text) <= width:
        return text
    while _width(text) >= width:
        text = text[:-1]
    return f"{text}…"


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) > 0 for character in text)


def span(seconds: float) -> str:
    """0.04 s, 1.5 s, 12 s, 3 min, 2 h 5 min, 4 d 3 h."""
    if seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = int(seconds // 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def local(moment: str | None) -> str:
    """An ISO time on the operator's own clock: the hour today, else with the day."""
    if not moment:
        return "-"
    when = datetime.fromisoformat(moment).astimezone()
    today = datetime.now().astimezone().date()
    return f"{when:%H:%M:%S}" if when.date() == today else f"{when:%Y-%m-%d %H:%M}"


def count(number: int, one: str, many: str = "") -> str:
    """1 book, 2 books."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def outcome(scan: Mapping[str, Any]) -> str:
    """One line on how a scan stands or ended."""
    parts = [count(scan[key], one, many) for key, (one, many) in WORDS.items() if scan.get(key)]
    none = "nothing to read" if scan["status"] in ("running", "completed") else "nothing was read"
    done = f"{scan['processed']:,} of {count(scan['total'], 'file')}" if scan["total"] else none
    took = f" in {span(_took(scan))}" if scan.get("started_at") and scan.get("ended_at") else ""
    reason = f" ({scan['reason']})" if scan.get("reason") else ""
    return f"{scan['status']}{took}{reason}: {done}" + (f"; {', '.join(parts)}" if parts else "")


def paused(load: Mapping[str, Any]) -> str:
    """Why nothing is begun, by whom, since when and for how long, and what ends it; "" while work goes on."""
    if not load["paused"]:
        return ""
    since = f", since {local(load['paused_since'])}" if load["paused_since"] else ""
    by = f" ({load['paused_by']})" if load["paused_by"] else ""
    left = f", for {span(load['paused_for_s'])} more" if load["paused_for_s"] is not None else ""
    return f"{load['paused']}{by}{since}{left}" + ("; `shishoctl resume` ends that" if since else "")


WORDS = {
    "books_new": ("new book", "new books"),
    "books_changed": ("changed book", "changed books"),
    **{word: (word, word) for word in ("failed", "skipped", "moved", "missing", "returned", "held", "unchanged")},
}


def _took(scan: Mapping[str, Any]) -> float:
    return (datetime.fromisoformat(scan["ended_at"]) - datetime.fromisoformat(scan["started_at"])).total_seconds()

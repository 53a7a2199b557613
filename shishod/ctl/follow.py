"""How shishoctl asks for a scan of paths, follows one, and says how it stands or ended."""

import os
import sys
from binascii import b2a_base64
from collections.abc import Iterable, Iterator
from typing import Any

from shishod.control.client import Client
from shishod.ctl.voice import echo, outcome, paused, plain, say, say_json
from shishod.errors import Unreachable


def paths_asked(paths: Iterable[bytes]) -> dict[str, list[str]]:
    """Paths as the socket takes them, those that are no UTF-8 apart."""
    asked: dict[str, list[str]] = {"paths": [], "paths_b64": []}
    for path in map(os.path.abspath, paths):
        try:
            asked["paths"].append(path.decode())
        except UnicodeDecodeError:
            asked["paths_b64"].append(b2a_base64(path, newline=False).decode())
    return asked


def outlined(client: Client, scan: dict[str, Any], *, wait: bool, as_json: bool) -> int:
    """Follow a scan if told to, say how it stands, and return the exit code that it deserves."""
    if why := paused(client.get("/v1/load")):
        echo(f"nothing is read now: {plain(why)}", err=True)
    if wait:
        scan = follow(client, scan, quiet=as_json)
    if as_json:
        say_json(scan)
    elif wait:
        say(f"scan {scan['id']} {outcome(scan)}")
    else:
        say(f"scan {scan['id']} is {scan['status']}; `shishoctl status --watch` shows how it goes")
    return 0 if scan["status"] in ("queued", "running", "completed") else 1


def follow(client: Client, scan: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    """The scan as it ended; what it does meanwhile is drawn on a terminal, told in lines elsewhere."""
    stream: Iterator[dict[str, Any]] = (report for _, report in client.events(f"/v1/scans/{scan['id']}/events"))
    if not quiet:
        stream = _drawn(stream) if sys.stdout.isatty() else _told(stream)
    try:
        for report in stream:
            scan = report
    except KeyboardInterrupt:
        echo(f"the scan goes on; `shishoctl cancel {scan['id']}` stops it", err=True)
        raise
    if scan["status"] in ("queued", "running"):
        raise Unreachable(
            "the daemon stopped while the scan ran. What is written stays, and the next scan goes on from there; "
            "`systemctl status shishod` says why"
        )
    return scan


def _told(stream: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    said = ""
    for scan in stream:
        tenths = scan["processed"] * 10 // scan["total"] if scan["discovered"] and scan["total"] else 0
        line = f"{scan['status']}, {tenths * 10} %" if tenths else scan["status"]
        if line != said and scan["status"] in ("queued", "running"):
            say(f"scan {scan['id']} {line}")
        said = line
        yield scan


def _drawn(stream: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task("waiting", total=None)
        for scan in stream:
            bar.update(
                task,
                total=scan["total"] if scan["discovered"] else None,
                completed=scan["processed"],
                description=escape(plain(scan["current"] or scan["status"])[-40:]),
            )
            yield scan

"""shishoctl scan: ask for a scan, and follow it if told to."""

import base64
import os
import sys
from collections.abc import Iterator
from typing import Any

import click

from shishod.control.client import Client
from shishod.ctl.rehearsal import rehearse
from shishod.ctl.voice import outcome, plain, say, say_json
from shishod.errors import Unreachable


@click.command("scan", short_help="Look for changes now.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=bytes, readable=False))
@click.option("--library", help="Scan one library.")
@click.option("--full/--quick", default=False, help="List and stat everything, or trust folder times (the default).")
@click.option("--dry-run", is_flag=True, help="Say what the scan would find, and do nothing.")
@click.option("--wait", is_flag=True, help="Stay until it ends; the exit code tells how.")
@click.option("--json", "as_json", is_flag=True, help="The scan as JSON.")
@click.pass_obj
def command(
    client: Client,
    paths: tuple[bytes, ...],
    *,
    library: str | None,
    full: bool,
    dry_run: bool,
    wait: bool,
    as_json: bool,
) -> int:
    """Scan PATHS (files or folders of a library), else a library, else everything."""
    if paths and library:
        raise click.UsageError("give paths or --library, not both")
    order = _order(paths, library, "full" if full else "quick")
    if dry_run:
        return rehearse(client, order, as_json=as_json)
    scan = client.post("/v1/scans", order)
    if wait:
        scan = _follow(client, scan, quiet=as_json)
    if as_json:
        say_json(scan)
    elif wait:
        say(f"scan {scan['id']} {outcome(scan)}")
    else:
        say(f"scan {scan['id']} is {scan['status']}; `shishoctl status --watch` shows how it goes")
    return 0 if scan["status"] in ("queued", "running", "completed") else 1


def _order(paths: tuple[bytes, ...], library: str | None, tier: str) -> dict[str, Any]:
    order: dict[str, Any] = {"tier": tier, "paths": [], "paths_b64": []}
    if library:
        order["library"] = library
    for path in map(os.path.abspath, paths):
        try:
            order["paths"].append(path.decode())
        except UnicodeDecodeError:
            order["paths_b64"].append(base64.b64encode(path).decode())
    return order


def _follow(client: Client, scan: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    """The scan as it ended; what it does meanwhile is drawn on a terminal, told in lines elsewhere."""
    stream: Iterator[dict[str, Any]] = (report for _, report in client.events(f"/v1/scans/{scan['id']}/events"))
    if not quiet:
        stream = _drawn(stream) if sys.stdout.isatty() else _told(stream)
    try:
        for report in stream:
            scan = report
    except KeyboardInterrupt:
        click.echo(f"the scan goes on; `shishoctl cancel {scan['id']}` stops it", err=True)
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

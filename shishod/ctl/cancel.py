"""shishoctl cancel: stop a scan."""

from typing import Any

from shishod.control.client import Client
from shishod.ctl.scans import place_of
from shishod.ctl.voice import outcome, say, say_json
from shishod.ctl.words import argument, called, option


@called("cancel", short_help="Stop a scan after the file in hand.")
@argument("scan_id", metavar="ID")
@option("--json", "as_json", is_flag=True, help="The scan as JSON.")
def command(client: Client, scan_id: str, as_json: bool) -> None:
    """Stop the scan ID; what it has written stays.

    Exit code 0 when it stops or has just ended, 1 when there is no such scan, or none that still runs.
    """
    scan = client.post(f"{place_of(scan_id)}/cancel")
    if as_json:
        say_json(scan)
    else:
        say(_told(scan))


def _told(scan: dict[str, Any]) -> str:
    over = scan["status"] not in ("queued", "running")
    stands = outcome(scan) if over else f"stops after the file in hand: {outcome(scan).partition(': ')[2]}"
    which = f"{scan['id']} ({scan['tier']}, {', '.join(scan['scope'])})"
    return f"scan {which} {stands}. What it has recorded stays, and the next scan goes on from there"

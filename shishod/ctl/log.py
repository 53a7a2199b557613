"""shishoctl log: what a scan said while it ran."""

from __future__ import annotations

from shishod.control.client import Client
from shishod.ctl.scans import place_of
from shishod.ctl.voice import local, say, say_json
from shishod.ctl.words import argument, called, one_of, option, whole
from shishod.errors import Refused

TYPE_CHECKING = False  # typing takes as long to load as all of ours
if TYPE_CHECKING:
    from typing import Any


@called("log", short_help="What a scan said while it ran.")
@argument("scan_id", metavar="ID")
@option("--level", type=one_of(["debug", "info", "warning", "error"]), default="info", help="From this one on.")
@option("--search", default="", metavar="WORDS", help="Only lines with all of these words.")
@option("--after", type=whole(0), default=0, help="Go on after this line's number.")
@option("--limit", type=whole(1, 1000), default=200, show_default=True, help="At most so many.")
@option("--json", "as_json", is_flag=True, help="The lines as JSON.")
def command(client: Client, scan_id: str, *, level: str, search: str, after: int, limit: int, as_json: bool) -> None:
    """List the lines of a scan, the oldest first. ID is what `shishoctl scan` said, or "last" for the newest."""
    if scan_id == "last":
        newest = client.get("/v1/scans", {"limit": 1})["scans"]
        if not newest:
            raise Refused("there was no scan yet", "not-found", "shishoctl scan")
        scan_id = newest[0]["id"]
    asked = {"level": level, "search": search, "after": after, "limit": limit}
    answer = client.get(f"{place_of(scan_id)}/log", asked)
    if as_json:
        say_json(answer)
        return
    for line in answer["lines"]:
        say(_line(line))
    if not answer["lines"]:
        say("nothing was said")
    if answer["next"] is not None:
        say(f"more with --after {answer['next']}")


def _line(line: dict[str, Any]) -> str:
    facts = ", ".join(f"{name}: {value}" for name, value in line["facts"].items() if name != "path_b64")
    return f"{local(line['at'])} {line['level']:<7} {line['text']}" + (f" ({facts})" if facts else "")

"""What `shishoctl scan --dry-run` says of a scan that is not done."""

from typing import Any

from shishod.control.client import Client
from shishod.ctl.voice import say, say_json
from shishod.errors import Unreachable

WORDS = {
    "new": "new",
    "changed": "changed",
    "moved": "moved here",
    "returned": "there again",
    "missing": "missing",
    "held": "gone, but held until accepted",
    "waiting": "still being written or empty",
    "unreadable": "folders that cannot be listed",
}


def rehearse(client: Client, order: dict[str, Any], *, as_json: bool) -> int:
    """Ask, print, and return 1 where a root is not believed, for a scan of it would do nothing."""
    found: dict[str, Any] | None = next((said for _, said in client.events("/v1/scans/rehearsal", order)), None)
    if found is None:
        raise Unreachable("the daemon stopped before it had looked at everything; nothing was changed")
    if as_json:
        say_json(found)
    else:
        for root in found["roots"]:
            _tell(root)
        say(f"a {found['tier']} scan would find: {_sum(found['totals'])}; nothing was written")
    return 1 if any(root["absent"] for root in found["roots"]) else 0


def _tell(root: dict[str, Any]) -> None:
    if root["absent"]:
        say(f"{root['path']}: {root['absent']}")
        return
    for kind, words in WORDS.items():
        count, paths = root[kind]["count"], root[kind]["paths"]
        for path in paths:
            say(f"{words}: {path['path']}")
        if count > len(paths):
            say(f"{words}: {count - len(paths):,} more")


def _sum(totals: dict[str, int]) -> str:
    parts = [f"{totals[kind]:,} {words}" for kind, words in WORDS.items() if totals[kind]]
    return ", ".join([*(parts or ["nothing new"]), f"{totals['unchanged']:,} unchanged"])

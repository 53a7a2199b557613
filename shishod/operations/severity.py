"""How bad it is: what wakes somebody at night, what can wait for the morning, and what is well."""

from collections.abc import Mapping
from typing import Any

from shishod.model.library import RootState

LEVELS = ("ok", "warning", "critical")
_OF_ROOT = {RootState.OFFLINE: "critical", RootState.STALLED: "critical", RootState.HELD: "warning"}


def severity(report: Mapping[str, Any]) -> str:
    """The worst of a status report: "critical" where something is not served, "warning" where it waits for a word."""
    found = [_OF_ROOT.get(RootState(root["state"]), "ok") for root in report["roots"]]
    found += ["warning" for root in report["roots"] if root["watch"]["remedy"]]
    if not report["catalogue"]["ok"] or not all(report["loops"].values()):
        found.append("critical")
    return max(found, key=LEVELS.index, default="ok")

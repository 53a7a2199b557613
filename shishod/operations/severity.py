"""How bad it is: what wakes somebody at night, what can wait for the morning, and what is well."""

from collections.abc import Mapping
from typing import Any

from shishod.model.library import RootState

LEVELS = ("ok", "warning", "critical")
_OF_ROOT = {RootState.OFFLINE: "critical", RootState.STALLED: "critical", RootState.HELD: "warning"}


def refusing(report: Mapping[str, Any]) -> list[str]:
    """The web catalogues that accept who is asking no more: nobody but the operator can mend that."""
    return [name for name, why in report.get("web", {}).items() if why.startswith("stopped")]


def severity(report: Mapping[str, Any]) -> str:
    """The worst of a status report: "critical" where something is not served, "warning" where it waits for a word."""
    found = [_OF_ROOT.get(RootState(root["state"]), "ok") for root in report["roots"]]
    found += ["warning" for root in report["roots"] if root["watch"]["remedy"]]
    found += ["warning" for _ in refusing(report)]
    if not report["catalogue"]["ok"] or not all(report["loops"].values()):
        found.append("critical")
    return max(found, key=LEVELS.index, default="ok")

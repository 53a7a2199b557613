"""The facts of a running daemon as JSON: pure functions, and the one sentence that answers "is it fine?"."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from shishod.metrics import Sample
from shishod.model.foresight import KINDS, Foresight
from shishod.model.library import Root, RootState
from shishod.model.progress import ScanSnapshot
from shishod.model.ticket import Errand
from shishod.operations.ports import WaitingRow, WatchRow
from shishod.operations.severity import refusing
from shishod.paths import join, json_path

Row = dict[str, Any]
WATCH_MODES = ("events", "degraded", "poll", "off", "arming")
_UNWATCHED: Row = {
    "mode": "off",
    "armed": 0,
    "needed": None,
    "poll_s": None,
    "reason": "",
    "remedy": "",
    "overflows": 0,
}
_HASH, _COVER, _ENRICH = str(Errand.HASH), str(Errand.COVER), str(Errand.ENRICH)
_IN_PAUSES = (
    ({_HASH}, "files are hashed in the pause"),
    ({_COVER}, "covers are taken in the pause"),
    ({_HASH, _COVER}, "files are hashed and covers taken in the pause"),
    ({_HASH, _COVER, _ENRICH}, "web catalogues are asked"),
)
LONGEST = 20  # files still being written that a status names


def scan_row(scan: ScanSnapshot) -> Row:
    """A scan as JSON: every field by its name, times in ISO 8601."""
    row = asdict(scan)
    for key in ("requested_at", "started_at", "ended_at"):
        row[key] = row[key] and row[key].isoformat()
    return row | {"tier": str(scan.tier), "status": str(scan.status), "cache": dict(scan.cache)}


def root_row(root: Root, watch: WatchRow | None, files: int) -> Row:
    """A root as JSON, with how it is watched."""
    return {
        "id": root.id,
        "library": root.library,
        **json_path(root.path),
        "state": str(root.state),
        "reason": root.reason,
        "marker": root.identity.marker if root.identity else "",
        "watch": watch_row(watch),
        "files": files,
    }


def waiting_rows(waiting: Sequence[WaitingRow], roots: Sequence[Root]) -> Row:
    """How many files still change, or are empty, and are not read yet, and those that have for longest."""
    known = {root.id: root for root in roots}
    there = [(known[one.root_id], one) for one in waiting if one.root_id in known]
    files = [
        {
            "library": root.library,
            **json_path(join(root.path, one.path)),
            "since": one.since.isoformat(),
            "empty": one.empty,
        }
        for root, one in there[:LONGEST]
    ]
    return {"count": len(there), "files": files}


def foresight_row(root: Root, found: Foresight) -> Row:
    """What a scan of one folder would do, as JSON; of each kind at most `SHOWN` paths, and how many there are."""
    kinds = {
        kind: {"count": found.counts[kind], "paths": [json_path(join(root.path, path)) for path in found.paths[kind]]}
        for kind in KINDS
    }
    folder = join(root.path, found.folder) if found.folder else root.path
    return {
        "library": root.library,
        **json_path(folder),
        "absent": found.absent,
        "unchanged": found.unchanged,
        **kinds,
    }


def problem_count(counts: Mapping[str, Any]) -> int:
    """How many the catalogue counts: files in ERROR, and what scans could not do; 0 before it has answered."""
    return int(counts.get("problems", 0))


def verdict(report: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether the daemon does what it was asked to, and one line that says so or names the worst that is wrong."""
    dead = [name for name, alive in report["loops"].items() if not alive]
    away = [root for root in report["roots"] if root["state"] != RootState.ONLINE]
    unwatched = [root for root in report["roots"] if root["watch"]["remedy"]]
    if not report["catalogue"]["ok"]:
        reason = report["catalogue"]["reason"]
        return False, reason[:1].upper() + reason[1:]
    if dead:
        return False, f"Not turning: {', '.join(dead)}; the daemon starts it again by itself."
    if away:
        more = f", and {len(away) - 1} more" if len(away) > 1 else ""
        reason = f": {away[0]['reason']}" if away[0]["reason"] else ""
        return False, f"{away[0]['path']} is {away[0]['state']}{reason}{more}; its books are left as they are."
    if unwatched:
        root = unwatched[0]
        return False, f"{root['path']} is not watched in full: {root['watch']['reason']}. {root['watch']['remedy']}"
    well = f"all is well: {_holdings(report)}; {_activity(report)}."
    if refused := refusing(report):
        return True, f"{', '.join(refused)}: asked no more (shishoctl providers says why); else {well}"
    return True, f"{well[:1].upper()}{well[1:]}"


def _holdings(report: Mapping[str, Any]) -> str:
    counts = report["counts"]
    missing = counts.get("by_state", {}).get("missing", 0)
    held = f"{_many(counts.get('books', 0), 'book')} in {_many(counts.get('files', 0) - missing, 'file')}"
    held += f", {missing:,} missing" if missing else ""
    held += f", {counts['beside']:,} beside them" if counts.get("beside") else ""
    return held + (f", {_many(report['problems'], 'problem')}" if report["problems"] else "")


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _activity(report: Mapping[str, Any]) -> str:
    active = report["scan"]["active"]
    if paused := str(report["load"]["paused"]):
        return paused
    if active:
        scan = active[0]
        return f"a {scan['tier']} scan has done {scan['processed']:,} of {_many(scan['total'], 'file')}"
    if not report["roots"]:
        return "no library is configured"
    due = {one for one, count in report["queue"].items() if count > report["later"].get(one, 0)}
    doing = {str(one["doing"]).partition(" ")[0] for one in report["workers"]} | due
    if doing:
        told = (text for errands, text in _IN_PAUSES if doing <= errands)
        return next(told, "changes are being looked at")
    return "nothing to do"


def watch_row(row: WatchRow | None) -> Row:
    """How a root is watched, as JSON; one that nobody watches is told as such."""
    return dict(_UNWATCHED) if row is None else {key: getattr(row, key) for key in _UNWATCHED}


def watch_samples(watch: Mapping[str, Any], one: Mapping[str, str]) -> list[Sample]:
    """How a root is watched, as numbers."""
    samples = [Sample("shishod_watch_mode", watch["mode"] == mode, {**one, "mode": mode}) for mode in WATCH_MODES]
    folders = [(state, watch[state]) for state in ("armed", "needed") if watch[state] is not None]
    samples += [Sample("shishod_watch_dirs", number, {**one, "state": state}) for state, number in folders]
    samples.append(Sample("shishod_watch_overflows_total", watch["overflows"], one))
    polled = watch["poll_s"] is not None
    return samples + ([Sample("shishod_watch_poll_seconds", watch["poll_s"], one)] if polled else [])


def scan_samples(scans: Sequence[Mapping[str, Any]]) -> list[Sample]:
    """The newest ended scan of each tier."""
    samples: list[Sample] = []
    newest = {scan["tier"]: scan for scan in reversed(scans) if scan["started_at"] and scan["ended_at"]}
    for tier, scan in newest.items():
        ended = datetime.fromisoformat(scan["ended_at"])
        took_s = (ended - datetime.fromisoformat(scan["started_at"])).total_seconds()
        samples.append(Sample("shishod_last_scan_seconds", took_s, {"tier": tier}))
        how = {"tier": tier, "status": scan["status"]}
        samples.append(Sample("shishod_last_scan_end_timestamp_seconds", ended.timestamp(), how))
    return samples


def gauges(report: Mapping[str, Any]) -> list[Sample]:
    """A status report as numbers."""
    samples = [
        Sample("shishod_build_info", 1, {"version": report["version"]}),
        Sample("shishod_uptime_seconds", report["uptime_s"]),
        Sample("shishod_ok", int(report["ok"])),
        Sample("shishod_books", report["counts"].get("books", 0)),
        Sample("shishod_problems", report["problems"]),
        Sample("shishod_files_waiting", report["waiting"]["count"]),
        Sample("shishod_scans_active", len(report["scan"]["active"])),
        Sample("shishod_workers_busy", len(report["workers"])),
    ]
    samples += scan_samples(report["last_scans"])
    for root in report["roots"]:
        one = {"library": root["library"], "root": root["path"]}
        samples += [Sample("shishod_root_state", root["state"] == s, {**one, "state": s}) for s in map(str, RootState)]
        samples += [Sample("shishod_root_files", root["files"], one), *watch_samples(root["watch"], one)]
    for name, label, numbers in (
        ("shishod_files", "state", report["counts"].get("by_state", {})),
        ("shishod_queue_depth", "errand", report["queue"]),
        ("shishod_loop_alive", "loop", report["loops"]),
        ("shishod_cache_size", "what", report["cache"]),
    ):
        samples += [Sample(name, number, {label: what}) for what, number in numbers.items()]
    for provider, standings in report["counts"].get("by_standing", {}).items():
        told = {"provider": provider}
        samples += [
            Sample("shishod_provider_books", many, {**told, "standing": one}) for one, many in standings.items()
        ]
    return samples

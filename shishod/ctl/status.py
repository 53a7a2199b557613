"""shishoctl status: is it fine, and if not, what is wrong and what helps."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from shishod.control.client import MONITOR_S, Client, Silent
from shishod.ctl.voice import count, echo, local, outcome, paused, plain, say, say_json, span
from shishod.ctl.words import called, option
from shishod.errors import Refused, Unreachable

TYPE_CHECKING = False  # typing takes as long to load as all of ours
if TYPE_CHECKING:
    from typing import Any

SEVERITIES = ("ok", "warning", "critical")  # their places are the exit codes of --check
NAMED = 3  # scans, and files still being written, that are told one by one; --json has more

SECONDS_TOLD = 120.0  # a poll's interval is told in seconds as far as that is how people set it


@called("status", short_help="How the daemon is, on one screen.")
@option("--json", "as_json", is_flag=True, help="The whole report as JSON.")
@option("--watch", is_flag=True, help="Draw it again every second, until you stop it.")
@option("--check", is_flag=True, help="One line and an exit code as Nagios, Icinga and their kin want them.")
def command(client: Client, as_json: bool, watch: bool, check: bool) -> int:
    """Say whether all is well; exit code 1 when it is not.

    With --check the exit code is 0 when all is well, 1 when something waits for your word, 2 when something is not
    served or the daemon has not answered within 8 seconds, 3 when there is no daemon to ask, or you may not.
    """
    if check:
        return _check(client)
    if watch:
        return _watch(client, as_json)
    report = client.get("/v1/status")
    if as_json:
        say_json(report)
    else:
        echo("\n".join(lines(report)))
    return 0 if report["ok"] else 1


def _check(client: Client) -> int:
    try:
        report = client.patient(MONITOR_S).get("/v1/status")
    except Silent as error:
        say(f"SHISHOD CRITICAL - {error}")
        return 2
    except (Unreachable, Refused) as error:
        say(f"SHISHOD UNKNOWN - {error}")
        return 3
    away = sum(root["state"] != "online" for root in report["roots"])
    held = report["counts"]
    missing = held.get("by_state", {}).get("missing", 0)
    counts = {"books": held.get("books", 0), "files": held.get("files", 0) - missing, "missing": missing}
    counts |= {"problems": report["problems"], "roots_away": away}
    told = " ".join(f"{name}={number}" for name, number in counts.items())
    say(f"SHISHOD {report['severity'].upper()} - {report['sentence']} | {told}")
    return SEVERITIES.index(report["severity"])


def _watch(client: Client, as_json: bool) -> int:
    reports = (report for _, report in client.events("/v1/status/events"))
    if as_json:
        for report in reports:
            say_json(report)
    elif sys.stdout.isatty():
        _draw(reports)
    else:
        for report in reports:
            echo("\n".join([*lines(report), ""]))
    raise Unreachable("the daemon has stopped; `systemctl status shishod` says why")


def _draw(reports: Iterator[dict[str, Any]]) -> None:
    from time import monotonic

    from rich.live import Live

    from shishod.ctl.picture import Pace, picture

    pace = Pace()
    with Live(auto_refresh=False, screen=True) as screen:
        for report in reports:
            for scan in report["scan"]["active"]:
                pace.look(scan, monotonic())
            screen.update(picture(report, lines(report), pace), refresh=True)


def lines(report: dict[str, Any]) -> list[str]:
    """The report as calm text, each line safe to print."""
    text = [plain(report["sentence"]), ""]
    for root in report["roots"]:
        text += _root_lines(root)
    going = report["scan"]["active"]
    facts = [("scan", _live(scan)) for scan in going[:NAMED]]
    facts += [("", f"{count(len(going) - NAMED, 'more scan')}")] if len(going) > NAMED else []
    facts += [("last scan", f"{scan['tier']}, {local(scan['ended_at'])}, {outcome(scan)}") for scan in _last(report)]
    facts += [("next", ", ".join(f"{name} {local(due)}" for name, due in report["next_runs"].items()))]
    facts += [("", f"{name}: {reason}") for name, reason in report["moved_runs"].items()]
    facts += [("web", f"{name} {why}") for name, why in report.get("web", {}).items() if why]
    facts += [("web", f"{name}: {_errands(told)}") for name, told in report["counts"].get("by_standing", {}).items()]
    later = report.get("later", {})
    facts += [("waiting", _errands({one: number - later.get(one, 0) for one, number in report["queue"].items()}))]
    facts += [("later", _errands(later))]
    facts += [("unfinished", _waiting(report["waiting"]))]
    facts += [("working", f"{one['worker']}: {one['doing']}, {span(one['since_s'])}") for one in report["workers"]]
    facts += [("load", _load(report["load"]))]
    due = report["counts"].get("covers_due", 0)
    facts += [("covers", f"{due:,} still to be taken" if due else "")]
    gone = report["counts"].get("by_state", {}).get("missing", 0)
    facts += [("missing", f"{gone:,} (shishoctl missing)" if gone else "")]
    facts += [("problems", f"{report['problems']:,} (shishoctl problems)" if report["problems"] else "")]
    facts += [("sandbox", report["sandbox"])]
    facts += [("daemon", f"shishod {report['version']}, pid {report['pid']}, up {span(report['uptime_s'])}")]
    return text + [f"  {name:<10} {plain(fact)}" for name, fact in facts if fact]


def _errands(counts: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {errand.replace('_', ' ')}" for errand, number in counts.items() if number > 0)


def _root_lines(root: dict[str, Any]) -> list[str]:
    state = root["state"] if root["state"] == "online" else root["state"].upper()
    facts = f"{state}, {count(root['files'], 'file')}, {_watched(root)}"
    told = [plain(f"  {root['library']:<10} {root['path']}: {facts}")]
    watch = root["watch"]
    for reason, remedy in ((root["reason"], ""), (watch["reason"], watch["remedy"])):
        if reason or remedy:
            told.append(plain(f"{'':12} {reason}{'; ' if reason and remedy else ''}{remedy}"))
    return told


def _watched(root: dict[str, Any]) -> str:
    watch = root["watch"]
    poll_s = watch["poll_s"] or 0.0
    polled = f"polled every {span(poll_s) if poll_s > SECONDS_TOLD else f'{poll_s:.0f} s'}"
    if watch["mode"] == "degraded":
        return f"watch degraded (armed {watch['armed']:,} of {watch['needed']:,}, rest {polled})"
    if watch["mode"] == "events":
        return f"watched ({count(watch['armed'], 'folder')})"
    return {"poll": polled, "arming": "watch being set up"}.get(watch["mode"], "not watched")


def _waiting(waiting: dict[str, Any]) -> str:
    """Files that still change, the longest first."""
    told = [
        f"{one['path']} {'empty ' if one.get('empty') else ''}since {local(one['since'])}"
        for one in waiting["files"][:NAMED]
    ]
    more = waiting["count"] - len(told)
    if more > 0:
        told.append(f"{more:,} more")
    empty = any(one.get("empty") for one in waiting["files"])
    why = "still being written or empty" if empty else "still being written"
    return f"{count(waiting['count'], 'file')} {why}: {', '.join(told)}" if told else ""


def _load(load: dict[str, Any]) -> str:
    """Whatever is out of the ordinary: a pause, a level, a number of workers that somebody or something chose."""
    told = [f"PAUSED: {paused(load)}"] if load["paused"] else []
    if load["level"] != "normal":
        told.append(f"{load['level']}: {load['level_reason']}")
    if told or load["fixed"]:
        told.append(f"{count(load['workers'], 'worker')}, {load['reason']}")
    return "; ".join(told)


def _live(scan: dict[str, Any]) -> str:
    left = f", {span(scan['eta_s'])} left" if scan.get("eta_s") else ""
    done = f"{scan['processed']:,} of {count(scan['total'], 'file')}{'' if scan['discovered'] else ' so far'}"
    return f"{scan['tier']}, {scan['status']}, {done}, {scan['failed']:,} failed{left} (shishoctl cancel {scan['id']})"


def _last(report: dict[str, Any]) -> list[dict[str, Any]]:
    return list(report["last_scans"][:1])

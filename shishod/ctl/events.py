"""shishoctl events: what has happened of late, and what happens from now on."""

from collections.abc import Iterator
from typing import Any

from shishod.control.client import Client
from shishod.ctl.voice import local, say, say_json
from shishod.ctl.words import called, one_of, option, whole
from shishod.errors import Unreachable

HEAD = ("number", "at", "kind")
KINDS = ("scan-started", "scan-ended", "book-new", "book-changed", "root-state")  # a test holds these to the model's


@called("events", short_help="What has happened, and what happens.")
@option("--follow", is_flag=True, help="Stay, and print what happens from now on.")
@option("--after", type=whole(0), help="Begin after this event's number.")
@option("--kind", "kinds", type=one_of(KINDS), multiple=True, help="Only of this kind; may be given again.")
@option("--json", "as_json", is_flag=True, help="Each event as a line of JSON.")
def command(client: Client, follow: bool, after: int | None, kinds: tuple[str, ...], as_json: bool) -> None:
    """Print events: scans that began and ended, books that are new or changed, roots that came and went.

    The daemon keeps the latest ten thousand since its start, when their numbers begin anew.
    """
    for event in _stream(client, after) if follow else _kept(client, after or 0):
        if kinds and event["kind"] not in kinds:
            continue
        if as_json:
            say_json(event)
        else:
            facts = " ".join(
                f"{key}={value}" for key, value in event.items() if key not in HEAD and value not in ("", None)
            )
            say(f"{event['number']}  {local(event['at'])}  {event['kind']:<13} {facts}")


def _kept(client: Client, after: int) -> Iterator[dict[str, Any]]:
    while True:
        page = client.get("/v1/events", {"after": after, "limit": 500})
        yield from page["events"]
        if not page["events"]:
            return
        after = page["next"]


def _stream(client: Client, after: int | None) -> Iterator[dict[str, Any]]:
    where = "/v1/events/stream" if after is None else f"/v1/events/stream?after={after}"
    for _, event in client.events(where):
        yield event
    raise Unreachable("the daemon has stopped; `systemctl status shishod` says why")

"""shishoctl missing: files that are gone, since when, and until when they are remembered."""

from typing import Any

from shishod.control.client import Client
from shishod.ctl.voice import local, say, say_json
from shishod.ctl.words import called, option, whole


@called("missing", short_help="Files that are gone, and until when they are remembered.")
@option("--library", help="Only of this library.")
@option("--after", type=whole(0), default=0, help="Go on after this file's number.")
@option("--limit", type=whole(1, 500), default=100, show_default=True, help="At most so many.")
@option("--json", "as_json", is_flag=True, help="The files as JSON.")
def command(client: Client, library: str | None, after: int, limit: int, as_json: bool) -> None:
    """List files that a scan no longer found. One that comes back is as it was, with all that you said of its book."""
    asked = {"after": after, "limit": limit} | ({"library": library} if library else {})
    answer = client.get("/v1/missing", asked)
    if as_json:
        say_json(answer)
        return
    for one in answer["missing"]:
        say(_line(one))
    if not answer["missing"]:
        say("nothing is missing")
    if answer["next"] is not None:
        say(f"more with --after {answer['next']}")


def _line(one: dict[str, Any]) -> str:
    what = f" (all of book {one['book_id']})" if one["book_id"] and one["whole_book"] else ""
    until = f"kept: {one['kept']}" if one["kept"] else f"purged after {local(one['purge_at'])}"
    return f"{one['path']}{what}: gone since {local(one['since'])}, {until}"

"""shishoctl pause: let everything rest for a while."""

from shishod.control.client import Client
from shishod.ctl.voice import say, say_json, span
from shishod.ctl.words import called, option


@called("pause", short_help="Begin nothing more until resumed.")
@option("--for", "lasting", metavar="TIME", help='Go on by itself after so long, as in "90m" or "2h".')
@option("--json", "as_json", is_flag=True, help="What is true now, as JSON.")
def command(client: Client, lasting: str | None, as_json: bool) -> None:
    """Read, walk and fetch nothing more until `shishoctl resume`; what is in hand is finished.

    What changes meanwhile is kept in mind and read afterwards. The pause outlives a restart of the daemon.
    """
    now = client.post("/v1/pause", {"for": lasting} if lasting else {})
    if as_json:
        say_json(now)
    elif now["paused_for_s"] is None:
        say("paused until `shishoctl resume`; what changes meanwhile is read then")
    else:
        say(f"paused for {span(now['paused_for_s'])}, or until `shishoctl resume`; what changes meanwhile is read then")

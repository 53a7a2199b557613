"""shishoctl resume: go on after a pause."""

from shishod.control.client import Client
from shishod.ctl.voice import say, say_json
from shishod.ctl.words import called, option


@called("resume", short_help="Go on after a pause.")
@option("--json", "as_json", is_flag=True, help="What is true now, as JSON.")
def command(client: Client, as_json: bool) -> None:
    """Take back `shishoctl pause`. Exit code 1 when nothing was paused."""
    now = client.post("/v1/resume")
    if as_json:
        say_json(now)
    else:
        say(f"work goes on, but {now['paused']}" if now["paused"] else "work goes on")

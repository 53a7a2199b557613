"""shishoctl reload: read the configuration again."""

from shishod.control.client import Client
from shishod.ctl.voice import say, say_json
from shishod.ctl.words import called, option


@called("reload", short_help="Read the configuration again.")
@option("--json", "as_json", is_flag=True, help="The outcome as JSON.")
def command(client: Client, as_json: bool) -> None:
    """Apply what can be applied while the daemon runs, and say what waits for a restart."""
    outcome = client.post("/v1/reload")
    if as_json:
        say_json(outcome)
        return
    applied, later = outcome.get("applied") or (), outcome.get("restart_needed") or ()
    say(f"applied: {', '.join(applied)}" if applied else "nothing has changed that can be applied now")
    if later:
        say(f"these wait for `systemctl restart shishod`: {', '.join(later)}")

"""shishoctl health: whether the daemon lives, and apart from that whether it does all that it should."""

from shishod.control.client import MONITOR_S, Client
from shishod.ctl.voice import say, say_json
from shishod.ctl.words import called, option


@called("health", short_help="Whether the daemon lives.")
@option("--json", "as_json", is_flag=True, help="The answer as JSON.")
def command(client: Client, as_json: bool) -> None:
    """Ask whether every loop of the daemon turns: for whoever would restart it if not.

    Exit code 0 while they do, 69 when one does not or nobody answers within 8 seconds. A watch that is degraded is
    told and no illness: a restart would not mend it. `shishoctl status --check` is for whoever watches over a whole
    machine.
    """
    report = client.patient(MONITOR_S).get("/v1/health")
    if as_json:
        say_json(report)
        return
    say(f"alive, shishod {report['version']}")
    for reason in report["degraded"]:
        say(f"degraded: {reason}")

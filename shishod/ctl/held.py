"""shishoctl held: losses that are not believed until somebody says so."""

from typing import Any

from shishod.control.client import Client
from shishod.ctl.voice import count, local, say, say_json
from shishod.ctl.words import called, option

SHOWN = 5


@called("held", short_help="Losses too large to be believed unasked.")
@option("--json", "as_json", is_flag=True, help="The held roots as JSON.")
def command(client: Client, as_json: bool) -> None:
    """List each root of which too much vanished at once: how much, since when, and what releases it.

    Its books are left as they are and go on being served.
    """
    answer = client.get("/v1/held")
    if as_json:
        say_json(answer)
        return
    for root in answer["held"]:
        _tell(root)
    if not answer["held"]:
        say("nothing is held")


def _tell(root: dict[str, Any]) -> None:
    say(f"{root['path']}: {count(root['files'], 'file')} gone since {local(root['since'])}, as")
    shown = root["examples"][:SHOWN]
    for example in shown:
        say(f"    {example['path']}")
    if root["files"] > len(shown):
        say(f"    and {root['files'] - len(shown):,} more")
    say(f"  released when {'; or by '.join(root['releases'])}")

"""shishoctl problems: what could not be read, and why."""

from typing import Any

from shishod.control.client import Client
from shishod.ctl.voice import local, say, say_json
from shishod.ctl.words import called, option, whole


@called("problems", short_help="What could not be read, and why.")
@option("--after", type=whole(0), default=0, help="Go on after this problem's number.")
@option("--limit", type=whole(1, 500), default=100, show_default=True, help="At most so many.")
@option("--json", "as_json", is_flag=True, help="The problems as JSON.")
def command(client: Client, after: int, limit: int, as_json: bool) -> None:
    """List files and folders that could not be read; nothing of them is lost."""
    answer = client.get("/v1/problems", {"after": after, "limit": limit})
    if as_json:
        say_json(answer)
        return
    for problem in answer["problems"]:
        say(_line(problem))
    if not answer["problems"]:
        say("no problems")
    if answer["next"] is not None:
        say(f"more with --after {answer['next']}")


def _line(problem: dict[str, Any]) -> str:
    again = problem.get("retry_at")
    when = f"; again at {local(again)}" if again else ""
    return f"{problem['path']}: {problem.get('text') or problem['reason']} [{problem['reason']}]{when}"

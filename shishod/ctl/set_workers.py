"""shishoctl set-workers: how many books are read at once."""

from shishod.control.client import Client
from shishod.ctl.voice import say, say_json
from shishod.ctl.words import WrongWords, argument, called, option


@called("set-workers", short_help="Say how many work at once, or leave it to the load.")
@argument("count", metavar="N|auto")
@option("--json", "as_json", is_flag=True, help="What is true now, as JSON.")
def command(client: Client, count: str, as_json: bool) -> None:
    """Have N workers from now on, whatever the machine does; `auto` leaves it to the load again.

    It counts until the daemon ends; `work.workers` in the configuration counts from its start on.
    """
    now = client.post("/v1/workers", {"count": _number(count)})
    if as_json:
        say_json(now)
    else:
        say(f"{'1 worker' if now['workers'] == 1 else str(now['workers']) + ' workers'}: {now['reason']}")


def _number(count: str) -> int | None:
    if count.lower() == "auto":
        return None
    if not (count.isascii() and count.isdigit() and int(count)):
        raise WrongWords(f'"{count}" is neither a number of workers nor auto', about="'N|auto'")
    return int(count)

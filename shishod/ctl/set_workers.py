"""shishoctl set-workers: how many books are read at once."""

from typing import Any

import click

from shishod.control.client import Client
from shishod.ctl.voice import say, say_json


class CountOrAuto(click.ParamType[int | None]):
    """A number of workers, or "auto"."""

    name = "N|auto"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        if value is None or str(value).lower() == "auto":
            return None
        if not (str(value).isascii() and str(value).isdigit() and int(value)):
            self.fail(f'"{value}" is neither a number of workers nor auto', param, ctx)
        return int(value)


@click.command("set-workers", short_help="Say how many work at once, or leave it to the load.")
@click.argument("count", type=CountOrAuto(), metavar="N|auto")
@click.option("--json", "as_json", is_flag=True, help="What is true now, as JSON.")
@click.pass_obj
def command(client: Client, count: int | None, as_json: bool) -> None:
    """Have N workers from now on, whatever the machine does; `auto` leaves it to the load again.

    It counts until the daemon ends; `work.workers` in the configuration counts from its start on.
    """
    now = client.post("/v1/workers", {"count": count})
    if as_json:
        say_json(now)
    else:
        say(f"{now['workers']} workers: {now['reason']}")

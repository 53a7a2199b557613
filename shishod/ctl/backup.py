"""shishoctl backup: a copy of the catalogue, made while everything goes on."""

import os
from typing import Any

from shishod.control.client import Client
from shishod.ctl.outside import keep_out
from shishod.ctl.voice import say, say_json
from shishod.ctl.words import WrongWords, called, option, place

MIB = 2**20
COPYING_S = 86_410.0  # a large catalogue on a slow disk; nothing comes before its copy is whole


@called("backup", short_help="Copy the catalogue, and the covers.")
@option("--to", "target", type=place(folder=False), help="Take the copy and the covers away, as a tar in this file.")
@option("--json", "as_json", is_flag=True, help="The outcome as JSON.")
def command(client: Client, target: str | None, as_json: bool) -> None:
    """Copy the catalogue to the folder backups beside it, as each night; with --to take it elsewhere, covers and all.

    `shishod restore FILE` puts either back, while the daemon is stopped.
    """
    made = client.patient(COPYING_S).post("/v1/backup") if target is None else _take(client, target)
    if as_json:
        say_json(made)
    else:
        say(f"{made['path']}  {made['bytes'] / MIB:,.1f} MiB")


def _take(client: Client, target: str) -> dict[str, Any]:
    """Nobody finds half an archive: it has its name once it is whole. It goes where a link leads."""
    if os.path.exists(target) and not os.path.isfile(target):
        raise WrongWords("it is a device or a pipe; name a file to be made", about="--to")
    keep_out(client, target, "--to")
    target = os.path.realpath(target)
    partial = f"{target}.partial"
    try:
        with open(partial, "wb") as file:
            for piece in client.patient(COPYING_S).stream("POST", "/v1/archive"):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, target)
    except BaseException:
        if os.path.exists(partial):
            os.unlink(partial)
        raise
    return {"path": os.path.abspath(target), "bytes": os.stat(target).st_size}

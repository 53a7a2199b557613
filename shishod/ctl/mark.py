"""shishoctl mark: how to mark a root, so that it is known on whatever disk it lies."""

import os
import shlex
import uuid

from shishod.control.client import Client
from shishod.ctl.accept import root_named
from shishod.ctl.voice import say
from shishod.ctl.words import argument, called, path

MARKER = ".shishod-root"


@called("mark", short_help="How to mark a root so that it is always known.")
@argument("root", type=path())
def command(client: Client, root: bytes) -> None:
    """Print how to mark ROOT. Nothing is written: shishod does not write into libraries.

    A root that was seen with a marker is believed by it, on whatever disk; without it, or with another, it is off line.
    """
    found = root_named(client, root)
    if found.get("marker"):
        say(f"{found['path']} is known by its marker: {found['marker']}")
        return
    place = shlex.quote(os.path.join(found["path"], MARKER))
    say("Put a file with words of its own into the root, then scan it:")
    say(f"  echo {uuid.uuid4()} > {place}")
    say(f"  shishoctl scan {shlex.quote(found['path'])}")
    say("From then on the root is off line wherever that file is missing or says something else.")

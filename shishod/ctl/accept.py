"""shishoctl accept: believe that what vanished from a held root is really gone."""

import os
from binascii import a2b_base64
from typing import Any

from shishod.control.client import Client
from shishod.ctl.voice import say, say_json
from shishod.ctl.words import argument, called, option, path
from shishod.errors import Refused


@called("accept", short_help="Believe that a held root's files are really gone.")
@argument("root", type=path())
@option("--json", "as_json", is_flag=True, help="The scan that follows, as JSON.")
def command(client: Client, root: bytes, as_json: bool) -> None:
    """Accept the loss on ROOT, given by its path or its number, and scan it in full."""
    scan = client.post(f"/v1/roots/{root_named(client, root)['id']}/accept")
    if as_json:
        say_json(scan)
    else:
        say(f"accepted; scan {scan['id']} notes what is gone")


def root_named(client: Client, said: bytes) -> dict[str, Any]:
    """The root that somebody means by its path or its number, as `status` tells it. Raises Refused with all of them."""
    roots: list[dict[str, Any]] = client.get("/v1/status")["roots"]
    for root in roots:
        if (said.isdigit() and root["id"] == int(said)) or _path(root) == os.path.abspath(said):
            return root
    known = ", ".join(f"{root['path']} ({root['id']})" for root in roots)
    raise Refused("there is no such root", "not-found", f"the roots are: {known}")


def _path(root: dict[str, Any]) -> bytes:
    return a2b_base64(root["path_b64"]) if "path_b64" in root else root["path"].encode()

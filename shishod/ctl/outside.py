"""Where shishoctl may write: anywhere but in a library."""

import os
from base64 import b64decode

from shishod.control.client import Client
from shishod.ctl.words import WrongWords


def keep_out(client: Client, place: str, option: str) -> None:
    """Raises WrongWords for a place in a library. A root that is away is not asked for: it may never answer."""
    wanted = os.path.realpath(os.fsencode(place))
    for root in client.get("/v1/status")["roots"]:
        said = b64decode(root["path_b64"]) if root.get("path_b64") else os.fsencode(root["path"])
        real = os.path.realpath(said) if root["state"] == "online" else said
        if os.path.commonpath([wanted, real]) == real:
            reason = f"it lies in the library {root['library']}, and nothing is written into a library"
            raise WrongWords(f"{reason}; name a folder elsewhere", about=option)

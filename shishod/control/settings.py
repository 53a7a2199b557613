"""What an operator may say about the socket."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator

from shishod.settings import RoomSettings, WholePath


def _octal(text: str) -> str:
    if not re.fullmatch("0?[0-7]{3}", text):
        raise ValueError(f'"{text}" are no permissions; write them in octal, as in "0660"')
    return text


class ControlSettings(RoomSettings):
    """Where the daemon answers, and who may ask."""

    socket: WholePath = ""
    """The socket's absolute path; empty means the runtime folder that systemd or the session gives."""

    group: str = "shishod"
    """The group whose members may use shishoctl; where no such group exists the socket keeps the daemon's own."""

    changes: Literal["group", "root"] = "group"
    """Who may change anything, as start a scan: all who may use the socket, or root alone."""

    mode: Annotated[str, AfterValidator(_octal)] = "0660"
    """The socket's permissions in octal, written as text."""

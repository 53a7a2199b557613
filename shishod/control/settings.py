"""What an operator may say about the socket."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from shishod.settings import RoomSettings


class ControlSettings(RoomSettings):
    """Where the daemon answers, and who may ask."""

    socket: str = ""
    """The socket's absolute path; empty means the runtime folder that systemd or the session gives."""

    group: str = "shishod"
    """The group whose members may use shishoctl; where no such group exists the socket keeps the daemon's own."""

    changes: Literal["group", "root"] = "group"
    """Who may change anything, as start a scan: all who may use the socket, or root alone."""

    mode: Annotated[str, StringConstraints(pattern=r"^0?[0-7]{3}$")] = "0660"
    """The socket's permissions in octal, written as text."""

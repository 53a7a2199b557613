"""What every route reaches: the operations, and how to call them without blocking the event loop."""

import asyncio
from dataclasses import dataclass, field

from starlette.requests import Request

from shishod.control.calls import Calls
from shishod.operations import Operations

SHORT = 8  # who ask the catalogue at once
_BUSY = (
    "two backups, dry runs of a scan or looks of the doctor go on already; ask again when one of them has ended. "
    "Nothing was begun, and all else is answered"
)
_ASKING = (
    "web catalogues are asked for two others already, which takes as long as their limits say; ask again when that has "
    "ended. Nothing was changed; `shishoctl providers` shows what they wait for"
)


@dataclass(frozen=True, slots=True)
class House:
    """`short` calls ask the catalogue; `disk` calls may touch a library; `long` ones walk whole disks, and `web` ones
    wait for web catalogues.

    They have places apart, so that a share that died cannot take those of the others. `closing` is set when the
    server stops.
    """

    operations: Operations
    short: Calls = field(default_factory=lambda: Calls(most=SHORT, limit_s=30.0))
    disk: Calls = field(default_factory=lambda: Calls(most=2, limit_s=5.0))
    long: Calls = field(default_factory=lambda: Calls(most=2, limit_s=86400.0, busy=_BUSY))
    web: Calls = field(default_factory=lambda: Calls(most=2, limit_s=900.0, busy=_ASKING))
    closing: asyncio.Event = field(default_factory=asyncio.Event)


def house(request: Request) -> House:
    """The House that this request is for."""
    found: House = request.app.state.house
    return found

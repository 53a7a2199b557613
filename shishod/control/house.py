"""What every route reaches: the operations, and how to call them without blocking the event loop."""

import asyncio
from dataclasses import dataclass, field

from starlette.requests import Request

from shishod.control.calls import Calls
from shishod.operations import Operations


@dataclass(frozen=True, slots=True)
class House:
    """`short` calls ask the catalogue; `disk` calls may touch a library; `long` ones walk whole disks.

    They have places apart, so that a share that died cannot take those of the others. `closing` is set when the
    server stops.
    """

    operations: Operations
    short: Calls = field(default_factory=lambda: Calls(most=8, limit_s=30.0))
    disk: Calls = field(default_factory=lambda: Calls(most=2, limit_s=5.0))
    long: Calls = field(default_factory=lambda: Calls(most=2, limit_s=86400.0))
    closing: asyncio.Event = field(default_factory=asyncio.Event)


def house(request: Request) -> House:
    """The House that this request is for."""
    found: House = request.app.state.house
    return found

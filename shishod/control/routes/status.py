"""Whether the daemon is well, in one word or on one screen."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from shishod.control.answers import Answer, event
from shishod.control.house import House, house
from shishod.errors import Unreachable
from shishod.operations import Row

REDRAW_S = 1.0


async def health(request: Request) -> Response:
    """200 while every loop turns, else 503 with the loops; asks nothing of the database."""
    report = house(request).operations.health()
    if report["ok"]:
        return Answer(report)
    dead = ", ".join(name for name, alive in report["loops"].items() if not alive)
    text = f"not turning: {dead}; the daemon starts it again by itself"
    return Answer(report | {"error": {"kind": "unreachable", "text": text, "hint": ""}}, 503)


async def doctor(request: Request) -> Response:
    """What is wrong, as the daemon finds it from inside its sandbox."""
    here = house(request)
    return Answer({"ailments": await here.long.run(here.operations.doctor)})


async def status(request: Request) -> Response:
    """What `shishoctl status` shows."""
    return Answer(await _status(house(request)))


async def _status(here: House) -> Row:
    """During a scan a thread of its own would have to wait for the interpreter twice more."""
    at_hand = here.operations.status_at_hand()
    return at_hand if at_hand is not None else await here.short.run(here.operations.status)


async def status_events(request: Request) -> Response:
    """The status every second as server-sent events, until the daemon stops."""
    return StreamingResponse(_redraw(house(request)), media_type="text/event-stream")


async def _redraw(here: House) -> AsyncIterator[bytes]:
    while not here.closing.is_set():
        try:
            told = event("status", await _status(here))
        except Unreachable:
            told = b": the catalogue takes its time; what was told last stays\n\n"
        yield told
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(here.closing.wait(), REDRAW_S)


ROUTES = [
    Route("/v1/health", health, methods=["GET"]),
    Route("/v1/doctor", doctor, methods=["GET"]),
    Route("/v1/status", status, methods=["GET"]),
    Route("/v1/status/events", status_events, methods=["GET"]),
]

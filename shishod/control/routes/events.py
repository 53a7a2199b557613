"""Events: what has happened of late, and what happens from now on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from shishod.control.answers import LARGEST_ID, Answer, Asked, event, query
from shishod.control.house import House, house

LOOK_S = 0.2
STILL_HERE_EVERY_S = 10.0  # a comment that tells both ends that the other lives
PAGE = 500


class EventList(Asked):
    """After which event, and how many."""

    after: int = Field(0, ge=0, le=LARGEST_ID)
    limit: int = Field(100, ge=1, le=500)


class EventStream(Asked):
    """After which event; without it what happens from now on."""

    after: int | None = Field(None, ge=0, le=LARGEST_ID)


async def listing(request: Request) -> Response:
    """Events that are still kept, the oldest first; `next` is what to give as `after`."""
    asked = query(request, EventList)
    events, after = house(request).operations.events.since(asked.after, asked.limit)
    return Answer({"events": events, "next": after})


async def stream(request: Request) -> Response:
    """Every event as a server-sent event of its kind, until the daemon stops."""
    asked = query(request, EventStream)
    here = house(request)
    after = here.operations.events.newest() if asked.after is None else asked.after
    return StreamingResponse(
        _follow(here, after), media_type="text/event-stream", headers={"cache-control": "no-store"}
    )


async def _follow(here: House, after: int) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    told_at_s = float("-inf")
    while not here.closing.is_set():
        events, after = here.operations.events.since(after, PAGE)
        if events:
            yield b"".join(event(one["kind"], one) for one in events)
            told_at_s = loop.time()
        elif loop.time() - told_at_s > STILL_HERE_EVERY_S:
            yield b": still here\n\n"
            told_at_s = loop.time()
        if len(events) < PAGE:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(here.closing.wait(), LOOK_S)


ROUTES = [
    Route("/v1/events", listing, methods=["GET"]),
    Route("/v1/events/stream", stream, methods=["GET"]),
]

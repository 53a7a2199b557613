"""Scans: start, list, look at, cancel, follow."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from typing import Literal

from pydantic import Base64Bytes, Field
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from shishod.control.answers import LARGEST_ID, Answer, Asked, body, event, query, told
from shishod.control.house import House, house
from shishod.errors import Unreachable
from shishod.model.progress import ScanSnapshot, WhenBusy
from shishod.model.scanlog import LogQuery
from shishod.model.tier import Tier
from shishod.operations import scan_row

EVENTS_EVERY_S = 0.1
STILL_HERE_EVERY_S = 10.0  # a comment that tells both ends that the other lives


class ScanList(Asked):
    """Which part of the history to show; `before` is the last id of the page before."""

    limit: int = Field(50, ge=1, le=500)
    before: str | None = None


class LogPage(Asked):
    """Which lines: from a level on, with these words, after the last of the page before."""

    level: Literal["debug", "info", "warning", "error"] = "debug"
    search: str = Field("", max_length=200)
    after: int = Field(0, ge=0, le=LARGEST_ID)
    limit: int = Field(100, ge=1, le=1000)


class ScanOrder(Asked):
    """What to scan: paths (`paths_b64` for those that are not UTF-8), else a library, else everything."""

    paths: tuple[str, ...] = ()
    paths_b64: tuple[Base64Bytes, ...] = ()
    library: str | None = None
    tier: Literal["peek", "quick", "full"] = "quick"
    when_busy: WhenBusy = WhenBusy.JOIN


async def start(request: Request) -> Response:
    """202 with the scan as it was queued, or with the one alive that it joined; 409 where it was to be refused."""
    order = await body(request, ScanOrder)
    here = house(request)
    paths = [*map(os.fsencode, order.paths), *order.paths_b64]
    scan = await here.disk.run(here.operations.start_scan, paths, order.library, Tier(order.tier), order.when_busy)
    return Answer(scan_row(scan), 202, {"location": f"/v1/scans/{scan.id}"})


async def rehearse(request: Request) -> Response:
    """What such a scan would find, with nothing done: one server-sent event, and a sign of life until it comes."""
    order = await body(request, ScanOrder)
    here = house(request)
    paths = [*map(os.fsencode, order.paths), *order.paths_b64]
    await here.disk.run(here.operations.check_scope, paths, order.library)
    stream = _rehearsed(here, paths, order.library, Tier(order.tier))
    return StreamingResponse(stream, media_type="text/event-stream", headers={"cache-control": "no-store"})


async def _rehearsed(here: House, paths: list[bytes], library: str | None, tier: Tier) -> AsyncIterator[bytes]:
    left = asyncio.Event()
    work = asyncio.ensure_future(
        here.long.run(here.operations.rehearse, paths, library, tier, lambda: not left.is_set())
    )
    closing = asyncio.ensure_future(here.closing.wait())
    try:
        while not work.done() and not closing.done():
            yield b": still here\n\n"
            await asyncio.wait({work, closing}, timeout=STILL_HERE_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            yield await told(work)
    finally:
        left.set()
        for task in (work, closing):
            task.cancel()


async def listing(request: Request) -> Response:
    """The newest first."""
    asked = query(request, ScanList)
    here = house(request)
    scans = await here.short.run(here.operations.scans, asked.limit, asked.before)
    before = scans[-1].id if len(scans) == asked.limit else None
    return Answer({"scans": [scan_row(scan) for scan in scans], "before": before})


async def one(request: Request) -> Response:
    """One scan as it stands."""
    here = house(request)
    return Answer(here.operations.scan_row(await _scan(here, request.path_params["id"])))


async def _scan(here: House, scan_id: str) -> ScanSnapshot:
    alive = here.operations.scan_at_hand(scan_id)
    return alive if alive is not None else await here.short.run(here.operations.scan, scan_id)


async def log(request: Request) -> Response:
    """A page of what it said; `next` is what to give as `after`, null at the end."""
    asked = query(request, LogPage)
    here = house(request)
    wanted = LogQuery(request.path_params["id"], asked.level, asked.search, asked.after, asked.limit)
    lines, after = await here.short.run(here.operations.logs.lines, wanted)
    return Answer({"lines": lines, "next": after})


async def cancel(request: Request) -> Response:
    """202: it ends after the file in hand."""
    here = house(request)
    return Answer(scan_row(await here.short.run(here.operations.cancel, request.path_params["id"])), 202)


async def events(request: Request) -> Response:
    """The scan as server-sent events, at most ten a second, until it ends."""
    here = house(request)
    first = await _scan(here, request.path_params["id"])
    return StreamingResponse(
        _follow(here, first), media_type="text/event-stream", headers={"cache-control": "no-store"}
    )


async def _follow(here: House, scan: ScanSnapshot) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    told, told_at_s = None, loop.time()
    while True:
        if scan != told:
            yield event("end" if scan.status.ended else "progress", here.operations.scan_row(scan))
            told, told_at_s = scan, loop.time()
        elif loop.time() - told_at_s > STILL_HERE_EVERY_S:
            yield b": still here\n\n"
            told_at_s = loop.time()
        if scan.status.ended:
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(here.closing.wait(), EVENTS_EVERY_S)
            return
        with contextlib.suppress(Unreachable):  # the catalogue hangs, and is asked again at the next turn
            scan = await _scan(here, scan.id)


ROUTES = [
    Route("/v1/scans", start, methods=["POST"]),
    Route("/v1/scans", listing, methods=["GET"]),
    Route("/v1/scans/rehearsal", rehearse, methods=["POST"]),
    Route("/v1/scans/{id}", one, methods=["GET"]),
    Route("/v1/scans/{id}", cancel, methods=["DELETE"]),
    Route("/v1/scans/{id}/cancel", cancel, methods=["POST"]),
    Route("/v1/scans/{id}/log", log, methods=["GET"]),
    Route("/v1/scans/{id}/events", events, methods=["GET"]),
]

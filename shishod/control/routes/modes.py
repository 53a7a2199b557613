"""Modes: read again what is known, and forget what the operator said."""

import os
from functools import partial
from typing import Annotated

from pydantic import Base64Bytes, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shishod.control.answers import LARGEST_ID, Answer, Asked, body
from shishod.control.house import house
from shishod.operations import ModeWish, scan_row


class Meant(Asked):
    """What is meant, in one of these ways: `books` by number, `paths` (`paths_b64` for those that are no UTF-8), a
    `library`, or `all`."""

    books: tuple[Annotated[int, Field(ge=1, le=LARGEST_ID)], ...] = Field((), max_length=1000)
    paths: tuple[str, ...] = ()
    paths_b64: tuple[Base64Bytes, ...] = ()
    library: str | None = None
    all: bool = False

    def wish(self) -> ModeWish:
        paths = (*map(os.fsencode, self.paths), *self.paths_b64)
        return ModeWish(tuple(dict.fromkeys(self.books)), paths, self.library, everything=self.all)


class ResetOrder(Meant):
    """With `yes` it is done, without it only told."""

    yes: bool = False


async def refresh(request: Request) -> Response:
    """202 with the scan that reads them again."""
    order = await body(request, Meant)
    here = house(request)
    scan = await here.disk.run(here.operations.modes.refresh, order.wish())
    return Answer(scan_row(scan), 202, {"location": f"/v1/scans/{scan.id}"})


async def reset(request: Request) -> Response:
    """What was forgotten of which books, or would be; with the scan that refreshes them."""
    order = await body(request, ResetOrder)
    here = house(request)
    return Answer(await here.short.run(partial(here.operations.modes.reset, order.wish(), yes=order.yes)))


ROUTES = [
    Route("/v1/refresh", refresh, methods=["POST"]),
    Route("/v1/reset", reset, methods=["POST"]),
]

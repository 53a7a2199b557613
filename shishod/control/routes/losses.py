"""Losses: what is held, what is missing, and the order to forget it."""

from dataclasses import asdict
from functools import partial

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shishod.control.answers import Answer, Asked, body, query
from shishod.control.house import house
from shishod.settings import Seconds


class MissingList(Asked):
    """Where the page before ended, how many to show, and of which library."""

    after: int = Field(0, ge=0, lt=2**63)
    limit: int = Field(100, ge=1, le=500)
    library: str | None = None


class PurgeWish(Asked):
    """What to forget of what is missing; with nothing said all of it. `dry_run` only counts."""

    library: str | None = None
    book: int | None = Field(None, ge=1, lt=2**63)
    older: Seconds | None = None
    with_edits: bool = False
    dry_run: bool = False


async def held(request: Request) -> Response:
    """Every root whose loss is held."""
    here = house(request)
    return Answer({"held": await here.short.run(here.operations.losses.held)})


async def missing(request: Request) -> Response:
    """A page of missing files; `next` is what to give as `after`, null at the end."""
    asked = query(request, MissingList)
    here = house(request)
    files, after = await here.short.run(here.operations.losses.missing, asked.limit, asked.after, asked.library)
    return Answer({"missing": files, "next": after})


async def purge(request: Request) -> Response:
    """What was forgotten, or would be."""
    wish = await body(request, PurgeWish)
    here = house(request)
    order = partial(
        here.operations.losses.purge,
        library=wish.library,
        book_id=wish.book,
        older_s=wish.older,
        with_edits=wish.with_edits,
        rehearsal=wish.dry_run,
    )
    return Answer({**asdict(await here.short.run(order)), "dry_run": wish.dry_run})


ROUTES = [
    Route("/v1/held", held, methods=["GET"]),
    Route("/v1/missing", missing, methods=["GET"]),
    Route("/v1/purge", purge, methods=["POST"]),
]

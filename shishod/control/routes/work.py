"""The workers: how many, and whether they work."""

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shishod.control.answers import Answer, Asked, body
from shishod.control.house import house
from shishod.control.peers import who
from shishod.settings import Seconds


class Workers(Asked):
    """How many; null leaves it to the load."""

    count: int | None = None


class Pause(Asked):
    """For how long, as "2h"; until it is taken back where nothing is said."""

    lasting: Seconds | None = Field(None, alias="for")


async def load(request: Request) -> Response:
    """The load, how many work, and why."""
    return Answer(house(request).operations.steering.report())


async def workers(request: Request) -> Response:
    """The same, as it is from now on."""
    asked = await body(request, Workers)
    here = house(request)
    return Answer(await here.short.run(here.operations.steering.set_workers, asked.count))


async def pause(request: Request) -> Response:
    """Nothing more is begun."""
    asked = await body(request, Pause)
    here = house(request)
    return Answer(await here.short.run(lambda: here.operations.steering.pause(asked.lasting, who(request))))


async def resume(request: Request) -> Response:
    """Work goes on."""
    here = house(request)
    return Answer(await here.short.run(here.operations.steering.resume))


ROUTES = [
    Route("/v1/load", load, methods=["GET"]),
    Route("/v1/workers", workers, methods=["PUT", "POST"]),
    Route("/v1/pause", pause, methods=["POST"]),
    Route("/v1/resume", resume, methods=["POST"]),
]

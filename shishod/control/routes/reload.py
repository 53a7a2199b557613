"""The configuration, read again."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shishod.control.answers import Answer
from shishod.control.house import house


async def reload(request: Request) -> Response:
    """What was applied, and what waits for a restart."""
    here = house(request)
    return Answer(dict(await here.short.run(here.operations.reload)))


ROUTES = [Route("/v1/reload", reload, methods=["POST"])]

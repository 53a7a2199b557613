"""The same facts for Prometheus."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shishod.control.house import house


async def metrics(request: Request) -> Response:
    """Prometheus text, version 0.0.4."""
    here = house(request)
    return Response(await here.short.run(here.operations.metrics), media_type="text/plain; version=0.0.4")


ROUTES = [Route("/metrics", metrics, methods=["GET"])]

"""What this socket can be asked, for programs that write programs."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shishod.control.answers import Answer


async def openapi(request: Request) -> Response:
    """This document."""
    from shishod.control.openapi import document  # with the shapes that it shows, which nothing else needs

    return Answer(document(request.app.routes))


ROUTES = [Route("/v1/openapi.json", openapi, methods=["GET"])]

"""What this socket can be asked, for programs that write programs."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shishod.control.answers import Answer
from shishod.control.openapi import document


async def openapi(request: Request) -> Response:
    """This document."""
    return Answer(document(request.app.routes))


ROUTES = [Route("/v1/openapi.json", openapi, methods=["GET"])]

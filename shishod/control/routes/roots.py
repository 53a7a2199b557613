"""Roots: the operator's word on one that is held."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shishod.control.answers import Answer, number
from shishod.control.house import house
from shishod.operations import scan_row


async def accept(request: Request) -> Response:
    """202 with the full scan that will note what is really gone."""
    here = house(request)
    root_id = number(request, "root", "`shishoctl status --json` lists them with their numbers")
    return Answer(scan_row(await here.short.run(here.operations.accept, root_id)), 202)


ROUTES = [Route("/v1/roots/{id}/accept", accept, methods=["POST"])]

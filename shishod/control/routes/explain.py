"""Any path, and why it stands as it does."""

import os

from pydantic import Base64Bytes, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shishod.control.answers import Answer, Asked, query
from shishod.control.house import house
from shishod.errors import Refused, Unreachable

LONGEST_PATH = 16_384


class PathAsked(Asked):
    """One absolute path, as text, or as `path_b64` where it is no UTF-8."""

    path: str = Field("", max_length=LONGEST_PATH)
    path_b64: Base64Bytes = Field(b"", max_length=LONGEST_PATH)


async def explain(request: Request) -> Response:
    """Every decision about a path with its reason; what its disk does not say in time is left out, with the reason."""
    asked = query(request, PathAsked)
    if bool(asked.path) == bool(asked.path_b64):
        raise Refused("name one path", hint="?path=/srv/books/a.epub, or ?path_b64= for one that is no UTF-8")
    here = house(request)
    path = asked.path_b64 or os.fsencode(asked.path)
    try:
        sought = await here.disk.run(here.operations.paths.look, path)
    except Unreachable as error:
        sought = await here.short.run(here.operations.paths.unseen, path, str(error))
    return Answer(await here.short.run(here.operations.paths.explain, path, sought))


ROUTES = [Route("/v1/explain", explain, methods=["GET"])]

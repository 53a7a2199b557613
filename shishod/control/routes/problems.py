"""What could not be read, and why."""

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shishod.control.answers import LARGEST_ID, Answer, Asked, query
from shishod.control.house import house


class ProblemList(Asked):
    """Where the page before ended, and how many to show."""

    after: int = Field(0, ge=0, le=LARGEST_ID)
    limit: int = Field(100, ge=1, le=500)


async def listing(request: Request) -> Response:
    """A page of problems; `next` is what to give as `after`, null at the end."""
    asked = query(request, ProblemList)
    here = house(request)
    problems, after = await here.short.run(here.operations.problems, asked.limit, asked.after)
    return Answer({"problems": problems, "next": after})


ROUTES = [Route("/v1/problems", listing, methods=["GET"])]

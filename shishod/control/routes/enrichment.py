"""Enrichment: the providers, the order to ask them, what may be chosen, and books that are left alone."""

from functools import partial
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shishod.control.answers import LARGEST_ID, Answer, Asked, body, number
from shishod.control.house import house
from shishod.control.routes.books import LISTED

BookId = Annotated[int, Field(ge=1, le=LARGEST_ID)]


class EnrichWish(Asked):
    """Which books, all that lack something where none is named; of which provider; `dry_run` writes nothing."""

    books: list[BookId] = Field([], max_length=500)
    provider: str | None = Field(None, max_length=50)
    dry_run: bool = False


class Choice(Asked):
    """Which of a provider's works a book is."""

    provider: str = Field(max_length=50)
    candidate: str = Field(min_length=1, max_length=200)


class Frost(Asked):
    """Whether a book is left alone."""

    frozen: bool


async def providers(request: Request) -> Response:
    """How each provider is."""
    here = house(request)
    return Answer({"providers": await here.short.run(here.operations.web.providers)})


async def enrich(request: Request) -> Response:
    """What was asked for, or what would be found."""
    wish = await body(request, EnrichWish)
    here = house(request)
    if wish.dry_run:
        look = partial(here.operations.web.preview, wish.books, wish.provider)
        return Answer({"books": await here.web.run(look), "dry_run": True})
    ask = partial(here.operations.web.enrich, wish.books, wish.provider)
    return Answer({**await here.short.run(ask), "dry_run": False}, status_code=202)


async def candidates(request: Request) -> Response:
    """What there is to choose from for a book."""
    here = house(request)
    return Answer(await here.short.run(here.operations.web.candidates, number(request, "book", LISTED)))


async def choose(request: Request) -> Response:
    """The book as it is with the work that was chosen."""
    said = await body(request, Choice)
    here = house(request)
    order = partial(here.operations.web.choose, number(request, "book", LISTED), said.provider, said.candidate)
    return Answer(await here.web.run(order))


async def frost(request: Request) -> Response:
    """The book, left alone or no more."""
    said = await body(request, Frost)
    here = house(request)
    order = partial(here.operations.web.freeze, number(request, "book", LISTED), said.frozen)
    return Answer(await here.short.run(order))


ROUTES = [
    Route("/v1/providers", providers, methods=["GET"]),
    Route("/v1/enrich", enrich, methods=["POST"]),
    Route("/v1/books/{id}/match", candidates, methods=["GET"]),
    Route("/v1/books/{id}/match", choose, methods=["POST"]),
    Route("/v1/books/{id}/frozen", frost, methods=["POST"]),
]

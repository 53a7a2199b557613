"""Copies: a backup of the catalogue, the whole of it as an archive, and all that is known as JSON lines."""

from collections.abc import AsyncIterator, Iterator

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from shishod.control.answers import LARGEST_ID, Answer, Asked, packed, query
from shishod.control.house import House, house


class ExportWish(Asked):
    """Of which library, and after which book."""

    library: str | None = None
    after: int = Field(0, ge=0, le=LARGEST_ID)


async def backup(request: Request) -> Response:
    """201 with the place of a new copy of the catalogue."""
    here = house(request)
    return Answer(await here.long.run(here.operations.copies.make), 201)


async def archive(request: Request) -> Response:
    """A new copy and the covers, as a tar."""
    here = house(request)
    pieces = await here.long.run(here.operations.copies.archive)
    return StreamingResponse(_streamed(here, pieces), media_type="application/x-tar")


async def _streamed(here: House, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await here.short.run(next, pieces, None)) is not None:
        if here.closing.is_set():
            raise ConnectionAbortedError("the daemon stops; what was sent so far is no archive")
        yield piece


async def export(request: Request) -> Response:
    """Every book on a line of its own, in id order, as `/v1/books/{id}` tells it."""
    asked = query(request, ExportWish)
    here = house(request)
    first = await here.short.run(here.operations.copies.export, asked.after, asked.library)
    return StreamingResponse(_exported(here, asked, *first), media_type="application/x-ndjson")


async def _exported(
    here: House, asked: ExportWish, books: list[dict[str, object]], after: int | None
) -> AsyncIterator[bytes]:
    while True:
        yield b"".join(packed(book) + b"\n" for book in books)
        if after is None:
            return
        if here.closing.is_set():
            raise ConnectionAbortedError("the daemon stops; what was sent so far is not all")
        books, after = await here.short.run(here.operations.copies.export, after, asked.library)


ROUTES = [
    Route("/v1/backup", backup, methods=["POST"]),
    Route("/v1/archive", archive, methods=["POST"]),
    Route("/v1/export", export, methods=["GET"]),
]

"""Books: a page of them, one with all that is known of it, or its cover."""

from functools import partial
from typing import Annotated, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shishod.control.answers import LARGEST_ID, Answer, Asked, body, number, query
from shishod.control.house import house
from shishod.model.book import BookKind
from shishod.model.catalog import BookQuery
from shishod.model.finding import Standing
from shishod.model.state import State
from shishod.operations import EditWish

LISTED = "`shishoctl books` lists them with their numbers"


class BookList(Asked):
    """Words that must all occur in `q`, filters, and where the page before ended."""

    q: str = Field("", max_length=500)
    library: str | None = None
    kind: BookKind | None = None
    state: State | None = None
    complete: bool | None = None
    web: Standing | None = None
    after: int = Field(0, ge=0, le=LARGEST_ID)
    limit: int = Field(50, ge=1, le=500)


class ReviewWish(Asked):
    """Whether a book is complete, whatever it lacks; null goes by its fields again."""

    complete: bool | None


class CoverWish(Asked):
    """The picture as it is, or its small form."""

    size: Literal["full", "thumb"] = "full"


Value = Annotated[str | bool | list[str], Field(union_mode="left_to_right")]
Fields = Annotated[list[str], Field(max_length=100)]


class FieldWish(Asked):
    """What the operator says of a book's fields: `set` to values, `clear` for ever, `unset` what was said before,
    `lock` what is believed now, `unlock` it. "all" stands for every field that may be locked, or is."""

    set: dict[str, Value] = Field({}, max_length=100)
    clear: Fields = Field(default=[])
    unset: Fields = Field(default=[])
    lock: Fields | Literal["all"] = Field(default=[])
    unlock: Fields | Literal["all"] = Field(default=[])


async def listing(request: Request) -> Response:
    """A page in id order; `next` is what to give as `after`, null at the end."""
    asked = query(request, BookList)
    here = house(request)
    which = (asked.q, asked.library, asked.kind, asked.state)
    wanted = BookQuery(*which, asked.after, asked.limit, asked.complete, web=asked.web)
    books, after = await here.short.run(here.operations.books, wanted)
    return Answer({"books": books, "next": after})


async def review(request: Request) -> Response:
    """The book as it is with the operator's word on whether it is complete; null forgets it."""
    wish = await body(request, ReviewWish)
    here = house(request)
    return Answer(await here.short.run(here.operations.reviews.review, number(request, "book", LISTED), wish.complete))


async def one(request: Request) -> Response:
    """One book, its files, people, series, chapters and sources."""
    here = house(request)
    return Answer(await here.short.run(here.operations.book, number(request, "book", LISTED)))


async def cover(request: Request) -> Response:
    """A book's cover as it was in its file, or small; 304 for who has it already."""
    asked = query(request, CoverWish)
    here = house(request)
    known = request.headers.get("if-none-match", "")
    show = partial(here.operations.covers.picture, small=asked.size == "thumb", known=known)
    picture = await here.short.run(show, number(request, "book", LISTED))
    headers = {"etag": picture.tag, "cache-control": "no-cache", "x-content-type-options": "nosniff"}
    if picture.content is None:
        return Response(status_code=304, headers=headers)
    return Response(picture.content, headers=headers, media_type=picture.mime)


async def fields(request: Request) -> Response:
    """The book as it is with the operator's words, all of the request or none."""
    wish = await body(request, FieldWish)
    here = house(request)
    asked = EditWish(wish.set, tuple(wish.clear), tuple(wish.unset), _all_or(wish.lock), _all_or(wish.unlock))
    book_id = number(request, "book", LISTED)
    return Answer(await here.short.run(here.operations.words.edit, book_id, asked))


def _all_or(fields: Fields | Literal["all"]) -> tuple[str, ...] | None:
    return None if fields == "all" else tuple(fields)


ROUTES = [
    Route("/v1/books", listing, methods=["GET"]),
    Route("/v1/books/{id}", one, methods=["GET"]),
    Route("/v1/books/{id}/cover", cover, methods=["GET"]),
    Route("/v1/books/{id}/review", review, methods=["POST"]),
    Route("/v1/books/{id}/fields", fields, methods=["POST"]),
]

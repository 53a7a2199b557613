"""shishoctl books: find books, a page at a time."""

from typing import Any

from shishod.control.client import Client
from shishod.ctl.voice import say, say_json, say_rows
from shishod.ctl.words import argument, called, one_of, option, whole

PAGE = 500
KINDS = ("ebook", "audiobook", "comic", "movie", "episode", "album")  # a test holds these to the model's words
STATES = ("new", "processing", "indexed", "stale", "changed", "missing", "error")
STANDINGS = ("matched", "unmatched", "not_found", "refused")


@called("books", short_help="Find books in the catalogue.")
@argument("words", nargs=-1, metavar="[QUERY]")
@option("--library", help="Only of this library.")
@option("--kind", type=one_of(KINDS), help="Only of this kind.")
@option("--state", type=one_of(STATES), help="Only in this state.")
@option("--web", type=one_of(STANDINGS), help="Only those of which a web catalogue was asked with this outcome.")
@option("--incomplete", is_flag=True, help="Only those that lack a field which is wanted, with what they lack.")
@option("--after", type=whole(0), default=0, help="Go on after this book's number.")
@option("--limit", type=whole(0), default=50, show_default=True, help="At most so many; 0 for all.")
@option("--json", "as_json", is_flag=True, help="The books as JSON.")
def command(
    client: Client,
    /,
    words: tuple[str, ...],
    *,
    incomplete: bool,
    after: int,
    limit: int,
    as_json: bool,
    **filters: str | None,
) -> None:
    """List the books in whose title, people or series every word of QUERY occurs."""
    filters["q"] = " ".join(words)
    filters["complete"] = "false" if incomplete else None
    books, rest = _pages(client, filters, after, limit)
    if as_json:
        say_json({"books": books, "next": rest})
        return
    say_rows((book["id"], _title(book), _people(book), book["kind"] + _oddity(book)) for book in books)
    if not books:
        say("no such book")
    if rest is not None:
        say(f"more with --after {rest}, or all with --limit 0")


def _pages(client: Client, filters: dict[str, Any], after: int, limit: int) -> tuple[list[dict[str, Any]], int | None]:
    books: list[dict[str, Any]] = []
    rest: int | None = after
    while rest is not None and (limit == 0 or len(books) < limit):
        size = PAGE if limit == 0 else min(PAGE, limit - len(books))
        page = client.get("/v1/books", filters | {"after": rest, "limit": size})
        books += page["books"]
        rest = page["next"]
    return books, rest


def _title(book: dict[str, Any]) -> str:
    places = [f"{one['name']} {one['number'] or ''}".strip() for one in book.get("series") or ()]
    return str(book["title"]) + (f" ({'; '.join(places)})" if places else "")


def _people(book: dict[str, Any]) -> str:
    return ", ".join(book.get("authors") or ()) or "-"


def _oddity(book: dict[str, Any]) -> str:
    state = "" if book.get("state") in (None, "indexed") else f", {book['state']}"
    review = book.get("review")
    if review is None or review["complete"]:
        return state
    return f"{state}, lacks {', '.join(review['lacks'])}" if review["lacks"] else f"{state}, incomplete by your word"

"""shishoctl enrich: have web catalogues asked for what books lack."""

from collections.abc import Iterator
from typing import Any

from shishod.control.client import Client
from shishod.ctl.voice import count, echo, plain, say, say_json
from shishod.ctl.words import argument, called, option, whole

WEB_S = 910.0  # the daemon gives up a little sooner, and says why


@called("enrich", short_help="Ask web catalogues for what books lack.")
@argument("books", nargs=-1, metavar="[BOOK...]", type=whole(1))
@option("--provider", metavar="NAME", help="Only this one of those that are on.")
@option("--dry-run", is_flag=True, help="Wait for the answers, show them, and write nothing.")
@option("--json", "as_json", is_flag=True, help="The answer as JSON.")
def command(client: Client, books: tuple[int, ...], provider: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Ask for the books with these numbers anew, or for all that lack something and were not asked for yet.

    It is done in the background, within the limits of the providers; your own words and what lies beside a book are
    believed above it, and a frozen book is left alone.
    """
    asking = client.patient(WEB_S) if dry_run else client
    told = asking.post("/v1/enrich", {"books": list(books), "provider": provider, "dry_run": dry_run})
    if as_json:
        say_json(told)
    elif dry_run:
        for line in (line for book in told["books"] for line in _lines(book)):
            echo(line)
    else:
        what = "all books that lack something" if told["all"] else count(len(books), "book")
        say(f"asked for {what}; shishoctl providers tells how far it is")


def _lines(book: dict[str, Any]) -> Iterator[str]:
    frost = ", frozen: nothing would be written" if book["frozen"] else ""
    yield plain(f"{book['title']}  ({book['id']}){frost}")
    if not book["found"]:
        yield "  no provider that is on is asked for books of its kind"
    for found in book["found"]:
        sure = f" {found['id']}, {found['score']:.2f}" if found["status"] == "matched" else ""
        yield plain(f"  {found['provider']}: {found['status'].replace('_', ' ')}{sure}")
        yield plain(f"    why          {found['reason']}")
        for name, value in found["fields"].items():
            yield plain(f"    {name:<12} {shown(value)}")
        if found["cover"]:
            yield plain(f"    cover        {found['cover']}")


def shown(value: Any) -> str:
    """A field on one line."""
    if isinstance(value, list):
        return "; ".join(
            " ".join(str(part) for part in one if part) if isinstance(one, list) else str(one) for one in value
        )
    text = " ".join(str(value).split())
    return text if len(text) <= 100 else f"{text[:99]}…"

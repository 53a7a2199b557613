"""shishoctl match: what a book may be in web catalogues, and the word that it is this one."""

from collections.abc import Iterator
from typing import Any

from shishod.control.client import Client
from shishod.ctl.enrich import WEB_S
from shishod.ctl.show import heading
from shishod.ctl.voice import echo, plain, say_json
from shishod.ctl.words import WrongWords, argument, called, option, whole


@called("match", short_help="Which work of a web catalogue a book is.")
@argument("book_id", metavar="BOOK", type=whole(1))
@argument("candidate", required=False, metavar="[PROVIDER:ID]")
@option("--json", "as_json", is_flag=True, help="The answer as JSON.")
def command(client: Client, book_id: int, candidate: str | None, as_json: bool) -> None:
    """List what the providers offer for the book numbered BOOK, with how sure each is and why.

    With PROVIDER:ID, as openlibrary:OL59800W, say that it is this one. That holds for ever; the book is asked for under
    that number from then on.
    """
    if candidate is None:
        told = client.get(f"/v1/books/{book_id}/match")
        if as_json:
            say_json(told)
        else:
            for line in _lines(told):
                echo(line)
        return
    provider, colon, number = candidate.partition(":")
    if not (colon and number):
        raise WrongWords(f'"{candidate}" is not PROVIDER:ID, as openlibrary:OL59800W')
    book = client.patient(WEB_S).post(f"/v1/books/{book_id}/match", {"provider": provider, "candidate": number})
    if as_json:
        say_json(book)
    else:
        echo(heading(book))
        echo(plain(f"  is {candidate} for {provider} from now on"))


def _lines(told: dict[str, Any]) -> Iterator[str]:
    yield plain(f"{told['title']}  ({told['id']})  {'; '.join(told['authors'])}".rstrip())
    if not told["findings"]:
        yield "  no provider was asked for it yet; shishoctl providers lists those that are on"
    for found in told["findings"]:
        stands = found["status"].replace("_", " ")
        if found["status"] == "matched":
            stands += f" {found['id']}, {'chosen by you' if found['chosen'] else format(found['score'], '.2f')}"
        yield plain(f"  {found['provider']}: {stands}")
        if found["reason"]:
            yield plain(f"    {found['reason']}")
        for one in found["candidates"]:
            people = "; ".join(one["authors"])
            about = ", ".join(str(part) for part in (one["title"], people, one["date"], one["language"]) if part)
            yield plain(f"    {found['provider']}:{one['id']}  {one['score']:.2f}  {about}")
            yield from (plain(f"      {reason}") for reason in one["evidence"])

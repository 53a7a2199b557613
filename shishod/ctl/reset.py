"""shishoctl reset: forget what you said of books, and believe their files again."""

from typing import Any

from shishod.control.client import Client
from shishod.ctl.meant import meant, of_books
from shishod.ctl.show import text_of
from shishod.ctl.voice import count, say, say_json
from shishod.ctl.words import called, option


@called("reset", short_help="Forget what you said of books.")
@of_books
@option("--yes", is_flag=True, help="Do it; without this it is only told what would be forgotten.")
@option("--json", "as_json", is_flag=True, help="What is forgotten as JSON.")
def command(
    client: Client,
    books: tuple[int, ...],
    paths: tuple[bytes, ...],
    library: str | None,
    *,
    everything: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Forget all that you have set, cleared and locked of the books, and read their files again.

    Exit code 1 where something would be forgotten and --yes was not said.
    """
    told = client.post("/v1/reset", meant(books, paths, library, everything=everything) | {"yes": yes})
    if as_json:
        say_json(told)
    else:
        _tell(told)
    return 1 if told["books"] and not told["done"] else 0


def _tell(told: dict[str, Any]) -> None:
    for book in told["books"]:
        say(f"{book['title']}  ({book['id']})")
        for word in book["words"]:
            said = f"{text_of(word['field'], word['value']) or '-'}" + (f"  [{word['place']}]" if word["place"] else "")
            say(f"  {word['field']:<14} {said}")
    if not told["books"]:
        say("you have said nothing of these books")
        return
    books = count(len(told["books"]), "book")
    if not told["done"]:
        say(f"your words on {books} would be forgotten; nothing was, say --yes to do it")
        return
    say(f"forgotten: your words on {books}")
    if told["scan"]:
        say(f"scan {told['scan']['id']} reads their files again")
    else:
        say(f"their files are not read again: {told['left']}")

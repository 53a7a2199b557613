"""shishoctl review: say whether a book is told completely, whatever it lacks."""

from typing import Any

from shishod.control.client import Client
from shishod.ctl.edits import of_a_book
from shishod.ctl.show import heading
from shishod.ctl.voice import echo, plain, say_json
from shishod.ctl.words import argument, called, one_of

WORDS = {"complete": True, "incomplete": False, "auto": None}


@called("review", short_help="Say whether a book is complete.")
@of_a_book
@argument("word", type=one_of(list(WORDS)))
def command(client: Client, book_id: int, word: str, *, as_json: bool) -> None:
    """Say that the book numbered BOOK is complete or incomplete, for ever; auto goes by its fields again.

    Which fields make a book complete is said by review.complete in the configuration.
    """
    book = client.post(f"/v1/books/{book_id}/review", {"complete": WORDS[word]})
    if as_json:
        say_json(book)
    else:
        echo(f"{heading(book)}  {plain(standing(book['review']))}")


def standing(review: dict[str, Any]) -> str:
    """Whether a book is complete, by whose word, and what it lacks."""
    said = "complete" if review["complete"] else "incomplete"
    lacks = f", lacks {', '.join(review['lacks'])}" if review["lacks"] else ""
    return f"{said}{' by your word' if review['by_you'] else ''}{lacks}"

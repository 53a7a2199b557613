"""shishoctl export: all that is known, for other programs."""

import json
import os
from collections.abc import Iterator
from typing import Any

from shishod.control.client import Client
from shishod.ctl.opf import opf
from shishod.ctl.outside import keep_out
from shishod.ctl.voice import count, echo, say
from shishod.ctl.words import called, option, place


@called("export", short_help="All that is known, as JSON lines or OPF.")
@option("--library", help="Only of this library.")
@option("--opf", "folder", type=place(folder=True), help="Write an OPF for each book into this folder.")
def command(client: Client, library: str | None, folder: str | None) -> None:
    """Print every book as a line of JSON, in the order of their numbers; with --opf write files that calibre reads.

    Nothing is written into a library: the OPF of book 3 is FOLDER/3.opf.
    """
    books = _books(client, library)
    if folder is None:
        for book in books:
            echo(json.dumps(book, ensure_ascii=False))
        return
    keep_out(client, folder, "--opf")
    os.makedirs(folder, exist_ok=True)
    number = 0
    for number, book in enumerate(books, 1):  # noqa: B007 - counted to its end
        with open(os.path.join(folder, f"{book['id']}.opf"), "wb") as file:
            file.write(opf(book))
    say(f"{count(number, 'book')} in {folder}")


def _books(client: Client, library: str | None) -> Iterator[dict[str, Any]]:
    """One at a time, however many there are."""
    held = b""
    for piece in client.stream("GET", "/v1/export", {"library": library}):
        *lines, held = (held + piece).split(b"\n")
        yield from map(json.loads, filter(None, lines))

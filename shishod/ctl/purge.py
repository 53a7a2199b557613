"""shishoctl purge: forget now what is gone, instead of when its time has come."""

import sys
from typing import Any

from shishod.control.client import Client
from shishod.ctl.voice import count, say, say_json
from shishod.ctl.words import WrongWords, called, option, whole


@called("purge", short_help="Forget what is gone, now.")
@option("--library", help="Only of this library.")
@option("--book", type=whole(1), help="Only of the book with this number.")
@option("--older", metavar="TIME", help='Only what has been gone for so long, as in "720h" or "30d".')
@option("--with-edits", is_flag=True, help="Also books of which you have said something; your words go too.")
@option("--dry-run", is_flag=True, help="Only say what would be forgotten.")
@option("--yes", is_flag=True, help="Do not ask.")
@option("--json", "as_json", is_flag=True, help="The counts as JSON.")
def command(client: Client, /, *, dry_run: bool, yes: bool, as_json: bool, **wish: Any) -> int:
    """Forget missing files, and the books that have no other. No file on a disk is touched.

    Nothing is forgotten of a root that is not on line.
    """
    wish = {name: value for name, value in wish.items() if value}
    if not (dry_run or yes):
        if not sys.stdin.isatty():
            raise WrongWords("say --yes, as there is no terminal to ask at; --dry-run shows what would go")
        would = client.post("/v1/purge", wish | {"dry_run": True})
        say(_told(would))
        if not _agreed():
            return 1
    done = client.post("/v1/purge", wish | {"dry_run": dry_run})
    if as_json:
        say_json(done)
    else:
        say(_told(done))
    return 0


def _told(done: dict[str, Any]) -> str:
    verb = "would be forgotten" if done["dry_run"] else "forgotten"
    files, books, names = (count(done[key], key[:-1]) for key in ("files", "books", "names"))
    text = f"{verb}: {files}, {books}, {names} that no book mentions"
    if done["kept_edited"]:
        text += f"; {count(done['kept_edited'], 'file')} kept for what you said of the book (--with-edits forgets them)"
    if done["kept_away"]:
        kept = count(done["kept_away"], "file")
        text += f"; {kept} kept, as the root is not on line or was not scanned since (shishoctl scan)"
    return text


def _agreed() -> bool:
    from click import Abort, confirm

    try:
        return confirm("Forget them?")
    except Abort as abort:
        raise KeyboardInterrupt from abort

"""shishoctl show: one book with all that is known of it."""

from collections.abc import Iterator
from typing import Any

from shishod.control.client import Client
from shishod.ctl.voice import echo, plain, say_json, span
from shishod.ctl.words import argument, called, option, whole

LATER = (
    "review",
    "id",
    "title",
    "files",
    "chapters",
    "sources",
    "description",
    "contributions",
    "root_id",
    "frozen",
    "findings",
)
FIELDS = (  # a test holds these to the model's words
    *("title", "sort_title", "subtitle", "authors", "narrators", "series", "genres", "tags", "publisher", "imprint"),
    *("date", "language", "identifiers", "description", "season", "abridged"),
)
PEOPLE = ("authors", "narrators")  # files speak of all people in one field
EMPTY = "-"
PAIRS = ("series", "identifiers")  # a word and its number: the keys would say nothing
ROLES = {
    "sidecar": "sidecar",
    "cover": "cover file",
    "supplement": "supplement",
    "subtitle": "subtitle",
}  # of files that are no media
NAMED_ALREADY = ("aut", "nrt")  # roles that have a line of their own


@called("show", short_help="One book with all that is known of it.")
@argument("book_id", metavar="ID", type=whole(1))
@option("--json", "as_json", is_flag=True, help="The book as JSON.")
def command(client: Client, book_id: int, as_json: bool) -> None:
    """Show the book numbered ID, each field with the source that it came from."""
    book = client.get(f"/v1/books/{book_id}")
    if as_json:
        say_json(book)
        return
    for line in _lines(book):
        echo(line)


def _lines(book: dict[str, Any]) -> Iterator[str]:
    yield heading(book)
    for name, value in book.items():
        if name not in LATER and (text_of(name, value) or _of_the_user(book, name)):
            yield field_line(book, name)
    others = [one for one in book.get("contributions") or () if one["role"] not in NAMED_ALREADY]
    yield from (plain(f"  {'with':<14} {one['name']} ({one['role']})") for one in others)
    yield from (plain(f"  {'web':<14} {text}") for text in _web(book))
    if _of_the_user(book, "description") or book.get("description"):
        yield plain(
            f"  {'description':<14} {'below' if book.get('description') else EMPTY}{_source(book, 'description')}"
        )
    if book.get("description"):
        yield ""
        yield from (plain(f"  {line}") for line in book["description"].splitlines())
    chapters = book.get("chapters") or ()
    if chapters:
        yield f"  {'chapters':<14} {len(chapters)}"
    files = book.get("files")
    listed = files if isinstance(files, list) else []
    paths = {one.get("id"): one["path"] for one in listed}
    for one in listed:  # media first, then what lies beside them
        error, original = one.get("last_error"), one.get("duplicate_of")
        name = ROLES.get(one.get("role", ""), "file")
        said = f", {error}" if error else ""
        if original is not None:
            said += f", the same file as {paths.get(original, 'one that is gone')}"
        yield plain(f"  {name:<14} {one['path']}: {one['state']}{said}")
        yield from (plain(f"    {word:<12} {text}") for word, text in (one.get("particulars") or {}).items())
        yield from (plain(f"    {'playback':<12} {text}") for text in _playback(one))
        yield from (plain(f"    note         {text}") for text in one.get("notes") or ())


def _web(book: dict[str, Any]) -> Iterator[str]:
    """How the book stands with the catalogues that were asked for it, and whether any is."""
    found = [
        f"{one['provider']} {one['status'].replace('_', ' ')}{' ' + one['id'] if one['status'] == 'matched' else ''}"
        for one in book.get("findings") or ()
    ]
    if found:
        yield f"{'; '.join(found)} (shishoctl match {book['id']})"
    if book.get("frozen"):
        yield f"frozen: no catalogue is asked for it (shishoctl unfreeze {book['id']})"


def _playback(file: dict[str, Any]) -> list[str]:
    """Whether a film can be played as it is, and of any other file why not; an error is told already."""
    verdict, reasons = file.get("playback"), file.get("reasons") or ()
    if verdict is None or file.get("last_error") or (verdict == "playable" and not file.get("width")):
        return []
    return [f"{verdict.replace('_', ' ')}{': ' if reasons else ''}{'; '.join(reasons)}"]


def text_of(name: str, value: Any) -> str:
    """A field's value in words, "" for none."""
    if value in (None, "", [], {}):
        return ""
    if name.endswith("_ms"):
        return span(value / 1000)
    if isinstance(value, dict) and name in PAIRS:
        return " ".join(str(one) for one in value.values() if one)
    if isinstance(value, dict):
        return ", ".join(f"{key} {text_of(key, inner)}" for key, inner in value.items() if text_of(key, inner))
    if isinstance(value, list):
        return "; ".join(text_of(name, one) for one in value)
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def heading(book: dict[str, Any]) -> str:
    """The first line: what the book is called, with whose word that is where it is the user's."""
    return plain(f"{book['title']}  ({book['id']}){_source(book, 'title') if _of_the_user(book, 'title') else ''}")


def field_line(book: dict[str, Any], name: str) -> str:
    """One field, with whose word it is."""
    text = text_of(name, book.get(name)) or EMPTY
    return plain(f"  {name.removesuffix('_ms'):<14} {text}{_source(book, name)}")


def _of_the_user(book: dict[str, Any], name: str) -> bool:
    source = (book.get("sources") or {}).get(name)
    return isinstance(source, dict) and source.get("source") == "user"


def _source(book: dict[str, Any], name: str) -> str:
    sources = book.get("sources") or {}
    source = sources.get(name) or (sources.get("contributions") if name in PEOPLE and book.get(name) else None)
    if not isinstance(source, dict):
        return ""
    place = f" {source['place']}" if source.get("place") else ""
    place += f" {source['at'][:10]}" if source.get("at") else ""
    return f"  [{source.get('source', '')}{place}]"

"""shishoctl explain: why a path stands as it does."""

import os
from binascii import b2a_base64
from collections.abc import Iterator
from typing import Any

from shishod.control.client import Client
from shishod.ctl.voice import count, echo, local, plain, say_json
from shishod.ctl.words import argument, called, option, path

MATES = 8  # files of a book that are named; the others are counted
LONGEST = 70  # characters of a value


@called("explain", short_help="Why a file or folder stands as it does.")
@argument("path", type=path())
@option("--json", "as_json", is_flag=True, help="The explanation as JSON.")
def command(client: Client, path: bytes, as_json: bool) -> None:
    """Tell of PATH, be it known or not, there or not: what passes it over, what it is compared with and how it is
    judged, what comes next, which files it is one book with and by which rule, and of each field of the book whose
    word is believed and which lost."""
    path = os.path.abspath(path)
    try:
        asked = {"path": path.decode()}
    except UnicodeDecodeError:
        asked = {"path_b64": b2a_base64(path, newline=False).decode()}
    told = client.get("/v1/explain", asked)
    if as_json:
        say_json(told)
        return
    for line in _lines(told):
        echo(plain(line))


def _lines(told: dict[str, Any]) -> Iterator[str]:
    yield told["path"]
    yield f"  {told['verdict']}"
    if told["library"] is None:
        yield f"  {told['hint']}"
        return
    yield _row("library", f"{told['library']}, in {told['root']['path']} ({told['root']['state']})")
    yield _row("there", told["silent"] or told["there"])
    if told["passed_over"]:
        yield _row("passed over", f"{told['passed_over']['path']}: {told['passed_over']['reason']}")
    if told["trouble"]:
        yield _row("trouble", told["trouble"])
    yield from _state(told["state"])
    yield _row("next", told["next"]["text"] + (f": {local(told['next']['at'])}" if told["next"]["at"] else ""))
    yield from _reader(told["reader"])
    for book in told["books"]:
        yield from _book(told["path"], book)
    yield from (_row("same file", one["path"]) for one in told["same_file"])
    yield from (_row("web", _asked(one)) for one in told["web"])
    if told["frozen"]:
        yield _row("web", "frozen: no catalogue is asked for its book")
    for one in told["fields"]:
        yield from _field(one)
    for turn in told["history"]:
        yield _row("history", f"{local(turn['at'])}  {turn['state']}" + (f", {turn['why']}" if turn["why"] else ""))


def _row(word: str, text: str) -> str:
    return f"  {word:<14} {text}"


def _state(state: dict[str, Any] | None) -> Iterator[str]:
    if state is None:
        return
    judged, differs = state["judged"], state["differs"]
    said = state["state"] or "not recorded yet"
    if judged and judged != state["state"]:
        said += f", judged {judged}"
    if differs:
        said += f": not as remembered in {', '.join(differs)}"
    elif state["remembered"] and state["seen"]:
        said += ": as it is remembered"
    yield _row("state", said)
    for name in ("remembered", "seen"):
        if state[name] and (differs or not (state["remembered"] and state["seen"])):
            yield _row(f"  {name}", ", ".join(f"{word} {number}" for word, number in state[name].items()))
    if state["error"]:
        failures = f" ({count(state['failures'], 'failure')})" if state["failures"] else ""
        yield _row("error", state["error"] + failures)


def _reader(reader: dict[str, Any] | None) -> Iterator[str]:
    if reader is None:
        return
    by_content, by_name, read_by = reader["by_content"], reader["by_name"], reader["read_by"]
    ways = [f"{by_content} by its content" if by_content else "", f"{by_name} by its name" if by_name else ""]
    ways.append(f"read by {read_by} version {reader['version']}" if read_by else "")
    yield _row("reader", ", ".join(way for way in ways if way))
    yield from (_row("note", note) for note in reader["notes"])


def _book(path: str, book: dict[str, Any]) -> Iterator[str]:
    named = f"book {book['book_id']}" if book["book_id"] else "a new book"
    yield _row(named, book["rule"])
    mates = [one["path"] for one in book["files"] if one["path"] != path]
    yield from (_row("  with", mate) for mate in mates[:MATES])
    if book["count"] - 1 > MATES:
        yield _row("  with", f"{book['count'] - 1 - MATES:,} more")


def _asked(one: dict[str, Any]) -> str:
    """How its book stands with one web catalogue."""
    said = f"{one['provider']}: {one['status'].replace('_', ' ')}{' ' + one['id'] if one['id'] else ''}"
    said += f", asked {local(one['at'])}" + (f", again {local(one['again_at'])}" if one["again_at"] else "")
    return f"{said}: {one['reason']}" if one["reason"] else said


def _field(one: dict[str, Any]) -> Iterator[str]:
    place = f" {one['place']}" if one["place"] else ""
    silent = f"; {', '.join(one['silent'])} say{'s' * (len(one['silent']) == 1)} nothing" if one["silent"] else ""
    yield _row(one["field"], f"{_text(one['value'])}  [{one['source'] or 'nobody'}{place}{silent}]")
    for lost in one["lost"]:
        files = f" in {count(lost['count'], 'file')}" if lost["count"] > 1 else ""
        yield _row("  lost", f"{_text(lost['value'])}  [{lost['source']} {lost['place']}{files}]: {lost['why']}")


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        return "; ".join(_text(one) for one in value)
    if isinstance(value, dict):
        return " ".join(str(one) for one in value.values() if one)
    text = ("no", "yes")[value] if isinstance(value, bool) else " ".join(str(value).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."

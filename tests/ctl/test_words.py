"""The words of a command mean the same to us, where they are plain, and to click, which knows all that may be said."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shishod.ctl.formal import as_click, cli
from shishod.ctl.table import COMMANDS, found
from shishod.ctl.words import Command, NotPlain, Word, called
from tests.ctl.conftest import Shishoctl

SAID = ("3", "0", "-3", "x", "a b", "join", "complete", "ebook", "-", "--", "caf\udce9", "title=x", "", "\u0663")
LOADED_LATE = ("click", "http.client", "email", "pathlib", "typing", "urllib.parse", "rich", "sqlalchemy", "pydantic")


def heard_by_click(command: Command, said: list[str]) -> dict[str, Any] | None:
    """The values that click makes of the words; None where it finds something wrong."""
    heard: dict[str, Any] = {}
    listening = called(command.name, short_help="")(lambda _client, **values: heard.update(values))
    listening.words = command.words
    top = cli.make_context("shishoctl", [], resilient_parsing=True)
    top.obj = object()
    formal = as_click(listening)
    try:
        with formal.make_context(command.name, list(said), parent=top) as context:
            formal.invoke(context)
    except click.UsageError:
        return None
    return heard


def spoken(word: Word) -> Iterator[str]:
    for spelling, _ in word.spellings():
        yield spelling
        yield f"{spelling}=3"


@pytest.mark.parametrize("name", COMMANDS)
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_what_is_plain_is_what_click_hears(name: str, data: st.DataObject) -> None:
    command = found(name)
    words = [one for word in command.words for one in spoken(word)]
    said = data.draw(st.lists(st.sampled_from([*words, *SAID]), max_size=5))

    try:
        plain = command.plain(said)
    except NotPlain:
        return

    assert plain == heard_by_click(command, said)


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("status", {"as_json": False, "watch": False, "check": False}),
        ("status --json --check", {"as_json": True, "watch": False, "check": True}),
        ("show 3", {"book_id": 3, "as_json": False}),
        ("problems --limit 5 --after=7", {"after": 7, "limit": 5, "as_json": False}),
        ("review 3 auto", {"book_id": 3, "word": "auto", "as_json": False}),
        ("set 3 title=x authors=y", {"book_id": 3, "said": ("title=x", "authors=y"), "as_json": False}),
        (
            "events --kind book-new --kind root-state",
            {"follow": False, "after": None, "kinds": ("book-new", "root-state"), "as_json": False},
        ),
        ("accept /srv/caf\udce9", {"root": b"/srv/caf\xe9", "as_json": False}),
    ],
)
def test_everyday_words_are_plain(line: str, values: dict[str, Any]) -> None:
    name, *said = line.split(" ")

    assert found(name).plain(said) == values


@pytest.mark.parametrize(
    "line", ["status --help", "status -h", "status x", "show", "show 0", "show x", "books --limit", "review 3 never"]
)
def test_help_and_whatever_is_wrong_are_left_to_click(line: str) -> None:
    name, *said = line.split()

    with pytest.raises(NotPlain):
        found(name).plain(said)


def test_words_found_wrong_by_the_command_itself_are_told_with_its_usage(shishoctl: Shishoctl) -> None:
    said = shishoctl("scan", "a", "--library", "b")

    assert (said.code, said.out) == (64, "")
    assert said.err.startswith("Usage: shishoctl scan ")
    assert said.err.endswith("Error: give paths, --library or --book, not several of them\n")


def test_a_status_loads_none_of_what_is_slow_to_load(socket_path: Path) -> None:
    program = "import sys; from shishod.ctl.main import main; main(sys.argv[1:]); print(*sys.modules)"
    bare = [sys.executable, "-I", "-S", "-c"]  # what an environment loads for itself is not ours
    root = str(Path(__file__).parents[2])

    ran = subprocess.run(
        [*bare, f"import sys; sys.path.insert(0, {root!r}); {program}", "--socket", str(socket_path), "status"],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )

    said, loaded = ran.stdout.rstrip("\n").rsplit("\n", 1)
    assert said.startswith("All is well")
    assert not set(LOADED_LATE) & set(loaded.split())

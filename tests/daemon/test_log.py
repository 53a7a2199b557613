"""What the operator reads: one line a record, whatever a file is called."""

import io
import json
import logging
import os
import pty
import warnings
from collections.abc import Iterator
from typing import Any, TextIO

import pytest

from shishod import log

HOSTILE = (
    b"caf\xe9.epub",  # Latin-1, no UTF-8
    b"line\nbreak <3>{}.epub",
    b"\x1b[2Jclears the screen.epub",
    b"\xed\xb2\x80 a surrogate in UTF-8.epub",
    "next line \u0085 and \u2028 separators.epub".encode(),
    "right to left \u202e bupe.epub".encode(),
    b"nul \x00 and bell \x07",
    b"x" * 10_000,
    b'quotes " and \\ backslashes = equal',
)


@pytest.fixture(autouse=True)
def _restored(quiet_log: None) -> None:
    """Every test here sets the root logger up."""


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    yield io.StringIO()


def objects(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line[3:]) for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("style", ["text", "journal"])
def test_no_name_makes_two_lines_of_one(lines: io.StringIO, style: str, name: bytes) -> None:
    log.setup("info", style, lines)

    log.get("shishod.scan").info("a file was read", path=name, text=os.fsdecode(name), both=[name], key={name: name})

    (line,) = lines.getvalue().splitlines()
    assert "a file was read" in line
    assert line.isprintable()
    assert len(line) < 6 * log.LONGEST


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_in_an_error_stays_within_its_indented_lines(lines: io.StringIO, name: bytes) -> None:
    log.setup("info", "text", lines)

    try:
        raise OSError(5, "Input/output error", os.fsdecode(name))
    except OSError:
        log.get("shishod.scan").exception("a file was not read")

    first, *rest = lines.getvalue().splitlines()
    assert first.endswith("error   a file was not read")
    assert rest
    assert all(line.startswith("  | ") and line.isprintable() for line in rest)


def test_what_a_terminal_cannot_encode_is_written_all_the_same() -> None:
    with open(os.devnull, "w", encoding="ascii", errors="backslashreplace") as narrow:
        log.setup("info", "journal", narrow)

        log.get("shishod.scan").info("a file was read", path="Война и мир".encode())


def test_the_journal_gets_a_priority_and_one_object(lines: io.StringIO) -> None:
    log.setup("debug", "journal", lines)
    logger = log.get("shishod.watch")

    logger.debug("a")
    logger.info("b", folders=3)
    logger.warning("c")
    logger.error("d", reason=ValueError("no"))

    assert [line[:3] for line in lines.getvalue().splitlines()] == ["<7>", "<6>", "<4>", "<3>"]
    second = objects(lines)[1]
    assert (second["event"], second["level"], second["logger"]) == ("b", "info", "shishod.watch")
    assert second["folders"] == 3
    assert second["timestamp"].endswith("Z")
    assert objects(lines)[3]["reason"] == "ValueError: no"


def test_libraries_speak_through_the_same_pipeline(lines: io.StringIO) -> None:
    log.setup("info", "journal", lines)

    logging.getLogger("somebody.else").warning("%s of %d", "two\nlines", 3, extra={"shelf": b"\xff"})

    (said,) = objects(lines)
    assert (said["event"], said["logger"], said["shelf"]) == ("two\\nlines of 3", "somebody.else", "\ufffd")


def test_talkative_libraries_are_heard_from_warnings_on_unless_we_debug(lines: io.StringIO) -> None:
    log.setup("info", "journal", lines)
    logging.getLogger("apscheduler.executors").info("running a job")
    log.set_level("debug")
    logging.getLogger("apscheduler.executors").info("running another job")

    assert [said["event"] for said in objects(lines)] == ["running another job"]


def test_python_warnings_reach_the_log(lines: io.StringIO) -> None:
    log.setup("info", "journal", lines)

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("this will end", DeprecationWarning, stacklevel=1)

    assert "this will end" in objects(lines)[0]["event"]


def test_a_fact_may_have_any_name(lines: io.StringIO) -> None:
    log.setup("info", "journal", lines)
    facts = dict.fromkeys(("self", "sentence", "level", "event", "name", "msg", "args", "message", "extra"), "x")

    log.get("shishod.scan").info("the load has changed", **facts)

    (said,) = objects(lines)
    assert (said["event"], said["level"], said["logger"]) == ("the load has changed", "info", "shishod.scan")
    assert {said[name] for name in ("self", "sentence", "name", "msg", "args", "message", "extra")} == {"x"}


def test_the_level_holds_for_loggers_made_before_it_was_set(lines: io.StringIO) -> None:
    logger = log.get("shishod.early")
    log.setup("warning", "journal", lines)

    logger.info("not said")
    logger.warning("said")
    log.set_level("info")
    logger.info("now said")

    assert [said["event"] for said in objects(lines)] == ["said", "now said"]


def test_setting_up_again_replaces_and_does_not_double(lines: io.StringIO) -> None:
    log.setup("info", "journal", lines)
    log.setup("info", "journal", lines)

    log.get("shishod.twice").info("once")

    assert len(objects(lines)) == 1


def test_a_value_cannot_pass_for_a_further_key(lines: io.StringIO) -> None:
    log.setup("info", "text", lines)

    log.get("shishod.scan").info("read", title='a" state=missing', empty="", plain="b")

    assert lines.getvalue().rstrip().endswith('read  title="a\\" state=missing" empty="" plain=b')


def on_a_terminal(style: str) -> str:
    """What a real terminal would be sent for one warning."""
    leader, follower = pty.openpty()
    with os.fdopen(follower, "w") as terminal:
        _warn(terminal, style)
        said = os.read(leader, 4096).decode()
    os.close(leader)
    return said


def _warn(terminal: TextIO, style: str) -> None:
    log.setup("info", style, terminal)
    log.get("shishod.scan").warning("library is absent", library="Books")
    terminal.flush()


def test_a_terminal_gets_words_in_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    said = on_a_terminal("auto")

    assert "\x1b[33mwarning\x1b[0m library is absent  library=Books" in said


def test_a_terminal_that_wants_no_colour_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    assert "\x1b" not in on_a_terminal("auto")


def test_a_pipe_gets_what_the_journal_gets(lines: io.StringIO) -> None:
    log.setup("info", "auto", lines)

    log.get("shishod.scan").info("read")

    assert objects(lines)[0]["event"] == "read"


@pytest.mark.parametrize("fact", ["level", "sentence", "self"])
def test_a_fact_may_be_called_as_it_likes(lines: io.StringIO, fact: str) -> None:
    log.setup("info", "text", lines)

    log.get("shishod.scan").warning("the load has changed", **{fact: "heavy"})

    assert "the load has changed" in lines.getvalue()

"""The journal's own protocol, spoken to a real datagram socket that stands for the journal's."""

import logging
import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from shishod import journald, log

Entry = list[tuple[str, str]]


@pytest.fixture(autouse=True)
def _restored(quiet_log: None) -> None:
    """Every test here sets the root logger up."""


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The journal's end."""
    place = tmp_path / "journal"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind(str(place))
        end.settimeout(5)
        monkeypatch.setattr(journald, "SOCKET", str(place))
        yield end


@pytest.fixture
def standard_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TextIO]:
    """A stream of which systemd says that it is the journal's."""
    with (tmp_path / "stream").open("w+", encoding="utf-8", errors="backslashreplace") as stream:
        end = os.fstat(stream.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{end.st_dev}:{end.st_ino}")
        yield stream


def entry(journal: socket.socket) -> Entry:
    """The next entry, as the journal understands it."""
    left, fields = journal.recv(2**20), []
    while left:
        name, _, left = left.partition(b"\n")
        (size,) = struct.unpack_from("<Q", left)
        fields.append((name.decode("ascii"), left[8 : 8 + size].decode()))
        assert left[8 + size : 9 + size] == b"\n"
        left = left[9 + size :]
    return fields


def test_every_fact_is_a_field_and_the_sentence_is_told_with_them(
    journal: socket.socket, standard_error: TextIO
) -> None:
    log.setup("info", "auto", standard_error)

    log.get("shishod.scan.guard").warning("the root is away", library="My Books", root=b"/srv/books", files=3, why=None)

    assert entry(journal) == [
        ("MESSAGE", 'the root is away  library="My Books" root=/srv/books files=3 why=null'),
        ("PRIORITY", "4"),
        ("SYSLOG_IDENTIFIER", "shishod"),
        ("SHISHOD_LOGGER", "shishod.scan.guard"),
        ("SHISHOD_LIBRARY", "My Books"),
        ("SHISHOD_ROOT", "/srv/books"),
        ("SHISHOD_FILES", "3"),
    ]
    standard_error.seek(0)
    assert standard_error.read() == "", "it is said once"


def test_each_of_several_values_is_found_by_itself(journal: socket.socket, standard_error: TextIO) -> None:
    log.setup("info", "auto", standard_error)

    log.get("shishod.scan").info("a walk ended", scan=["a1", "b2"], cache={"hits": 1})

    told = entry(journal)
    assert [value for name, value in told if name == "SHISHOD_SCAN"] == ["a1", "b2"]
    assert ("SHISHOD_CACHE", '{"hits": 1}') in told


@pytest.mark.parametrize("name", [b"a\nPRIORITY=0\nMESSAGE=forged.epub", b"caf\xe9.epub", b"\xed\xb2\x80.epub", b"\0"])
def test_no_name_makes_a_field_of_its_own(journal: socket.socket, standard_error: TextIO, name: bytes) -> None:
    log.setup("info", "auto", standard_error)

    log.get("shishod.scan").error("a file could not be read", path=name, text=os.fsdecode(name), **{"odd key=\n": name})

    told = entry(journal)
    assert [key for key, _ in told] == [
        *("MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER", "SHISHOD_LOGGER"),
        *("SHISHOD_PATH", "SHISHOD_TEXT", "SHISHOD_ODD_KEY__N"),
    ]
    assert all(value.isprintable() for _, value in told)


def test_a_traceback_is_told_below_the_sentence_and_in_a_field(journal: socket.socket, standard_error: TextIO) -> None:
    log.setup("info", "auto", standard_error)

    try:
        raise OSError(5, "Input/output error", "two\nlines")
    except OSError:
        log.get("shishod.scan").exception("a file was not read")

    told = dict(entry(journal))
    assert "\n  | OSError: [Errno 5] Input/output error" in told["MESSAGE"]
    assert told["SHISHOD_EXCEPTION"].startswith("Traceback (most recent call last):\n")


def test_libraries_speak_to_the_journal_too(journal: socket.socket, standard_error: TextIO) -> None:
    log.setup("info", "auto", standard_error)

    logging.getLogger("somebody.else").critical("%s", "ended", extra={"shelf": 7})

    told = dict(entry(journal))
    assert (told["MESSAGE"], told["PRIORITY"], told["SHISHOD_SHELF"]) == ("ended  shelf=7", "2", "7")


def test_a_journal_that_is_started_again_is_found_and_nothing_is_lost_meanwhile(
    journal: socket.socket, standard_error: TextIO
) -> None:
    log.setup("info", "auto", standard_error)
    journal.close()
    Path(journald.SOCKET).unlink()
    log.get("shishod.scan").info("while it is down", root=b"/srv/books")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as again:
        again.bind(journald.SOCKET)
        again.settimeout(5)

        log.get("shishod.scan").info("when it is back")

        assert ("MESSAGE", "when it is back") in entry(again)
    standard_error.seek(0)
    (line,) = standard_error.read().splitlines()
    assert line.startswith('<6>{"event": "while it is down"') and '"root": "/srv/books"' in line


def test_what_is_too_large_for_one_entry_goes_by_the_stream(journal: socket.socket, standard_error: TextIO) -> None:
    log.setup("info", "auto", standard_error)

    log.get("shishod.scan").info("much", names=["x" * log.LONGEST] * 2000)

    standard_error.seek(0)
    assert standard_error.read().startswith('<6>{"event": "much"')


@pytest.mark.parametrize("told", ["", "1:2", "nonsense"])
def test_elsewhere_than_in_the_journal_lines_are_written(
    journal: socket.socket, standard_error: TextIO, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOURNAL_STREAM", told)
    log.setup("info", "auto", standard_error)

    log.get("shishod.scan").info("read")

    standard_error.seek(0)
    assert standard_error.read().startswith('<6>{"event": "read"')


def test_who_wants_text_in_the_journal_gets_it(journal: socket.socket, standard_error: TextIO) -> None:
    log.setup("info", "text", standard_error)

    log.get("shishod.scan").info("read")

    standard_error.seek(0)
    assert standard_error.read().rstrip().endswith("info    read")


def test_a_long_name_of_a_fact_is_cut_to_what_the_journal_keeps() -> None:
    assert len(journald.name_of("x" * 100)) == journald.LONGEST_NAME

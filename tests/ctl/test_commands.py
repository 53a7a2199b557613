"""What each command of shishoctl does, says and returns."""

import json
import os
import threading
from pathlib import Path

import pytest

from shishod.errors import SettingsError
from shishod.model.library import RootState
from shishod.model.progress import ScanStatus
from shishod.model.scanlog import LogLine
from shishod.model.ticket import FolderSubject
from shishod.model.tier import Tier
from shishod.operations import WaitingRow, WorkerRow
from tests.control.standin import NOON, Standin, Watched, a_book, a_root, a_scan, until


def test_status_says_first_whether_all_is_well(shishoctl, daemon: Standin, books: Path):
    daemon.shelf = [a_book(1)]
    daemon.watched = [Watched(1, armed=1503, needed=1503)]
    daemon.ended = [a_scan(1, ScanStatus.COMPLETED, started_at=NOON, ended_at=NOON, total=3, processed=3, books_new=2)]
    daemon.workers = [WorkerRow("scan-1", "Le Guin/Tehanu", 0.3)]

    said = shishoctl("status")

    lines = said.out.splitlines()
    assert (said.code, said.err) == (0, "")
    assert lines[0].startswith("All is well: 1 book in 1 file")
    assert f"{books}: online, 1 file, watched (1,503 folders)" in said.out
    assert "3 of 3 files; 2 new books" in said.out
    assert "scan-1: Le Guin/Tehanu, 0.30 s" in said.out


def test_status_of_a_library_that_is_away_says_why_and_fails(shishoctl, daemon: Standin, books: Path):
    daemon.known = [a_root(books, state=RootState.OFFLINE, reason="the disk is not mounted")]

    said = shishoctl("status")

    assert said.code == 1
    assert said.out.splitlines()[0].endswith("is offline: the disk is not mounted; its books are left as they are.")
    assert "OFFLINE" in said.out


def test_status_of_a_held_root_names_the_next_command(shishoctl, daemon: Standin, books: Path):
    daemon.known = [a_root(books, state=RootState.HELD, reason="900 files vanished; run: shishoctl accept 1")]

    assert "run: shishoctl accept 1" in shishoctl("status").out


def test_status_prints_the_remedy_of_a_watch_that_is_short(shishoctl, daemon: Standin):
    short = Watched(1, "degraded", armed=8192, needed=31044, poll_s=60.0, reason="too few", remedy="sysctl -w x=1")
    daemon.watched = [short]

    said = shishoctl("status")

    assert said.code == 1
    assert "watch degraded (armed 8,192 of 31,044, rest polled every 60 s)" in said.out
    assert "too few; sysctl -w x=1" in said.out


def test_status_says_how_often_a_share_is_polled_and_why(shishoctl, daemon: Standin):
    daemon.watched = [Watched(1, "poll", 0, None, poll_s=900.0, reason="nfs4 does not tell of changes made elsewhere")]

    said = shishoctl("status")

    assert said.code == 0
    assert "polled every 15 min" in said.out
    assert "nfs4 does not tell of changes made elsewhere" in said.out


def test_status_names_the_files_that_are_waited_for(shishoctl, daemon: Standin, books: Path):
    daemon.waiting = [WaitingRow(1, b"big %d.m4b" % number, NOON) for number in range(5)]

    said = shishoctl("status")
    told = json.loads(shishoctl("status", "--json").out)["waiting"]

    assert f"5 files still being written: {books}/big 0.m4b since " in said.out
    assert "2 more" in said.out
    assert said.code == 0, "that somebody copies a file is no fault"
    assert (told["count"], told["files"][0]["path"]) == (5, f"{books}/big 0.m4b")
    assert told["files"][0]["since"] == NOON.isoformat()


def test_status_tells_an_empty_file_from_one_that_is_written(shishoctl, daemon: Standin, books: Path):
    daemon.waiting = [WaitingRow(1, b"a.m4b", NOON, empty=True), WaitingRow(1, b"b.m4b", NOON)]

    said = shishoctl("status").out

    assert f"2 files still being written or empty: {books}/a.m4b empty since " in said
    assert f"{books}/b.m4b since " in said


def test_status_as_json_is_what_the_daemon_answers(shishoctl):
    assert json.loads(shishoctl("status", "--json").out)["roots"][0]["id"] == 1


def test_a_scan_is_asked_for_and_its_number_told(shishoctl, daemon: Standin):
    said = shishoctl("scan", "--full")

    assert said.code == 0
    assert said.out.startswith("scan scan-1 is queued")
    assert daemon.asked[0][0] is Tier.FULL


@pytest.mark.parametrize(
    ("said", "tier"), [((), Tier.QUICK), (("--quick",), Tier.QUICK), (("--peek",), Tier.PEEK), (("--full",), Tier.FULL)]
)
def test_a_scan_looks_as_deep_as_it_is_told(shishoctl, daemon: Standin, said: tuple[str, ...], tier: Tier):
    assert shishoctl("scan", *said).code == 0
    assert daemon.asked[0][0] is tier


@pytest.mark.parametrize("other", ["--full", "--reread"])
def test_a_peek_that_is_to_look_deeper_as_well_is_refused(shishoctl, daemon: Standin, other: str):
    assert shishoctl("scan", "--peek", other).code == 64
    assert daemon.asked == []


def test_scan_takes_paths_relative_to_where_one_stands(shishoctl, daemon: Standin, books: Path, monkeypatch):
    (books / "Le Guin").mkdir()
    monkeypatch.chdir(books)

    said = shishoctl("scan", "Le Guin", ".")

    assert said.code == 0
    assert daemon.asked[0][1] == (FolderSubject(1, b"Le Guin"), FolderSubject(1, b""))


def test_scan_takes_a_path_that_is_not_utf8(shishoctl, daemon: Standin, books: Path):
    odd = os.fsencode(books) + b"/caf\xe9"
    os.mkdir(odd)

    assert shishoctl("scan", os.fsdecode(odd)).code == 0
    assert daemon.asked[0][1] == (FolderSubject(1, b"caf\xe9"),)


def test_a_path_outside_every_library_is_refused_with_the_roots(shishoctl, books: Path, tmp_path: Path):
    said = shishoctl("scan", str(tmp_path))

    assert said.code == 1
    assert said.err.splitlines() == [f"shishoctl: {tmp_path} lies in no library", f"  the roots are: {books} (1)"]


@pytest.mark.parametrize(
    ("ending", "code"), [(ScanStatus.COMPLETED, 0), (ScanStatus.FAILED, 1), (ScanStatus.CANCELLED, 1)]
)
def test_scan_wait_follows_to_the_end_and_returns_the_outcome(
    shishoctl, daemon: Standin, ending: ScanStatus, code: int
):
    def work() -> None:
        until(lambda: bool(daemon.alive))
        daemon.advance("scan-1", status=ScanStatus.RUNNING, discovered=True, total=4, processed=2)
        daemon.end("scan-1", ending, processed=4, reason="" if code == 0 else "the root went away")

    worker = threading.Thread(target=work)
    worker.start()
    said = shishoctl("scan", "--wait")
    worker.join(5)

    assert said.code == code
    assert said.out.splitlines()[-1].startswith(f"scan scan-1 {ending}")
    assert ("the root went away" in said.out) == (code == 1)


def test_scan_wait_as_json_prints_only_the_end(shishoctl, daemon: Standin):
    worker = threading.Thread(
        target=lambda: (until(lambda: bool(daemon.alive)), daemon.end("scan-1", ScanStatus.COMPLETED))
    )
    worker.start()
    said = shishoctl("scan", "--wait", "--json")
    worker.join(5)

    assert json.loads(said.out)["status"] == "completed"


CANCELLED = (
    "scan scan-1 (quick, books) cancelled: nothing was read. "
    "What it has recorded stays, and the next scan goes on from there\n"
)


def test_cancel_stops_a_scan(shishoctl, daemon: Standin):
    daemon.alive = {"scan-1": a_scan()}

    said = shishoctl("cancel", "scan-1")

    assert (said.code, said.out) == (0, CANCELLED)


def test_cancel_says_what_a_scan_under_way_has_done(shishoctl, daemon: Standin, monkeypatch: pytest.MonkeyPatch):
    daemon.alive = {"scan-1": a_scan(processed=3, total=9, books_new=2)}
    monkeypatch.setattr(daemon, "cancel", lambda scan_id: daemon.alive[scan_id])

    assert shishoctl("cancel", "scan-1").out == (
        "scan scan-1 (quick, books) stops after the file in hand: 3 of 9 files; 2 new books. "
        "What it has recorded stays, and the next scan goes on from there\n"
    )


def test_cancel_of_an_unknown_scan_fails(shishoctl):
    said = shishoctl("cancel", "nope")

    assert (said.code, said.out) == (1, "")
    assert 'there is no scan "nope"' in said.err


def test_books_are_listed_in_columns(shishoctl, daemon: Standin):
    daemon.shelf = [a_book(1, "Dune"), a_book(20, "Tehanu", series=[{"name": "Earthsea", "number": "4"}])]

    assert shishoctl("books").out.splitlines() == [
        "1   Dune                 Ursula K. Le Guin  ebook",
        "20  Tehanu (Earthsea 4)  Ursula K. Le Guin  ebook",
    ]


def test_books_takes_words_and_filters(shishoctl, daemon: Standin):
    daemon.shelf = [a_book(1, "The Tombs of Atuan"), a_book(2, "The Tombs of Atuan", kind="audiobook"), a_book(3)]

    said = shishoctl("books", "the", "tombs", "--kind", "audiobook", "--json")

    assert [book["id"] for book in json.loads(said.out)["books"]] == [2]


def test_books_says_how_to_go_on(shishoctl, daemon: Standin):
    daemon.shelf = [a_book(n) for n in range(1, 8)]

    first = shishoctl("books", "--limit", "5")
    rest = shishoctl("books", "--limit", "5", "--after", "5")

    assert first.out.splitlines()[-1] == "more with --after 5, or all with --limit 0"
    assert [line.split()[0] for line in rest.out.splitlines()] == ["6", "7"]


def test_books_pages_on_to_the_last(shishoctl, daemon: Standin):
    daemon.shelf = [a_book(n) for n in range(1, 1203)]

    assert len(shishoctl("books", "--limit", "0").out.splitlines()) == 1202


def test_no_book_is_said_in_words(shishoctl):
    assert (shishoctl("books", "zzz").out) == "no such book\n"


def test_control_characters_in_a_title_cannot_reach_the_terminal(shishoctl, daemon: Standin):
    daemon.shelf = [a_book(1, "\x1b[2J\u202eevil\nline", path="\x07.epub")]

    for said in (shishoctl("books"), shishoctl("show", "1")):
        assert r"\x1b[2J\u202eevil\nline" in said.out
        assert not set(said.out) & {"\x1b", "\u202e", "\x07"}


def test_show_tells_each_field_with_its_source_and_each_file(shishoctl, daemon: Standin):
    daemon.shelf = [
        a_book(
            7,
            "Tehanu",
            sources={"authors": {"source": "file", "place": "dc:creator"}},
            contributions=[{"name": "Erik Houtman", "role": "trl", "sort_name": ""}],
            duration_ms=7_200_000,
            description="A farmer's widow.",
            files=[
                {"path": "t.epub", "state": "error", "last_error": "cut off"},
                {"path": "t.cbz", "state": "indexed", "particulars": {"volume": "4"}, "notes": ["it has no pages"]},
            ],
        )
    ]

    said = shishoctl("show", "7").out

    assert said.startswith("Tehanu  (7)")
    for line in (
        "  authors        Ursula K. Le Guin  [file dc:creator]",
        "  with           Erik Houtman (trl)",
        "  duration       2 h",
        "  A farmer's widow.",
        "  file           t.epub: error, cut off",
        "    volume       4",
        "    note         it has no pages",
    ):
        assert line in said.splitlines()


def test_problems_are_told_one_a_line_with_their_reason(shishoctl, daemon: Standin):
    daemon.trouble = [
        {"id": 2, "path": "a.epub", "reason": "truncated", "text": "the archive ends early", "retry_at": None}
    ]

    assert shishoctl("problems").out == "a.epub: the archive ends early [truncated]\n"


def test_no_problems_is_said_in_words(shishoctl):
    assert shishoctl("problems").out == "no problems\n"


@pytest.mark.parametrize("by", ["number", "path"])
def test_accept_believes_a_held_root(shishoctl, daemon: Standin, books: Path, by: str):
    daemon.known = [a_root(books, state=RootState.HELD)]

    said = shishoctl("accept", "1" if by == "number" else str(books))

    assert (said.code, daemon.accepted) == (0, [1])
    assert "scan-1" in said.out


def test_accept_of_no_root_names_those_there_are(shishoctl, books: Path, tmp_path: Path):
    said = shishoctl("accept", str(tmp_path / "other"))

    assert said.code == 1
    assert f"{books} (1)" in said.err


def test_reload_says_what_waits_for_a_restart(shishoctl, daemon: Standin):
    daemon.reloaded = lambda: {"applied": ["log level"], "restart_needed": ["work.runner"]}

    assert shishoctl("reload").out.splitlines() == [
        "applied: log level",
        "these wait for `systemctl restart shishod`: work.runner",
    ]


def test_reload_of_a_bad_configuration_is_78(shishoctl, daemon: Standin):
    def bad() -> dict[str, list[str]]:
        raise SettingsError("config.yaml:3: workerz: unknown key\nconfig.yaml:7: log: not a mapping")

    daemon.reloaded = bad

    said = shishoctl("reload")

    assert said.code == 78
    assert said.err.splitlines()[:2] == [
        "shishoctl: config.yaml:3: workerz: unknown key",
        "  config.yaml:7: log: not a mapping",
    ]


def test_log_lists_what_a_scan_said_and_where_its_next_page_begins(shishoctl, daemon: Standin):
    daemon.ended.clear()
    assert shishoctl("log", "last").code == 1
    daemon.ended.append(a_scan(1))
    assert shishoctl("log", "last").out == "nothing was said\n"
    daemon.lines.append(LogLine("scan-1", NOON, "debug", "unheard", {}))
    daemon.lines.append(
        LogLine("scan-1", NOON, "warning", "a file could not be read", {"path": "/a\nb", "reason": "x"})
    )
    daemon.lines.append(LogLine("scan-1", NOON, "info", "scan ended", {}))

    told = shishoctl("log", "scan-1", "--limit", "1").out.splitlines()

    assert told[0].endswith("warning a file could not be read (path: /a\\nb, reason: x)")
    assert told[1] == "more with --after 2"
    assert "scan ended" in shishoctl("log", "last", "--after", "2").out
    (line,) = json.loads(shishoctl("log", "last", "--search", "file", "--json").out)["lines"]
    assert (line["id"], line["level"]) == (2, "warning")

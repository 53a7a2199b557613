"""The power fails: what was not synced is lost or garbled, the catalogue opens clean, and a scan finds the rest."""

import functools
import random
import shutil
import sqlite3
import subprocess
import threading
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.dump import dump
from tests.journeys.libraries import many_books
from tests.journeys.running import RunningDaemon
from tests.waiting import wait_until

BOOKS = 300
CONFIG = "scan: {settle: 1ms, hash_rate: 0, cover_rate: 0, on_start: 'off'}\nwatch: {enabled: false}\n"
SOURCE = Path(__file__).with_name("synced.c")
EDITED = 8


@pytest.fixture(scope="module")
def witness(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that writes down what a daemon writes and syncs."""
    built = tmp_path_factory.mktemp("witness") / "synced.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", built, SOURCE, "-ldl"], check=True)
    return built


def unsynced(log: Path) -> dict[str, list[tuple[int, int]]]:
    """Of each file what was written since it was last synced: offset and length."""
    open_ranges: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for line in log.read_text().splitlines():
        kind, rest = line[0], line[2:]
        if kind == "S":
            open_ranges[Path(rest).name].clear()
        else:
            at, length, path = rest.split(" ", 2)
            open_ranges[Path(path).name].append((int(at), int(length)))
    return open_ranges


def cut(state: Path, into: Path, log: Path, dice: random.Random) -> int:
    """Copy the files as the disk might have them after a power cut; how many writes it has lost or garbled."""
    into.mkdir(parents=True)
    spoiled = 0
    ranges = unsynced(log)
    for name in ("catalogue.sqlite", "catalogue.sqlite-wal"):
        if not (state / name).exists():
            continue
        shutil.copy(state / name, into / name)
        with (into / name).open("r+b") as file:
            size = file.seek(0, 2)
            for at, length in ranges[name]:
                fate = dice.choice(("kept", "zeros", "noise"))
                if fate != "kept" and at < size:
                    spoiled += 1
                    file.seek(at)
                    file.write(bytes(length) if fate == "zeros" else dice.randbytes(length))
            if ranges[name] and dice.random() < 0.5 and name.endswith("-wal"):
                file.truncate(max(min(at for at, _ in ranges[name]), 0) if dice.random() < 0.5 else size)
    return spoiled


def check(tmp_path: Path, witness: Path, seeds: range) -> None:
    library = tmp_path / "Books"
    many_books(library, BOOKS)
    whole = tmp_path / "whole"
    wanted = finished(whole, library, {})
    spoiled = 0
    for seed in seeds:
        place, dice = tmp_path / str(seed), random.Random(seed)
        log = tmp_path / f"{seed}.log"
        log.touch()
        daemon = RunningDaemon(place, library, config=CONFIG)
        daemon._command = ["env", f"LD_PRELOAD={witness}", f"SYNC_LOG={log}", *daemon._command]
        edits: dict[str, str] = {}
        try:
            daemon.start()
            daemon.client.post("/v1/scans", {"tier": "full"})
            for number in range(EDITED):
                book = dice.choice(wait_until(functools.partial(unsaid, daemon, edits), 60, "there are books"))
                daemon.client.post(f"/v1/books/{book['id']}/fields", {"set": {"title": f"Mine {number}"}})
                edits[book["path"]] = f"Mine {number}"
            daemon.client.post("/v1/refresh", {"all": True})  # so that much is written that nobody waits for
            wait_until(lambda at=log: any(unsynced(at).values()), 60, "something is written and not synced", 0.001)
            threading.Event().wait(dice.uniform(0, 0.2))
            daemon.freeze()
            spoiled += cut(daemon.state, tmp_path / f"{seed} after" / "state", log, dice)
        finally:
            daemon.thaw()
            daemon.kill()
            daemon.end()
        after = tmp_path / f"{seed} after"
        with sqlite3.connect(after / "state" / "catalogue.sqlite") as opened:
            assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            titles = {title for (title,) in opened.execute("SELECT title FROM books")}
        opened.close()
        assert set(edits.values()) <= titles, f"cut {seed} lost what the user had said"
        assert finished(after, library, edits) == wanted
    print("writes that the cuts have spoiled:", spoiled)
    assert spoiled


def unsaid(daemon: RunningDaemon, edits: dict[str, str]) -> list[dict[str, Any]]:
    """The books of which the user has said nothing yet."""
    return [book for book in daemon.books() if book["path"] not in edits]


def finished(place: Path, library: Path, edits: dict[str, str]) -> list[str]:
    """The catalogue once a scan has ended, the user's own words taken back."""
    daemon = RunningDaemon(place, library, config=CONFIG)
    try:
        daemon.start()
        assert daemon.scan()["status"] == "completed"
        assert {book["path"]: book["title"] for book in daemon.books() if book["path"] in edits} == edits
        for book in daemon.books():
            if book["path"] in edits:
                daemon.client.post(f"/v1/books/{book['id']}/fields", {"unset": ["title"]})
        daemon.stop()
    finally:
        daemon.end()
    return dump(daemon.database)


@pytest.mark.timeout(300)
def test_a_power_cut_amid_a_scan_loses_nothing_that_the_disk_cannot_tell_again(tmp_path: Path, witness: Path) -> None:
    check(tmp_path, witness, range(1))


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_twelve_power_cuts_at_random_moments(tmp_path: Path, witness: Path) -> None:
    check(tmp_path, witness, range(1, 13))

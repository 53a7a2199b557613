"""H14, H17, H19: the tree of hazards that the corpus builds, against what it says must become of each."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from shishod.formats import SUFFIXES
from shishod.paths import suffix
from tests.corpus.scoring import corpus
from tests.journeys.running import a_daemon
from tests.samples import an_epub

PLACE = corpus()
pytestmark = pytest.mark.skipif(
    PLACE is None or not (PLACE / "fs_hazards.py").exists(), reason="no corpus: set SHISHOD_CORPUS to its folder"
)
TOLD = "reported failed quickly"


def test_every_hazard_ends_as_it_must(tmp_path: Path, library: Path) -> None:
    assert PLACE is not None
    book = an_epub(tmp_path / "x.epub", title="Book")
    command = [sys.executable, str(PLACE / "fs_hazards.py"), str(library), str(book)]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    made = {bytes.fromhex(one["path_hex"]): one["must"] for one in told if "could not be created" not in one["must"]}

    with a_daemon(tmp_path / "daemon", library) as daemon:
        daemon.settled(100)
        ended = daemon.scan("full")
        connection = sqlite3.connect(f"file:{daemon.database}?mode=ro", uri=True)
        rows = dict(connection.execute("SELECT path, state FROM media_files").fetchall())
        connection.close()

    books = {path for path, must in made.items() if must.startswith(("scanned", "mode")) and path.endswith(b".epub")}
    failed = {path for path, must in made.items() if TOLD in must and suffix(path) in SUFFIXES}
    if os.geteuid() != 0:
        failed |= {path for path, must in made.items() if must.startswith("mode")}
    assert (ended["status"], ended["missing"]) == ("completed", 0)
    assert {path for path, state in rows.items() if state == "error"} == failed
    assert {path for path, state in rows.items() if state == "indexed"} == books - failed
    assert set(rows) == books | failed

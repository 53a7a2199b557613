"""`shishoctl scan --dry-run` against a real daemon: it says what would be found, and leaves everything as it was."""

import json
import re
import subprocess
import sys
from pathlib import Path

from tests.journeys.dump import dump
from tests.journeys.running import RunningDaemon, a_daemon
from tests.samples import an_epub

UNWATCHED = "scan: {on_start: off, settle: 1ms}\nwatch: {enabled: false}\n"


def rows(daemon: RunningDaemon) -> list[str]:
    """All that is written down, but for the hashes that are made in the pauses."""
    return [re.sub(r"\('content_hash', [^)]*\)", "", line) for line in dump(daemon.database)]


def shishoctl(daemon: RunningDaemon, *words: str) -> subprocess.CompletedProcess[str]:
    program = "import sys; from shishod.ctl.main import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "--socket", str(daemon.socket), *words]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_a_dry_run_says_what_would_be_found_and_changes_nothing(tmp_path: Path, library: Path) -> None:
    for name in ("Stays", "Leaves"):
        an_epub(library / f"{name}.epub", title=name)
    with a_daemon(tmp_path / "daemon", library, config=UNWATCHED) as daemon:
        daemon.scan()
        (library / "Leaves.epub").unlink()
        an_epub(library / "Comes.epub", title="Comes")
        before, reads = rows(daemon), daemon.outcomes()

        said = shishoctl(daemon, "scan", "--dry-run", "--full")
        answer = json.loads(shishoctl(daemon, "scan", "--dry-run", "--full", "--json", str(library)).stdout)

        assert (said.returncode, said.stderr) == (0, "")
        assert f"new: {library}/Comes.epub" in said.stdout
        assert f"missing: {library}/Leaves.epub" in said.stdout
        assert "a full scan would find: 1 new, 1 missing, 1 unchanged; nothing was written" in said.stdout
        assert answer["totals"]["new"] == 1
        assert (rows(daemon), daemon.outcomes()) == (before, reads)
        assert len(daemon.status()["last_scans"]) == 1


def test_a_dry_run_of_a_library_that_is_away_says_so(tmp_path: Path, library: Path) -> None:
    an_epub(library / "Here.epub")
    with a_daemon(tmp_path / "daemon", library, config=UNWATCHED) as daemon:
        daemon.scan()
        library.rename(tmp_path / "away")

        said = shishoctl(daemon, "scan", "--dry-run")

        assert said.returncode == 1
        assert "it cannot be looked at" in said.stdout
        assert daemon.status()["roots"][0]["state"] == "online", "even that is for a scan to note"


def test_a_dry_run_of_a_path_in_no_library_is_refused(tmp_path: Path, library: Path) -> None:
    with a_daemon(tmp_path / "daemon", library, config=UNWATCHED) as daemon:
        said = shishoctl(daemon, "scan", "--dry-run", str(tmp_path))

        assert said.returncode == 1
        assert "lies in no library" in said.stderr

"""`shishoctl explain` against a real daemon: of every kind of path, and nothing is changed by asking."""

import json
from pathlib import Path

from tests.journeys.running import a_daemon
from tests.journeys.test_dry_run import UNWATCHED, rows, shishoctl
from tests.samples import an_epub


def test_any_path_is_explained_and_asking_changes_nothing(tmp_path: Path, library: Path) -> None:
    an_epub(library / "dune.epub", title="Dune", authors=["Frank Herbert"])
    (library / "half.epub").write_bytes((library / "dune.epub").read_bytes()[:400])
    (library / "notes.xyz").write_text("x")
    with a_daemon(tmp_path / "daemon", library, config=UNWATCHED) as daemon:
        daemon.scan()
        number = daemon.books()[0]["id"]
        daemon.client.post(f"/v1/books/{number}/fields", {"set": {"title": "My Dune"}})
        before, reads = rows(daemon), daemon.outcomes()

        told = json.loads(shishoctl(daemon, "explain", "--json", str(library / "dune.epub")).stdout)
        half = shishoctl(daemon, "explain", str(library / "half.epub"))
        notes = shishoctl(daemon, "explain", str(library / "notes.xyz"))
        gone = shishoctl(daemon, "explain", str(library / "never" / "was.epub"))

        title = next(one for one in told["fields"] if one["field"] == "title")
        assert (title["value"], title["source"], title["lost"][0]["value"]) == ("My Dune", "user", "Dune")
        assert title["lost"][0]["why"] == "you have said otherwise"
        assert "  it is error, and a file" in half.stdout or "belongs to no book" in half.stdout
        assert "it is tried again: " in half.stdout
        assert "it is passed over: nothing that has this ending is read" in notes.stdout
        assert "nothing is there, and nothing is remembered of it" in gone.stdout
        assert (half.returncode, notes.returncode, gone.returncode) == (0, 0, 0)
        assert (rows(daemon), daemon.outcomes()) == (before, reads)

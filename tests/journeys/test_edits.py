"""The operator's own words, through the socket of a real daemon: said at once, kept whatever happens to the files."""

import shutil
import sqlite3
from pathlib import Path
from typing import Any

from shishod.control.client import Client
from tests.journeys.running import RunningDaemon, a_daemon
from tests.journeys.test_dry_run import UNWATCHED, shishoctl
from tests.samples import a_metadata_json, an_epub
from tests.waiting import wait_until

USER = {"source": "user", "place": ""}
WATCHED = "scan: {on_start: quick, settle: 1ms}\nwatch: {settle: 100ms, settle_gone: 100ms}\n"


def say(client: Client, number: int, **wish: Any) -> dict[str, Any]:
    return client.post(f"/v1/books/{number}/fields", wish)  # type: ignore[no-any-return]


def the_book(daemon: RunningDaemon) -> dict[str, Any]:
    (row,) = daemon.books()
    return daemon.client.get(f"/v1/books/{row['id']}")  # type: ignore[no-any-return]


def mine(daemon: RunningDaemon) -> tuple[Any, ...]:
    """What the user has said in these tests, as the catalogue believes it and names the user for it."""
    book = the_book(daemon)
    sources = {name: book["sources"].get(name, {}) for name in ("title", "authors", "series", "publisher", "language")}
    assert {name: one.get("source") for name, one in sources.items()} == dict.fromkeys(sources, "user"), sources
    return book["title"], book["authors"], book["series"], book["publisher"], book["language"], sources["language"]


SAID = (
    "My Dune",
    ["Ann Other", "Bea Both"],
    [{"name": "Sands", "number": "1.5"}],
    None,
    "en",
    {"source": "user", "place": "locked"},
)


def test_the_users_words_count_at_once_and_outlive_all_that_happens_to_the_files(tmp_path: Path, library: Path) -> None:
    (library / "Dune").mkdir()
    path = library / "Dune" / "dune.epub"
    an_epub(path, title="Dune", authors=["Frank Herbert"], publisher="Chilton", language="en")
    with a_daemon(tmp_path / "daemon", library, config=WATCHED) as daemon:
        daemon.settled()
        number, read = the_book(daemon)["id"], daemon.outcomes()

        said = {"title": "My Dune", "authors": "Ann Other; Bea Both", "series": "Sands #1.5"}
        told = say(daemon.client, number, set=said, clear=["publisher"], lock=["language"])

        assert told == the_book(daemon)
        assert mine(daemon) == SAID
        assert [book["title"] for book in daemon.client.get("/v1/books", {"q": "bea dune"})["books"]] == ["My Dune"]
        assert daemon.outcomes() == read, "no file was read for it"

        an_epub(path, title="Retagged", authors=["N. N."], publisher="Other", language="de", description="Anew")
        wait_until(lambda: the_book(daemon)["description"] == "Anew", 10, "the watch has the file read anew")
        assert mine(daemon) == SAID

        a_metadata_json(path.parent / "metadata.json", title="Beside", language="fr", subtitle="From beside")
        wait_until(lambda: the_book(daemon)["subtitle"] == "From beside", 10, "the sidecar is read")
        assert mine(daemon) == SAID

        path.parent.rename(library / "Elsewhere")
        wait_until(lambda: "Elsewhere" in the_book(daemon)["path"], 10, "the book has moved")
        daemon.scan("quick")
        daemon.scan("full")
        assert the_book(daemon)["id"] == number
        assert mine(daemon) == SAID

        daemon.stop()
        with sqlite3.connect(daemon.database) as database:
            database.execute("UPDATE media_files SET parser_version = parser_version - 1")
            database.execute("DELETE FROM web_notes WHERE name = 'readers'")  # which a program of before asked for
        daemon.start()
        daemon.settled()
        assert (daemon.outcomes()["read"] >= 1, mine(daemon)) == (True, SAID), "a newer reader has read it anew"

        say(daemon.client, number, unset=["title", "publisher"], unlock="all")
        book = the_book(daemon)
        assert (book["title"], book["publisher"], book["language"]) == ("Beside", "Other", "fr")
        assert (book["sources"]["authors"], book["sources"]["language"]["source"]) == (USER, "sidecar")


def test_shishoctl_says_and_shows_whose_word_a_field_is(tmp_path: Path, library: Path) -> None:
    an_epub(library / "dune.epub", title="Dune", authors=["Frank Herbert"], publisher="Chilton", language="en")
    with a_daemon(tmp_path / "daemon", library, config=UNWATCHED) as daemon:
        daemon.scan()
        number = str(the_book(daemon)["id"])

        said = shishoctl(daemon, "set", number, "title=My Dune", "authors=Ann Other", "authors=Bo; Bea", "date=1965-08")
        assert (said.returncode, said.stderr) == (0, "")
        assert said.stdout.splitlines() == [
            f"My Dune  ({number})  [user]",
            "  title          My Dune  [user]",
            "  authors        Ann Other; Bo; Bea  [user]",
            "  date           1965-08  [user]",
        ]
        cleared = shishoctl(daemon, "clear", number, "publisher")
        assert cleared.stdout.splitlines()[1:] == ["  publisher      -  [user cleared]"]

        locked = shishoctl(daemon, "lock", number)
        shown = shishoctl(daemon, "show", number).stdout.splitlines()
        assert "  language       en  [user locked]" in locked.stdout.splitlines()
        for line in ("  language       en  [user locked]", "  publisher      -  [user cleared]"):
            assert line in shown
        assert shown[0].endswith("[user]")

        assert "[file " in shishoctl(daemon, "unlock", number, "language").stdout
        assert shishoctl(daemon, "unset", number, "title", "authors").stdout.startswith("Dune  (")

        wrong = shishoctl(daemon, "set", number, "colour=red", "language=klingonish", "identifiers=isbn:9780306406158")
        assert wrong.returncode == 1
        for fault in ("colour: there is no such field", '"klingonish" is no language', "9780306406158 is no ISBN"):
            assert fault in wrong.stderr
        assert "the fields are: title, sort_title, subtitle, authors" in wrong.stderr
        assert shishoctl(daemon, "set", "999", "title=x").returncode == 1
        assert shishoctl(daemon, "set", number, "title").returncode == 64
        shutil.rmtree(library)
        assert the_book(daemon)["publisher"] is None

"""Copies made while everything goes on, put back after a disaster; and all that is known, for other programs."""

import io
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from shishod.formats.beside import opf
from shishod.formats.limits import Limits
from tests.journeys.running import RunningDaemon, a_daemon
from tests.samples import a_png, an_epub
from tests.waiting import wait_until

PROGRAMS = Path(sys.executable).parent


def run(*words: object) -> subprocess.CompletedProcess[str]:
    command = [str(PROGRAMS / str(words[0])), *map(str, words[1:])]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def shishoctl(daemon: RunningDaemon, *words: object) -> subprocess.CompletedProcess[str]:
    return run("shishoctl", "--socket", daemon.socket, *words)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "Books"
    folder.mkdir()
    an_epub(folder / "one.epub", title="The Lathe of Heaven", cover=a_png())
    an_epub(folder / "two.epub", title="Malafrena")
    return folder


def test_a_backup_is_a_whole_catalogue_of_that_moment(daemon: RunningDaemon) -> None:
    said = shishoctl(daemon, "backup", "--json")

    made = json.loads(said.stdout)
    assert made["bytes"] == Path(made["path"]).stat().st_size
    with closing(sqlite3.connect(made["path"])) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copy.execute("SELECT count(*) FROM books").fetchone() == (2,)


def test_a_catalogue_is_put_back_with_words_and_covers(daemon: RunningDaemon, library: Path, tmp_path: Path) -> None:
    wait_until(daemon.quiet, 30, "the covers are taken")
    book = daemon.book_named("The Lathe of Heaven")
    assert book
    shishoctl(daemon, "set", book["id"], "title=My own title")
    archive = tmp_path / "saved.tar"
    assert shishoctl(daemon, "backup", "--to", archive).returncode == 0
    with tarfile.open(archive) as tar:
        covers = [name for name in tar.getnames() if name.startswith("covers/")]
    assert covers
    daemon.stop()
    daemon.database.write_bytes(b"a disaster" * 1000)
    for path in (daemon.state / "covers").rglob("*.*"):
        path.unlink()
    an_epub(library / "three.epub", title="Later than the copy")

    said = run("shishod", "restore", archive, "--state-dir", daemon.state)

    assert said.returncode == 0, said.stderr
    assert f"with {len(covers)} cover" in said.stdout
    (aside,) = daemon.state.glob("before-restore-*")
    assert (aside / "catalogue.sqlite").read_bytes().startswith(b"a disaster"), "nothing was deleted"
    daemon.start()
    daemon.settled()
    assert {book["title"] for book in daemon.books()} == {"My own title", "Malafrena", "Later than the copy"}
    assert daemon.client.content(f"/v1/books/{book['id']}/cover")[0] == a_png()


def test_a_copy_of_the_night_is_put_back_too(daemon: RunningDaemon) -> None:
    copy = json.loads(shishoctl(daemon, "backup", "--json").stdout)["path"]
    daemon.stop()

    assert run("shishod", "restore", copy, "--state-dir", daemon.state).returncode == 0

    daemon.start()
    assert len(daemon.books()) == 2
    assert Path(copy).exists(), "a copy can be put back again"


def test_nothing_is_put_back_under_a_daemon_that_runs(daemon: RunningDaemon) -> None:
    copy = json.loads(shishoctl(daemon, "backup", "--json").stdout)["path"]

    said = run("shishod", "restore", copy, "--state-dir", daemon.state)

    assert said.returncode == 75
    assert "another daemon keeps its catalogue" in said.stderr and "; stop it first (" in said.stderr
    assert len(daemon.books()) == 2


@pytest.mark.parametrize("content", [b"", b"not a database" * 500], ids=["empty", "something else"])
def test_what_is_no_copy_changes_nothing(tmp_path: Path, library: Path, content: bytes) -> None:
    with a_daemon(tmp_path / "daemon", library) as daemon:
        daemon.settled()
        daemon.stop()
        before = daemon.database.read_bytes()
        (tmp_path / "copy").write_bytes(content)

        said = run("shishod", "restore", tmp_path / "copy", "--state-dir", daemon.state)

        assert said.returncode == 78
        assert "not a copy that can be used" in said.stderr and "nothing was changed" in said.stderr
        assert daemon.database.read_bytes() == before
        assert [one.name for one in daemon.state.iterdir() if "restore" in one.name] == []


def test_no_name_in_an_archive_leads_out_of_the_state_folder(daemon: RunningDaemon, tmp_path: Path) -> None:
    shishoctl(daemon, "backup", "--to", tmp_path / "good.tar")
    daemon.stop()
    with tarfile.open(tmp_path / "good.tar") as good, tarfile.open(tmp_path / "bad.tar", "w") as bad:
        for name in ("../escaped", "covers/../../escaped", "/tmp/escaped", "covers/ab/escaped"):
            about = tarfile.TarInfo(name)
            about.size = 3
            bad.addfile(about, io.BytesIO(b"bad"))
        link = tarfile.TarInfo("covers/aa")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc"
        bad.addfile(link)
        bad.addfile(good.getmember("catalogue.sqlite"), good.extractfile("catalogue.sqlite"))

    assert run("shishod", "restore", tmp_path / "bad.tar", "--state-dir", daemon.state).returncode == 0

    assert list(tmp_path.rglob("*escaped*")) == []
    assert not os.path.islink(daemon.state / "covers" / "aa")


def test_an_archive_that_breaks_off_leaves_no_file(daemon: RunningDaemon, tmp_path: Path) -> None:
    target = tmp_path / "not-there" / "saved.tar"

    said = shishoctl(daemon, "backup", "--to", target)

    assert said.returncode == 74
    assert not target.parent.exists()


def test_all_that_is_known_is_exported_line_by_line(daemon: RunningDaemon) -> None:
    wait_until(daemon.quiet, 30, "the covers are taken")
    lines = shishoctl(daemon, "export").stdout.splitlines()

    books = [json.loads(line) for line in lines]
    assert [book["id"] for book in books] == sorted(book["id"] for book in books)
    assert books == [daemon.client.get(f"/v1/books/{book['id']}") for book in books]


def test_more_books_than_a_page_are_exported(daemon: RunningDaemon, library: Path) -> None:
    for number in range(120):
        an_epub(library / f"{number}.epub", title=f"Number {number}")
    daemon.scan()

    assert len(shishoctl(daemon, "export").stdout.splitlines()) == 122
    assert len(shishoctl(daemon, "export", "--library", "Books").stdout.splitlines()) == 122


@pytest.mark.parametrize("command", ["export", "books"])
def test_a_library_that_is_misspelt_is_no_empty_one(daemon: RunningDaemon, command: str) -> None:
    said = shishoctl(daemon, command, "--library", "Boks")

    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr == 'shishoctl: there is no library "Boks"\n  the libraries are: Books\n'


def test_an_archive_never_takes_the_place_of_a_pipe(daemon: RunningDaemon, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    said = shishoctl(daemon, "backup", "--to", pipe)

    assert said.returncode == 64
    assert "name a file to be made" in said.stderr
    assert pipe.is_fifo()
    assert [one.name for one in tmp_path.iterdir() if "partial" in one.name] == []


def test_an_archive_goes_where_a_link_leads(daemon: RunningDaemon, tmp_path: Path) -> None:
    link = tmp_path / "newest.tar"
    link.symlink_to("monday.tar")

    assert shishoctl(daemon, "backup", "--to", link).returncode == 0

    assert link.is_symlink()
    assert tarfile.is_tarfile(tmp_path / "monday.tar")


def test_an_exported_opf_says_the_same_when_it_is_read_again(daemon: RunningDaemon, tmp_path: Path) -> None:
    words = ["title=A <Title> & more", "authors=Ann Author; Bo Writer", "series=Salt Roads #2.5", "language=en"]
    words += ["genres=Fantasy; Sea", "publisher=Some House", "date=2011-03-02", "description=With \u201cquotes\u201d."]
    assert shishoctl(daemon, "set", "1", *words, "identifiers=isbn:9780306406157").returncode == 0

    said = shishoctl(daemon, "export", "--opf", tmp_path / "out")

    assert said.stdout == f"2 books in {tmp_path}/out\n"
    read = opf.read(os.fsencode(tmp_path / "out" / "1.opf"), Limits())
    assert read.title == "A <Title> & more"
    assert [(one.name, one.role) for one in read.contributions] == [("Ann Author", "aut"), ("Bo Writer", "aut")]
    assert [(one.name, one.number) for one in read.series] == [("Salt Roads", "2.5")]
    assert (read.language, read.publisher, read.date) == ("en", "Some House", "2011-03-02")
    assert read.description == "With \u201cquotes\u201d."
    assert ("isbn", "9780306406157") in [(one.scheme, one.value) for one in read.identifiers]


def test_no_opf_is_written_into_a_library(daemon: RunningDaemon, library: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(library)
    before = sorted(library.rglob("*"))

    for folder in (library, library / "new" / "opf", tmp_path / "link" / "opf"):
        said = shishoctl(daemon, "export", "--opf", folder)

        assert said.returncode == 64
        assert "it lies in the library Books, and nothing is written into a library; name a folder" in said.stderr
    assert sorted(library.rglob("*")) == before

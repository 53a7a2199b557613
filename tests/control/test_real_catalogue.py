"""The faces over the real catalogue: what the store answers is what they know how to show."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shishod.control.client import Client
from shishod.control.server import ControlServer
from shishod.ctl.main import main
from shishod.model.book import BookKind, Chapter, Contribution, Role, SeriesEntry, Technical
from shishod.model.library import Library
from shishod.model.metadata import FieldSource, Metadata, Source
from shishod.model.progress import Problem, ScanStatus
from shishod.model.sighting import Sighting
from shishod.model.state import State
from shishod.model.updates import FileError, FileUpdate, RelationshipUpdates
from shishod.operations import Operations
from shishod.store.catalog import SqlCatalog, open_catalog
from shishod.store.settings import StoreSettings
from tests.control.standin import NOON, Standin, a_scan

TEHANU = Metadata(
    title="Tehanu",
    sort_title="Tehanu",
    contributions=(Contribution("Ursula K. Le Guin"), Contribution("Erik Houtman", Role.TRANSLATOR)),
    series=(SeriesEntry("Earthsea", "4"),),
    description="A farmer's widow.",
    chapters=(Chapter("A Bad Thing", href="c1.xhtml"),),
    technical=Technical(pages=226),
    sources=(FieldSource("title", Source.FILE, "dc:title"),),
)


def a_file(path: bytes, **rest) -> FileUpdate:
    seen = Sighting(path, size=10, mtime_ns=1, ctime_ns=1, inode=len(path), device=1)
    return replace(FileUpdate(seen, State.INDEXED, "epub", "epub", 1, reading=b"{}"), **rest)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[SqlCatalog]:
    catalog = open_catalog(StoreSettings(), tmp_path / "state")
    (root,) = catalog.enrol([Library("books", (b"/srv/books",))], NOON)
    broken = FileError("truncated", "the archive ends early")
    books = [
        RelationshipUpdates(root.library_id, root.id, b"t.epub", BookKind.EBOOK, TEHANU, (a_file(b"Le Guin/t.epub"),)),
        RelationshipUpdates(
            root.library_id,
            root.id,
            b"b.epub",
            BookKind.EBOOK,
            None,
            (a_file(b"b.epub", state=State.ERROR, error=broken, error_count=1, reading=None),),
        ),
    ]
    catalog.save(books, {}, NOON)
    catalog.note_problems([Problem(root.id, b"locked", "list", "permission", "the folder may not be listed", NOON)])
    catalog.write_scan(a_scan(1, ScanStatus.COMPLETED, started_at=NOON, ended_at=NOON, total=2, processed=2))
    yield catalog
    catalog.close()


@pytest.fixture
def path(catalog: SqlCatalog, tmp_path: Path) -> Iterator[Path]:
    operations = Operations(catalog=catalog, history=catalog, shelf=catalog, scans=Standin())
    server = ControlServer(operations, tmp_path / "s.sock")
    server.start()
    yield tmp_path / "s.sock"
    server.stop()


def said(path: Path, capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["--socket", str(path), *arguments]) == 0
    return capfd.readouterr().out


def test_status_counts_what_is_there(path: Path):
    report = Client(path).get("/v1/status")

    assert report["ok"]
    assert (report["counts"]["books"], report["counts"]["files"], report["roots"][0]["files"]) == (1, 2, 2)
    assert report["problems"] == 2  # a file and a folder
    assert "2 problems" in report["sentence"]
    assert report["last_scans"][0]["id"] == "scan-1"


def test_books_finds_by_words_of_title_people_and_series(path: Path, capfd: pytest.CaptureFixture[str]):
    told = said(path, capfd, "books", "le", "guin", "earthsea")

    assert told.split("  ")[1:] == ["Tehanu (Earthsea 4)", "Ursula K. Le Guin", "ebook\n"]


def test_show_prints_what_the_store_knows(path: Path, capfd: pytest.CaptureFixture[str]):
    lines = said(path, capfd, "show", "1").splitlines()

    assert lines[0] == "Tehanu  (1)"
    for line in (
        "  authors        Ursula K. Le Guin",
        "  series         Earthsea 4",
        "  with           Erik Houtman (trl)",
        "  A farmer's widow.",
        "  chapters       1",
        "  file           /srv/books/Le Guin/t.epub: indexed",
    ):
        assert line in lines


def test_problems_are_of_files_and_of_folders(path: Path, capfd: pytest.CaptureFixture[str]):
    assert sorted(said(path, capfd, "problems").splitlines()) == [
        "/srv/books/b.epub: the archive ends early [truncated]",
        "/srv/books/locked: the folder may not be listed [permission]",
    ]


def test_metrics_count_files_by_state(path: Path):
    text = Client(path).text("/metrics")

    assert 'shishod_files{state="indexed"} 1.0' in text
    assert 'shishod_files{state="error"} 1.0' in text


def test_a_scan_of_the_history_can_be_looked_up_and_listed(path: Path):
    assert [scan["id"] for scan in Client(path).get("/v1/scans")["scans"]] == ["scan-1"]

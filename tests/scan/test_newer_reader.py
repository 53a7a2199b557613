"""A reader with a higher version reads anew what its older self has read or could not, and nothing else."""

from pathlib import Path

import pytest

from shishod import formats
from shishod.formats.epub import Epub
from shishod.formats.mp3 import Mp3
from shishod.model.state import State
from shishod.model.tier import Tier
from shishod.work.runners import Failed
from tests.samples import an_epub, an_mp3
from tests.scan.house import House


def start_again(house: House) -> int:
    """What a start of the daemon does: ask for outdated folders, and scan quickly."""
    reopened = house.catalog.reopen_outdated(formats.versions())
    house.scan(Tier.QUICK)
    return reopened


@pytest.fixture
def shelves(house: House, library: Path) -> House:
    """An EPUB, an audiobook of two discs, and a broken EPUB, scanned until every folder is signed."""
    for folder in ("Book", "Sound/CD1", "Sound/CD2", "Broken"):
        (library / folder).mkdir(parents=True)
    an_epub(library / "Book/a.epub")
    for disc in ("CD1", "CD2"):
        an_mp3(library / f"Sound/{disc}/1.mp3", album="Sound", track="1")
    (library / "Broken/b.epub").write_bytes(b"PK\3\4 application/epub+zip but no archive")
    house.scan()
    house.clock.wind(24 * 3600)
    house.scan()
    house.scan()
    house.reads()
    return house


def test_nothing_is_read_anew_while_no_reader_has_changed(shelves: House) -> None:
    assert start_again(shelves) == 0
    assert shelves.reads() == []


def test_a_newer_reader_reads_anew_what_it_read_and_what_it_could_not(
    shelves: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Epub, "version", Epub.version + 1)

    assert start_again(shelves) == 2
    assert shelves.reads() == ["Book/a.epub", "Broken/b.epub"]
    assert start_again(shelves) == 0
    assert shelves.reads() == []


def test_discs_are_read_anew_as_the_one_book_they_are(shelves: House, monkeypatch: pytest.MonkeyPatch) -> None:
    before = shelves.titles()
    monkeypatch.setattr(Mp3, "version", Mp3.version + 1)

    start_again(shelves)

    assert shelves.reads() == ["Sound/CD1/1.mp3", "Sound/CD2/1.mp3"]
    assert shelves.titles() == before


def test_a_file_that_has_cost_its_worker_is_given_to_a_newer_reader(
    house: House, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_epub(library / "a.epub")
    house.runner.fails[b"a.epub"] = Failed("memory", "512 MB")
    house.scan()
    house.scan()
    assert house.states() == {"a.epub": State.ERROR}
    house.reads()
    monkeypatch.setattr(Epub, "version", Epub.version + 1)
    house.runner.fails.clear()

    start_again(house)

    assert house.states() == {"a.epub": State.INDEXED}


def test_a_missing_file_is_left_alone(shelves: House, library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (library / "Book/a.epub").unlink()
    (library / "Broken/b.epub").unlink()
    shelves.scan()
    monkeypatch.setattr(Epub, "version", Epub.version + 1)

    assert start_again(shelves) == 0

"""Moves in doubt: a file that was written to under its old time and then renamed is not what it was."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from shishod.model.library import Library, Ways
from tests.samples import an_epub
from tests.scan.house import House


@pytest.fixture
def contents(tmp_path: Path) -> tuple[bytes, bytes]:
    """Two books of one size, which differ in their titles alone: Castor and Pollux."""
    paths = [an_epub(tmp_path / f"{title}.epub", title=title) for title in ("Castor", "Pollux")]
    for path in paths:
        with zipfile.ZipFile(path, "a") as archive:
            archive.comment = b"." * (4096 - path.stat().st_size)
    one, other = (path.read_bytes() for path in paths)
    assert len(one) == len(other)
    return one, other


def rewrite(path: Path, content: bytes) -> None:
    """As taggers do that keep the time: the same file, of the same size, says something else."""
    times = path.stat().st_mtime_ns
    with path.open("r+b") as file:
        file.write(content)
    os.utime(path, ns=(times, times))


def a_scan(house: House, *, hashed: bool) -> int:
    """The number of the one book that is found."""
    house.scan()
    if hashed:
        house.pause()
    house.reads()
    (book,) = house.books()
    return int(book["id"])


def rename(library: Path, old: str, new: str) -> None:
    (library / old).rename(library / new)


def move_away(library: Path, old: str, new: str) -> None:
    (library / "Other").mkdir()
    (library / old).rename(library / "Other" / new)


@pytest.mark.parametrize("hashed", [True, False])
@pytest.mark.parametrize("move", [rename, move_away])
def test_a_file_that_was_rewritten_and_renamed_is_read_anew(
    house: House,
    library: Path,
    contents: tuple[bytes, bytes],
    move: Callable[[Path, str, str], None],
    hashed: bool,
) -> None:
    (library / "Book.epub").write_bytes(contents[0])
    book_id = a_scan(house, hashed=hashed)

    rewrite(library / "Book.epub", contents[1])
    move(library, "Book.epub", "Renamed.epub")
    ended = house.scan()

    assert (house.titles(), [book["id"] for book in house.books()]) == (["Pollux"], [book_id])
    assert (ended.moved, ended.succeeded, len(house.files())) == (1, 1, 1)


def test_what_was_read_anew_is_known_by_its_new_content_from_then_on(
    house: House, library: Path, contents: tuple[bytes, bytes]
) -> None:
    (library / "Book.epub").write_bytes(contents[0])
    a_scan(house, hashed=True)
    rewrite(library / "Book.epub", contents[1])
    rename(library, "Book.epub", "Renamed.epub")
    book_id = a_scan(house, hashed=True)

    rename(library, "Renamed.epub", "Again.epub")

    assert a_scan(house, hashed=False) == book_id
    rewrite(library / "Again.epub", contents[0])
    rename(library, "Again.epub", "Last.epub")
    house.scan()
    assert (house.titles(), house.reads()) == (["Castor"], ["Last.epub"])


def test_a_file_that_was_only_renamed_keeps_its_hash_and_is_not_read_however_often(
    house: House, library: Path, contents: tuple[bytes, bytes]
) -> None:
    (library / "0.epub").write_bytes(contents[0])
    book_id = a_scan(house, hashed=True)

    for number in range(3):
        rename(library, f"{number}.epub", f"{number + 1}.epub")
        house.scan()

    assert (house.reads(), [book["id"] for book in house.books()]) == ([], [book_id])


def test_a_file_that_is_written_to_and_renamed_moves_at_once_and_is_read_when_it_has_settled(
    house: House, library: Path, contents: tuple[bytes, bytes]
) -> None:
    def settling_for(seconds: float) -> None:
        ways = Ways(settle_s=seconds)
        house.catalog.enrol([Library("books", (os.fsencode(library),), ways=ways)], house.clock.now())

    (library / "Book.epub").write_bytes(contents[0])
    a_scan(house, hashed=True)

    settling_for(3600)
    rewrite(library / "Book.epub", contents[1])
    rename(library, "Book.epub", "Renamed.epub")
    house.scan()
    assert (list(house.files()), house.titles(), house.reads()) == (["Renamed.epub"], ["Castor"], [])

    settling_for(0)
    house.scan()
    assert (house.titles(), house.reads()) == (["Pollux"], ["Renamed.epub"])


@pytest.mark.parametrize("hashed", [True, False])
def test_the_last_name_of_a_file_that_was_rewritten_is_read_anew(
    house: House, library: Path, contents: tuple[bytes, bytes], hashed: bool
) -> None:
    (library / "1.epub").write_bytes(contents[0])
    os.link(library / "1.epub", library / "2.epub")
    book_id = a_scan(house, hashed=hashed)

    rewrite(library / "2.epub", contents[1])
    (library / "1.epub").unlink()
    for _ in range(2):
        house.scan()

    assert [(book["id"], book["title"]) for book in house.books()] == [(book_id, "Pollux")]


def test_a_renamed_sidecar_that_was_rewritten_is_read_anew(house: House, library: Path) -> None:
    an_epub(library / "Book.epub", title="Told")
    sidecar = b"<package xmlns='http://www.idpf.org/2007/opf'><metadata xmlns:dc='http://purl.org/dc/elements/1.1/'>"
    sidecar += b"<dc:title>Castor</dc:title></metadata></package>"
    (library / "metadata.opf").write_bytes(sidecar)
    a_scan(house, hashed=True)

    rewrite(library / "metadata.opf", sidecar.replace(b"Castor", b"Pollux"))
    rename(library, "metadata.opf", "Book.opf")
    house.scan()

    assert house.titles() == ["Pollux"]

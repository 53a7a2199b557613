"""Reading leaves no trace on the file."""

import os
import tempfile
from pathlib import Path

import pytest

from shishod.formats.source import in_hand, opened
from tests.nobody import as_nobody

LONG_AGO = 1_000_000_000


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A file whose time of access the next ordinary reading would set, as relatime mounts have it."""
    path = tmp_path / "book"
    path.write_bytes(b"words")
    os.utime(path, (LONG_AGO, LONG_AGO + 1))
    return path


def test_reading_a_file_leaves_its_time_of_access(book: Path) -> None:
    with opened(os.fsencode(book)) as file:
        assert file.read() == b"words"
    assert book.stat().st_atime == LONG_AGO

    book.read_bytes()
    if book.stat().st_atime == LONG_AGO:
        pytest.skip("this filesystem is mounted with noatime, so nothing was proved")


def test_a_file_of_somebody_else_is_read_all_the_same() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can be somebody else")
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        book = Path(place, "book")
        book.write_bytes(b"words")
        book.chmod(0o644)

        with as_nobody(), opened(os.fsencode(book)) as file:
            assert file.read() == b"words"


def test_a_file_in_hand_is_opened_once_and_read_from_its_beginning_by_each(book: Path) -> None:
    with in_hand(os.fsencode(book)):
        with opened(os.fsencode(book)) as first:
            assert first.read(3) == b"wor"
        book.unlink()
        with opened(os.fsencode(book)) as second:
            assert second.read() == b"words"
    assert second.closed
    with pytest.raises(FileNotFoundError), opened(os.fsencode(book)):
        pass


def test_who_opens_a_file_that_is_being_read_has_a_place_of_his_own_in_it(book: Path) -> None:
    path = os.fsencode(book)
    with in_hand(path), opened(path) as first:
        first.read(2)
        with opened(path) as second:
            assert second.read() == b"words"
        assert first.read() == b"rds"


def test_another_file_than_that_in_hand_is_opened_by_itself(book: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"else")
    with in_hand(os.fsencode(book)), opened(os.fsencode(other)) as file:
        assert file.read() == b"else"
    assert file.closed


def test_a_file_in_hand_that_somebody_has_closed_is_opened_again(book: Path) -> None:
    path = os.fsencode(book)
    with in_hand(path):
        with opened(path) as first:
            first.close()
        with opened(path) as second:
            assert second.read() == b"words"

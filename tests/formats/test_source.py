"""Reading leaves no trace on the file."""

import os
import tempfile
from pathlib import Path

import pytest

from shishod.formats.source import opened
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

"""A look at a catalogue while it is in use: whoever looks, and whoever comes after, leaves it as it is."""

import sqlite3
import subprocess
import sys
from pathlib import Path

from shishod.store.catalog import SqlCatalog
from shishod.store.checkup import check_up
from shishod.store.settings import StoreSettings
from tests.store.building import a_book, a_root, save

A_STRANGER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print(connection.execute("SELECT count(*) FROM books").fetchone()[0])
connection.close()
"""


def test_after_a_look_from_inside_a_stranger_who_only_reads_takes_nothing_away(
    catalogue: SqlCatalog, tmp_path: Path
) -> None:
    file = tmp_path / "catalogue.sqlite"
    root = a_root(catalogue)
    save(catalogue, a_book(root, b"one.epub"))

    assert check_up(StoreSettings(), tmp_path).fault == ""
    asked = [sys.executable, "-c", A_STRANGER, str(file)]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "1\n"
    save(catalogue, a_book(root, b"two.epub"))

    with sqlite3.connect(file) as connection:  # in this process: its end takes the locks of no other
        assert connection.execute("SELECT count(*) FROM books").fetchone() == (2,)
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "2\n"


def test_no_catalogue_is_no_fault(tmp_path: Path) -> None:
    found = check_up(StoreSettings(), tmp_path)

    assert (found.fault, found.revision) == ("", "")

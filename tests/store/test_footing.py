"""What is told of the place of a catalogue, while somebody meddles with it."""

import shutil
from pathlib import Path

import pytest

from shishod.store.catalog import open_catalog
from shishod.store.settings import StoreSettings


@pytest.mark.parametrize("whole_folder", [False, True])
def test_a_catalogue_that_was_put_back_is_told_as_removed_no_more(tmp_path: Path, whole_folder: bool) -> None:
    state = tmp_path / "state"
    catalogue = open_catalog(StoreSettings(), state)
    assert catalogue.removed() == ""
    shutil.rmtree(state) if whole_folder else (state / "catalogue.sqlite").unlink()
    assert "was removed while it is in use" in catalogue.removed()

    catalogue.roots()

    assert (state / "catalogue.sqlite").exists()
    assert catalogue.removed() == ""
    catalogue.close()


def test_another_file_in_its_place_is_told_with_both_ways_out(tmp_path: Path) -> None:
    catalogue = open_catalog(StoreSettings(), tmp_path)
    file = tmp_path / "catalogue.sqlite"
    file.rename(tmp_path / "aside")
    file.write_bytes(b"precious")

    assert "restart shishod" in catalogue.removed() and "move it away" in catalogue.removed()

    file.unlink()
    (tmp_path / "aside").rename(file)
    assert catalogue.removed() == ""
    catalogue.close()

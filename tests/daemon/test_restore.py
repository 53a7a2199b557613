"""Putting a copy back where the disk does not play along: what is said is what is so."""

import os
import tarfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shishod.daemon.config import Settings
from shishod.daemon.restore import restore
from shishod.errors import SettingsError
from shishod.store.catalog import open_catalog

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a catalogue that is there."""
    ours = Settings(state_dir=str(tmp_path / "state"))
    with closing(open_catalog(ours.store, ours.state_path())):
        return ours


@pytest.fixture
def archive(settings: Settings, tmp_path: Path) -> Path:
    """A copy of it, with a cover."""
    place, cover = tmp_path / "copy.tar", tmp_path / "cover"
    cover.write_bytes(b"a picture")
    with tarfile.open(place, "w") as tar:
        tar.add(settings.state_path() / "catalogue.sqlite", "catalogue.sqlite")
        tar.add(cover, f"covers/ab/{'ab' * 20}.png")
    return place


def test_covers_that_cannot_be_put_back_do_not_deny_that_the_catalogue_was(settings: Settings, archive: Path) -> None:
    (settings.state_path() / "covers").write_text("in the way")

    with pytest.raises(SettingsError) as told:
        restore(settings, archive, NOW)

    assert "is the catalogue now, but its covers cannot be put back" in str(told.value)
    assert "nothing was changed" not in str(told.value)
    assert (settings.state_path() / "before-restore-20261128T120000" / "catalogue.sqlite").exists()
    assert (settings.state_path() / "catalogue.sqlite").exists()


def test_what_cannot_be_laid_aside_is_told_with_where_it_lies(settings: Settings, archive: Path) -> None:
    (settings.state_path() / "before-restore-20261128T120000").write_text("in the way")

    with pytest.raises(SettingsError, match="cannot be laid aside"):
        restore(settings, archive, NOW)

    assert (settings.state_path() / "catalogue.sqlite").exists()
    assert [name for name in os.listdir(settings.state_path()) if name.startswith(".restore")] == []


def test_an_archive_with_no_room_for_it_changes_nothing(settings: Settings, archive: Path) -> None:
    (settings.state_path() / f".restore-{os.getpid()}").write_text("in the way")

    with pytest.raises(SettingsError, match="nothing was changed"):
        restore(settings, archive, NOW)

    assert (settings.state_path() / "catalogue.sqlite").exists()

"""What every room's tests may ask for."""

from pathlib import Path

import pytest


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """An empty folder to be a library's root."""
    folder = tmp_path / "Books"
    folder.mkdir()
    return folder

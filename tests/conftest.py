"""What every room's tests may ask for, and how many of them run at once."""

import os
import signal
import sys
from pathlib import Path

import pytest

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell takes it from what it starts behind itself
# Hundreds of daemons are started, and each would compile all of our source, where bytecode is not to be kept.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """The whole is run by two, for half of what it does is wait; a part of it, or what failed, by none but oneself."""
    every_path = config.args == config.getini("testpaths") and not config.getoption("lf", False)
    return 2 if every_path and config.option.markexpr == "not long" else 0


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """An empty folder to be a library's root."""
    folder = tmp_path / "Books"
    folder.mkdir()
    return folder

"""What every room's tests may ask for, and how many of them run at once."""

import logging
import os
import signal
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import pytest

from shishod.work.runners.nursery import NURSERY

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell takes it from what it starts behind itself
# Hundreds of daemons are started, and each would compile all of our source, where bytecode is not to be kept.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


WAITING = {"bench", "convergence", "journeys", "packaging", "promises", "system", "watch"}  # rooms that wait for others


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """The whole is run by three on two cores, for half of what it does is wait; a part of it by none but oneself."""
    every_path = config.args == config.getini("testpaths") and not config.getoption("lf", False)
    return 3 if every_path and config.option.markexpr == "not long" else 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that wait, each beside one that computes, so that no long one is left for the end."""
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    waiting = [one for path, one in files.items() if path.parent.name in WAITING]
    others = [one for path, one in files.items() if path.parent.name not in WAITING]
    items[:] = [item for pair in zip_longest(waiting, others, fillvalue=[]) for one in pair for item in one]


@pytest.fixture(autouse=True)
def words_as_they_were() -> Iterator[None]:
    """What a test has asked to be logged, and where to, is asked for by none after it."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers


@pytest.fixture(autouse=True, scope="module")
def no_fork_server() -> Iterator[None]:
    """A file's reading processes are made of what it asks for, and from where it stands."""
    yield
    NURSERY.rest()


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """An empty folder to be a library's root."""
    folder = tmp_path / "Books"
    folder.mkdir()
    return folder

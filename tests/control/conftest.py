"""A real ControlServer on a real socket, over the stand-in daemon."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shishod.control.client import Client
from shishod.control.server import ControlServer
from tests.control.standin import Standin, a_root, serving


@pytest.fixture
def books(tmp_path: Path) -> Path:
    folder = tmp_path / "books"
    folder.mkdir()
    return folder


@pytest.fixture
def daemon(books: Path) -> Standin:
    return Standin(known=[a_root(books)])


@pytest.fixture
def socket_path(tmp_path: Path) -> Path:
    return tmp_path / "s.sock"


@pytest.fixture
def server(daemon: Standin, socket_path: Path) -> Iterator[ControlServer]:
    with serving(daemon, socket_path) as up:
        yield up


@pytest.fixture
def client(server: ControlServer, socket_path: Path) -> Client:
    return Client(socket_path, timeout_s=5.0)

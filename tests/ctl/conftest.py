"""shishoctl run against a real server over the stand-in daemon."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from shishod.ctl.main import main
from tests.control.standin import Standin, a_root, serving


@dataclass
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


Shishoctl = Callable[..., Said]


@pytest.fixture
def books(tmp_path: Path) -> Path:
    folder = tmp_path / "books"
    folder.mkdir()
    return folder


@pytest.fixture
def daemon(books: Path) -> Standin:
    return Standin(known=[a_root(books)])


@pytest.fixture
def socket_path(daemon: Standin, tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "s.sock"
    with serving(daemon, path):
        yield path


@pytest.fixture
def shishoctl(socket_path: Path, capfd: pytest.CaptureFixture[str]) -> Shishoctl:
    def run(*arguments: str | bytes) -> Said:
        capfd.readouterr()
        code = main(["--socket", str(socket_path), *arguments])  # type: ignore[list-item]
        out, err = capfd.readouterr()
        return Said(code, out, err)

    return run

"""What a daemon loads to be ready: what one option, one command or one day in a year needs comes when it is due."""

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

WIRE = """
import os, sys
from shishod.daemon.main import cli
from shishod.daemon import launch
launch._supervise = lambda daemon, *_: print(*sys.modules, sep="\\n")
cli(["run", "--library", sys.argv[1], "--state-dir", sys.argv[2], "--socket", sys.argv[2] + "/s"])
"""
NOT_YET = {
    "sqlalchemy.dialects.postgresql": "the catalogue is in SQLite",
    "apscheduler": "the clock is set up when all else is there",
    "uvicorn": "the socket is bound when all is wired, and not at all for one scan",
    "starlette": "the socket is bound when all is wired",
    "http.client": "nobody has a hook",
    "alembic": "the catalogue is as this program wants it",
    "rich": "nothing is drawn where there is no terminal",
    "httpx2": "no provider is on",
    "shishod.enrich.enricher": "no provider is on",
    "shishod.model.naming": "no book is put together",
    "shishod.daemon.doctor": "nobody asked how it is",
    "shishod.control.openapi": "nobody asked what may be asked",
    "lxml": "files are read in processes of their own",
    "mutagen": "files are read in processes of their own",
    "PIL": "files are read in processes of their own",
    "ebooklib": "files are read in processes of their own",
    "langcodes": "files are read in processes of their own",
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """The modules of a process that has wired a daemon on one folder and starts its parts next."""
    place = tmp_path_factory.mktemp("start")
    (place / "Books").mkdir()
    command = [sys.executable, "-c", WIRE, str(place / "Books"), str(place / "state")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert f'"workers": {max(os.cpu_count() or 1, 4)}' in ran.stderr, "the log says how many auto is"
    return frozenset(ran.stdout.split())


def test_a_start_loads_what_it_works_with(loaded: frozenset[str]) -> None:
    assert {"shishod.daemon.assembly", "sqlalchemy.dialects.sqlite"} <= loaded


@pytest.mark.parametrize("module", NOT_YET)
def test_a_plain_start_waits_with(module: str, loaded: frozenset[str]) -> None:
    assert find_spec(module)
    assert module not in loaded, f"nothing needs it yet, for {NOT_YET[module]}"

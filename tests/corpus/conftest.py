"""Every file of the corpus, read once by one process that is limited and locked in as a worker is."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.corpus.scoring import Row, corpus, rows

PLACE = corpus()

READ_ALL = """
import base64, json, os, sys, time
from shishod import formats
from shishod.errors import BrokenFile
from shishod.model.metadata import dump_reading
from shishod.work.runners import confined, ground, sandbox
confined.keep_within(confined.Limits(formats.Limits().memory_bytes))
sandbox.enter(ground.Sandbox((os.fsencode(sys.argv[1]),)))
for line in sys.stdin:
    began, answer = time.monotonic(), {}
    try:
        answer["reading"] = base64.b64encode(dump_reading(formats.read(os.fsencode(json.loads(line))))).decode()
    except BrokenFile as broken:
        answer["broken"] = [broken.reason, broken.text]
    answer["seconds"] = time.monotonic() - began
    print(json.dumps(answer), flush=True)
"""


@pytest.fixture(scope="session")
def answers() -> dict[str, tuple[Row, dict]]:
    """Every file of our formats with what became of it: a packed reading or a reason, and the seconds it took."""
    if PLACE is None:
        pytest.skip("no corpus: set SHISHOD_CORPUS to a folder with index.tsv")
    asked = list(rows(PLACE))
    paths = "\n".join(json.dumps(str(PLACE / row.path)) for row in asked)
    told = subprocess.run(
        [sys.executable, "-c", READ_ALL, str(PLACE)], input=paths,
        capture_output=True, text=True, timeout=110, check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    lines = told.stdout.splitlines()
    assert len(lines) == len(asked), f"reading ended at {asked[len(lines)].path}: {told.stderr[-2000:]}"
    return {row.path: (row, json.loads(line)) for row, line in zip(asked, lines, strict=True)}

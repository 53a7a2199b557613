"""The real daemon asked by schemathesis what its OpenAPI document allows, and what it does not (`pytest -m long`)."""

import asyncio
import contextlib
import importlib.util
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.libraries import many_books
from tests.journeys.running import a_daemon

SECONDS = 120
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not importlib.util.find_spec("schemathesis"), reason="pip install -e '.[siege]'"),
]


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    writer.close()


@contextlib.contextmanager
def bridged(path: Path) -> Iterator[str]:
    """The socket as a URL, for a tool that knows no Unix sockets."""

    async def joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_unix_connection(str(path))
        await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer))

    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(joined, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


def test_no_request_that_can_be_thought_of_brings_an_error_or_an_answer_of_another_shape(tmp_path: Path) -> None:
    many_books(tmp_path / "Books", 60)
    with a_daemon(tmp_path / "daemon", tmp_path / "Books") as daemon, bridged(daemon.socket) as url:
        daemon.settled()
        command = [Path(sys.executable).parent / "schemathesis", "run", f"{url}/v1/openapi.json", "--url", url]
        command += ["--max-time", str(SECONDS), "--checks", CHECKS, "--request-timeout", "30", "--no-color"]
        said = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

        print("\n".join(re.findall(r"Tested: .*|\d+ generated.*", said.stdout)))
        assert said.returncode == 0, said.stdout[-6000:] + said.stderr[-2000:]
        assert daemon.status()["ok"]

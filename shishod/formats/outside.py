"""Programs that know a format better than we do: what one says of a file, and an end to its patience."""

import os
import resource
import selectors
import signal
import subprocess
import time
from contextlib import suppress
from typing import NamedTuple

_PIECE = 1 << 16
_MOST_COMPLAINTS = 1 << 16
_ENVIRONMENT = {
    "PATH": os.defpath,
    "LC_ALL": "C.UTF-8",
    "MALLOC_ARENA_MAX": "1",  # each arena takes 64 MiB of the address space that a worker may have
    "AV_LOG_FORCE_NOCOLOR": "1",
}


class Answer(NamedTuple):
    """What a program said: on its output, on its error output (the first of it), and by its exit code.

    `code` is None where it was ended: it took too long, or (`overlong`) said more than was asked for.
    """

    code: int | None
    said: bytes
    complaints: bytes
    overlong: bool = False


def ask(command: list[str | bytes], most: int, patience_s: float) -> Answer:
    """Run a command and hear at most so many bytes of it, for so long. Its whole group is ended, whatever it is at.

    Nothing is opened for it: its input is a pipe that ends at once. Raises OSError where it cannot be started.
    """
    deadline = time.monotonic() + patience_s
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        env=_ENVIRONMENT,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        try:
            process.stdin.close()
            _limit(process.pid, patience_s)
            said, complaints, finished = _hear(process, most, deadline)
            code = process.wait(max(deadline - time.monotonic(), 0.1)) if finished else None
        except subprocess.TimeoutExpired:
            code = None
        finally:
            _end(process)
    return Answer(code, said, complaints, len(said) > most)


def _limit(pid: int, patience_s: float) -> None:
    """It may outlive us, for our own process is ended without a warning; then this ends it."""
    with suppress(OSError, ValueError):  # it has ended already, or may use less than that as it is
        seconds = int(patience_s) + 1
        resource.prlimit(pid, resource.RLIMIT_CPU, (seconds, seconds))


def _hear(process: subprocess.Popen[bytes], most: int, deadline: float) -> tuple[bytes, bytes, bool]:
    """Output, complaints, and whether it came to their end."""
    said, complaints = bytearray(), bytearray()
    with selectors.DefaultSelector() as waiting:
        for stream, heard in ((process.stdout, said), (process.stderr, complaints)):
            waiting.register(stream.fileno(), selectors.EVENT_READ, heard)  # type: ignore[union-attr]
        while waiting.get_map():
            ready = waiting.select(max(deadline - time.monotonic(), 0))
            for key, _ in ready:
                piece = os.read(key.fd, _PIECE)
                key.data.extend(piece)
                if not piece:
                    waiting.unregister(key.fd)
            del complaints[_MOST_COMPLAINTS:]
            if not ready or len(said) > most:
                return bytes(said), bytes(complaints), False
    return bytes(said), bytes(complaints), True


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)

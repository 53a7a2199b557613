"""A member of an archive out of a program's mouth: nothing written, nothing asked, and an end to its patience."""

import os
import selectors
import signal
import subprocess
import time
from shutil import which

_COMMANDS: dict[str, tuple[str, ...]] = {  # program -> its words before the archive and the member
    "unrar": ("p", "-inul", "-p-", "--"),
    "unar": ("-quiet", "-no-recursion", "-output-directory", "-"),
}
_PATIENCE_S = 10.0
_PIECE = 1 << 16


def member_of(archive: bytes, name: str, most: int) -> bytes | None:
    """The bytes of a member, by the first program that is there; None when it has none, or has more than `most`."""
    for program, words in _COMMANDS.items():
        if (path := which(program)) is not None:
            content = output_of([path, *words, os.path.abspath(archive), name], most)
            if content:
                return content
    return None


def output_of(command: list[str | bytes], most: int, patience_s: float = _PATIENCE_S) -> bytes | None:
    """What a command says; None when it fails, says more than `most`, or takes too long. Its whole group is ended."""
    deadline = time.monotonic() + patience_s
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            said = _read(process.stdout.fileno(), most, deadline)
            if said is None:
                return None
            return said if process.wait(max(deadline - time.monotonic(), 0.1)) == 0 else None
        except subprocess.TimeoutExpired:
            return None
        finally:
            _end(process)


def _read(descriptor: int, most: int, deadline: float) -> bytes | None:
    said = bytearray()
    with selectors.DefaultSelector() as waiting:
        waiting.register(descriptor, selectors.EVENT_READ)
        while waiting.select(max(deadline - time.monotonic(), 0)):
            piece = os.read(descriptor, _PIECE)
            said += piece
            if not piece:
                return bytes(said)
            if len(said) > most:
                return None
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)

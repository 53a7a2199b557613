"""A share on this machine that smbd serves and smbclient writes to, as a NAS and a desktop do."""

import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.waiting import wait_until

CONFIG = """\
[global]
  server role = standalone
  smb ports = {port}
  interfaces = 127.0.0.1
  bind interfaces only = yes
  disable netbios = yes
  load printers = no
  smb2 max write = 65536
  disable spoolss = yes
  map to guest = Bad User
  guest account = nobody
  log file = {place}/log
  {folders}
[books]
  path = {library}
  read only = no
  guest ok = yes
  force user = root
"""
FOLDERS = ("private dir", "lock directory", "state directory", "cache directory", "pid directory", "ncalrpc dir")


class Share:
    """Each call is one session of a client."""

    def __init__(self, port: int, place: Path) -> None:
        self._port = port
        self._place = place

    def command(self, *words: str) -> list[str]:
        talk = "; ".join(words)
        return ["smbclient", "//127.0.0.1/books", "-p", str(self._port), "-N", "-s", str(self._place), "-c", talk]

    def say(self, *words: str) -> None:
        """Commands of smbclient, such as `put LOCAL REMOTE`."""
        done = subprocess.run(self.command(*words), check=False, capture_output=True, text=True)
        if done.returncode or "NT_STATUS" in done.stdout:
            raise AssertionError(f"smbclient {words}: {done.stdout}{done.stderr}")

    def put_slowly(self, pieces: Sequence[bytes], remote: str, pause_s: float) -> None:
        """One file in one session, with a pause before each further piece."""
        pause = threading.Event()
        client = subprocess.Popen(
            self.command(f'put - "{remote}"'), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert client.stdin is not None
        for number, piece in enumerate(pieces):
            if number:
                pause.wait(pause_s)
            client.stdin.write(piece)
            client.stdin.flush()
        said, _ = client.communicate(timeout=30)
        if client.returncode:
            raise AssertionError(said.decode())


@contextmanager
def a_share(place: Path, library: Path) -> Iterator[Share]:
    """smbd with everything of its own: port, passwords, locks; skipped with the reason where there is none."""
    if not (shutil.which("smbd") and shutil.which("smbclient")):
        pytest.skip("needs the packages samba and smbclient; CI installs both")
    place.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for name in FOLDERS:
        (place / name.split()[0]).mkdir(mode=0o755)
    folders = "\n  ".join(f"{name} = {place / name.split()[0]}" for name in FOLDERS)
    config = place / "smb.conf"
    config.write_text(CONFIG.format(port=port, place=place, library=library, folders=folders))
    server = subprocess.Popen(
        ["smbd", "--foreground", "--no-process-group", "--configfile", str(config)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    share = Share(port, config)
    try:
        wait_until(lambda: _answers(share, server), 20, "smbd answers")
        yield share
    finally:
        server.terminate()
        server.wait(10)


def _answers(share: Share, server: subprocess.Popen[bytes]) -> bool:
    if server.poll() is not None:
        raise AssertionError(f"smbd ended with {server.returncode}")
    return subprocess.run(share.command("ls"), check=False, capture_output=True).returncode == 0

"""Other programs that catalogue a library, on the very files that shishod is measured with; none of them is needed.

Each has its own idea of the work: `DOES` says what it does with a file and from when on its clock runs, and what stands
beside a ratio is to be read with it. Ours runs from the request to the daemon until every cover is stored; a first
scan reads tags, length, chapters and covers, and merges tracks into books. All read the same files from the same page
cache, in turns, each into a new folder on the same disk.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedRWPair
from pathlib import Path

from tests.bench.daemon import end
from tests.bench.library import Shelf
from tests.waiting import wait_until

LIMIT_S = 1800.0
DOES = {
    "calibredb": "reads metadata and cover, copies the book and its cover into a library of its own, and writes an OPF;"
    " from its start",
    "mpd": "reads tags and length; no cover and no chapters; its database is one file that is written at the end;"
    " from the command to a daemon that runs",
    "minidlna": "reads tags, length and the picture inside, which it makes smaller, into SQLite; from its start",
    "beets": "reads tags and length by mutagen, into SQLite; no cover, nothing looked up or copied; from its start",
}
BINARIES = {"calibredb": "calibredb", "mpd": "mpd", "minidlna": "minidlnad", "beets": "beet"}


def installed() -> tuple[str, ...]:
    """Those of the peers that this machine has."""
    paths = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))
    return tuple(name for name, binary in BINARIES.items() if shutil.which(binary, path=paths))


def version(peer: str) -> str:
    """The first number of a version that it prints of itself."""
    command = [BINARIES[peer], {"minidlna": "-V", "beets": "version"}.get(peer, "--version")]
    said = subprocess.run(command, capture_output=True, text=True, check=False, env=_quiet(Path("/tmp")))
    found = re.search(r"\d+(\.\d+)+", said.stdout + said.stderr)
    return found[0] if found else "?"


def calibre_add(shelf: Shelf, place: Path) -> float:
    """Seconds of `calibredb add` into an empty library."""
    command = ["calibredb", "add", "--recurse", "--with-library", str(place / "calibre"), shelf.root]
    took_s = _timed(command, place)
    covers = len(list((place / "calibre").rglob("cover.jpg")))
    if covers != shelf.books:
        raise AssertionError(f"calibre has {covers} covers, the library {shelf.books} books")
    return took_s


def beets_import(shelf: Shelf, place: Path) -> float:
    """Seconds of `beet import` that leaves the files where and as they are, and looks nothing up."""
    config = place / "beets.yaml"
    told = {
        "directory": str(place / "music"),
        "library": str(place / "beets.db"),
        "plugins": [],
        "import": {"copy": False, "move": False, "write": False, "autotag": False, "resume": False, "quiet": True},
    }
    config.write_text(json.dumps(told), encoding="utf-8")  # which is YAML
    took_s = _timed(["beet", "-c", str(config), "import", shelf.root], place)
    listed = subprocess.run(["beet", "-c", str(config), "ls"], capture_output=True, check=True, env=_quiet(place))
    _must_hold("beets", listed.stdout.count(b"\n"), shelf.files)
    return took_s


def minidlna_scan(shelf: Shelf, place: Path) -> float:
    """Seconds from the start of minidlnad with an empty database until its log says that the scan has finished."""
    config, log = place / "minidlna.conf", place / "minidlna.log"
    config.write_text(
        f"media_dir=A,{shelf.root}\ndb_dir={place}/db\nlog_dir={place}\ninotify=no\nport={_free_port()}\nfriendly_name=bench\n"
        "log_level=general,artwork,database,inotify,scanner,metadata,http,ssdp,tivo=info\n",
        encoding="utf-8",
    )

    def finished() -> int:
        said = re.search(rb"finished \((\d+) files\)", log.read_bytes() if log.exists() else b"")
        return int(said[1]) if said else 0

    started_s = time.perf_counter()
    with _running(["/usr/sbin/minidlnad", "-S", "-f", str(config), "-P", str(place / "pid")], place):
        found = wait_until(finished, LIMIT_S, "minidlna has finished its scan")
        took_s = time.perf_counter() - started_s
    _must_hold("minidlna", found, shelf.files)
    return took_s


class Mpd:
    """An MPD of its own on a library, with an empty database and no sound."""

    def __init__(self, shelf: Shelf, place: Path) -> None:
        self._shelf, self._place, self._socket = shelf, place, place / "mpd.socket"
        (place / "mpd.conf").write_text(
            f'music_directory "{shelf.root}"\ndb_file "{place}/mpd.db"\nlog_file "{place}/mpd.log"\n'
            f'bind_to_address "{self._socket}"\nauto_update "no"\nzeroconf_enabled "no"\n'
            'audio_output {\n type "null"\n name "none"\n}\n',
            encoding="utf-8",
        )

    @contextmanager
    def started(self) -> Iterator["Mpd"]:
        with _running(["mpd", "--no-daemon", str(self._place / "mpd.conf")], self._place):
            wait_until(lambda: self._socket.exists() and self._answers(), 30, "mpd answers")
            yield self

    def update(self) -> float:
        """Seconds from the command until nothing is being updated, and all tracks are there."""
        with socket.socket(socket.AF_UNIX) as wire:
            wire.connect(str(self._socket))
            lines = wire.makefile("rwb")
            lines.readline()
            started_s = time.perf_counter()
            self._say(lines, b"update")
            while b"updating_db" in self._say(lines, b"status"):
                self._say(lines, b"idle update")
            took_s = time.perf_counter() - started_s
            songs = int(self._say(lines, b"stats").get(b"songs", b"0"))
        _must_hold("mpd", songs, self._shelf.files)
        return took_s

    @staticmethod
    def _say(lines: BufferedRWPair, command: bytes) -> dict[bytes, bytes]:
        lines.write(command + b"\n")
        lines.flush()
        said: dict[bytes, bytes] = {}
        while (line := lines.readline().rstrip()) != b"OK":
            if line.startswith(b"ACK") or not line:
                raise AssertionError(f"mpd says {line!r} to {command!r}")
            key, _, value = line.partition(b": ")
            said[key] = value
        return said

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as wire:
            return wire.connect_ex(str(self._socket)) == 0


def _must_hold(peer: str, found: int, wanted: int) -> None:
    if found != wanted:
        raise AssertionError(f"{peer} found {found} tracks, the library has {wanted}")


def _quiet(place: Path) -> dict[str, str]:
    """An environment in which nothing of the user's is read or written."""
    return {**os.environ, "HOME": str(place), "CALIBRE_CONFIG_DIRECTORY": str(place / "config"), "BEETSDIR": str(place)}


def _timed(command: list[str], place: Path) -> float:
    started_s = time.perf_counter()
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=_quiet(place), timeout=LIMIT_S)
    took_s = time.perf_counter() - started_s
    if ran.returncode:
        raise AssertionError(f"{command[0]} failed: {ran.stderr[-2000:]}")
    return took_s


@contextmanager
def _running(command: list[str], place: Path) -> Iterator[None]:
    with (place / "said").open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, stdin=subprocess.DEVNULL, env=_quiet(place))
    try:
        yield
    finally:
        end(process)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])

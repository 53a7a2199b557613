"""Paths are bytes: how to show them, compare them, and where our own files lie."""

import os
import re
import stat
import unicodedata
from binascii import b2a_base64
from functools import lru_cache

SYSTEM_STATE, SYSTEM_SOCKET = "/var/lib/shishod", "/run/shishod/shishod.sock"
SYSTEM_CONFIG = "/etc/shishod/config.yaml"
UNITS = tuple(f"{folder}/systemd/system/shishod.service" for folder in ("/etc", "/usr/lib", "/lib"))
PACKED = b".zip"
_PACKED_BOOKS = (b".fb2.zip",)
_DIGITS = re.compile(r"(\d+)")


def display(path: bytes) -> str:
    """Text for people: NFC, with U+FFFD for bytes that are not UTF-8 and control characters escaped. Never raises."""
    text = unicodedata.normalize("NFC", path.decode("utf-8", "replace"))
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def json_path(path: bytes, key: str = "path") -> dict[str, str]:
    """`{"path": text}`, and `path_b64` beside it where the text alone could not lead back to the bytes."""
    shown = display(path)
    answer = {key: shown}
    if shown.encode("utf-8") != path:
        answer[f"{key}_b64"] = b2a_base64(path, newline=False).decode("ascii")
    return answer


@lru_cache(maxsize=4096)  # a file is put in order where it is grouped, in a flat folder at each walk, and merged
def natural_key(text: str) -> str:
    """Orders as people count: page2 before page10, case aside, and what begins with a number before what does not.

    A number is told by how many digits it has, then by them; so the key is a plain string, and small.
    """
    parts = enumerate(_DIGITS.split(text.casefold()))  # every second is a number
    return "".join([_counted(one) if at & 1 and one.isascii() else f"\1{one}" for at, one in parts if one])


def _counted(number: str) -> str:
    digits = number.lstrip("0")
    return f"\0{chr(len(digits))}{digits}"


@lru_cache(maxsize=1024)  # a file is asked about twenty times from its walk to its merge
def suffix(name: bytes) -> bytes:
    """The lower-case ending with its dot, b"" when there is none. A leading dot makes a hidden file, not an ending.

    A zip that is named for the one book in it has both endings as one.
    """
    dot = name.rfind(b".")
    ending = name[dot:].lower() if dot > 0 else b""
    if ending != PACKED:
        return ending
    return next((both for both in _PACKED_BOOKS if name[: -len(both)] and name.lower().endswith(both)), ending)


def parent(path: bytes) -> bytes:
    """The folder that holds a root-relative path; b"" is the root itself."""
    return path.rpartition(b"/")[0]


def base(path: bytes) -> bytes:
    """The last component of a path."""
    return path.rpartition(b"/")[2]


def join(folder: bytes, name: bytes) -> bytes:
    """A root-relative path; the root is b""."""
    return folder + b"/" + name if folder else name


def is_under(path: bytes, folder: bytes) -> bool:
    """Whether `path` is `folder` or lies in it; "AB" is not under "A", and everything is under the root b""."""
    return not folder or path == folder or path.startswith(folder + b"/")


def is_a_service() -> bool:
    """Whether this machine has a unit that runs a daemon in the system's own folders."""
    return any(os.path.exists(unit) for unit in UNITS)


def state_dir() -> str:
    """Where a daemon started by hand keeps its catalogue; systemd's STATE_DIRECTORY wins."""
    if given := os.environ.get("STATE_DIRECTORY"):
        return given.split(":")[0]
    home = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return os.path.join(home, "shishod")


def runtime_sockets() -> list[str]:
    """Where a daemon's socket may be, the likeliest first: $SHISHOD_SOCKET, this user's own, the system's."""
    places = []
    if given := os.environ.get("SHISHOD_SOCKET"):
        return [given]
    if runtime := os.environ.get("RUNTIME_DIRECTORY"):
        places.append(os.path.join(runtime.split(":")[0], "shishod.sock"))
    if xdg := os.environ.get("XDG_RUNTIME_DIR"):
        places.append(os.path.join(xdg, "shishod", "shishod.sock"))
    places.append(os.path.join(state_dir(), "shishod.sock"))
    places.append(SYSTEM_SOCKET)
    return places


def own_socket() -> str:
    """Where our own daemon binds when it is not told: the first of the places `shishoctl` will look in."""
    return runtime_sockets()[0]


def find_socket() -> str:
    """The first place that has a socket; where none has, the one that the error is to name."""
    places = runtime_sockets()
    likely = SYSTEM_SOCKET if SYSTEM_SOCKET in places and is_a_service() else places[0]
    return next((place for place in places if _is_socket(place)), likely)


def _is_socket(place: str) -> bool:
    try:
        return stat.S_ISSOCK(os.stat(place).st_mode)
    except OSError:
        return False

"""Client: how shishoctl and the tests speak to the daemon; the standard library and the porch, nothing heavy."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress

from shishod.control.exchange import Answer, ask
from shishod.errors import Refused, Unreachable

TYPE_CHECKING = False  # typing takes as long to load as all of ours
if TYPE_CHECKING:
    from typing import Any

FIRST_PERSON = 1000  # of the user ids; those below are services
MONITOR_S = 8.0  # what watches over machines gives up after ten, and then says nothing of the reason
PLAIN = frozenset("/?&=%+.-_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


class Silent(Unreachable):
    """A daemon is there, and has not answered in time: it hangs, or is frozen."""


class Client:
    """One daemon by its socket; every call is a connection of its own.

    Raises Unreachable when nobody answers, Refused with the daemon's own words when it says no.
    """

    def __init__(self, socket_path: str | os.PathLike[str], timeout_s: float = 40.0) -> None:
        self._path = os.fspath(socket_path)
        self._timeout_s = timeout_s

    def patient(self, limit_s: float) -> Client:
        """The same daemon, for a question that takes its time: every wait is so long at most."""
        return Client(self._path, limit_s)

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """The JSON at a path; None and empty values of the query are left out."""
        return self._call("GET", _with(path, query))

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """What the daemon answers to a JSON body."""
        return self._call("POST", path, body)

    def delete(self, path: str) -> Any:
        """What the daemon answers to a DELETE."""
        return self._call("DELETE", path)

    def text(self, path: str) -> str:
        """An answer that is not JSON, as it came."""
        with self._answer("GET", path) as answer:
            return self._read(answer).decode("utf-8", "replace")

    def content(self, path: str) -> tuple[bytes, Mapping[str, str]]:
        """An answer as it came, and its headers by their names in lower case."""
        with self._answer("GET", path) as answer:
            return self._read(answer), answer.headers

    def stream(self, method: str, path: str, query: Mapping[str, Any] | None = None) -> Iterator[bytes]:
        """An answer of any size, piece by piece. Raises Unreachable where it breaks off."""
        with self._answer(method, _with(path, query)) as answer:
            try:
                yield from answer.pieces()
            except (OSError, ValueError) as error:
                raise Unreachable(f"the daemon at {self._path} hung up before its answer was whole") from error

    def events(self, path: str, body: Mapping[str, Any] | None = None) -> Iterator[tuple[str, Any]]:
        """Server-sent events, each as its name and JSON, until the daemon ends the stream; with a body it is a POST."""
        with self._answer("GET" if body is None else "POST", path, body) as answer:
            name, said = "message", ""
            for line in self._lines(answer):
                key, _, value = line.partition(": ")
                if key == "event":
                    name = value
                elif key == "data":
                    said += value
                elif not key and said:
                    if name == "error":
                        raise self._told(json.loads(said))
                    yield name, json.loads(said)
                    name, said = "message", ""

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        with self._answer(method, path, body) as answer:
            said = self._read(answer)
        try:
            return json.loads(said or b"null")
        except ValueError as error:
            raise Unreachable(f"what answers at {self._path} is no shishod; --socket names another place") from error

    def _answer(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        packed = None if body is None else _packed(body)
        try:
            answer = ask(self._path, self._timeout_s, method, _quoted(path), packed)
        except (OSError, ValueError) as error:
            raise self._trouble(error) from error
        if answer.status >= 400:
            with answer:
                raise self._refusal(answer)
        return answer

    def _read(self, answer: Answer) -> bytes:
        try:
            return answer.read()
        except (OSError, ValueError) as error:
            raise self._trouble(error) from error

    def _lines(self, answer: Answer) -> Iterator[str]:
        try:
            yield from answer.lines()
        except (OSError, ValueError) as error:
            raise self._trouble(error) from error

    def _refusal(self, answer: Answer) -> Exception:
        said = self._read(answer)
        try:
            told = json.loads(said)
            return self._told(told["error"])
        except (ValueError, KeyError, TypeError):
            return Unreachable(f"the daemon at {self._path} answered {answer.status} {answer.reason} and nothing else")

    @staticmethod
    def _told(error: Mapping[str, str]) -> Exception:
        kind, text, hint = error["kind"], error["text"], error["hint"]
        return Unreachable(text) if kind == "unreachable" else Refused(text, kind, hint)

    def _trouble(self, error: Exception) -> Exception:
        if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EPERM):
            return Refused(
                f"you may not use the socket {self._path}",
                "permission",
                _way_in(self._path),
            )
        if isinstance(error, TimeoutError):
            return Silent(
                f"the daemon at {self._path} did not answer within {self._timeout_s:g} s; "
                "`systemctl status shishod` says how it is"
            )
        if isinstance(error, BlockingIOError):
            return Silent(
                f"the daemon at {self._path} takes no more callers, for too many wait for it; "
                "`systemctl status shishod` says how it is"
            )
        if _lies_there(self._path):
            return Unreachable(f"{self._path} is no socket, so no daemon answers there; --socket names another place")
        return Unreachable(
            f"no daemon answers at {self._path}; `systemctl status shishod` says whether it runs, "
            "and --socket names another place"
        )


def _way_in(path: str) -> str:
    """How to be let in, by whose the socket is, or its folder where that is shut."""
    from grp import getgrgid
    from pwd import getpwuid

    owner, group, system = "root", "shishod", True
    with suppress(OSError, KeyError):
        shown = _shown(path)
        user = getpwuid(shown.st_uid)
        owner, system = user.pw_name, user.pw_uid < FIRST_PERSON
        group = getgrgid(shown.st_gid).gr_name
    if system and group != "root":
        return f"join its group with `sudo usermod -aG {group} $USER` and log in again"
    return f"its daemon is run by {owner}; ask as that user: sudo -u {owner} shishoctl --socket {path} ..."


def _shown(path: str) -> os.stat_result:
    """What is there, else the nearest folder above it that shows itself."""
    while True:
        try:
            return os.stat(path)
        except PermissionError:
            path = os.path.dirname(path)


def _lies_there(path: str) -> bool:
    """Whether something else is in the socket's place."""
    from stat import S_ISSOCK

    with suppress(OSError, ValueError):
        return not S_ISSOCK(os.stat(path).st_mode)
    return False


def _packed(body: Mapping[str, Any]) -> bytes:
    """JSON in UTF-8. Paths may be any bytes and have a way of their own; other words are text. Raises Refused."""
    try:
        return json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise Refused(
            "a word of that is not UTF-8; nothing was asked", "invalid", "type it where `locale charmap` says UTF-8"
        ) from error


def _with(path: str, query: Mapping[str, Any] | None) -> str:
    wanted = {key: value for key, value in (query or {}).items() if value not in (None, "")}
    if not wanted:
        return path
    from urllib.parse import urlencode

    return f"{path}?{urlencode(wanted, errors='surrogateescape')}"


def _quoted(path: str) -> str:
    """Most paths are plain; urllib, which they are spared, knows of IPv6 and much else."""
    if PLAIN.issuperset(path):
        return path
    from urllib.parse import quote

    return quote(path, safe="/?&=%+", errors="surrogateescape")

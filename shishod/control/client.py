"""Client: how shishoctl and the tests speak to the daemon; the standard library and the porch, nothing heavy."""

import errno
import json
import socket
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from shishod.errors import Refused, Unreachable

PIECE = 1024 * 1024


class _UnixConnection(HTTPConnection):
    def __init__(self, path: Path, timeout_s: float) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Client:
    """One daemon by its socket; every call is a connection of its own.

    Raises Unreachable when nobody answers, Refused with the daemon's own words when it says no.
    """

    def __init__(self, socket_path: Path, timeout_s: float = 40.0) -> None:
        self._path = socket_path
        self._timeout_s = timeout_s

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """The JSON at a path; None and empty values of the query are left out."""
        wanted = {key: value for key, value in (query or {}).items() if value not in (None, "")}
        return self._call("GET", f"{path}?{urlencode(wanted)}" if wanted else path)

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
            return self._read(answer), {name.lower(): value for name, value in answer.getheaders()}

    def stream(self, method: str, path: str, query: Mapping[str, Any] | None = None) -> Iterator[bytes]:
        """An answer of any size, piece by piece. Raises Unreachable where it breaks off."""
        wanted = {key: value for key, value in (query or {}).items() if value not in (None, "")}
        with self._answer(method, f"{path}?{urlencode(wanted)}" if wanted else path) as answer:
            while piece := self._piece(answer):
                yield piece

    def events(self, path: str, body: Mapping[str, Any] | None = None) -> Iterator[tuple[str, Any]]:
        """Server-sent events, each as its name and JSON, until the daemon ends the stream; with a body it is a POST."""
        with self._answer("GET" if body is None else "POST", path, body) as answer:
            name, said = "message", ""
            while line := self._line(answer):
                key, _, value = line.rstrip("\n").partition(": ")
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
            return json.loads(self._read(answer) or b"null")

    def _answer(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> HTTPResponse:
        connection = _UnixConnection(self._path, self._timeout_s)
        packed = None if body is None else json.dumps(body).encode()
        headers = {"Connection": "close"} | ({"Content-Type": "application/json"} if packed else {})
        try:
            connection.request(method, quote(path, safe="/?&=%+"), packed, headers)
            answer = connection.getresponse()
        except (OSError, HTTPException) as error:
            raise self._trouble(error) from error
        if answer.status >= 400:
            with answer:
                raise self._refusal(answer)
        return answer

    def _read(self, answer: HTTPResponse) -> bytes:
        try:
            return answer.read()
        except (OSError, HTTPException) as error:
            raise self._trouble(error) from error

    def _piece(self, answer: HTTPResponse) -> bytes:
        try:
            return answer.read(PIECE)
        except (OSError, HTTPException) as error:
            raise Unreachable(f"the daemon at {self._path} hung up before its answer was whole") from error

    def _line(self, answer: HTTPResponse) -> str:
        try:
            return answer.readline().decode("utf-8", "replace")
        except (OSError, HTTPException) as error:
            raise self._trouble(error) from error

    def _refusal(self, answer: HTTPResponse) -> Exception:
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
                "join its group with `sudo usermod -aG shishod $USER` and log in again",
            )
        if isinstance(error, TimeoutError):
            return Unreachable(
                f"the daemon at {self._path} did not answer within {self._timeout_s:g} s; "
                "`systemctl status shishod` says how it is"
            )
        return Unreachable(
            f"no daemon answers at {self._path}; `systemctl status shishod` says whether it runs, "
            "and --socket names another place"
        )

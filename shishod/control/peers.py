"""Who asks: the kernel's word on the other end of a connection, and whether they may change anything."""

import os
import pwd
import socket
import struct
from contextlib import suppress
from typing import NamedTuple

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from shishod import log
from shishod.control.answers import error_answer

READING = frozenset({"GET", "HEAD", "OPTIONS"})
_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid (unix(7), SO_PEERCRED)

_log = log.get(__name__)


class Peer(NamedTuple):
    """A process at the other end as it was when it connected.

    Inside the unit's user namespace everybody but root and the daemon's own user is seen as nobody.
    """

    uid: str
    pid: int


def peer_of(sock: socket.socket) -> Peer:
    """What the kernel says; it cannot be forged."""
    pid, uid, _ = _CREDENTIALS.unpack(sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
    return Peer(str(uid), pid)


def who(request: Request) -> str:
    """The name of the user who asks, or the number where it has none here. Names may be in a directory on the network,
    so this is not for the loop that serves everybody."""
    uid = request.client.host if request.client else ""
    with suppress(KeyError, ValueError):
        return pwd.getpwuid(int(uid)).pw_name
    return f"user {uid}" if uid else ""


class ChangesByTheTrusted:
    """In front of the routes: what changes anything is written down with who asked, or refused to all but root."""

    def __init__(self, app: ASGIApp, *, root_alone: bool) -> None:
        self._app = app
        self._root_alone = root_alone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in READING:
            await self._app(scope, receive, send)
            return
        uid, pid = scope.get("client") or ("", 0)
        asked = {"method": scope["method"], "request": scope["path"], "uid": uid, "pid": pid}
        if self._root_alone and uid not in ("0", str(os.geteuid())):
            _log.warning("a change was refused: the settings leave it to root", **asked)
            text = "only root may change anything here (control.changes: root)"
            refusal = error_answer(403, "permission", text, "ask again with sudo")
            await refusal(scope, receive, send)
            return
        _log.debug("a change is asked for", **asked)
        await self._app(scope, receive, send)

"""Wire: one request to one host and its answer, within limits; the only file that says httpx2."""

import logging
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

from shishod.enrich.manners import Declined
from shishod.errors import Unreachable
from shishod.work.guard import Guarded

OURSELVES = frozenset({"127.0.0.1", "::1", "localhost"})
_CONNECT_S = 10.0
_NOWHERE = urlsplit("")


def split(url: str) -> SplitResult:
    """The parts of an address; of what is none they are empty."""
    with suppress(ValueError):  # of a bracket that is not closed, or a port that there cannot be
        if (parts := urlsplit(url)).port != 0:
            return parts
    return _NOWHERE


def onward(url: str, location: str) -> str:
    """Where an answer sends on to; "" where that is no address."""
    try:
        return urljoin(url, location)
    except ValueError:
        return ""


class Reply(NamedTuple):
    """What came back. The names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire:
    """Shared: by every thread that asks one provider. Connections are kept; nothing is followed, retried or stored.

    Only the named hosts are spoken to (".archive.org" are all below that), and only over TLS with their certificates
    checked; a host that is this machine itself may do without.
    """

    def __init__(self, hosts: Collection[str], user_agent: str, *, limit_s: float = 30.0) -> None:
        import httpx2

        for name in ("httpx2", "httpcore2"):  # they would log every URL, and some have a key in them
            logging.getLogger(name).setLevel(logging.WARNING)
        self._hosts = frozenset(hosts)
        self._limit_s = limit_s
        self._fault: type[Exception] = httpx2.HTTPError
        self._broken: type[Exception] = httpx2.InvalidURL
        self._agent = user_agent
        self._new = partial(
            httpx2.Client,
            headers={"User-Agent": user_agent, "Accept-Encoding": "gzip"},
            timeout=httpx2.Timeout(limit_s / 2, connect=_CONNECT_S),
            limits=httpx2.Limits(max_connections=8, max_keepalive_connections=4),
            follow_redirects=False,
            trust_env=False,
        )
        self._clients: Guarded[list[Any]] = Guarded([self._new()])  # one, made now for it takes long; none once closed

    def speaks(self, hosts: Collection[str], user_agent: str) -> bool:
        """Whether it speaks to just these hosts under this name."""
        return (self._hosts, self._agent) == (frozenset(hosts), user_agent)

    def allows(self, url: str) -> bool:
        """Whether this may be asked at all."""
        parts = split(url)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in OURSELVES)
        return safe and self._knows(parts.hostname or "") and not parts.username

    def _knows(self, host: str) -> bool:
        return host in self._hosts or any(one.startswith(".") and host.endswith(one) for one in self._hosts)

    def send(self, url: str, headers: Mapping[str, str], most_bytes: int) -> Reply:
        """One GET. Raises Unreachable, without the URL in its text, for what failed on the way.

        Raises Declined for what is asked of nobody, and for what is too large.
        """
        host = split(url).hostname
        if not self.allows(url):
            raise Declined(f"{host} is no host of this provider, or does not speak TLS; it was not asked")
        deadline_s = time.monotonic() + self._limit_s
        try:
            with self._client().stream("GET", url, headers=dict(headers)) as response:
                told = {name.lower(): value for name, value in response.headers.items()}
                body = bytearray()
                for chunk in response.iter_bytes():  # as it comes, for a slow one would fill no larger chunk in time
                    body += chunk
                    if len(body) > most_bytes:
                        raise Declined(f"{host} sends more than {most_bytes:,} bytes; the answer was not used")
                    if time.monotonic() > deadline_s:
                        raise Unreachable(f"{host} takes longer than {self._limit_s:g} s to answer")
                return Reply(response.status_code, told, bytes(body))
        except self._broken:
            raise Declined(f"{host} is told with what is no address; it was not asked") from None
        except self._fault as error:
            raise Unreachable(f"{host} could not be asked ({type(error).__name__})") from None

    def close(self) -> None:
        """Hang up; who asks again connects again."""
        with self._clients as clients:
            while clients:
                clients.pop().close()

    def _client(self) -> Any:
        with self._clients as clients:
            if not clients:
                clients.append(self._new())
            return clients[0]

"""Hooks: other programs and services told of what has happened, a batch at a time, and again when they did not hear."""

import base64
import json
import subprocess
import threading
from collections.abc import Callable, Sequence
from typing import Annotated, Literal
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import AfterValidator, Field

from shishod import __version__, log
from shishod.clock import CLOCK
from shishod.model.event import Event
from shishod.operations import event_row
from shishod.settings import RoomSettings, Seconds
from shishod.work.bulletin import Bulletin

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 300.0
MOST = 1000  # events in a batch
ENDS = "scan-ended"  # what was found by a scan is told with its end

_log = log.get(__name__)


def _web(url: str) -> str:
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
        raise ValueError(f'"{url}" is no address of a service; it begins with http:// or https://')
    if url and not (url.isascii() and url.isprintable() and " " not in url):
        raise ValueError("has a letter that no address may have; write it as %C3%A9 and the like")
    if url and urlsplit(url).port == 0:  # which raises ValueError for what is no port at all
        raise ValueError("port 0 is nobody's")
    return url


def _runnable(words: tuple[str, ...]) -> tuple[str, ...]:
    if words and (not words[0].strip() or any("\0" in word for word in words)):
        raise ValueError("the first is the program, as in [/usr/local/bin/tell-my-reader], and none has a NUL in it")
    return words


class HookSettings(RoomSettings):
    """Who is told of what happens: a program, a web service, or both."""

    command: Annotated[tuple[str, ...], AfterValidator(_runnable)] = ()
    """A program and its arguments as a list; it is given the events as JSON on its standard input."""
    url: Annotated[str, AfterValidator(_web)] = ""
    """Where the events are sent as JSON by an HTTP POST; name and password may stand in it: https://me:secret@host/."""
    events: tuple[Literal["scan-started", "scan-ended", "book-new", "book-changed", "root-state"], ...] = (
        "scan-ended",
    )
    """What is told; what a scan has found is sent together, with its end."""
    gather: Seconds = 30.0
    """How long events are gathered at most that no scan ends."""
    timeout: Seconds = 30.0
    """How long the program may run, and the service may take to answer."""
    retries: int = Field(default=8, ge=0, le=100)
    """How often a batch is tried again, after 1, 2, 4 ... seconds, 5 minutes at most, before it is given up."""


def _named(place: SplitResult) -> dict[str, str]:
    """Who asks, where the address says it (RFC 7617)."""
    if place.username is None:
        return {}
    said = f"{unquote(place.username)}:{unquote(place.password or '')}"
    return {"Authorization": f"Basic {base64.b64encode(said.encode()).decode()}"}


class Hooks:
    """A thread of its own: nobody waits for a slow listener. What was not told when the daemon stops is lost."""

    def __init__(self, settings: HookSettings, bulletin: Bulletin) -> None:
        self._settings = settings
        self._bulletin = bulletin
        self._ways: tuple[Callable[[bytes], None], ...] = tuple(
            way for way, wanted in ((self._run, settings.command), (self._post, settings.url)) if wanted
        )
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._heard = 0

    def start(self) -> None:
        if self._ways:
            self._stop.clear()
            self._thread = threading.Thread(target=self._listen, name="hooks", daemon=True)
            self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Return when the thread has ended, or the time is over."""
        self._stop.set()
        self._bulletin.wake()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def alive(self) -> bool:
        return not self._ways or (self._thread is not None and self._thread.is_alive())

    def _listen(self) -> None:
        while not self._stop.is_set():
            if batch := self._gathered():
                for way in self._ways:
                    self._tell(way, batch)

    def _gathered(self) -> list[Event]:
        """What is wanted of what happens, until a scan ends, nothing more fits, or the first has waited for long."""
        batch: list[Event] = []
        deadline_s = 0.0
        while not self._stop.is_set() and len(batch) < MOST:
            left_s = deadline_s - CLOCK.monotonic_s() if batch else 1.0
            if left_s <= 0:
                break
            for event in self._bulletin.wait(self._heard, min(left_s, 1.0), MOST - len(batch)):
                self._heard = event.number
                if event.kind in self._settings.events:
                    deadline_s = deadline_s if batch else CLOCK.monotonic_s() + self._settings.gather
                    batch.append(event)
                if event.kind == ENDS and batch:
                    return batch
        return batch

    def _tell(self, way: Callable[[bytes], None], batch: Sequence[Event]) -> None:
        content = json.dumps({"shishod": __version__, "events": [event_row(one) for one in batch]}).encode()
        pause_s = FIRST_PAUSE_S
        for attempt in range(self._settings.retries + 1):
            try:
                way(content)
            except (OSError, subprocess.SubprocessError) as error:
                # the rest of an address may be as good as a key
                hook = urlsplit(self._settings.url).hostname if way == self._post else self._settings.command[0]
                _log.warning("a hook did not take its events", hook=hook, tried=attempt + 1, error=str(error))
            else:
                return
            if self._stop.wait(pause_s):
                return
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        _log.error("events are given up; what they told of is in the catalogue all the same", events=len(batch))

    def _run(self, content: bytes) -> None:
        done = subprocess.run(
            self._settings.command, input=content, capture_output=True, timeout=self._settings.timeout, check=False
        )
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip()[-500:]
            raise subprocess.SubprocessError(f"exit code {done.returncode}: {said}")

    def _post(self, content: bytes) -> None:
        from http.client import HTTPConnection, HTTPException, HTTPSConnection  # most have no hook

        place = urlsplit(self._settings.url)
        kind = HTTPSConnection if place.scheme == "https" else HTTPConnection
        connection = kind(place.hostname or "", place.port, timeout=self._settings.timeout)
        try:
            target = f"{place.path or '/'}{'?' + place.query if place.query else ''}"
            headers = {"Content-Type": "application/json", "User-Agent": f"shishod/{__version__}", **_named(place)}
            connection.request("POST", target, content, headers)
            answer = connection.getresponse()
            answer.read(64 * 1024)
            if answer.status >= 300:
                raise OSError(f"{place.hostname} answered {answer.status} {answer.reason}")
        except HTTPException as error:
            raise OSError(f"{place.hostname} did not answer as HTTP has it: {error!r}") from error
        finally:
            connection.close()

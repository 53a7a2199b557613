"""Patient: what is examined, and what several checks ask about it."""

import os
import pwd
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from shishod.ailment import Ailment
from shishod.daemon.config import Settings
from shishod.errors import SettingsError
from shishod.store.checkup import Checkup, check_up
from shishod.strict_yaml import Fault

T = TypeVar("T")
PATIENCE_S = 2.0  # a dead share never answers


def error(about: object, reason: str, remedy: str) -> Ailment:
    """It does not work until this is mended."""
    return Ailment("error", str(about), reason, remedy)


def warning(about: object, reason: str, remedy: str) -> Ailment:
    """It works, and not as it should."""
    return Ailment("warning", str(about), reason, remedy)


def mistake(fault: Fault) -> Ailment:
    """A fault of the configuration, at its line."""
    place = f"{fault.mark.file}:{fault.mark.line}" if fault.mark.line else fault.mark.file
    reason = f"{fault.key}: {fault.text}" if fault.key else fault.text
    remedy = f"correct it{f' ({fault.hint})' if fault.hint else ''}, then `shishod check-config {fault.mark.file}`"
    return Ailment("error", place, reason, remedy, "configuration")


@dataclass(frozen=True, kw_only=True)
class Patient:
    """One configuration on this machine, looked at as the user that runs the daemon.

    `started_at` is told by a daemon that examines itself: its locks and its socket are then its own. So is `web`: what
    keeps each web catalogue from being asked, as a status tells it.
    """

    settings: Settings
    now: datetime
    config: Path | None = None
    started_at: datetime | None = None
    web: Mapping[str, str] = field(default_factory=dict)

    @property
    def itself(self) -> bool:
        return self.started_at is not None

    @cached_property
    def state(self) -> Path:
        return self.settings.state_path()

    @cached_property
    def user(self) -> str:
        """Who looks, by name."""
        try:
            return pwd.getpwuid(os.geteuid()).pw_name
        except KeyError:
            return str(os.geteuid())

    @cached_property
    def checkup(self) -> Checkup:
        """The catalogue as it lies there; a daemon that lives on it spares itself the comparison of every page."""
        try:
            return check_up(self.settings.store, self.state, deep=not self.itself)
        except SettingsError as refused:
            return Checkup(None, fault=str(refused))


def within(call: Callable[[], T], limit_s: float = PATIENCE_S) -> T | None:
    """What a call into a library answers, None when it does not in time. Raises what it raises."""
    answers: list[T] = []
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            answers.append(call())
        except OSError as error:
            failures.append(error)

    asking = threading.Thread(target=ask, name="doctor", daemon=True)
    asking.start()
    asking.join(limit_s)
    if failures:
        raise failures[0]
    return answers[0] if answers else None


def listed(names: Sequence[str], most: int = 3) -> str:
    """The first few, and how many more."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")

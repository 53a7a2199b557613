"""Pause: who has paused all work, since when and until when, and where that outlives the daemon."""

import json
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from shishod import log

_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Pause:
    """`until` None is until it is taken back. Both are of the calendar: a monotonic clock ends with the boot."""

    since: datetime
    until: datetime | None = None
    by: str = ""

    @classmethod
    def lasting(cls, since: datetime, for_s: float | None, by: str) -> "Pause":
        """For so many seconds; until it is taken back where none are said, or more than the calendar has."""
        try:
            return cls(since, None if for_s is None else since + timedelta(seconds=for_s), by)
        except OverflowError:
            return cls(since, None, by)

    def left_s(self, now: datetime) -> float | None:
        """How long it lasts yet; 0 once it is over, None where that is up to somebody."""
        return None if self.until is None else max((self.until - now).total_seconds(), 0.0)

    def over(self, now: datetime) -> bool:
        return self.left_s(now) == 0


class PauseNote:
    """The file that says so to the next daemon; where it cannot be written the pause ends with this one."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Pause | None:
        """What the last daemon left; None where it left nothing, or nothing that can be understood, which is logged."""
        try:
            said: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8"))
            until = _moment(said["until"]) if said["until"] else None
            return Pause(_moment(said["since"]), until, str(said["by"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            _log.warning(
                "the note of a pause cannot be read; work goes on. To pause it: shishoctl pause",
                path=str(self._path),
                error=f"{type(error).__name__}: {error}",
            )
            return None

    def write(self, pause: Pause) -> None:
        said = {"since": pause.since.isoformat(), "until": pause.until and pause.until.isoformat(), "by": pause.by}
        partial = self._path.with_name(f"{self._path.name}.partial")
        try:
            partial.write_text(json.dumps(said), encoding="utf-8")
            os.replace(partial, self._path)
        except OSError as error:
            _log.warning("the pause cannot be noted; a restart of the daemon would end it", error=str(error))

    def clear(self) -> None:
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("the note of a pause cannot be removed; the next daemon would pause too", error=str(error))


def _moment(said: str) -> datetime:
    """Raises ValueError on a time without a zone: it cannot be compared with now."""
    moment = datetime.fromisoformat(said)
    if moment.tzinfo is None:
        raise ValueError(f"{said} is in no time zone")
    return moment

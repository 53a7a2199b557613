"""How a root is watched at the moment, in the words that an operator reads."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Mode(StrEnum):
    """How changes of a root are noticed."""

    EVENTS = "events"
    DEGRADED = "degraded"  # events of the folders that could be armed, the others polled
    POLL = "poll"
    OFF = "off"  # by scans alone
    ARMING = "arming"


@dataclass(frozen=True, slots=True)
class RootWatch:
    """One root's watch. `needed` counts the folders that ought to be armed; None where none are.

    `poll_s` is how often folder times are looked at, None where events suffice; `overflows` counts since the start.
    """

    root_id: int
    mode: Mode
    armed: int = 0
    needed: int | None = None
    poll_s: float | None = None
    reason: str = ""
    remedy: str = ""
    overflows: int = 0
    last_event_at: datetime | None = None

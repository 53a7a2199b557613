"""Part: a piece of the running daemon that is started, watched and stopped; Vigil: what is known of its health."""

from collections.abc import Callable
from dataclasses import dataclass, field

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0  # also how long a part must live for its earlier deaths to be forgotten


@dataclass(frozen=True, slots=True)
class Part:
    """`stop` is told how many seconds it may take. `alive` and `beat_s` must answer at once and touch no library.

    `beat_s` is the monotonic time of its loop's last turn, and only for a loop that touches no library: one that stops
    turning has the daemon restarted. A part that dies is started again where it is `restartable`, and ends the daemon
    where it is not.
    """

    name: str
    start: Callable[[], object]
    stop: Callable[[float], object]
    alive: Callable[[], bool]
    beat_s: Callable[[], float] | None = None
    restartable: bool = False


@dataclass(slots=True)
class Vigil:
    """One part as the supervisor sees it; owned by the supervisor's thread."""

    part: Part
    started_s: float
    deaths: int = 0
    revive_at_s: float | None = field(default=None)

    def late(self, now_s: float, limit_s: float) -> bool:
        """Whether it lives but its loop has not turned for so long."""
        if self.part.beat_s is None or self.revive_at_s is not None:
            return False
        return now_s - max(self.started_s, self.part.beat_s()) > limit_s

    def note_death(self, now_s: float) -> float:
        """Count a death and return the pause before the next start: 1, 2, 4 ... 60 seconds."""
        if now_s - self.started_s > LONGEST_PAUSE_S:
            self.deaths = 0
        pause_s = min(FIRST_PAUSE_S * 2.0**self.deaths, LONGEST_PAUSE_S)
        self.deaths += 1
        self.revive_at_s = now_s + pause_s
        return pause_s

    def note_start(self, now_s: float) -> None:
        """It runs again; its beat is young from now."""
        self.started_s = now_s
        self.revive_at_s = None

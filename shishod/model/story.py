"""The story of a file: what became of it, one line a change, in a text that its own row keeps."""

from datetime import UTC, datetime
from typing import NamedTuple

from shishod.model.state import State

KEPT = 1500  # characters of a story: some thirty changes
_LONGEST = 100  # characters of a reason


class Turn(NamedTuple):
    """One change: since when the file was in this state, and why, where that is not plain."""

    at: datetime
    state: State
    why: str = ""


def line_of(at: datetime, state: State, why: str = "") -> str:
    """A turn as it is added to a story. Each begins a line, so that a story may be cut anywhere at its front."""
    reason = " ".join(why.split())[:_LONGEST]
    return f"\n{int(at.timestamp())} {state} {reason}".rstrip()


def turns_of(story: str | None) -> tuple[Turn, ...]:
    """The turns of a story, the oldest first; what was cut through at its front is left out."""
    return tuple(_turn(line) for line in (story or "").split("\n")[1:])


def _turn(line: str) -> Turn:
    at, state, *why = line.split(" ", 2)
    return Turn(datetime.fromtimestamp(int(at), UTC), State(state), "".join(why))

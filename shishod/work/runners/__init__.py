"""Runners: where a pure function is run over some things; the port and what they answer for those that failed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Failed:
    """Why one thing has no result: "timeout", "crash", "memory", "error" (the function raised), or one of UNTRIED.

    The first four are the thing's own fault.
    """

    reason: str
    text: str


# These say nothing about the thing, which was never tried to the end: shishod ends, one before it hung, or there is
# nothing to run it in.
UNTRIED = ("stopped", "unread", "unable")


class Runner(Protocol):
    """Shared: by every worker that has something to run."""

    def run(
        self,
        function: Callable[[T], R],
        things: Sequence[T],
        *,
        to_the_end: bool = True,
        told: Callable[[int], object] | None = None,
    ) -> list[R | Failed]:
        """Call the function on each thing; one outcome each, in order, always. Blocks; any thread may call it.

        Not `to_the_end`: after a thing that hung, the rest answers "unread", for the caller to decide about. `told`
        hears the place of each thing once it was tried, in their order; of what was stopped before it hears nothing.
        """

    def warm(self) -> None:
        """Get ready, so that the first call need not wait."""

    def expect(self) -> None:
        """A call is near: get ready meanwhile where nothing is; returns at once."""

    def close(self) -> None:
        """End what runs; calls in progress and later ones answer "stopped"."""

    def confinement(self) -> str:
        """What keeps a parser that a file has taken over from the rest of the machine, in the operator's words."""

    def stats(self) -> dict[str, int]:
        """`processes` there are now, `things` answered, and where there are processes, those `started` and lost.

        Lost ones are counted by reason: `timeout`, `crash`, `memory`.
        """


def blame(error: BaseException) -> Failed:
    """The Failed for an exception of the function; never raises, even when the exception cannot say what it is."""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - an exception's own text may run any code
        text = "(it cannot be put in words)"
    return Failed("error", f"{type(error).__name__}: {text}"[:2000])

"""Steering: how many work, whether anybody does, and why; what a face may say of it."""

from typing import Any, Protocol

from shishod.errors import Refused


class Steering(Protocol):
    """Whoever decides how many work; safe from any thread. Each order answers with the report as it is then."""

    def report(self) -> dict[str, Any]:
        """`level` of the machine's load and `level_reason`; `workers`, whether that is `fixed`, and the `reason`;
        `paused` by whose word ("" by nobody's), `paused_by` whom and `paused_since` when it was the operator's, and
        `paused_for_s` where that ends by itself."""

    def set_workers(self, count: int | None) -> dict[str, Any]:
        """So many from now on; None leaves it to the load. Raises Refused for a number that cannot be."""

    def pause(self, for_s: float | None = None, by: str = "") -> dict[str, Any]:
        """Begin nothing more, for so long or until `resume`; `by` is who says so."""

    def resume(self) -> dict[str, Any]:
        """Go on. Raises Refused where nobody has paused."""


class Unsteered:
    """A daemon that has nobody to order about."""

    def report(self) -> dict[str, Any]:
        return {
            "level": "normal",
            "level_reason": "",
            "workers": 0,
            "fixed": False,
            "reason": "",
            "paused": "",
            "paused_by": "",
            "paused_since": None,
            "paused_for_s": None,
        }

    def set_workers(self, count: int | None) -> dict[str, Any]:
        del count
        return self.resume()

    def pause(self, for_s: float | None = None, by: str = "") -> dict[str, Any]:
        del for_s, by
        return self.resume()

    def resume(self) -> dict[str, Any]:
        raise Refused("this daemon has no workers")
